import { day, decimal, flag, id, integer, money, table, text, time } from '../../database/table.ts';

/**
 * The read model of the first day, frozen: later changes are migrations of their own, added in `../schema.ts`. Ids are
 * opaque text, times company wall clock, money yuan in one currency.
 */
export const readModel20261121 = {
  cm_departments: table(
    {
      department_id: id.must,
      parent_id: id,
      name: text(255).must,
      region: text(64),
      manager_user_id: id,
      is_active: flag(1),
    },
    { primaryKey: ['department_id'], indexes: { parent: ['parent_id'] } },
  ),
  cm_users: table(
    {
      user_id: id.must,
      name: text(255).must,
      employee_no: text(64),
      mobile: text(32),
      email: text(255),
      department_id: id,
      department_name: text(255),
      /** Comma-separated roles of the bot: rep, manager, regional_manager, director, service, marketing, admin. */
      roles: text(1000),
      manager_user_id: id,
      is_active: flag(1),
      last_login_at: time,
      created_at: time,
      wecom_userid: id,
      dingtalk_userid: id,
    },
    {
      primaryKey: ['user_id'],
      indexes: {
        department: ['department_id'],
        mobile: ['mobile'],
        wecom: ['wecom_userid'],
        dingtalk: ['dingtalk_userid'],
      },
    },
  ),
  cm_customers: table(
    {
      customer_id: id.must,
      name: text(500).must,
      industry: text(255),
      /** 客户级别: A, B, C. */
      level: text(255),
      source: text(255),
      province: text(64),
      city: text(64),
      /** 规模: 小微, 成长型, 大型 … as the company writes it. */
      size: text(64),
      owner_user_id: id,
      /** active | pool | locked */
      lifecycle: text(16).must,
      is_deal: flag(0),
      first_deal_at: time,
      created_at: time.must,
      updated_at: time,
      owner_since_at: time,
      native_last_activity_at: time,
      next_activity_at: time,
      mobile: text(64),
      telephone: text(64),
      email: text(255),
      campaign_id: id,
      /** 年预算 in yuan, for the grade card (decision 14). */
      annual_budget: money,
      /** 行业龙头, 1 yes, 0 no, NULL not known. */
      is_industry_leader: integer,
      /** 决策链清晰, 1 yes, 0 no, NULL not known. */
      has_clear_decision_chain: integer,
    },
    {
      primaryKey: ['customer_id'],
      indexes: {
        owner: ['owner_user_id', 'created_at'],
        created: ['created_at'],
        industry: ['industry'],
        name: ['name'],
      },
    },
  ),
  cm_contacts: table(
    {
      contact_id: id.must,
      customer_id: id,
      name: text(255),
      title: text(255),
      mobile: text(64),
      email: text(255),
      is_primary: integer,
      is_decision_maker: integer,
      owner_user_id: id,
      created_at: time,
    },
    { primaryKey: ['contact_id'], indexes: { customer: ['customer_id'] } },
  ),
  cm_leads: table(
    {
      lead_id: id.must,
      name: text(500),
      source: text(255),
      industry: text(255),
      level: text(255),
      owner_user_id: id,
      /** open | pool | converted | dead */
      status: text(16).must,
      created_at: time.must,
      converted_at: time,
      converted_at_quality: text(12),
      customer_id: id,
      opportunity_id: id,
      campaign_id: id,
      last_activity_at: time,
      /** First human contact after the lead was given out; NULL = none yet. */
      first_contacted_at: time,
      assigned_at: time,
      utm_source: text(255),
    },
    {
      primaryKey: ['lead_id'],
      indexes: {
        created: ['created_at'],
        source: ['source', 'created_at'],
        campaign: ['campaign_id'],
        customer: ['customer_id'],
        owner: ['owner_user_id', 'created_at'],
      },
    },
  ),
  cm_stages: table(
    {
      stage_id: id.longMust,
      pipeline_id: id,
      pipeline_name: text(255),
      name: text(255).must,
      sort_order: integer,
      /** 0-100. */
      win_rate: decimal,
      /** open | won | lost | invalid */
      outcome: text(8).must,
      is_active: flag(1),
    },
    { primaryKey: ['stage_id'], indexes: { pipeline: ['pipeline_id', 'sort_order'] } },
  ),
  cm_opportunities: table(
    {
      opportunity_id: id.must,
      name: text(500),
      customer_id: id,
      owner_user_id: id,
      pipeline_id: id,
      stage_id: id.long,
      /** open | won | lost | invalid */
      outcome: text(8).must,
      amount: money,
      win_rate: decimal,
      expected_close_date: day,
      created_at: time.must,
      updated_at: time,
      stage_entered_at: time,
      closed_at: time,
      /** exact | derived | approx */
      closed_at_quality: text(12),
      lost_reason: text(1000),
      source: text(255),
      campaign_id: id,
      lead_id: id,
    },
    {
      primaryKey: ['opportunity_id'],
      indexes: {
        open: ['outcome', 'pipeline_id', 'stage_id'],
        owner: ['owner_user_id', 'closed_at'],
        created: ['created_at'],
        closed: ['closed_at', 'outcome'],
        customer: ['customer_id'],
      },
    },
  ),
  cm_stage_events: table(
    {
      event_id: text(80).must,
      opportunity_id: id.must,
      /** create | move | leave | close */
      event_type: text(8).must,
      from_stage_id: id.long,
      to_stage_id: id.long,
      outcome: text(8).must,
      occurred_at: time.must,
      actor_user_id: id,
      /** exact | derived | inferred | approx | unmatched | unverified | snapshot */
      quality: text(12).must,
    },
    {
      primaryKey: ['event_id'],
      indexes: { opportunity: ['opportunity_id', 'occurred_at'], time: ['occurred_at', 'event_type'] },
    },
  ),
  cm_activities: table(
    {
      activity_id: text(80).must,
      /** visit | call | wechat | email | sms | meeting | note */
      kind: text(16).must,
      subject_type: text(16).must,
      subject_id: id,
      customer_id: id,
      opportunity_id: id,
      lead_id: id,
      contact_id: id,
      user_id: id,
      occurred_at: time.must,
      next_at: time,
      channel: text(255),
      duration_minutes: integer,
      /** 1 when the other side was reached, 0 when not, NULL not known. */
      is_connected: integer,
      /** in = the customer came to us, out = we went to them. */
      direction: text(3),
      summary: text(1000),
    },
    {
      primaryKey: ['activity_id'],
      indexes: {
        customer: ['customer_id', 'occurred_at'],
        // Covering: counting a month's follow-ups reads the index alone.
        user: ['user_id', 'occurred_at', 'kind', 'customer_id', 'is_connected', 'duration_minutes'],
        opportunity: ['opportunity_id', 'occurred_at'],
        time: ['occurred_at', 'kind', 'user_id', 'customer_id', 'is_connected', 'duration_minutes'],
      },
    },
  ),
  cm_contracts: table(
    {
      contract_id: id.must,
      number: text(255),
      name: text(500),
      customer_id: id,
      opportunity_id: id,
      owner_user_id: id,
      amount: money,
      /** draft | pending | effective | completed | rejected | void */
      status: text(12).must,
      signed_on: day,
      starts_on: day,
      ends_on: day,
      created_at: time,
      /** The contract that this one renews. */
      renews_contract_id: id,
    },
    {
      primaryKey: ['contract_id'],
      indexes: {
        signed: ['status', 'signed_on'],
        signed_on: ['signed_on'],
        customer: ['customer_id', 'signed_on'],
        owner: ['owner_user_id', 'signed_on'],
        ends: ['ends_on'],
        opportunity: ['opportunity_id'],
      },
    },
  ),
  cm_contract_lines: table(
    { line_id: id.must, contract_id: id.must, product_id: id, quantity: decimal, unit_price: decimal, amount: money },
    { primaryKey: ['line_id'], indexes: { contract: ['contract_id'], product: ['product_id'] } },
  ),
  cm_quotes: table(
    {
      quote_id: id.must,
      opportunity_id: id,
      customer_id: id,
      owner_user_id: id,
      amount: money,
      /** When the customer asked for it; NULL where the CRM does not say. */
      requested_at: time,
      /** When the formal quote left; NULL = not sent yet. */
      sent_at: time,
      /** draft | sent | accepted | rejected | expired */
      status: text(12).must,
      created_at: time,
    },
    {
      primaryKey: ['quote_id'],
      indexes: {
        sent: ['sent_at'],
        owner: ['owner_user_id', 'sent_at'],
        opportunity: ['opportunity_id'],
        requested: ['requested_at'],
      },
    },
  ),
  cm_payments: table(
    {
      payment_id: text(80).must,
      contract_id: id,
      customer_id: id,
      owner_user_id: id,
      amount: money,
      paid_on: day,
      /** draft | pending | confirmed | rejected | void */
      status: text(12).must,
      method: text(255),
      created_at: time,
    },
    {
      primaryKey: ['payment_id'],
      indexes: {
        paid: ['status', 'paid_on'],
        customer: ['customer_id', 'paid_on'],
        contract: ['contract_id'],
        owner: ['owner_user_id', 'paid_on'],
      },
    },
  ),
  cm_payment_plans: table(
    {
      plan_id: id.must,
      contract_id: id,
      customer_id: id,
      owner_user_id: id,
      amount: money,
      due_on: day,
      paid_amount: money,
      /** due | overdue | partial | paid | void */
      status: text(12).must,
    },
    { primaryKey: ['plan_id'], indexes: { due: ['status', 'due_on'], due_on: ['due_on'] } },
  ),
  cm_products: table(
    {
      product_id: id.must,
      code: text(255),
      name: text(255),
      /** 产品线: SaaS, 硬件, 服务. */
      category: text(255),
      list_price: decimal,
      is_active: flag(1),
    },
    { primaryKey: ['product_id'] },
  ),
  cm_campaigns: table(
    {
      campaign_id: id.must,
      name: text(255),
      /** The channel it belongs to, in the words of `source`. */
      type: text(64),
      /** planned | active | ended | disabled */
      status: text(12),
      starts_on: day,
      ends_on: day,
      budget: money,
      actual_cost: money,
      actual_revenue: money,
      created_at: time,
    },
    { primaryKey: ['campaign_id'], indexes: { starts: ['starts_on'] } },
  ),
  cm_campaign_responses: table(
    {
      response_id: id.must,
      campaign_id: id.must,
      member_type: text(12),
      member_id: id,
      status: text(32),
      occurred_at: time,
    },
    {
      primaryKey: ['response_id'],
      indexes: { campaign: ['campaign_id', 'occurred_at'], member: ['member_type', 'member_id'] },
    },
  ),
  cm_tickets: table(
    {
      ticket_id: id.must,
      customer_id: id,
      subject: text(500),
      channel: text(32),
      priority: text(32),
      /** open | paused | resolved | closed */
      status: text(12),
      assignee_user_id: id,
      created_at: time.must,
      first_response_at: time,
      resolved_at: time,
      /** 1-5. */
      satisfaction: integer,
      /** question | complaint | return | fault; NULL where the CRM does not say. */
      kind: text(16),
      product_id: id,
    },
    {
      primaryKey: ['ticket_id'],
      indexes: {
        created: ['created_at'],
        customer: ['customer_id', 'created_at'],
        assignee: ['assignee_user_id', 'created_at'],
      },
    },
  ),
  cm_surveys: table(
    {
      survey_id: id.must,
      customer_id: id,
      contract_id: id,
      user_id: id,
      /** 1-5 for csat, 0-10 for nps. */
      score: integer,
      raw: text(255),
      surveyed_at: time,
      /** csat | nps */
      kind: text(8),
    },
    { primaryKey: ['survey_id'], indexes: { time: ['surveyed_at'], customer: ['customer_id'] } },
  ),
  cm_targets: table(
    {
      /** company | department | user */
      scope: text(12).must,
      scope_id: id.must,
      /** contract_amount | payment_amount | won_amount | new_customers */
      metric: text(24).must,
      /** The first of the month. */
      month: day.must,
      amount: money,
    },
    { primaryKey: ['scope', 'scope_id', 'metric', 'month'] },
  ),
  cm_owner_changes: table(
    {
      event_id: text(80).must,
      subject_type: text(16),
      subject_id: id,
      from_user_id: id,
      to_user_id: id,
      occurred_at: time,
    },
    { primaryKey: ['event_id'], indexes: { subject: ['subject_type', 'subject_id', 'occurred_at'] } },
  ),
  cm_customer_usage: table(
    { customer_id: id.must, day: day.must, logins: integer, active_users: integer, features_used: integer },
    { primaryKey: ['customer_id', 'day'], indexes: { day: ['day'] } },
  ),
  cm_customer_last_touch: table(
    { customer_id: id.must, last_touch_at: time },
    { primaryKey: ['customer_id'], indexes: { touch: ['last_touch_at'] } },
  ),
  cm_opportunity_daily: table(
    {
      day: day.must,
      opportunity_id: id.must,
      pipeline_id: id,
      stage_id: id.long,
      outcome: text(8),
      amount: money,
      owner_user_id: id,
    },
    { primaryKey: ['day', 'opportunity_id'], indexes: { opportunity: ['opportunity_id', 'day'] } },
  ),
  cm_capabilities: table(
    {
      entity: id.must,
      /** full | partial | derived | code | unverified | none */
      level: text(12).must,
      note: text(500),
    },
    { primaryKey: ['entity'] },
  ),
} as const;
