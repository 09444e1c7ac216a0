import { z } from 'zod';
import type { Figure } from '../../figures/figure.ts';
import { ratioOf } from '../../figures/rate.ts';
import type { FunnelMorning } from './funnel-digest.ts';
import { stuckSums } from './stuck-sums.ts';

/** What a digest leaves for the next one to the same target. */
export const memorySchema = z.object({
  opportunities: z.number(),
  customers: z.number(),
  stages: z.array(z.object({ stage: z.string(), opportunities: z.number(), customers: z.number() })),
});
export type Memory = z.infer<typeof memorySchema>;

/** Open per stage before, as the last digest said it, else from the history; null where neither knows. */
export function basisOf(morning: FunnelMorning, memory: Memory | null): ReadonlyMap<string, number> | null {
  const known = memory?.stages ?? morning.atStart;
  return known === null ? null : new Map(known.map(({ stage, opportunities }) => [stage, opportunities]));
}

/** The numbers behind the words. */
export function figuresOf(morning: FunnelMorning, memory: Memory | null): Figure[] {
  const { snapshot, flow, key } = morning;
  const count = (metric: string, label: string, value: number | null, dims?: Figure['dims']): Figure => ({
    metric,
    label,
    unit: 'count',
    value,
    ...(dims === undefined ? {} : { dims }),
  });
  const basis = basisOf(morning, memory);
  const stuck = stuckSums(morning);
  return [
    count('open_opportunities', '在跟商机', snapshot.opportunities),
    count('open_customers', '在跟客户', snapshot.customers),
    { metric: 'open_amount', label: '在跟金额', unit: 'fen', value: snapshot.amountFen },
    ...snapshot.steps.flatMap((step) => {
      const dims = { stage: step.stage };
      const before = basis?.get(step.stage);
      return [
        count('open_opportunities', `${step.stage}在跟`, step.opportunities, dims),
        count('open_customers', `${step.stage}客户`, step.customers, dims),
        ...(before === undefined
          ? []
          : [count('open_opportunities_change', `${step.stage}变化`, step.opportunities - before, dims)]),
      ];
    }),
    ...(flow === null
      ? []
      : [
          count('flow_created', '新进商机', flow.created),
          count('flow_won', '成交', flow.won),
          count('flow_lost', '丢单', flow.lost),
          count('flow_moved_back', '退回', flow.movedBack),
        ]),
    ...(morning.newCustomers === null ? [] : [count('new_customers', '新增客户', morning.newCustomers)]),
    ...(morning.lostCustomers === null ? [] : [count('lost_customers', '流失客户', morning.lostCustomers)]),
    ...(key === null
      ? []
      : ([
          {
            metric: 'stage_conversion',
            label: `${key.from}→${key.to}`,
            unit: 'ratio',
            value: ratioOf(key.now),
            ...key.now,
          },
          {
            metric: 'stage_conversion',
            label: `${key.from}→${key.to}(再往前四周)`,
            unit: 'ratio',
            value: ratioOf(key.before),
            ...key.before,
          },
        ] satisfies Figure[])),
    ...(morning.stuck === null
      ? []
      : [
          count('stage_stuck', '积压商机', stuck.count),
          { metric: 'stuck_amount', label: '积压金额', unit: 'fen', value: stuck.fen } as const,
        ]),
  ];
}
