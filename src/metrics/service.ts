import { sql } from 'kysely';
import { countIf, type SqlBridge } from '../database/dialect.ts';
import { defineMetric, type Measure } from './metric.ts';
import { spreadOfTimes } from './spread.ts';

const owner = '客服经理';
const version = '2026-11';

const tickets: Measure = { table: 'cm_tickets', at: 'created_at', value: () => sql<number>`count(*)` };
const complaints: Measure = {
  table: 'cm_tickets',
  at: 'created_at',
  value: () => countIf(sql`t.kind = 'complaint'`),
};
const returns: Measure = {
  table: 'cm_tickets',
  at: 'created_at',
  value: () => countIf(sql`t.kind = 'return'`),
};
const surveysOnly = () => sql`t.kind = 'csat'`;
const surveyed: Measure = {
  table: 'cm_surveys',
  at: 'surveyed_at',
  where: surveysOnly,
  value: () => countIf(sql`t.score is not null`),
};
const surveyedSatisfied: Measure = {
  table: 'cm_surveys',
  at: 'surveyed_at',
  where: surveysOnly,
  value: () => countIf(sql`t.score >= 4`),
};
const unanswered: Measure = {
  table: 'cm_tickets',
  at: 'created_at',
  value: () => countIf(sql`t.first_response_at is null`),
};
const resolved: Measure = {
  table: 'cm_tickets',
  at: 'created_at',
  value: () => countIf(sql`t.resolved_at is not null`),
};
const answered: Measure = {
  table: 'cm_tickets',
  at: 'created_at',
  value: () => countIf(sql`t.first_response_at is not null`),
};
const secondsToAnswer = (db: SqlBridge) => db.seconds(sql`t.created_at`, sql`t.first_response_at`);
const responseSeconds: Measure = {
  table: 'cm_tickets',
  at: 'created_at',
  value: (db) => db.sumOf(secondsToAnswer(db)),
};
const rated: Measure = { table: 'cm_tickets', at: 'created_at', value: () => countIf(sql`t.satisfaction is not null`) };
const satisfied: Measure = { table: 'cm_tickets', at: 'created_at', value: () => countIf(sql`t.satisfaction >= 4`) };
const npsOnly = () => sql`t.kind = 'nps'`;
const npsAnswers: Measure = {
  table: 'cm_surveys',
  at: 'surveyed_at',
  where: npsOnly,
  value: () => countIf(sql`t.score is not null`),
};
const npsCount = (condition: string): Measure => ({
  table: 'cm_surveys',
  at: 'surveyed_at',
  where: npsOnly,
  value: () => countIf(sql`${sql.raw(condition)}`),
});
const npsBalance: Measure = {
  table: 'cm_surveys',
  at: 'surveyed_at',
  where: npsOnly,
  value: (db) => db.sumOf(sql`case when t.score >= 9 then 1 when t.score <= 6 then -1 else 0 end`),
};

export const ticketCount = defineMetric({
  id: 'ticket_count',
  name: '工单数',
  aliases: ['工单', '工单量', '工单数量'],
  english: 'tickets',
  unit: 'count',
  layer: 'operational',
  definition: '期间内创建的工单数,按创建时间归期。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [68],
  moreIsBetter: false,
  computation: { kind: 'sum', measure: tickets },
});

export const complaintCount = defineMetric({
  id: 'complaint_count',
  name: '投诉数',
  aliases: ['投诉', '客诉', '客诉数量', '投诉量'],
  english: 'complaints',
  unit: 'count',
  layer: 'operational',
  definition: '期间内创建、类型为投诉的工单数。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [66],
  moreIsBetter: false,
  computation: { kind: 'sum', measure: complaints },
});

export const complaintRate = defineMetric({
  id: 'complaint_rate',
  name: '投诉占工单比',
  aliases: ['投诉率', '客诉率', '客户投诉率'],
  english: 'complaints / tickets',
  unit: 'ratio',
  layer: 'managerial',
  definition: '投诉工单 ÷ 全部工单,同期间创建。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [66],
  moreIsBetter: false,
  computation: { kind: 'ratio', numerator: complaints, denominator: tickets },
});

export const resolutionRate = defineMetric({
  id: 'resolution_rate',
  name: '问题解决率',
  aliases: ['解决率', '投诉处理率', '工单解决率'],
  english: 'resolution rate',
  unit: 'ratio',
  layer: 'managerial',
  definition: '期间内创建的工单中,到现在已解决的 ÷ 全部。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [65],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: resolved, denominator: tickets },
});

