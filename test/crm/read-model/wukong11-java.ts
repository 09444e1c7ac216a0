/**
 * The columns of Wukong 11's tables that the mapping reads, with a few made-up rows: two people, three customers (one of
 * them in the pool, one deleted), a pipeline of three stages, a deal won, one lost, one open, one deleted.
 */
export const wukongTables = `
create table wk_admin_dept (dept_id int primary key, pid int, name varchar(20), owner_user_id bigint);
create table wk_admin_user (user_id bigint primary key, realname varchar(50), num varchar(50), mobile varchar(20), email varchar(50),
  dept_id int, parent_id bigint, status int, is_del int, last_login_time datetime, create_time datetime);
create table wk_admin_role (role_id int primary key, role_name varchar(50));
create table wk_admin_user_role (id int auto_increment primary key, user_id bigint, role_id int);
create table wk_crm_field (field_id int primary key, label int, field_name varchar(50));
create table wk_crm_customer (customer_id int primary key, customer_name varchar(255), address varchar(255), owner_user_id bigint, status int,
  is_lock int, deal_status int, deal_time datetime, create_time datetime, update_time datetime, receive_time datetime, followup int,
  last_time datetime, next_time datetime, mobile varchar(20), telephone varchar(20), email varchar(50), batch_id varchar(32), contacts_id int);
create table wk_crm_customer_data (id int auto_increment primary key, field_id int, value varchar(255), batch_id varchar(32));
create table wk_crm_contacts (contacts_id int primary key, customer_id int, name varchar(50), post varchar(50), mobile varchar(20),
  email varchar(50), owner_user_id bigint, create_time datetime, batch_id varchar(32));
create table wk_crm_contacts_data (id int auto_increment primary key, field_id int, value varchar(255), batch_id varchar(32));
create table wk_crm_leads (leads_id int primary key, leads_name varchar(255), owner_user_id bigint, is_transform int, create_time datetime,
  update_time datetime, customer_id int, followup int, last_time datetime, batch_id varchar(32));
create table wk_crm_leads_data (id int auto_increment primary key, field_id int, value varchar(255), batch_id varchar(32));
create table wk_crm_business_type (type_id int primary key, name varchar(50), status int);
create table wk_crm_business_status (status_id int primary key, type_id int, name varchar(50), order_num int, rate varchar(20));
create table wk_crm_business (business_id int primary key, business_name varchar(255), customer_id int, owner_user_id bigint, create_user_id bigint,
  type_id int, status_id int, money decimal(18,2), is_end int, status_remark varchar(500), deal_date datetime, create_time datetime,
  update_time datetime, status int);
create table wk_crm_business_change (change_id int primary key, business_id int, status_id int, create_time datetime, create_user_id bigint);
create table wk_crm_activity (activity_id int primary key, type int, activity_type int, activity_type_id int, category varchar(50), content text,
  create_user_id bigint, create_time datetime, next_time datetime, status int);
create table wk_call_record (call_record_id int primary key, model varchar(20), model_id int, owner_user_id bigint, create_user_id bigint,
  answer_time datetime, start_time datetime, create_time datetime, state int);
create table wk_crm_contract (contract_id int primary key, num varchar(50), name varchar(255), customer_id int, business_id int,
  owner_user_id bigint, money decimal(18,2), check_status int, order_date datetime, start_time datetime, end_time datetime, create_time datetime);
create table wk_crm_contract_product (r_id int primary key, contract_id int, product_id int, num decimal(18,2), sales_price decimal(18,2), subtotal decimal(18,2));
create table wk_crm_receivables (receivables_id int primary key, contract_id int, customer_id int, owner_user_id bigint, money decimal(18,2),
  return_time date, check_status int, return_type varchar(50), create_time datetime);
create table wk_crm_receivables_plan (receivables_plan_id int primary key, contract_id int, customer_id int, owner_user_id bigint,
  money decimal(18,2), return_date datetime, real_received_money decimal(18,2), received_status int);
create table wk_crm_product (product_id int primary key, num varchar(50), name varchar(255), category_id int, price decimal(18,2), status int);
create table wk_crm_product_category (category_id int primary key, name varchar(50));
create table wk_crm_marketing (marketing_id int primary key, marketing_name varchar(255), marketing_type varchar(50), marketing_money decimal(18,2),
  crm_type int, start_time datetime, end_time datetime, status int, create_time datetime);
create table wk_crm_marketing_info (r_id int primary key, marketing_id int, status int, create_time datetime);
create table wk_crm_return_visit (visit_id int primary key, customer_id int, contract_id int, owner_user_id bigint, visit_time datetime, batch_id varchar(32));
create table wk_crm_return_visit_data (id int auto_increment primary key, field_id int, value varchar(255), batch_id varchar(32));
create table wk_crm_achievement (achievement_id int primary key, obj_id int, type int, year varchar(4), status int, january varchar(20), february varchar(20),
  march varchar(20), april varchar(20), may varchar(20), june varchar(20), july varchar(20), august varchar(20), september varchar(20),
  october varchar(20), november varchar(20), december varchar(20));
create table wk_crm_owner_record (record_id int primary key, type int, type_id int, pre_owner_user_id bigint, post_owner_user_id bigint, create_time datetime)`;

