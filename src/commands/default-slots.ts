import {
  addDays,
  addMonths,
  type Day,
  dayOf,
  endOfMonth,
  monthOf,
  startOfMonth,
  startOfWeek,
  yearOf,
} from '../calendar/day.ts';
import type { Period, PeriodLabel } from '../calendar/period.ts';
import type { Intent, Threshold } from './command.ts';

type DefaultPeriod = Extract<
  PeriodLabel,
  | 'this_month'
  | 'last_month'
  | 'this_quarter'
  | 'this_year'
  | 'this_week'
  | 'last_week'
  | 'yesterday'
  | 'year_to_date'
  | 'next_30_days'
  | 'next_quarter'
  | 'last_90_days'
  | 'last_30_days'
>;

/** The period meant where none is said (`utterances.dev.jsonl` and the rhythm in which each report is read). */
export const defaultPeriods: Readonly<Partial<Record<Intent, DefaultPeriod>>> = {
  avg_order_value: 'this_month',
  campaign_roi: 'this_month',
  churn_analysis: 'year_to_date',
  churn_rate: 'this_month',
  composite_score: 'this_month',
  csat: 'this_month',
  engagement_index: 'this_month',
  followups: 'this_week',
  forecast: 'this_month',
  funnel: 'this_month',
  funnel_bottleneck: 'this_month',
  grade_conversion: 'year_to_date',
  lead_conversion: 'year_to_date',
  metric_query: 'this_month',
  new_customers: 'this_month',
  new_leads: 'this_month',
  nps: 'this_quarter',
  order_completion: 'this_quarter',
  order_conversion: 'this_quarter',
  payment_rate: 'this_month',
  pipeline_changes: 'yesterday',
  quote_response: 'this_month',
  ranking: 'this_month',
  recognition: 'last_month',
  renewal_due: 'next_30_days',
  renewal_rate: 'this_year',
  repurchase_rate: 'this_quarter',
  return_analysis: 'last_90_days',
  review_report: 'last_month',
  sales_cycle: 'this_quarter',
  sales_performance: 'this_month',
  sales_trend: 'this_year',
  service_metrics: 'this_month',
  stage_conversion: 'this_month',
  stage_duration: 'this_month',
  target_attainment: 'this_month',
  wake_rate: 'this_month',
  win_rate: 'this_quarter',
};

/** Reports that look ahead: 12月 said in November is the coming one. */
export const looksAhead: ReadonlySet<Intent> = new Set([
  'forecast',
  'renewal_due',
  'target_attainment',
  'action_item_create',
  'silent_feedback',
  'alert_mute',
]);

/** Decisions 6 and 8: silent from 90 days on, stuck after more than 7, not updated for 3. */
export const defaultThresholds: Readonly<Partial<Record<Intent, Threshold>>> = {
  silent_customers: { op: '>=', days: 90 },
  stage_stuck: { op: '>', days: 7 },
  stale_reps: { op: '>=', days: 3 },
};

export function periodOf(label: DefaultPeriod | 'last_year' | 'last_quarter', today: Day): Period {
  const month = startOfMonth(today);
  const quarter = dayOf(yearOf(today), Math.floor((monthOf(today) - 1) / 3) * 3 + 1, 1)!;
  const year = dayOf(yearOf(today), 1, 1)!;
  const span = (from: Day, to: Day): Period => ({ label, from, to });
  switch (label) {
    case 'this_month':
      return span(month, endOfMonth(month));
    case 'last_month':
      return span(addMonths(month, -1), addDays(month, -1));
    case 'this_quarter':
      return span(quarter, endOfMonth(addMonths(quarter, 2)));
    case 'last_quarter':
      return span(addMonths(quarter, -3), addDays(quarter, -1));
    case 'next_quarter':
      return span(addMonths(quarter, 3), endOfMonth(addMonths(quarter, 5)));
    case 'this_year':
      return span(year, dayOf(yearOf(today), 12, 31)!);
    case 'last_year':
      return span(addMonths(year, -12), addDays(year, -1));
    case 'year_to_date':
      return span(year, today);
    case 'this_week':
      return span(startOfWeek(today), addDays(startOfWeek(today), 6));
    case 'last_week':
      return span(addDays(startOfWeek(today), -7), addDays(startOfWeek(today), -1));
    case 'yesterday':
      return span(addDays(today, -1), addDays(today, -1));
    case 'last_30_days':
      return span(addDays(today, -29), today);
    case 'last_90_days':
      return span(addDays(today, -89), today);
    case 'next_30_days':
      return span(addDays(today, 1), addDays(today, 30));
  }
}

/** What 最近 may mean: offered, never assumed. */
export const recentLengths = (today: Day): Period[] =>
  (['this_month', 'last_30_days', 'last_90_days'] as const).map((label) => periodOf(label, today));