export const firstResponseTime = defineMetric({
  id: 'first_response_time',
  name: '首次响应时长',
  aliases: ['首响', '首响时长', '响应速度', '响应时长'],
  english: 'first response time',
  unit: 'hours',
  layer: 'operational',
  definition: '工单创建到第一次人工回复的小时数,取平均;自动回复不算,还没回复的不进平均、单独说几张。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [20, 64],
  moreIsBetter: false,
  computation: {
    kind: 'ratio',
    numerator: responseSeconds,
    denominator: answered,
    scale: 1 / 3600,
    spread: spreadOfTimes(responseSeconds, secondsToAnswer),
  },
});

export const csat = defineMetric({
  id: 'csat',
  name: '满意度',
  aliases: ['客户满意度', 'CSAT', '客户评分', '好评率'],
  english: 'customer satisfaction',
  unit: 'ratio',
  layer: 'managerial',
  definition: '工单评分 4 分和 5 分的 ÷ 评过分的(5 分制)。没评分的不进分母。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [28, 62],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: satisfied, denominator: rated },
});

export const nps = defineMetric({
  id: 'nps',
  name: 'NPS',
  aliases: ['净推荐值', '净推荐'],
  english: 'net promoter score',
  unit: 'score',
  layer: 'strategic',
  definition: '打 9–10 分的占比减去打 0–6 分的占比,从 −100 到 100,写明回收份数;不足 30 份时注明样本少。',
  sources: ['cm_surveys'],
  owner,
  version,
  items: [63],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: npsBalance, denominator: npsAnswers, scale: 100 },
});

const npsPart = (id: string, name: string, english: string, condition: string, words: string, better: boolean | null) =>
  defineMetric({
    id,
    name,
    aliases: [],
    english,
    unit: 'count',
    layer: 'managerial',
    definition: words,
    sources: ['cm_surveys'],
    owner,
    version,
    items: [63],
    moreIsBetter: better,
    computation: { kind: 'sum', measure: npsCount(condition) },
  });

export const npsAnswered = defineMetric({
  id: 'nps_answers',
  name: 'NPS 回收份数',
  aliases: [],
  english: 'NPS answers',
  unit: 'count',
  layer: 'managerial',
  definition: '期间内回收、打了分的 NPS 问卷份数。',
  sources: ['cm_surveys'],
  owner,
  version,
  items: [63],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: npsAnswers },
});
export const promoters = npsPart('nps_promoters', '推荐者', 'promoters', 't.score >= 9', '打 9 到 10 分的份数。', true);
export const passives = npsPart(
  'nps_passives',
  '中立者',
  'passives',
  't.score in (7, 8)',
  '打 7 到 8 分的份数。',
  null,
);
export const detractors = npsPart(
  'nps_detractors',
  '贬损者',
  'detractors',
  't.score <= 6',
  '打 0 到 6 分的份数。',
  false,
);

export const returnCount = defineMetric({
  id: 'return_count',
  name: '退货数',
  aliases: ['退货', '退货量'],
  english: 'returns',
  unit: 'count',
  layer: 'operational',
  definition: '期间内创建、类型为退货的工单数。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [67],
  moreIsBetter: false,
  computation: { kind: 'sum', measure: returns },
});

export const unansweredTickets = defineMetric({
  id: 'unanswered_tickets',
  name: '还没回复的工单',
  aliases: [],
  english: 'tickets without a response',
  unit: 'count',
  layer: 'operational',
  definition: '期间内创建、到现在没有人工回复的工单数。',
  sources: ['cm_tickets'],
  owner,
  version,
  items: [64],
  moreIsBetter: false,
  computation: { kind: 'sum', measure: unanswered },
});

export const surveyCsat = defineMetric({
  id: 'survey_csat',
  name: '回访满意度',
  aliases: ['调研满意度'],
  english: 'satisfaction in surveys',
  unit: 'ratio',
  layer: 'managerial',
  definition: '回访问卷打 4 分和 5 分的 ÷ 打了分的(5 分制),按回访时间归期。',
  sources: ['cm_surveys'],
  owner,
  version,
  items: [28, 62],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: surveyedSatisfied, denominator: surveyed },
});

export const serviceMetrics = [
  ticketCount,
  complaintCount,
  complaintRate,
  resolutionRate,
  firstResponseTime,
  csat,
  nps,
  npsAnswered,
  promoters,
  passives,
  detractors,
  returnCount,
  unansweredTickets,
  surveyCsat,
] as const;
