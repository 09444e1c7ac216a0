/** What the score card of decision 14 looks at; null = not known. */
export interface GradeCriteria {
  readonly annualBudgetFen: number | null;
  readonly industryLeader: boolean | null;
  readonly clearDecisionChain: boolean | null;
}

export type CardGrade = 'A' | 'B' | 'C';

/** The grade by the card, and the criterion that decided it. */
export interface CardResult {
  readonly grade: CardGrade;
  readonly decidedBy: 'budget' | 'leader' | 'chain';
}

const order: readonly CardGrade[] = ['A', 'B', 'C'];
const fen = (yuan: number): number => yuan * 100;

/**
 * A above 500 thousand yuan a year, C below 200 thousand, both limits belong to B. An industry leader is lifted by one
 * grade, one without a clear decision chain lowered by one; both together leave it. null without a budget.
 */
export function gradeByCard({ annualBudgetFen, industryLeader, clearDecisionChain }: GradeCriteria): CardResult | null {
  if (annualBudgetFen === null) return null;
  const base = annualBudgetFen > fen(500_000) ? 0 : annualBudgetFen >= fen(200_000) ? 1 : 2;
  const step = (clearDecisionChain === false ? 1 : 0) - (industryLeader === true ? 1 : 0);
  const place = Math.min(2, Math.max(0, base + step));
  return { grade: order[place]!, decidedBy: place === base ? 'budget' : place < base ? 'leader' : 'chain' };
}
