import type { Command, Intent } from './commands/command.ts';

/** Reports whose 为什么 is answered by the review of the same period: what moved, and what the data say it comes from. */
const explained: ReadonlySet<Intent> = new Set([
  'sales_performance',
  'sales_trend',
  'target_attainment',
  'new_customers',
  'new_leads',
  'lead_conversion',
  'win_rate',
  'churn_rate',
  'avg_order_value',
  'sales_cycle',
  'dashboard',
  'ranking',
]);

/**
 * What 为什么 and 你这数不对 stand for after a report: the reasons, or the rows counted, of the same period, people and
 * filters. null where the follow-up means something else.
 */
export function drillCommand(previous: Command | null, command: Command): Command | null {
  if (previous === null) return null;
  const { period, filters, filters_not, scope, compare } = previous.slots;
  const about = {
    ...(period === undefined ? {} : { period }),
    ...(filters === undefined ? {} : { filters }),
    ...(filters_not === undefined ? {} : { filters_not }),
    ...(scope === undefined ? {} : { scope }),
  };
  if (command.intent === 'feedback_wrong_number')
    return { intent: 'feedback_wrong_number', slots: { ...about, ...command.slots } };
  if (command.intent === 'drill_down' && command.slots.with_reasons === true && explained.has(previous.intent))
    return { intent: 'review_report', slots: { ...about, ...(compare === undefined ? {} : { compare }) } };
  return null;
}
