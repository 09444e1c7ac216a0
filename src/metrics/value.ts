import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('客户成功负责人', '2026-11');

export const gradeCustomers = derived({
  id: 'customer_grades',
  name: '客户分级',
  aliases: ['分级', '客户等级', 'ABC'],
  english: 'customer grades',
  unit: 'count',
  layer: 'managerial',
  definition:
    '各级客户数按 CRM 里登记的等级,公海的不算。评分卡:年预算超过 50 万是 A,20 万到 50 万(两端都含)是 B,不到 20 万是 C;行业龙头上调一级,决策链不清下调一级,两条都占不动。两者不一致的单列,并写明是哪条定的。',
  items: [55],
  moreIsBetter: null,
  sources: ['cm_customers'],
});

export const gradeConversion = derived({
  id: 'grade_conversion',
  name: '商机→成交转化率',
  aliases: ['分级转化率', '各级转化率'],
  english: 'opportunity conversion (won / created)',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '期间内新建的商机中,到现在已赢单的 ÷ 全部,和漏斗的商机→成交一样。还没有结果的和作废的也在分母里,所以新近的期间会偏低。',
  items: [13, 56],
  moreIsBetter: true,
  sources: ['cm_opportunities', 'cm_customers'],
});

export const gradeCycle = derived({
  id: 'grade_cycle',
  name: '平均成交周期(期间新建)',
  english: 'sales cycle of the cohort',
  unit: 'days',
  layer: 'managerial',
  definition: '期间内新建、已赢单的商机,从创建到赢单的天数取平均。',
  items: [26, 56],
  moreIsBetter: false,
  sources: ['cm_opportunities', 'cm_customers'],
});

export const gradeEffort = derived({
  id: 'grade_effort',
  name: '跟进占比',
  aliases: ['精力占比', '资源投向'],
  english: 'share of follow-ups',
  unit: 'ratio',
  layer: 'managerial',
  definition: '期间内花在这一级客户上的跟进次数 ÷ 全部跟进次数;写给自己的备注不算。',
  items: [57],
  moreIsBetter: null,
  sources: ['cm_activities', 'cm_customers'],
});

export const gradeWonAmount = derived({
  id: 'grade_won_amount',
  name: '这一级的成交金额',
  english: 'won amount by grade',
  unit: 'fen',
  layer: 'managerial',
  definition: '期间内签订的执行中和已完成合同的金额,按客户等级合计。',
  items: [25, 55],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_customers'],
});

export const gradeMismatch = derived({
  id: 'grade_mismatch',
  name: '和评分卡不一致的客户',
  english: 'customers graded off the score card',
  unit: 'count',
  layer: 'managerial',
  definition: '年预算有填、等级有填,而评分卡算出来的等级和 CRM 登记的不一样的客户数。',
  items: [55],
  moreIsBetter: false,
  sources: ['cm_customers'],
});

export const clvMetric = derived({
  id: 'clv',
  name: '客户终身价值',
  aliases: ['CLV', '客户价值', 'LTV', '生命周期价值'],
  english: 'customer lifetime value',
  unit: 'fen',
  layer: 'strategic',
  definition:
    '客单价 × 每年下单次数 × 留存年数 − 获客成本。留存年数 = 1 ÷ 近一年流失率,最多按 10 年;获客成本是近一年活动实际花费 ÷ 近一年首次成交的客户,没记花费就不扣。首单不满一年的按一年算次数。订单历史撑得起时,旁边另给 BG/NBD 模型的数(口径 模型预计再签金额)。',
  items: [45],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_customers', 'cm_campaigns'],
});

export const clvModel = derived({
  id: 'clv_model',
  name: '模型预计再签金额',
  aliases: ['BG/NBD', '模型客户价值', '预计再签金额'],
  english: 'value of orders to come (BG/NBD, gamma-gamma)',
  unit: 'fen',
  layer: 'strategic',
  definition:
    '往后 3 年预计再签的金额,平均一家;不扣获客成本、不折现。次数用 BG/NBD 模型(Fader、Hardie、Lee 2005),每次金额用 Gamma-Gamma 模型(Fader、Hardie 2013),同一天签的算一次。只在订单历史撑得起时给:历史满 52 周,回头再签过的满 30 家,留出最近四分之一(最多 52 周)检验,预计和实际要对得上,而且签得多少和单子大小没有明显关联。',
  items: [45],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_customers'],
});

