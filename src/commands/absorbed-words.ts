import type { Intent } from './command.ts';

/** Reports that show another report's figure, or that are asked with another report's word. */
const absorbed: Readonly<Partial<Record<Intent, readonly Intent[]>>> = {
  campaign_roi: ['new_leads', 'lead_conversion', 'new_customers', 'review_report'],
  churn_analysis: ['churn_rate'],
  churn_risk: ['churn_rate', 'churn_analysis'],
  clv: ['payment_rate'],
  customer_grades: ['customer_profile'],
  data_quality: ['followups', 'new_customers'],
  forecast: ['sales_performance', 'target_attainment', 'sales_trend', 'opportunity_list'],
  funnel_bottleneck: ['funnel', 'churn_rate', 'opportunity_list', 'stage_conversion', 'stage_duration', 'stage_stuck'],
  grade_conversion: ['stage_conversion', 'win_rate', 'customer_grades', 'lead_conversion'],
  interaction_timeline: ['followups'],
  lead_conversion: ['new_leads', 'campaign_roi', 'win_rate', 'stage_conversion', 'sales_performance'],
  new_customers: ['new_leads'],
  new_leads: ['campaign_roi'],
  opportunity_list: ['stage_stuck', 'win_rate', 'win_probability', 'sales_performance', 'pipeline_value'],
  payment_overdue: ['payment_rate', 'renewal_due'],
  payment_rate: ['payment_overdue'],
  pipeline_changes: ['new_customers', 'opportunity_list', 'churn_rate', 'funnel'],
  pipeline_value: ['opportunity_list', 'funnel', 'win_probability'],
  renewal_due: ['churn_risk', 'renewal_rate'],
  renewal_rate: ['renewal_due'],
  repurchase_rate: ['renewal_rate'],
  sales_cycle: ['followups', 'new_leads', 'sales_performance'],
  sales_performance: ['opportunity_list'],
  stage_conversion: ['funnel', 'opportunity_list', 'sales_performance'],
  stage_duration: ['funnel', 'opportunity_list', 'sales_cycle'],
  stage_stuck: ['opportunity_list', 'followups', 'funnel', 'stage_duration', 'stale_reps'],
  stale_reps: ['followups', 'new_customers', 'data_quality', 'interaction_timeline'],
  target_attainment: ['sales_performance', 'forecast'],
  wake_rate: ['silent_customers'],
  win_probability: ['opportunity_list'],
  win_rate: ['opportunity_list', 'win_probability', 'churn_rate'],
};

/** These take any figure as their subject: 排行 本月 回款, 回款率走势, 华东转化率低于15%就告诉我. */
const takesAny = /^(?:ranking|sales_trend|digest|review_report|dashboard|action_items_list)$/;

/** Whether a word of `other` standing beside it leaves the reading `intent` as it is: 跟进排行 is a ranking, 新客户转化率 is not 新客户. */
export const absorbs = (intent: Intent, other: Intent): boolean =>
  intent === other ||
  other === 'customer_detail' ||
  takesAny.test(intent) ||
  (absorbed[intent]?.includes(other) ?? false);