export const wukongRows = `
insert into wk_admin_dept values (1, 0, '全公司', 14773), (2, 1, '华东销售部', null);
insert into wk_admin_user values (14773, '陈志远', 'A1', '13800000001', null, 1, 0, 1, 0, '2026-11-18 08:50:00', '2024-01-01 09:00:00'),
  (14774, '王磊', 'A2', '13800000002', null, 2, 14773, 1, 0, null, '2024-01-01 09:00:00'),
  (14775, '吴涛', 'A3', null, null, 2, 14773, 0, 0, null, '2024-01-01 09:00:00');
insert into wk_admin_role values (1, '超级管理员'), (2, '销售员角色');
insert into wk_admin_user_role (user_id, role_id) values (14773, 1), (14774, 2), (14774, 1);
insert into wk_crm_field values (11, 2, 'industry'), (12, 2, 'level'), (13, 2, 'source'), (14, 17, 'satisficing');
insert into wk_crm_customer values
  (101, '宏达机械', '上海市,上海市,浦东新区', 14774, 1, 0, 1, '2026-11-10 10:00:00', '2026-09-01 10:00:00', '2026-11-10 10:00:00',
   '2026-09-01 10:00:00', 1, '2026-11-02 10:00:00', null, '13900000001', '', '', 'b101', 201),
  (102, '远景科技', ',,', 14774, 1, 0, 0, null, '2026-10-01 10:00:00', '2026-10-01 10:00:00', null, 0, '2026-10-01 10:00:00', null, '', '', '', 'b102', null),
  (103, '公海客户', '', null, 1, 0, 0, null, '2026-08-01 10:00:00', null, null, 0, null, null, '', '', '', 'b103', null),
  (104, '删掉的客户', '', 14774, 3, 0, 0, null, '2026-08-01 10:00:00', null, null, 0, null, null, '', '', '', 'b104', null);
insert into wk_crm_customer_data (field_id, value, batch_id) values (11, '制造业', 'b101'), (12, 'A', 'b101'), (13, '官网', 'b101'), (11, '软件', 'b102');
insert into wk_crm_contacts values (201, 101, '李总', '总经理', '13900000001', '', 14774, '2026-09-01 10:00:00', 'c201');
insert into wk_crm_leads values (301, '宏达', 14774, 1, '2026-08-20 10:00:00', '2026-09-05 10:00:00', 101, 1, '2026-08-25 10:00:00', 'l301'),
  (302, '新线索', 14774, 0, '2026-11-12 10:00:00', '2026-11-12 10:00:00', 0, 0, null, 'l302');
insert into wk_crm_business_type values (5, '标准流程', 1);
insert into wk_crm_business_status values (51, 5, '验证客户', 1, '20'), (52, 5, '需求分析', 2, '30'), (53, 5, '方案/报价', 3, '80');
insert into wk_crm_business values
  (401, '宏达 MES', 101, 14774, 14774, 5, 53, 120000.50, 1, null, '2026-11-30', '2026-11-02 10:00:00', '2026-11-10 10:00:00', 1),
  (402, '远景一期', 102, 14774, 14774, 5, 52, 80000.00, 2, '价格太高', '2026-11-20', '2026-11-03 10:00:00', '2026-11-12 10:00:00', 1),
  (403, '远景二期', 102, 14774, 14774, 5, 51, 50000.00, 0, null, '2026-12-20', '2026-11-05 10:00:00', '2026-11-05 10:00:00', 1),
  (404, '删掉的商机', 102, 14774, 14774, 5, 51, 9999999.00, 1, null, null, '2026-11-05 10:00:00', '2026-11-05 10:00:00', 3);
insert into wk_crm_business_change values (1, 401, 52, '2026-11-04 10:00:00', 14774), (2, 401, 53, '2026-11-06 10:00:00', 14774),
  (3, 402, 52, '2026-11-05 10:00:00', 14774);
insert into wk_crm_activity values
  (1, 1, 2, 101, '上门拜访', '谈了交期', 14774, '2026-11-02 15:00:00', null, 1),
  (2, 1, 1, 301, '电话', '线索电话', 14774, '2026-08-25 10:00:00', null, 1),
  (3, 2, 5, 401, null, '新建', 14774, '2026-11-02 10:00:00', null, 1),
  (4, 3, 5, 401, null, '赢单', 14774, '2026-11-10 09:30:00', null, 1),
  (5, 3, 5, 402, null, '输单', 14774, '2026-11-12 09:30:00', null, 1),
  (6, 1, 5, 403, '电话沟通', '约下周', 14774, '2026-11-06 10:00:00', null, 0);
insert into wk_call_record values (1, 'customer', 101, 14774, 14774, '2026-11-07 11:00:00', '2026-11-07 10:59:00', '2026-11-07 11:10:00', 2);
insert into wk_crm_contract values (501, 'HT-1', '宏达合同', 101, 401, 14774, 120000.50, 10, '2026-11-10', '2026-11-10', '2027-11-09', '2026-11-10 10:00:00'),
  (502, 'HT-2', '草稿', 101, 0, 14774, 7.00, 5, '2026-11-11', null, null, '2026-11-11 10:00:00');
insert into wk_crm_contract_product values (1, 501, 601, 1, 120000.50, 120000.50);
insert into wk_crm_receivables values (701, 501, 101, 14774, 60000.00, '2026-11-15', 1, '对公转账', '2026-11-15 10:00:00');
insert into wk_crm_receivables_plan values (801, 501, 101, 14774, 60000.50, '2026-12-15', 0, 0);
insert into wk_crm_product values (601, 'P1', 'MES', 1, 120000.50, 1);
insert into wk_crm_product_category values (1, 'SaaS');
insert into wk_crm_marketing values (901, '秋季展会', '线下', 20000.00, 1, '2026-10-01', '2026-10-03', 1, '2026-09-20 10:00:00');
insert into wk_crm_marketing_info values (1, 901, 0, '2026-10-02 10:00:00');
insert into wk_crm_return_visit values (951, 101, 501, 14774, '2026-11-16 10:00:00', 'v951');
insert into wk_crm_return_visit_data (field_id, value, batch_id) values (14, '满意', 'v951');
insert into wk_crm_achievement values (1, 0, 1, '2026', 1, '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '200000.00', '0');
insert into wk_crm_owner_record values (1, 2, 101, 14775, 14774, '2026-10-01 10:00:00')`;
