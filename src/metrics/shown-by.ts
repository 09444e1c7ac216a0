import type { Intent } from '../commands/command.ts';
import { metrics } from './catalogue.ts';
import type { Metric } from './metric.ts';

/**
 * Metrics under the report of another name that shows them: asked by their own names they go there, and the answer leads
 * with them. What the engine counts (`metric_query`) and terms without a number (环比, 样本少) are not here.
 */
const shown: Readonly<Partial<Record<Intent, string>>> = {
  win_rate: 'loss_rate',
  sales_cycle: 'sales_cycle_median',
  quote_response:
    'quote_response_median quote_on_time_rate late_quotes late_quote_hours quote_speed_win_rate quote_break_hours quote_break_win_rate',
  order_completion: 'orders_late order_late_days',
  target_attainment: 'target_pace projected_amount daily_need',
  composite_score: 'part_score',
  recognition: 'case_amount case_days case_followups',
  funnel:
    'funnel_conversion step_contact_rate step_contact_48h_rate funnel_reached funnel_customers funnel_amount funnel_lost',
  stage_conversion: 'stage_conversion_change',
  stage_duration: 'stage_duration_median stage_stays_finished stage_stays_running',
  stage_stuck: 'stuck_amount stuck_rate stuck_never_followed',
  pipeline_changes:
    'flow_at_start flow_entered flow_advanced flow_created flow_won flow_lost flow_moved_back flow_reopened flow_still lost_deal_customers',
  pipeline_value:
    'weighted_amount due_this_month_amount due_next_month_amount overdue_close_amount overdue_close_opportunities',
  opportunity_list: 'listed_opportunities listed_amount listed_customers opportunity_amount',
  forecast: 'forecast_low forecast_high forecast_naive forecast_weighted',
  win_probability: 'expected_wins',
  silent_customers: 'silent_rate silent_days assigned_customers silent_open_amount silent_contract_amount',
  wake_rate: 'wake_rate_held_out wake_uplift',
  customer_profile: 'active_customers customers_in_hand deal_customers',
  customer_detail:
    'days_since_followup customer_contract_amount customer_paid_amount customer_followups_90d customer_tickets_90d customer_open_tickets',
  interaction_timeline: 'customer_followups customer_events longest_gap',
  customer_grades: 'grade_mismatch',
  grade_conversion: 'grade_cycle grade_effort grade_won_amount',
  clv: 'clv_model clv_model_orders clv_trial_expected clv_trial_actual clv_order_value yearly_orders retention_years clv_cac top_customer_share buyers',
  customer_segments: 'segment_customers segment_amount segment_active_rate segment_complaint_rate',
  cross_sell: 'cross_sell_rate cross_sell_customers',
  potential_customers: 'potential_score prospects signing_rate',
  churn_rate: 'retention_rate lost_customers customers_at_start lost_contract_amount',
  churn_analysis: 'loss_sign_rate',
  renewal_rate: 'renewal_amount_rate contracts_due contracts_pending',
  renewal_due: 'renewals_due renewals_due_amount days_to_renewal risky_renewals',
  churn_risk: 'churn_risk_customers amount_at_risk',
  health_score: 'red_customers yellow_customers customers_in_force',
  engagement_index: 'engagement_part engagement_customers engagement_low',
  campaign_roi:
    'won_leads lead_win_rate channel_won_customers channel_cost channel_revenue return_per_yuan share_of_revenue',
  return_analysis: 'return_part_count',
  data_quality:
    'field_completeness duplicate_customers missing_phones orphan_records contradictory_dates overdue_close_dates',
  stale_reps: 'stale_reps days_without_update',
  payment_overdue: 'overdue_total overdue_customers overdue_plans overdue_days',
};

const intentById: ReadonlyMap<string, Intent> = new Map(
  Object.entries(shown).flatMap(([intent, ids]) => ids.split(' ').map((id) => [id, intent as Intent] as const)),
);

/** The report that shows a metric which is asked for by its name; undefined where it is counted by itself or has no number. */
export const reportShowing = (id: string): Intent | undefined => intentById.get(id);

/** The metrics that are asked for by name and answered by another report's figures. */
export const shownMetrics: readonly Metric[] = metrics.filter(({ id }) => intentById.has(id));
