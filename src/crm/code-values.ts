import type { CrmTableName } from './schema.ts';

/**
 * The codes that a column of the read model may hold; mappings and CSV files have turned the CRM's own words into them.
 * Any other word would fall out of every report without a trace, so the loader and the checker refuse it.
 */
export const codeValues: Readonly<Partial<Record<CrmTableName, Readonly<Record<string, readonly string[]>>>>> = {
  cm_customers: { lifecycle: ['active', 'pool', 'locked'] },
  cm_leads: { status: ['open', 'pool', 'converted', 'dead'] },
  cm_stages: { outcome: ['open', 'won', 'lost', 'invalid'] },
  cm_opportunities: {
    outcome: ['open', 'won', 'lost', 'invalid'],
    closed_at_quality: ['exact', 'derived', 'approx'],
  },
  cm_stage_events: {
    event_type: ['create', 'move', 'leave', 'close'],
    outcome: ['open', 'won', 'lost', 'invalid'],
    quality: ['exact', 'derived', 'inferred', 'approx', 'unmatched', 'unverified', 'snapshot'],
  },
  cm_activities: {
    kind: ['visit', 'call', 'wechat', 'email', 'sms', 'meeting', 'note'],
    direction: ['in', 'out'],
  },
  cm_contracts: { status: ['draft', 'pending', 'effective', 'completed', 'rejected', 'void'] },
  cm_quotes: { status: ['draft', 'sent', 'accepted', 'rejected', 'expired'] },
  cm_payments: { status: ['draft', 'pending', 'confirmed', 'rejected', 'void'] },
  cm_payment_plans: { status: ['due', 'overdue', 'partial', 'paid', 'void'] },
  cm_campaigns: { status: ['planned', 'active', 'ended', 'disabled'] },
  cm_tickets: {
    status: ['open', 'paused', 'resolved', 'closed'],
    kind: ['question', 'complaint', 'return', 'fault'],
  },
  cm_surveys: { kind: ['csat', 'nps'] },
  cm_targets: {
    scope: ['company', 'department', 'user'],
    metric: ['contract_amount', 'payment_amount', 'won_amount', 'new_customers'],
  },
  cm_capabilities: { level: ['full', 'partial', 'derived', 'code', 'unverified', 'none'] },
};
