import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('客户成功负责人', '2026-11');

export const churnRate = derived({
  id: 'churn_rate',
  name: '客户流失率',
  aliases: ['流失率'],
  english: 'customer churn rate',
  unit: 'ratio',
  layer: 'strategic',
  definition:
    '期间内流失的客户 ÷ 期初客户。有合同的:到期 30 天还没续算流失,记在第 30 天;没有期限合同的:没往来的天数超过自己平时间隔的两倍(至少 30 天)算流失。丢单说的是商机,不算客户流失。',
  items: [47],
  moreIsBetter: false,
  sources: ['cm_customers', 'cm_contracts', 'cm_activities'],
});

export const lostCustomers = derived({
  id: 'lost_customers',
  name: '流失客户',
  aliases: ['流失客户数'],
  english: 'customers lost',
  unit: 'count',
  layer: 'managerial',
  definition: '期初还在的客户中,期间内流失的个数;怎么算流失见「口径 客户流失率」。',
  items: [10, 47],
  moreIsBetter: false,
  sources: ['cm_customers', 'cm_contracts', 'cm_activities'],
});

export const customersAtStart = derived({
  id: 'customers_at_start',
  name: '期初客户',
  english: 'customers at the start',
  unit: 'count',
  layer: 'managerial',
  definition:
    '期间第一天之前合同已经开始(按起始日,没填按签约日)、还没流失的客户数;签了还没开始的不算,合同刚到期还在 30 天宽限里的算。没有合同、只赢过商机的,按赢单日算开始。',
  items: [47],
  moreIsBetter: null,
  sources: ['cm_customers', 'cm_contracts'],
});

export const lostContractAmount = derived({
  id: 'lost_contract_amount',
  name: '流失合同金额',
  english: 'contract value lost',
  unit: 'fen',
  layer: 'managerial',
  definition: '流失客户到期没续的那份合同的金额合计。',
  items: [47],
  moreIsBetter: false,
  sources: ['cm_contracts'],
});

export const lossSignRate = derived({
  id: 'loss_sign_rate',
  name: '有流失征兆的比例',
  english: 'share with a sign before the end',
  unit: 'ratio',
  layer: 'managerial',
  definition: '期间内宽限期走完的合同,分流失的和续上的,各有多少在到期前 90 天里有投诉、到期前 30 天里没人联系。',
  items: [50],
  moreIsBetter: false,
  sources: ['cm_contracts', 'cm_tickets', 'cm_activities'],
});

export const retentionRate = derived({
  id: 'retention_rate',
  name: '客户留存率',
  aliases: ['留存率'],
  english: 'customer retention rate',
  unit: 'ratio',
  layer: 'strategic',
  definition: '1 − 客户流失率:期初客户里期末还在的比例。',
  items: [48],
  moreIsBetter: true,
  sources: ['cm_customers', 'cm_contracts'],
});

