import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('客户成功负责人', '2026-11');

export const segmentCustomers = derived({
  id: 'segment_customers',
  name: '分群客户',
  aliases: ['客户分群', 'RFM'],
  english: 'customers by RFM segment',
  unit: 'count',
  layer: 'managerial',
  definition:
    '签过约的客户按三条分成八群:近 365 天签过(R),签过两份及以上(F),累计金额高于平均(M)。三条都占是重要价值,只差签得少是重要发展,最近没签但签得多是重要保持,最近没签也签得少是重要挽留;金额不到平均的叫一般。',
  items: [131],
  moreIsBetter: null,
  sources: ['cm_contracts', 'cm_customers'],
});

export const segmentAmount = derived({
  id: 'segment_amount',
  name: '分群累计签约',
  english: 'contract value by segment',
  unit: 'fen',
  layer: 'managerial',
  definition: '这一群客户至今签过的执行中和已完成合同金额合计。',
  items: [131],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const segmentActive = derived({
  id: 'segment_active_rate',
  name: '分群活跃占比',
  english: 'share of active customers by segment',
  unit: 'ratio',
  layer: 'managerial',
  definition: '这一群里近 30 天有过任何往来的客户 ÷ 全部。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_customer_last_touch'],
});

export const segmentComplaints = derived({
  id: 'segment_complaint_rate',
  name: '分群投诉占比',
  english: 'share of complaining customers by segment',
  unit: 'ratio',
  layer: 'managerial',
  definition: '这一群里近 90 天提过投诉的客户 ÷ 全部。',
  items: [131],
  moreIsBetter: false,
  sources: ['cm_tickets'],
});

export const crossSellRate = derived({
  id: 'cross_sell_rate',
  name: '连带购买率',
  aliases: ['交叉购买率'],
  english: 'share of buyers of A that have B',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '近两年买过甲产品的客户中,也买过乙产品的 ÷ 全部。旁边写没买甲的客户里买乙的比例;差别要 95 % 可信(按看了多少对校正)才算连带。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_contract_lines', 'cm_products'],
});

export const crossSellCustomers = derived({
  id: 'cross_sell_customers',
  name: '交叉销售机会',
  english: 'customers to cross-sell to',
  unit: 'count',
  layer: 'operational',
  definition: '合同在手、买过甲还没买乙、所在行业已有客户买乙的客户数;甲乙是连带购买成立的一对。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_contracts', 'cm_contract_lines', 'cm_customers'],
});

export const potentialScore = derived({
  id: 'potential_score',
  name: '潜力分',
  english: 'potential of a prospect',
  unit: 'score',
  layer: 'operational',
  definition:
    '还没签过约、近 90 天有往来的在管客户,满分 100 分:A 级或年预算 50 万以上 30 分(B 级或 20 万以上 15 分),近 30 天有往来 20 分,90 天内客户主动联系过 15 分,有在跟商机 20 分,联系人里有决策人或决策链清晰 15 分。是打分规则,不是成交概率。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_customers', 'cm_activities', 'cm_opportunities', 'cm_contacts'],
});

export const potentialCustomers = derived({
  id: 'potential_customers',
  name: '潜力客户',
  aliases: ['潜力客户数'],
  english: 'prospects with potential',
  unit: 'count',
  layer: 'operational',
  definition: '潜力分 60 分及以上的客户数。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_customers', 'cm_activities', 'cm_opportunities', 'cm_contacts'],
});

export const prospects = derived({
  id: 'prospects',
  name: '有往来的未签客户',
  english: 'prospects in touch',
  unit: 'count',
  layer: 'operational',
  definition: '在管、还没签过约、近 90 天有过往来的客户数。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_customers', 'cm_customer_last_touch'],
});

export const gradeSigningRate = derived({
  id: 'signing_rate',
  name: '客户签约率',
  english: 'share of customers that signed',
  unit: 'ratio',
  layer: 'managerial',
  definition: '建档满 90 天、不满两年的在管客户中,至今签过约的 ÷ 全部;按有没有占到潜力分里的等级或预算分开看。',
  items: [131],
  moreIsBetter: true,
  sources: ['cm_customers', 'cm_contracts'],
});

export const growthMetrics: readonly Metric[] = [
  segmentCustomers,
  segmentAmount,
  segmentActive,
  segmentComplaints,
  crossSellRate,
  crossSellCustomers,
  potentialScore,
  potentialCustomers,
  prospects,
  gradeSigningRate,
];
