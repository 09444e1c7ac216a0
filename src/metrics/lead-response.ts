import { sql } from 'kysely';
import { countIf, type SqlBridge } from '../database/dialect.ts';
import { defineMetric, type Measure } from './metric.ts';
import { spreadOfTimes } from './spread.ts';

/** When the clock of a lead starts: given to someone, else come in. */
const given = sql`coalesce(t.assigned_at, t.created_at)`;
/** A contact before the lead was given out was somebody else's: it tells nothing of the response. */
const answered = sql`t.first_contacted_at is not null and t.first_contacted_at >= ${given}`;

const waited = (db: SqlBridge) => sql`case when ${answered} then ${db.seconds(given, sql`t.first_contacted_at`)} end`;
const waitedSeconds: Measure = { table: 'cm_leads', at: 'created_at', value: (db) => db.sumOf(waited(db)) };
const answeredLeads: Measure = { table: 'cm_leads', at: 'created_at', value: () => countIf(answered) };

export const leadResponseTime = defineMetric({
  id: 'lead_response_time',
  name: '线索首次响应',
  aliases: ['线索首响', '线索首响时长', '线索响应时长', '首次联系时长'],
  english: 'lead response time',
  unit: 'hours',
  layer: 'operational',
  definition:
    '线索分到人(没记分配时间的从进来算)到第一次联系的小时数,取平均,按线索创建时间归期。还没联系的不进平均。目标 2 小时以内。',
  sources: ['cm_leads'],
  owner: '销售主管',
  version: '2026-11',
  items: [20, 133],
  moreIsBetter: false,
  computation: {
    kind: 'ratio',
    numerator: waitedSeconds,
    denominator: answeredLeads,
    scale: 1 / 3600,
    spread: spreadOfTimes(waitedSeconds, waited),
  },
});

export const leadResponseMetrics = [leadResponseTime] as const;
