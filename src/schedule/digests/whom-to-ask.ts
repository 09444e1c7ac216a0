import { type Day, dayOfWallTime, daysBetween } from '../../calendar/day.ts';
import { formatMoney } from '../../figures/format.ts';
import { ownerName } from '../../reports/owner-name.ts';
import type { Company } from '../../reports/report.ts';
import type { FunnelMorning } from './funnel-digest.ts';

/** An opportunity to ask about in the morning meeting, and why. */
export interface AskAbout {
  readonly opportunityId: string;
  readonly customer: string;
  readonly stage: string;
  readonly ownerId: string | null;
  readonly amountFen: number | null;
  readonly why:
    | { readonly kind: 'overdue'; readonly days: number }
    | { readonly kind: 'untouched'; readonly days: number; readonly never: boolean };
}

/** What nobody touched for longer is no case for this morning but for closing. */
const tooOldDays = 90;
const most = 3;

/**
 * Up to three, the most money first: one whose expected close has passed, the others untouched for longer than their
 * stage allows. Old ones come only where there is nothing fresher.
 */
export function asksOf(company: Company, morning: FunnelMorning, today: Day): AskAbout[] {
  const overdue = morning.largest.flatMap((row): AskAbout[] => {
    const stage = row.stage_id === null ? undefined : company.stages.byStageId(row.stage_id);
    if (row.expected_close_date === null || stage === undefined) return [];
    const days = daysBetween(dayOfWallTime(row.expected_close_date), today);
    if (days <= 0) return [];
    return [
      {
        opportunityId: row.opportunity_id,
        customer: row.customer ?? row.name ?? '客户未填',
        stage: stage.name,
        ownerId: row.owner_user_id,
        amountFen: row.amount_fen === null ? null : Number(row.amount_fen),
        why: { kind: 'overdue', days },
      },
    ];
  });
  const untouched = morning.stuckLargest.map(
    ({ days, never, ...row }): AskAbout => ({
      opportunityId: row.opportunityId,
      customer: row.customer,
      stage: row.stage,
      ownerId: row.ownerId,
      amountFen: row.amountFen,
      why: { kind: 'untouched', days, never },
    }),
  );
  const fresh = (one: AskAbout): boolean => one.why.days <= tooOldDays;
  const chosen: AskAbout[] = [];
  const add = (candidates: readonly AskAbout[], limit: number): void => {
    for (const one of candidates) {
      if (chosen.length >= limit) return;
      if (!chosen.some((other) => other.opportunityId === one.opportunityId)) chosen.push(one);
    }
  };
  add(untouched.filter(fresh), most - 1);
  add(overdue.filter(fresh), most);
  add(untouched.filter(fresh), most);
  add([...overdue, ...untouched], most);
  return chosen.sort((a, b) => (b.amountFen ?? 0) - (a.amountFen ?? 0));
}

export function wordsOfAsk(company: Company, ask: AskAbout) {
  const { why } = ask;
  return {
    customer: ask.customer,
    stage: ask.stage,
    owner: ownerName(company.directory, ask.ownerId),
    amount: ask.amountFen === null ? '没填金额' : formatMoney(ask.amountFen),
    why:
      why.kind === 'overdue'
        ? `说好的成交日已过 ${why.days} 天`
        : why.never
          ? `进这一阶段 ${why.days} 天,一次没跟`
          : `${why.days} 天没跟进`,
  };
}