export const renewalRate = derived({
  id: 'renewal_rate',
  name: '续约率',
  aliases: ['续费率'],
  english: 'renewal rate',
  unit: 'ratio',
  layer: 'strategic',
  definition:
    '期间内到期的合同中已续签的 ÷ 全部到期的,按合同份数。注明续的是它,或到期后 30 天内同一客户签了更晚到期的合同,都算续签。',
  items: [48],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const renewalAmountRate = derived({
  id: 'renewal_amount_rate',
  name: '续约金额占比',
  english: 'share of due contract value renewed',
  unit: 'ratio',
  ends: 'fen',
  layer: 'strategic',
  definition: '期间内到期的合同中,已续签的那些合同的原金额 ÷ 全部到期合同的金额。',
  items: [48],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const contractsDue = derived({
  id: 'contracts_due',
  name: '到期合同',
  english: 'contracts ending',
  unit: 'count',
  layer: 'operational',
  definition: '到期日落在期间内的执行中或已完成的合同份数。',
  items: [48, 60],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const contractsPending = derived({
  id: 'contracts_pending',
  name: '宽限内未续',
  english: 'not renewed yet, within the grace days',
  unit: 'count',
  layer: 'operational',
  definition: '已经到期、还没续、到期不满 30 天的合同份数:还来得及。',
  items: [48, 60],
  moreIsBetter: false,
  sources: ['cm_contracts'],
});

export const renewalsDue = derived({
  id: 'renewals_due',
  name: '待续合同',
  aliases: ['续费到期', '续约到期', '待续费'],
  english: 'renewals due',
  unit: 'count',
  layer: 'operational',
  definition: '到期日落在期间内、还没有续签的执行中合同份数。',
  items: [60],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const renewalsDueAmount = derived({
  id: 'renewals_due_amount',
  name: '待续金额',
  english: 'value of renewals due',
  unit: 'fen',
  layer: 'operational',
  definition: '待续合同的金额合计。',
  items: [60],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const daysToRenewal = derived({
  id: 'days_to_renewal',
  name: '距到期',
  english: 'days to renewal',
  unit: 'days',
  layer: 'operational',
  definition: '今天到合同到期日的天数。',
  items: [60],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const riskyRenewals = derived({
  id: 'risky_renewals',
  name: '有风险的待续合同',
  english: 'renewals due at risk',
  unit: 'count',
  layer: 'operational',
  definition: '待续合同中,客户健康度是红色或黄色的份数。',
  items: [51, 60],
  moreIsBetter: false,
  sources: ['cm_contracts', 'cm_customer_usage', 'cm_tickets'],
});

export const riskyCustomers = derived({
  id: 'churn_risk_customers',
  name: '流失风险客户',
  aliases: ['流失风险', '流失预警'],
  english: 'customers at risk',
  unit: 'count',
  layer: 'operational',
  definition:
    '有合同在手的客户里,下面四个信号中有两个以上的,或者健康度红色的:登录降到之前的一半以下;90 天内有投诉;90 天内到期还没续;30 天没有任何往来。合同已到期、还在 30 天宽限里没续的直接算。',
  items: [50, 51, 94],
  moreIsBetter: false,
  sources: ['cm_contracts', 'cm_customer_usage', 'cm_tickets', 'cm_customer_last_touch'],
});

export const amountAtRisk = derived({
  id: 'amount_at_risk',
  name: '风险合同金额',
  english: 'contract value at risk',
  unit: 'fen',
  layer: 'managerial',
  definition:
    '有风险的客户手里执行中(或刚到期没续)的合同金额合计。流失风险里是名单上的全部客户;健康度里只算红色的,写作「风险合同金额 · 红色」。',
  items: [51, 59],
  moreIsBetter: false,
  sources: ['cm_contracts'],
});

export const healthScoreMetric = derived({
  id: 'health_score',
  name: '健康度',
  aliases: ['健康分', '健康度指数', '客户健康度'],
  english: 'customer health score',
  unit: 'score',
  layer: 'managerial',
  definition:
    '0 到 100:登录 40 分、功能使用面 20 分(都和之前 30 天比)、工单 20 分(每张扣 5,投诉扣 10)、续费临近 20 分(离到期 90 天以上满分)。红色:近 30 天登录不到之前 30 天的一半,并且 90 天内有投诉;黄色:两条占一条,或不到 60 分。',
  items: [58, 59],
  moreIsBetter: true,
  sources: ['cm_customer_usage', 'cm_tickets', 'cm_contracts'],
});

export const redCustomers = derived({
  id: 'red_customers',
  name: '红色客户',
  aliases: ['红色预警'],
  english: 'customers in the red',
  unit: 'count',
  layer: 'operational',
  definition: '合同在手、健康度红色的客户数:登录降到一半以下,并且 90 天内有投诉。',
  items: [59, 87],
  moreIsBetter: false,
  sources: ['cm_customer_usage', 'cm_tickets', 'cm_contracts'],
});

export const yellowCustomers = derived({
  id: 'yellow_customers',
  name: '黄色客户',
  english: 'customers in the yellow',
  unit: 'count',
  layer: 'operational',
  definition: '合同在手、健康度黄色的客户数。',
  items: [58],
  moreIsBetter: false,
  sources: ['cm_customer_usage', 'cm_tickets', 'cm_contracts'],
});

export const customersInForce = derived({
  id: 'customers_in_force',
  name: '合同在手的客户',
  aliases: ['在约客户'],
  english: 'customers with a contract in force',
  unit: 'count',
  layer: 'managerial',
  definition: '那天合同已经开始(按起始日,没填按签约日)、还没到期的客户数;没有到期日的也算,作废、草稿和审批中的不算。',
  items: [58],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const churnMetrics: readonly Metric[] = [
  churnRate,
  lostCustomers,
  customersAtStart,
  lostContractAmount,
  lossSignRate,
  retentionRate,
  renewalRate,
  renewalAmountRate,
  contractsDue,
  contractsPending,
  renewalsDue,
  renewalsDueAmount,
  daysToRenewal,
  riskyRenewals,
  riskyCustomers,
  amountAtRisk,
  healthScoreMetric,
  redCustomers,
  yellowCustomers,
  customersInForce,
];
