-- Wukong CRM 11.x, Java (悟空 CRM; tables wk_crm_*, wk_admin_*) as the read model.
-- ${SRC} is the schema of the CRM (the vendor's default is wk_crm_single). MySQL 5.7.7+, 8.x, MariaDB 10.x: no CTE, no
-- window function, no named time zone. Times are written by the CRM as Asia/Shanghai wall clock and pass unchanged.
-- What is not recorded is NULL, and cm_capabilities says so.

CREATE OR REPLACE VIEW cm_departments AS
SELECT d.dept_id AS department_id, NULLIF(d.pid, 0) AS parent_id, d.name AS name,
       CAST(NULL AS CHAR(64)) AS region, d.owner_user_id AS manager_user_id, 1 AS is_active
FROM ${SRC}.wk_admin_dept d;

CREATE OR REPLACE VIEW cm_users AS
SELECT u.user_id AS user_id, u.realname AS name, u.num AS employee_no, u.mobile AS mobile, u.email AS email,
       u.dept_id AS department_id, d.name AS department_name, r.roles AS roles,
       NULLIF(u.parent_id, 0) AS manager_user_id,
       CASE WHEN u.status = 1 AND u.is_del = 0 THEN 1 ELSE 0 END AS is_active,
       u.last_login_time AS last_login_at, u.create_time AS created_at, CAST(NULL AS CHAR(64)) AS wecom_userid, CAST(NULL AS CHAR(64)) AS dingtalk_userid
FROM ${SRC}.wk_admin_user u
LEFT JOIN ${SRC}.wk_admin_dept d ON d.dept_id = u.dept_id
LEFT JOIN (SELECT ur.user_id, GROUP_CONCAT(ro.role_name ORDER BY ro.role_id SEPARATOR ',') AS roles
           FROM ${SRC}.wk_admin_user_role ur JOIN ${SRC}.wk_admin_role ro ON ro.role_id = ur.role_id
           GROUP BY ur.user_id) r ON r.user_id = u.user_id;

CREATE OR REPLACE VIEW cm_customers AS
SELECT c.customer_id AS customer_id, c.customer_name AS name,
       NULLIF(di.value, '') AS industry, NULLIF(dl.value, '') AS level, NULLIF(ds.value, '') AS source,
       NULLIF(SUBSTRING_INDEX(c.address, ',', 1), '') AS province,
       CASE WHEN LOCATE(',', c.address) > 0 THEN NULLIF(SUBSTRING_INDEX(SUBSTRING_INDEX(c.address, ',', 2), ',', -1), '') END AS city,
       c.owner_user_id AS owner_user_id,
       CASE WHEN c.owner_user_id IS NULL THEN 'pool' WHEN c.status = 2 OR c.is_lock = 1 THEN 'locked' ELSE 'active' END AS lifecycle,
       c.deal_status AS is_deal, CASE WHEN c.deal_status = 1 THEN c.deal_time END AS first_deal_at,
       c.create_time AS created_at, c.update_time AS updated_at, c.receive_time AS owner_since_at,
       CASE WHEN c.followup = 1 THEN c.last_time END AS native_last_activity_at, c.next_time AS next_activity_at,
       NULLIF(c.mobile, '') AS mobile, NULLIF(c.telephone, '') AS telephone, NULLIF(c.email, '') AS email,
       CAST(NULL AS CHAR(64)) AS campaign_id,
       CAST(NULL AS CHAR(64)) AS size, CAST(NULL AS DECIMAL(20,2)) AS annual_budget,
       CAST(NULL AS SIGNED) AS is_industry_leader, CAST(NULL AS SIGNED) AS has_clear_decision_chain
FROM ${SRC}.wk_crm_customer c
LEFT JOIN ${SRC}.wk_crm_field fi ON fi.label = 2 AND fi.field_name = 'industry'
LEFT JOIN ${SRC}.wk_crm_customer_data di ON di.batch_id = c.batch_id AND di.field_id = fi.field_id
LEFT JOIN ${SRC}.wk_crm_field fl ON fl.label = 2 AND fl.field_name = 'level'
LEFT JOIN ${SRC}.wk_crm_customer_data dl ON dl.batch_id = c.batch_id AND dl.field_id = fl.field_id
LEFT JOIN ${SRC}.wk_crm_field fs ON fs.label = 2 AND fs.field_name = 'source'
LEFT JOIN ${SRC}.wk_crm_customer_data ds ON ds.batch_id = c.batch_id AND ds.field_id = fs.field_id
WHERE c.status <> 3;

CREATE OR REPLACE VIEW cm_contacts AS
SELECT t.contacts_id AS contact_id, t.customer_id AS customer_id, t.name AS name, t.post AS title,
       NULLIF(t.mobile, '') AS mobile, NULLIF(t.email, '') AS email,
       CASE WHEN c.contacts_id = t.contacts_id THEN 1 ELSE 0 END AS is_primary,
       CASE WHEN dp.value = '是' THEN 1 WHEN dp.value = '否' THEN 0 END AS is_decision_maker,
       t.owner_user_id AS owner_user_id, t.create_time AS created_at
FROM ${SRC}.wk_crm_contacts t
LEFT JOIN ${SRC}.wk_crm_customer c ON c.customer_id = t.customer_id
LEFT JOIN ${SRC}.wk_crm_field fp ON fp.label = 3 AND fp.field_name = 'policymakers'
LEFT JOIN ${SRC}.wk_crm_contacts_data dp ON dp.batch_id = t.batch_id AND dp.field_id = fp.field_id;

CREATE OR REPLACE VIEW cm_leads AS
SELECT l.leads_id AS lead_id, l.leads_name AS name, NULLIF(ds.value, '') AS source,
       NULLIF(di.value, '') AS industry, NULLIF(dl.value, '') AS level, l.owner_user_id AS owner_user_id,
       CASE WHEN l.is_transform = 1 THEN 'converted' ELSE 'open' END AS status, l.create_time AS created_at,
       -- no conversion stamp: conversion inserts the customer, so that customer's create_time is the moment
       CASE WHEN l.is_transform = 1 THEN COALESCE(c.create_time, l.update_time) END AS converted_at,
       CASE WHEN l.is_transform = 1 THEN IF(c.create_time IS NULL, 'approx', 'derived') END AS converted_at_quality,
       NULLIF(l.customer_id, 0) AS customer_id, CAST(NULL AS SIGNED) AS opportunity_id,
       CAST(NULL AS CHAR(64)) AS campaign_id, CASE WHEN l.followup = 1 THEN l.last_time END AS last_activity_at,
       CAST(NULL AS DATETIME) AS first_contacted_at, CAST(NULL AS DATETIME) AS assigned_at, CAST(NULL AS CHAR(255)) AS utm_source
FROM ${SRC}.wk_crm_leads l
LEFT JOIN ${SRC}.wk_crm_customer c ON c.customer_id = l.customer_id AND l.is_transform = 1
LEFT JOIN ${SRC}.wk_crm_field fi ON fi.label = 1 AND fi.field_name = 'industry'
LEFT JOIN ${SRC}.wk_crm_leads_data di ON di.batch_id = l.batch_id AND di.field_id = fi.field_id
LEFT JOIN ${SRC}.wk_crm_field fl ON fl.label = 1 AND fl.field_name = 'level'
LEFT JOIN ${SRC}.wk_crm_leads_data dl ON dl.batch_id = l.batch_id AND dl.field_id = fl.field_id
LEFT JOIN ${SRC}.wk_crm_field fs ON fs.label = 1 AND fs.field_name = 'source'
LEFT JOIN ${SRC}.wk_crm_leads_data ds ON ds.batch_id = l.batch_id AND ds.field_id = fs.field_id;

CREATE OR REPLACE VIEW cm_stages AS
SELECT s.status_id AS stage_id, s.type_id AS pipeline_id, t.name AS pipeline_name, s.name AS name,
       s.order_num AS sort_order, CAST(NULLIF(s.rate, '') AS DECIMAL(6,2)) AS win_rate, 'open' AS outcome,
       CASE WHEN t.status = 1 THEN 1 ELSE 0 END AS is_active
FROM ${SRC}.wk_crm_business_status s
JOIN ${SRC}.wk_crm_business_type t ON t.type_id = s.type_id
UNION ALL
-- The CRM has no stage for a deal that was won: it keeps the last one and sets is_end. The funnel needs the step, so each
-- pipeline gets one, under its own number below zero.
SELECT -t.type_id, t.type_id, t.name, '成交', 10000, CAST(100 AS DECIMAL(6,2)), 'won', CASE WHEN t.status = 1 THEN 1 ELSE 0 END
FROM ${SRC}.wk_crm_business_type t;

CREATE OR REPLACE VIEW cm_opportunities AS
SELECT b.business_id AS opportunity_id, b.business_name AS name, b.customer_id AS customer_id,
       b.owner_user_id AS owner_user_id, b.type_id AS pipeline_id,
       CASE WHEN b.is_end = 1 THEN -b.type_id ELSE b.status_id END AS stage_id,
       CASE b.is_end WHEN 1 THEN 'won' WHEN 2 THEN 'lost' WHEN 3 THEN 'invalid' ELSE 'open' END AS outcome,
       b.money AS amount,
       CASE b.is_end WHEN 1 THEN 100 WHEN 2 THEN 0 WHEN 3 THEN 0 ELSE CAST(NULLIF(s.rate, '') AS DECIMAL(6,2)) END AS win_rate,
       DATE(b.deal_date) AS expected_close_date, b.create_time AS created_at, b.update_time AS updated_at,
       COALESCE(ch.last_change, b.create_time) AS stage_entered_at,
       CASE WHEN b.is_end IN (1,2,3) THEN COALESCE(cl.closed_at, b.update_time) END AS closed_at,
       CASE WHEN b.is_end IN (1,2,3) THEN IF(cl.closed_at IS NULL, 'approx', 'exact') END AS closed_at_quality,
       CASE WHEN b.is_end IN (2,3) THEN NULLIF(b.status_remark, '') END AS lost_reason,
       CAST(NULL AS CHAR(64)) AS source, CAST(NULL AS CHAR(64)) AS campaign_id, CAST(NULL AS SIGNED) AS lead_id
FROM ${SRC}.wk_crm_business b
LEFT JOIN ${SRC}.wk_crm_business_status s ON s.status_id = b.status_id
LEFT JOIN (SELECT business_id, MAX(create_time) AS last_change FROM ${SRC}.wk_crm_business_change GROUP BY business_id) ch
       ON ch.business_id = b.business_id
LEFT JOIN (SELECT activity_type_id, MAX(create_time) AS closed_at FROM ${SRC}.wk_crm_activity
           WHERE type = 3 AND activity_type = 5 AND content IN ('赢单', '输单', '无效') GROUP BY activity_type_id) cl
       ON cl.activity_type_id = b.business_id
WHERE b.status <> 3;

CREATE OR REPLACE VIEW cm_stage_events AS
-- birth: the vendor writes no change row, so the first stage is known only when no move followed
SELECT CONCAT('c', b.business_id) AS event_id, b.business_id AS opportunity_id, 'create' AS event_type,
       CAST(NULL AS SIGNED) AS from_stage_id, CASE WHEN m.n IS NULL THEN b.status_id ELSE f.status_id END AS to_stage_id,
       'open' AS outcome, b.create_time AS occurred_at, b.create_user_id AS actor_user_id,
       CASE WHEN m.n IS NULL THEN 'exact' ELSE 'inferred' END AS quality
FROM ${SRC}.wk_crm_business b
LEFT JOIN (SELECT business_id, COUNT(*) AS n FROM ${SRC}.wk_crm_business_change GROUP BY business_id) m ON m.business_id = b.business_id
LEFT JOIN (SELECT s.type_id, MIN(s.status_id) AS status_id FROM ${SRC}.wk_crm_business_status s
           JOIN (SELECT type_id, MIN(order_num) AS o FROM ${SRC}.wk_crm_business_status GROUP BY type_id) x
             ON x.type_id = s.type_id AND x.o = s.order_num GROUP BY s.type_id) f ON f.type_id = b.type_id
WHERE b.status <> 3
UNION ALL
SELECT CONCAT('m', h.change_id), h.business_id, 'move',
       NULL,
       h.status_id, 'open', h.create_time, h.create_user_id, 'exact'
FROM ${SRC}.wk_crm_business_change h JOIN ${SRC}.wk_crm_business b ON b.business_id = h.business_id AND b.status <> 3
UNION ALL
-- end: only trace is an activity row of type 3 whose text is the outcome word
SELECT CONCAT('e', a.activity_id), a.activity_type_id, 'close', b.status_id, CASE WHEN b.is_end = 1 THEN -b.type_id END,
       CASE a.content WHEN '赢单' THEN 'won' WHEN '输单' THEN 'lost' ELSE 'invalid' END,
       a.create_time, a.create_user_id, 'exact'
FROM ${SRC}.wk_crm_activity a JOIN ${SRC}.wk_crm_business b ON b.business_id = a.activity_type_id AND b.status <> 3
WHERE a.type = 3 AND a.activity_type = 5 AND a.content IN ('赢单', '输单', '无效')
  AND b.is_end = CASE a.content WHEN '赢单' THEN 1 WHEN '输单' THEN 2 ELSE 3 END;

CREATE OR REPLACE VIEW cm_activities AS
SELECT CONCAT('a', a.activity_id) AS activity_id,
       CASE WHEN a.type = 4 OR a.category LIKE '%拜访%' OR a.category LIKE '%上门%' THEN 'visit'
            WHEN a.category LIKE '%电话%' THEN 'call' WHEN a.category LIKE '%微信%' THEN 'wechat'
            WHEN a.category LIKE '%邮件%' THEN 'email' WHEN a.category LIKE '%短信%' THEN 'sms' ELSE 'note' END AS kind,
       CASE a.activity_type WHEN 1 THEN 'lead' WHEN 2 THEN 'customer' WHEN 3 THEN 'contact' WHEN 5 THEN 'opportunity'
            WHEN 6 THEN 'contract' WHEN 7 THEN 'payment' ELSE 'other' END AS subject_type,
       a.activity_type_id AS subject_id,
       COALESCE(CASE WHEN a.activity_type = 2 THEN a.activity_type_id END, t.customer_id, b.customer_id, k.customer_id) AS customer_id,
       b.business_id AS opportunity_id, l.leads_id AS lead_id, t.contacts_id AS contact_id,
       a.create_user_id AS user_id, a.create_time AS occurred_at, a.next_time AS next_at, a.category AS channel,
       CAST(NULL AS SIGNED) AS duration_minutes, CAST(NULL AS SIGNED) AS is_connected, CAST(NULL AS CHAR(3)) AS direction,
       LEFT(a.content, 500) AS summary
FROM ${SRC}.wk_crm_activity a
LEFT JOIN ${SRC}.wk_crm_contacts t ON a.activity_type = 3 AND t.contacts_id = a.activity_type_id
LEFT JOIN ${SRC}.wk_crm_business b ON a.activity_type = 5 AND b.business_id = a.activity_type_id
LEFT JOIN ${SRC}.wk_crm_contract k ON a.activity_type = 6 AND k.contract_id = a.activity_type_id
LEFT JOIN ${SRC}.wk_crm_leads l ON a.activity_type = 1 AND l.leads_id = a.activity_type_id
WHERE a.type IN (1, 4) AND a.status = 1
  -- conversion copies a lead's follow-ups onto the new customer: count the copy, not the original
  AND NOT (a.activity_type = 1 AND a.type = 1 AND COALESCE(l.is_transform, 0) = 1)
UNION ALL
SELECT CONCAT('p', r.call_record_id), 'call',
       CASE r.model WHEN 'leads' THEN 'lead' WHEN 'customer' THEN 'customer' WHEN 'contacts' THEN 'contact' ELSE 'other' END,
       r.model_id, COALESCE(CASE WHEN r.model = 'customer' THEN r.model_id END, t.customer_id), NULL,
       CASE WHEN r.model = 'leads' THEN r.model_id END, t.contacts_id,
       COALESCE(r.owner_user_id, r.create_user_id), COALESCE(r.answer_time, r.start_time, r.create_time), NULL, '通话', NULL, 1, NULL, NULL
FROM ${SRC}.wk_call_record r
LEFT JOIN ${SRC}.wk_crm_contacts t ON r.model = 'contacts' AND t.contacts_id = r.model_id
WHERE r.state = 2;

CREATE OR REPLACE VIEW cm_contracts AS
SELECT k.contract_id AS contract_id, k.num AS number, k.name AS name, k.customer_id AS customer_id,
       NULLIF(k.business_id, 0) AS opportunity_id, k.owner_user_id AS owner_user_id, k.money AS amount,
       CASE WHEN k.check_status IN (1, 10) THEN 'effective' WHEN k.check_status IN (0, 3) THEN 'pending'
            WHEN k.check_status = 2 THEN 'rejected' WHEN k.check_status = 8 THEN 'void' ELSE 'draft' END AS status,
       DATE(k.order_date) AS signed_on, DATE(k.start_time) AS starts_on, DATE(k.end_time) AS ends_on, k.create_time AS created_at,
       CAST(NULL AS SIGNED) AS renews_contract_id
FROM ${SRC}.wk_crm_contract k WHERE k.check_status <> 7;

CREATE OR REPLACE VIEW cm_contract_lines AS
SELECT p.r_id AS line_id, p.contract_id AS contract_id, p.product_id AS product_id, p.num AS quantity,
       p.sales_price AS unit_price, p.subtotal AS amount
FROM ${SRC}.wk_crm_contract_product p;

CREATE OR REPLACE VIEW cm_payments AS
SELECT r.receivables_id AS payment_id, r.contract_id AS contract_id, r.customer_id AS customer_id, r.owner_user_id AS owner_user_id,
       r.money AS amount, r.return_time AS paid_on,
       CASE WHEN r.check_status IN (1, 10) THEN 'confirmed' WHEN r.check_status IN (0, 3) THEN 'pending'
            WHEN r.check_status = 2 THEN 'rejected' WHEN r.check_status = 8 THEN 'void' ELSE 'draft' END AS status,
       r.return_type AS method, r.create_time AS created_at
FROM ${SRC}.wk_crm_receivables r WHERE COALESCE(r.check_status, 5) <> 7;

CREATE OR REPLACE VIEW cm_payment_plans AS
SELECT p.receivables_plan_id AS plan_id, p.contract_id AS contract_id, p.customer_id AS customer_id, p.owner_user_id AS owner_user_id,
       p.money AS amount, DATE(p.return_date) AS due_on, COALESCE(p.real_received_money, 0) AS paid_amount,
       CASE p.received_status WHEN 1 THEN 'paid' WHEN 2 THEN 'partial' WHEN 3 THEN 'void' WHEN 4 THEN 'overdue' ELSE 'due' END AS status
FROM ${SRC}.wk_crm_receivables_plan p;

CREATE OR REPLACE VIEW cm_products AS
SELECT p.product_id AS product_id, p.num AS code, p.name AS name, g.name AS category, p.price AS list_price,
       CASE WHEN p.status = 1 THEN 1 ELSE 0 END AS is_active
FROM ${SRC}.wk_crm_product p LEFT JOIN ${SRC}.wk_crm_product_category g ON g.category_id = p.category_id
WHERE COALESCE(p.status, 1) <> 3;

CREATE OR REPLACE VIEW cm_campaigns AS
SELECT m.marketing_id AS campaign_id, m.marketing_name AS name, m.marketing_type AS type,
       CASE WHEN m.status = 0 THEN 'disabled' WHEN m.end_time < NOW() THEN 'ended' ELSE 'active' END AS status,
       DATE(m.start_time) AS starts_on, DATE(m.end_time) AS ends_on, m.marketing_money AS budget,
       CAST(NULL AS DECIMAL(18,2)) AS actual_cost, CAST(NULL AS DECIMAL(18,2)) AS actual_revenue, m.create_time AS created_at
FROM ${SRC}.wk_crm_marketing m;

CREATE OR REPLACE VIEW cm_campaign_responses AS
SELECT i.r_id AS response_id, i.marketing_id AS campaign_id,
       CASE m.crm_type WHEN 2 THEN 'customer' ELSE 'lead' END AS member_type, CAST(NULL AS SIGNED) AS member_id,
       CASE i.status WHEN 1 THEN 'synced' WHEN 2 THEN 'failed' ELSE 'submitted' END AS status, i.create_time AS occurred_at
FROM ${SRC}.wk_crm_marketing_info i JOIN ${SRC}.wk_crm_marketing m ON m.marketing_id = i.marketing_id;

CREATE OR REPLACE VIEW cm_surveys AS
SELECT v.visit_id AS survey_id, v.customer_id AS customer_id, v.contract_id AS contract_id, v.owner_user_id AS user_id,
       CASE d.value WHEN '很满意' THEN 5 WHEN '满意' THEN 4 WHEN '一般' THEN 3 WHEN '不满意' THEN 2 WHEN '很不满意' THEN 1 END AS score,
       d.value AS raw, v.visit_time AS surveyed_at, 'csat' AS kind
FROM ${SRC}.wk_crm_return_visit v
LEFT JOIN ${SRC}.wk_crm_field f ON f.label = 17 AND f.field_name = 'satisficing'
LEFT JOIN ${SRC}.wk_crm_return_visit_data d ON d.batch_id = v.batch_id AND d.field_id = f.field_id;

CREATE OR REPLACE VIEW cm_targets AS
SELECT CASE a.type WHEN 1 THEN 'company' WHEN 2 THEN 'department' ELSE 'user' END AS scope, a.obj_id AS scope_id,
       CASE a.status WHEN 2 THEN 'payment_amount' ELSE 'contract_amount' END AS metric,
       STR_TO_DATE(CONCAT(a.year, '-', n.m, '-01'), '%Y-%m-%d') AS month,
       CAST(ELT(n.m, a.january, a.february, a.march, a.april, a.may, a.june, a.july, a.august, a.september, a.october, a.november, a.december) AS DECIMAL(18,2)) AS amount
FROM ${SRC}.wk_crm_achievement a
JOIN (SELECT 1 AS m UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6
      UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9 UNION ALL SELECT 10 UNION ALL SELECT 11 UNION ALL SELECT 12) n;

CREATE OR REPLACE VIEW cm_owner_changes AS
SELECT o.record_id AS event_id,
       CASE o.type WHEN 1 THEN 'lead' WHEN 2 THEN 'customer' WHEN 9 THEN 'customer' WHEN 3 THEN 'contact' WHEN 5 THEN 'opportunity'
            WHEN 6 THEN 'contract' ELSE 'other' END AS subject_type,
       o.type_id AS subject_id, o.pre_owner_user_id AS from_user_id, o.post_owner_user_id AS to_user_id, o.create_time AS occurred_at
FROM ${SRC}.wk_crm_owner_record o;

CREATE OR REPLACE VIEW cm_tickets AS
SELECT CAST(NULL AS SIGNED) AS ticket_id, CAST(NULL AS SIGNED) AS customer_id, CAST(NULL AS CHAR(64)) AS subject,
       CAST(NULL AS CHAR(32)) AS channel, CAST(NULL AS CHAR(32)) AS priority, CAST(NULL AS CHAR(32)) AS status,
       CAST(NULL AS SIGNED) AS assignee_user_id, CAST(NULL AS DATETIME) AS created_at, CAST(NULL AS DATETIME) AS first_response_at,
       CAST(NULL AS DATETIME) AS resolved_at, CAST(NULL AS SIGNED) AS satisfaction,
       CAST(NULL AS CHAR(16)) AS kind, CAST(NULL AS SIGNED) AS product_id,
       CAST(NULL AS CHAR(255)) AS reason, CAST(NULL AS CHAR(64)) AS carrier
FROM ${SRC}.wk_admin_dept WHERE 1 = 0;

CREATE OR REPLACE VIEW cm_customer_scores AS
SELECT CAST(NULL AS SIGNED) AS customer_id, CAST(NULL AS CHAR(64)) AS component, CAST(NULL AS DATE) AS day,
       CAST(NULL AS DECIMAL(20,4)) AS score
FROM ${SRC}.wk_admin_dept WHERE 1 = 0;

CREATE OR REPLACE VIEW cm_quotes AS
SELECT CAST(NULL AS SIGNED) AS quote_id, CAST(NULL AS SIGNED) AS opportunity_id, CAST(NULL AS SIGNED) AS customer_id,
       CAST(NULL AS SIGNED) AS owner_user_id, CAST(NULL AS DECIMAL(20,2)) AS amount, CAST(NULL AS DATETIME) AS requested_at,
       CAST(NULL AS DATETIME) AS sent_at, CAST(NULL AS CHAR(12)) AS status, CAST(NULL AS DATETIME) AS created_at
FROM ${SRC}.wk_admin_dept WHERE 1 = 0;

CREATE OR REPLACE VIEW cm_customer_usage AS
SELECT CAST(NULL AS SIGNED) AS customer_id, CAST(NULL AS DATE) AS day, CAST(NULL AS SIGNED) AS logins,
       CAST(NULL AS SIGNED) AS active_users, CAST(NULL AS SIGNED) AS features_used
FROM ${SRC}.wk_admin_dept WHERE 1 = 0;

-- The bot's own memory of open deals, day by day; it exists only where the read model is copied (npm run read-model -- refresh).
CREATE OR REPLACE VIEW cm_opportunity_daily AS
SELECT CAST(NULL AS DATE) AS day, CAST(NULL AS SIGNED) AS opportunity_id, CAST(NULL AS SIGNED) AS pipeline_id,
       CAST(NULL AS SIGNED) AS stage_id, CAST(NULL AS CHAR(8)) AS outcome, CAST(NULL AS DECIMAL(20,2)) AS amount,
       CAST(NULL AS SIGNED) AS owner_user_id
FROM ${SRC}.wk_admin_dept WHERE 1 = 0;

CREATE OR REPLACE VIEW cm_customer_last_touch AS
SELECT x.customer_id AS customer_id, MAX(x.t) AS last_touch_at FROM (
  SELECT customer_id, occurred_at AS t FROM cm_activities WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, surveyed_at FROM cm_surveys WHERE customer_id IS NOT NULL
  UNION ALL SELECT customer_id, CAST(signed_on AS DATETIME) FROM cm_contracts WHERE status = 'effective'
  UNION ALL SELECT customer_id, CAST(paid_on AS DATETIME) FROM cm_payments WHERE status = 'confirmed'
) x WHERE x.customer_id IS NOT NULL AND x.t IS NOT NULL GROUP BY x.customer_id;

CREATE OR REPLACE VIEW cm_capabilities AS
SELECT 'stage_events' AS entity, 'partial' AS level, '阶段变动准确;起始阶段是推断的;关单时间取自跟进记录' AS note
UNION ALL SELECT 'opportunities.closed_at', 'derived', '取关单的跟进记录,没有时取最后修改时间'
UNION ALL SELECT 'leads.converted_at', 'derived', '取转化出的客户的创建时间'
UNION ALL SELECT 'leads.first_contacted_at', 'none', 'CRM 没有记首次联系时间'
UNION ALL SELECT 'campaigns.actual_cost', 'none', 'CRM 只有一个预算金额,没有实际花费'
UNION ALL SELECT 'campaign_responses.member_id', 'none', '表单没有记变成了哪条线索'
UNION ALL SELECT 'quotes', 'none', 'CRM 没有报价单'
UNION ALL SELECT 'tickets', 'none', 'CRM 没有工单'
UNION ALL SELECT 'customer_usage', 'none', 'CRM 没有客户登录记录'
UNION ALL SELECT 'customer_scores', 'none', 'CRM 没有学习或使用的评分'
UNION ALL SELECT 'surveys', 'full', '回访里的满意度,五档'
UNION ALL SELECT 'departments.region', 'none', '部门没有大区'
UNION ALL SELECT 'targets', 'full', '按月的合同和回款目标';
