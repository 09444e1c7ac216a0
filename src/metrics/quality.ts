import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('数据负责人', '2026-11');
const sources = ['cm_customers', 'cm_contacts', 'cm_opportunities', 'cm_contracts'];

export const dataCompleteness = derived({
  id: 'data_quality',
  name: '数据完整率',
  aliases: ['数据质量', '完整率', '数据完整度'],
  english: 'completeness of required fields',
  unit: 'ratio',
  layer: 'operational',
  definition:
    '在管客户(公海的不算)的必填项:行业、等级、来源、城市、规模、电话。填了的格数 ÷ 应填的格数。电话填在客户或任一联系人上都算。',
  items: [77],
  moreIsBetter: true,
  sources,
});

export const fieldCompleteness = derived({
  id: 'field_completeness',
  name: '单项完整率',
  english: 'completeness of one field',
  unit: 'ratio',
  layer: 'operational',
  definition: '在管客户中,填了这一项的 ÷ 全部。',
  items: [77],
  moreIsBetter: true,
  sources,
});

export const duplicateCustomers = derived({
  id: 'duplicate_customers',
  name: '疑似重复客户',
  aliases: ['重复客户'],
  english: 'customers that seem to be entered twice',
  unit: 'count',
  layer: 'operational',
  definition: '名称去掉空格和「有限公司」「股份」等字样后相同,或客户电话相同的客户:每组多出来的份数合计。',
  items: [78],
  moreIsBetter: false,
  sources,
});

export const missingPhones = derived({
  id: 'missing_phones',
  name: '没有电话的客户',
  aliases: ['缺手机号', '没手机号'],
  english: 'customers without a telephone number',
  unit: 'count',
  layer: 'operational',
  definition: '在管客户中,客户和联系人上都没有手机或座机的个数。',
  items: [77],
  moreIsBetter: false,
  sources,
});

export const orphanRecords = derived({
  id: 'orphan_records',
  name: '没有归属的记录',
  english: 'orphaned records',
  unit: 'count',
  layer: 'operational',
  definition: '在管却没有负责人(或负责人已停用)的客户,加上找不到客户的在跟商机。',
  items: [78],
  moreIsBetter: false,
  sources,
});

export const contradictoryDates = derived({
  id: 'contradictory_dates',
  name: '日期对不上的记录',
  english: 'records with contradictory dates',
  unit: 'count',
  layer: 'operational',
  definition: '关闭早于创建的商机,到期早于开始或签订的合同,合计条数。',
  items: [78],
  moreIsBetter: false,
  sources,
});

export const overdueCloseDates = derived({
  id: 'overdue_close_dates',
  name: '预计成交日已过的商机',
  english: 'open opportunities past their expected date',
  unit: 'count',
  layer: 'operational',
  definition: '还在跟、预计成交日早于今天的商机个数:日期该改了。',
  items: [78, 79],
  moreIsBetter: false,
  sources: ['cm_opportunities'],
});

export const staleReps = derived({
  id: 'stale_reps',
  name: '未更新的销售',
  aliases: ['未更新', '没更新'],
  english: 'reps without an update',
  unit: 'count',
  layer: 'operational',
  definition:
    '在职销售中,连续 3 个工作日(调休上班算,法定假日不算)没有写跟进、也没有推进商机的人数。从最后一次更新的次日数到今天。',
  items: [79, 84],
  moreIsBetter: false,
  sources: ['cm_activities', 'cm_stage_events'],
});

export const daysWithoutUpdate = derived({
  id: 'days_without_update',
  name: '未更新工作日',
  english: 'work days without an update',
  unit: 'days',
  layer: 'operational',
  definition: '从最后一次写跟进或推进商机的次日到今天,过了几个工作日。',
  items: [79],
  moreIsBetter: false,
  sources: ['cm_activities', 'cm_stage_events'],
});

export const overdueDays = derived({
  id: 'overdue_days',
  name: '逾期天数',
  english: 'days overdue',
  unit: 'days',
  layer: 'operational',
  definition: '到期日到今天的天数;一个客户有几笔逾期时取最早的一笔。',
  items: [32],
  moreIsBetter: false,
  sources: ['cm_payment_plans'],
});

export const overdueCustomers = derived({
  id: 'overdue_customers',
  name: '欠款客户',
  english: 'customers with overdue payments',
  unit: 'count',
  layer: 'operational',
  definition: '有到期未收款项的客户数。',
  items: [32],
  moreIsBetter: false,
  sources: ['cm_payment_plans'],
});

export const overduePlans = derived({
  id: 'overdue_plans',
  name: '逾期笔数',
  english: 'overdue instalments',
  unit: 'count',
  layer: 'operational',
  definition: '到期日已过、没收齐的回款计划笔数。',
  items: [32],
  moreIsBetter: false,
  sources: ['cm_payment_plans'],
});

export const overdueTotal = derived({
  id: 'overdue_total',
  name: '逾期未收总额',
  aliases: ['逾期总额', '欠款总额'],
  english: 'total overdue',
  unit: 'fen',
  layer: 'managerial',
  definition: '到今天为止,到期日已过、还没收到的回款计划金额合计,不限期间;到期当天不算逾期,作废的计划不算。',
  items: [32],
  moreIsBetter: false,
  sources: ['cm_payment_plans'],
});

export const qualityMetrics: readonly Metric[] = [
  dataCompleteness,
  fieldCompleteness,
  duplicateCustomers,
  missingPhones,
  orphanRecords,
  contradictoryDates,
  overdueCloseDates,
  staleReps,
  daysWithoutUpdate,
  overdueTotal,
  overdueCustomers,
  overduePlans,
  overdueDays,
];
