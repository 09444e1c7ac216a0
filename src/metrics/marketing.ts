import { sql } from 'kysely';
import { countIf } from '../database/dialect.ts';
import { defineMetric, type Measure } from './metric.ts';

const owner = '市场负责人';
const version = '2026-11';

const leads: Measure = { table: 'cm_leads', at: 'created_at', value: () => sql<number>`count(*)` };
const converted: Measure = {
  table: 'cm_leads',
  at: 'created_at',
  value: (_, { matured }) =>
    countIf(sql`t.status = 'converted' and (t.converted_at is null or t.converted_at < ${matured})`),
};

export const newLeads = defineMetric({
  id: 'new_leads',
  name: '新增线索',
  aliases: ['新线索', '线索数', '线索量', '新增线索数'],
  english: 'leads created',
  unit: 'count',
  layer: 'operational',
  definition: '期间内进来的线索条数,按创建时间归期,不论后来转没转。',
  sources: ['cm_leads'],
  owner,
  version,
  items: [69],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: leads },
});

export const convertedLeads = defineMetric({
  id: 'converted_leads',
  name: '已转化线索',
  aliases: ['转化线索数'],
  english: 'leads converted',
  unit: 'count',
  layer: 'managerial',
  definition: '期间内进来的线索中,已转成客户或商机的条数;期后一段观察期内转的也算(设置 conversionLagDays,默认 90 天)。',
  sources: ['cm_leads'],
  owner,
  version,
  items: [70],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: converted },
});

export const leadConversion = defineMetric({
  id: 'lead_conversion',
  name: '线索转化率',
  aliases: ['渠道转化率', '线索→客户转化率', 'conversion_rate', '转化率'],
  english: 'lead conversion (converted / created)',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '线索→客户:已转化 ÷ 期间内进来的线索,按线索创建时间归期,期后观察期内转的也算。观察期没走完时数字还会涨,回复里会说明。',
  sources: ['cm_leads'],
  owner,
  version,
  items: [70],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: converted, denominator: leads },
});

const derived = (
  id: string,
  name: string,
  aliases: readonly string[],
  english: string,
  unit: 'fen' | 'ratio' | 'count' | 'score',
  definition: string,
  items: readonly number[],
  moreIsBetter: boolean | null,
) =>
  defineMetric({
    id,
    name,
    aliases,
    english,
    unit,
    layer: 'managerial',
    definition,
    sources: ['cm_leads', 'cm_campaigns', 'cm_contracts'],
    owner,
    version,
    items,
    moreIsBetter,
    computation: { kind: 'derived' },
  });

export const leadWinRate = derived(
  'lead_win_rate',
  '线索→成交转化率',
  ['线索成交率'],
  'lead to customer won',
  'ratio',
  '期间内进来的线索中,后来签了合同的 ÷ 全部线索;签约要在线索进来之后、期后观察期之内。',
  [13, 70],
  true,
);
export const wonLeads = derived(
  'won_leads',
  '成交线索',
  ['成交线索数'],
  'leads that became customers with a contract',
  'count',
  '期间内进来、并在期后观察期之内签了合同的线索条数。',
  [70],
  true,
);
export const channelWonCustomers = derived(
  'channel_won_customers',
  '渠道成交客户',
  ['渠道带来的成交客户'],
  'customers won from the leads of the period',
  'count',
  '期间内进来的线索带来的成交客户,一个客户只算一次;签约要在线索进来之后、期后观察期之内。',
  [72],
  true,
);
export const channelCost = derived(
  'channel_cost',
  '投放费用',
  ['渠道费用', '市场费用', '活动费用'],
  'marketing cost',
  'fen',
  '市场活动的实际费用(没填实际的取预算),按活动天数分摊,只取落在期间内的部分。',
  [71, 73],
  false,
);
export const channelRevenue = derived(
  'channel_revenue',
  '渠道带来的成交额',
  ['渠道收入'],
  'revenue from the leads of the period',
  'fen',
  '期间内进来的线索带来的合同金额;签约要在线索进来之后、期后观察期之内。没有线索挂在上面的活动,取活动自己记录的收入;按渠道看和按活动看,合计一样。',
  [73, 75],
  true,
);
export const cpl = derived(
  'cpl',
  '单条线索成本',
  ['CPL', '线索成本', '获线成本'],
  'cost per lead',
  'fen',
  '投放费用 ÷ 新增线索(CPL)。与获客成本 CAC 不是一回事:CPL 买到的是线索,CAC 买到的是成交客户。',
  [71],
  false,
);
export const cac = derived(
  'cac',
  '获客成本',
  ['CAC', '客户获取成本'],
  'customer acquisition cost',
  'fen',
  '投放费用 ÷ 渠道成交客户(CAC)。成交按期后观察期算,回复里写明天数。',
  [72],
  false,
);
export const roi = derived(
  'roi',
  'ROI',
  ['投资回报率', '投入产出比', '渠道ROI', '回报率'],
  'return on investment',
  'ratio',
  '(渠道带来的成交额 − 投放费用)÷ 投放费用,旁边写「1 元换回 X 元」= 成交额 ÷ 费用。',
  [73],
  true,
);
export const returnPerYuan = derived(
  'return_per_yuan',
  '1 元换回',
  ['每元回报', '产出比'],
  'revenue per yuan spent',
  'score',
  '渠道带来的成交额 ÷ 投放费用,单位元。',
  [73, 114],
  true,
);
export const shareOfRevenue = derived(
  'share_of_revenue',
  '成交额占比',
  ['渠道贡献度', '贡献度', '贡献占比', '占比'],
  'share of revenue',
  'ratio',
  '该部分的成交金额 ÷ 全部成交金额,同期间、同范围。',
  [75],
  true,
);

export const marketingMetrics = [
  newLeads,
  convertedLeads,
  leadConversion,
  wonLeads,
  leadWinRate,
  channelWonCustomers,
  channelCost,
  channelRevenue,
  cpl,
  cac,
  roi,
  returnPerYuan,
  shareOfRevenue,
] as const;
