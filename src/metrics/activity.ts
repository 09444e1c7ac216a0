import { sql } from 'kysely';
import { countIf } from '../database/dialect.ts';
import { defineMetric, type Measure } from './metric.ts';

const owner = '销售主管';
const version = '2026-11';

/** A note is for oneself; a follow-up reaches for the customer. */
const reaching = () => sql`t.kind <> 'note'`;
const followups: Measure = {
  table: 'cm_activities',
  at: 'occurred_at',
  where: reaching,
  value: () => sql<number>`count(*)`,
};
const touchedCustomers: Measure = {
  table: 'cm_activities',
  at: 'occurred_at',
  where: reaching,
  value: () => sql<number>`count(distinct t.customer_id)`,
};
const known: Measure = {
  table: 'cm_activities',
  at: 'occurred_at',
  where: reaching,
  value: () => countIf(sql`t.is_connected is not null`),
};
const connected: Measure = {
  table: 'cm_activities',
  at: 'occurred_at',
  where: reaching,
  value: () => countIf(sql`t.is_connected = 1`),
};

export const followupCount = defineMetric({
  id: 'followup_count',
  name: '跟进次数',
  aliases: ['跟进', '跟进数', '客户跟进次数', '拜访次数'],
  english: 'follow-ups',
  unit: 'count',
  layer: 'operational',
  definition: '拜访、电话、微信、邮件、短信、会议的次数,按发生时间归期,记在跟进人名下。写给自己的备注不算。',
  sources: ['cm_activities'],
  owner,
  version,
  items: [21, 27],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: followups },
});

export const followedCustomers = defineMetric({
  id: 'followed_customers',
  name: '跟进客户数',
  aliases: ['覆盖客户数', '触达客户数'],
  english: 'customers followed up',
  unit: 'count',
  layer: 'operational',
  definition: '期间内至少跟进过一次的客户,一个客户只算一次。',
  sources: ['cm_activities'],
  owner,
  version,
  items: [21, 42],
  moreIsBetter: true,
  computation: { kind: 'distinct', measure: touchedCustomers },
});

export const connectRate = defineMetric({
  id: 'connect_rate',
  name: '接通率',
  aliases: ['联系上的比例', '触达率'],
  english: 'share of follow-ups that reached the customer',
  unit: 'ratio',
  layer: 'operational',
  definition: '联系上的次数 ÷ 记了是否联系上的跟进次数。没记的不进分母。',
  sources: ['cm_activities'],
  owner,
  version,
  items: [19, 27],
  moreIsBetter: true,
  computation: { kind: 'ratio', numerator: connected, denominator: known },
});

export const talkMinutes = defineMetric({
  id: 'talk_minutes',
  name: '有效沟通时长',
  aliases: ['沟通时长', '通话时长'],
  english: 'talk time',
  unit: 'minutes',
  layer: 'operational',
  definition: '跟进记录的时长合计,单位分钟。没记时长的跟进按没有时长算,不按 0 分钟平均。',
  sources: ['cm_activities'],
  owner,
  version,
  items: [27],
  moreIsBetter: true,
  computation: {
    kind: 'sum',
    measure: {
      table: 'cm_activities',
      at: 'occurred_at',
      where: reaching,
      value: (db) => db.sumOf(sql`t.duration_minutes`),
    },
  },
});

export const followupsPerCustomer = defineMetric({
  id: 'followups_per_customer',
  name: '每客户跟进次数',
  aliases: ['客均跟进'],
  english: 'follow-ups per customer',
  unit: 'score',
  layer: 'operational',
  definition: '跟进次数 ÷ 跟进客户数。',
  sources: ['cm_activities'],
  owner,
  version,
  items: [21],
  moreIsBetter: null,
  computation: { kind: 'ratio', numerator: followups, denominator: touchedCustomers },
});

export const activityMetrics = [
  followupCount,
  followedCustomers,
  connectRate,
  talkMinutes,
  followupsPerCustomer,
] as const;
