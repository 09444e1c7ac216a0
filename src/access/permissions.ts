import type { Intent } from '../commands/command.ts';
import type { Role } from './viewer.ts';

const forEveryone: readonly Intent[] = [
  'help',
  'metric_definition',
  'clarify',
  'out_of_scope',
  'reject',
  'refine',
  'drill_down',
  'feedback_wrong_number',
];

/** 客服 see customers and service, not money by person; 市场 sees channels, leads and totals, not single customers. */
const narrowed: Partial<Record<Role, readonly Intent[]>> = {
  service: [
    'customer_detail',
    'interaction_timeline',
    'service_metrics',
    'return_analysis',
    'engagement_index',
    'csat',
    'nps',
    'health_score',
    'churn_risk',
    'renewal_due',
    'customer_profile',
    'silent_customers',
    'silent_feedback',
    'dashboard',
    'digest',
    'export',
  ],
  marketing: [
    'campaign_roi',
    'lead_conversion',
    'new_leads',
    'new_customers',
    'customer_profile',
    'funnel',
    'stage_conversion',
    'win_rate',
    'sales_cycle',
    'avg_order_value',
    'sales_trend',
    'customer_grades',
    'grade_conversion',
    'nps',
    'dashboard',
    'digest',
    'export',
  ],
};

/** Whether a role may ask for this at all; what of it they see is the scope's matter. */
export function mayAsk(role: Role, intent: Intent): boolean {
  const list = narrowed[role];
  return list === undefined || list.includes(intent) || forEveryone.includes(intent);
}

/** Whether a role may look at one customer by name, in whichever report: 市场 see how many, not who. */
export const seesSingleCustomers = (role: Role): boolean => mayAsk(role, 'customer_detail');