export const clvModelOrders = derived({
  id: 'clv_model_orders',
  name: '模型预计再签次数',
  aliases: ['预计再签次数'],
  english: 'orders to come (BG/NBD)',
  unit: 'score',
  layer: 'strategic',
  definition: '往后 3 年预计再签的次数,平均一家,用 BG/NBD 模型。什么时候给和模型预计再签金额一样。',
  items: [45],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_customers'],
});

export const modelTrialExpected = derived({
  id: 'clv_trial_expected',
  name: '模型检验预计次数',
  english: 'orders expected in the weeks kept back',
  unit: 'count',
  layer: 'strategic',
  definition:
    '只用留出那段之前的历史拟合 BG/NBD,它预计留出那段再签几次。和实际差两成以内、或在正常波动以内,才算对得上;按上次签约的远近分开看也要对得上。',
  items: [45],
  moreIsBetter: null,
  sources: ['cm_contracts', 'cm_customers'],
});

export const modelTrialActual = derived({
  id: 'clv_trial_actual',
  name: '模型检验实际次数',
  english: 'orders that came in the weeks kept back',
  unit: 'count',
  layer: 'strategic',
  definition: '留出那段里,此前签过约的客户实际又签了几次,同一天签的算一次。',
  items: [45],
  moreIsBetter: null,
  sources: ['cm_contracts', 'cm_customers'],
});

export const yearlyOrders = derived({
  id: 'yearly_orders',
  name: '每年下单次数',
  aliases: ['年购买频率'],
  english: 'orders a year',
  unit: 'score',
  layer: 'managerial',
  definition: '每个客户的合同份数 ÷ 从首单到今天的年数(不满一年按一年),再对客户取平均。',
  items: [45],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const clvOrderValue = derived({
  id: 'clv_order_value',
  name: '历史客单价',
  english: 'average order value of all time',
  unit: 'fen',
  layer: 'managerial',
  definition: '全部执行中和已完成合同的金额 ÷ 份数,不限期间。',
  items: [29, 45],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const retentionYears = derived({
  id: 'retention_years',
  name: '留存年数',
  english: 'years retained',
  unit: 'score',
  layer: 'strategic',
  definition: '1 ÷ 近一年客户流失率,最多按 10 年算。',
  items: [45],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_customers'],
});

export const clvCac = derived({
  id: 'clv_cac',
  name: '近一年获客成本',
  english: 'acquisition cost, last year',
  unit: 'fen',
  layer: 'strategic',
  definition: '近一年开始的活动的实际花费 ÷ 近一年首次成交的客户数,按全公司算。',
  items: [45, 72],
  moreIsBetter: false,
  sources: ['cm_campaigns', 'cm_contracts'],
});

export const topCustomerShare = derived({
  id: 'top_customer_share',
  name: '头部客户贡献',
  aliases: ['高价值客户贡献', 'TOP20% 贡献'],
  english: 'share of the top customers',
  unit: 'ratio',
  ends: 'fen',
  layer: 'strategic',
  definition: '按客户终身价值排在最前面的那部分客户,历史签约金额占全部的比例。',
  items: [46],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const buyersTotal = derived({
  id: 'buyers',
  name: '签过约的客户',
  english: 'customers that ever signed',
  unit: 'count',
  layer: 'managerial',
  definition: '至今签过执行中或已完成合同的客户数。',
  items: [45],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const repurchaseRate = derived({
  id: 'repurchase_rate',
  name: '复购率',
  aliases: ['回购率'],
  english: 'repeat purchase rate',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '期间内下过单的客户中,截至期末累计签过两份及以上合同的比例;期间里第一次买就签了两份的也算,续费合同也算一次购买。时间窗就是所问的期间。',
  items: [30],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const valueMetrics: readonly Metric[] = [
  gradeCustomers,
  gradeConversion,
  gradeCycle,
  gradeEffort,
  gradeWonAmount,
  gradeMismatch,
  clvMetric,
  clvModel,
  clvModelOrders,
  modelTrialExpected,
  modelTrialActual,
  clvOrderValue,
  yearlyOrders,
  retentionYears,
  clvCac,
  topCustomerShare,
  buyersTotal,
  repurchaseRate,
];
