/** What is known of a customer that has not signed (item 131). */
export interface ProspectSigns {
  readonly grade: string | null;
  /** A year, in fen; 0 where it is not known. */
  readonly budgetFen: number;
  /** Any interaction within 30 days. */
  readonly active: boolean;
  /** Came to us by themselves within 90 days. */
  readonly came: boolean;
  readonly hasOpportunity: boolean;
  /** A contact who decides, or a decision chain that is known. */
  readonly reachesDecider: boolean;
}

/** Yearly budgets in fen from which they count, after the grade card of decision 14. */
export const largeBudget = { full: 50_000_000, some: 20_000_000 } as const;

/** From here on it is called potential. */
export const potentialFrom = 60;

interface Sign {
  readonly points: number;
  readonly words: string;
}

/** The signs that a customer shows, with their points; the rule in full stands in 口径 潜力分. */
export function potentialSigns({
  grade,
  budgetFen,
  active,
  came,
  hasOpportunity,
  reachesDecider,
}: ProspectSigns): Sign[] {
  const rich = budgetFen >= largeBudget.full;
  const some = budgetFen >= largeBudget.some;
  return [
    ...(grade === 'A' || rich
      ? [{ points: 30, words: grade === 'A' ? 'A 级' : '预算 50 万以上' }]
      : grade === 'B' || some
        ? [{ points: 15, words: grade === 'B' ? 'B 级' : '预算 20 万以上' }]
        : []),
    ...(active ? [{ points: 20, words: '近 30 天有往来' }] : []),
    ...(came ? [{ points: 15, words: '主动找过来' }] : []),
    ...(hasOpportunity ? [{ points: 20, words: '有在跟商机' }] : []),
    ...(reachesDecider ? [{ points: 15, words: '够得着决策人' }] : []),
  ];
}

export const potentialPoints = (signs: ProspectSigns): number =>
  potentialSigns(signs).reduce((sum, { points }) => sum + points, 0);
