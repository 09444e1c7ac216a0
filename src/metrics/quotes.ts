import { sql } from 'kysely';
import { countIf } from '../database/dialect.ts';
import { derivedFor } from './derived.ts';
import { defineMetric, type Measure, type Metric } from './metric.ts';

const owner = '销售主管';
const version = '2026-11';
const derived = derivedFor(owner, version);
const sources = ['cm_quotes'];

/** Asked for by the customer: a quote without that moment has no response to be measured. */
const counted = (value: Measure['value']): Measure => ({ table: 'cm_quotes', at: 'requested_at', value });

const requests = counted(() => sql<number>`count(*)`);
const sent = counted(() => countIf(sql`t.sent_at is not null`));
const seconds = counted((db) => db.sumOf(db.seconds(sql`t.requested_at`, sql`t.sent_at`)));
const unsent = counted(() => countIf(sql`t.sent_at is null`));

export const quoteResponseTime = defineMetric({
  id: 'quote_response_time',
  name: '报价响应时长',
  aliases: ['报价响应', '报价响应速度', '报价时效'],
  english: 'quote turnaround',
  unit: 'hours',
  layer: 'operational',
  definition:
    '客户要报价到正式报价发出的小时数,取平均,按客户要报价的时间归期。还没报出去的不进平均,另写几份;没记客户什么时候要的不算。',
  sources,
  owner,
  version,
  items: [16],
  moreIsBetter: false,
  computation: { kind: 'ratio', numerator: seconds, denominator: sent, scale: 1 / 3600 },
});

export const quotesRequested = defineMetric({
  id: 'quotes_requested',
  name: '报价请求',
  aliases: ['报价请求数', '要报价的次数'],
  english: 'quotes asked for',
  unit: 'count',
  layer: 'operational',
  definition: '期间内客户要报价的次数,按客户要的时间归期;改一版再要算一次。',
  sources,
  owner,
  version,
  items: [16],
  moreIsBetter: true,
  computation: { kind: 'sum', measure: requests },
});

export const quotesUnsent = defineMetric({
  id: 'quotes_unsent',
  name: '还没报出的报价',
  aliases: ['未报出的报价'],
  english: 'quotes not sent yet',
  unit: 'count',
  layer: 'operational',
  definition: '期间内客户要过、到现在正式报价还没发出的份数。',
  sources,
  owner,
  version,
  items: [16],
  moreIsBetter: false,
  computation: { kind: 'sum', measure: unsent },
});

export const quoteResponseMedian = derived({
  id: 'quote_response_median',
  name: '报价响应中位数',
  english: 'median quote turnaround',
  unit: 'hours',
  layer: 'operational',
  definition: '期间内要过、已经报出的报价,一半在多少小时内报出;不满一小时按一小时算。个别拖得久的不会把它拉高。',
  items: [16],
  moreIsBetter: false,
  sources,
});

export const quoteOnTimeRate = derived({
  id: 'quote_on_time_rate',
  name: '报价及时率',
  english: 'share of quotes sent in time',
  unit: 'ratio',
  layer: 'operational',
  definition:
    '时限内报出的 ÷(已报出的 + 没报出但已过时限的)。时限是设置 quoteHours,默认 24 小时,按自然小时算;没到时限的不进分母。',
  items: [16],
  moreIsBetter: true,
  sources,
});

export const lateQuotes = derived({
  id: 'late_quotes',
  name: '超时未报价',
  aliases: ['报价延迟', '待报价'],
  english: 'late quotes',
  unit: 'count',
  layer: 'operational',
  definition: '现在客户要了报价、超过时限(设置 quoteHours,默认 24 小时)还没发出的份数,不限期间;商机已经关闭的不算。',
  items: [16, 89],
  moreIsBetter: false,
  sources: ['cm_quotes', 'cm_opportunities'],
});

export const lateQuoteHours = derived({
  id: 'late_quote_hours',
  name: '报价已等',
  english: 'hours a late quote has waited',
  unit: 'hours',
  layer: 'operational',
  definition: '从客户要报价到现在的小时数。',
  items: [16],
  moreIsBetter: false,
  sources,
});

export const quoteSpeedWinRate = derived({
  id: 'quote_speed_win_rate',
  name: '按报价快慢的赢单率',
  aliases: ['报价快慢赢单率', '报价速度赢单率'],
  english: 'win rate by quote speed',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '期间内关闭的商机(期间不到 180 天就往前看满 180 天),按第一份报价从客户要到发出用了多少小时分档,每档赢单 ÷(赢单 + 丢单)。档是 4、8、24、48、72 小时和设置 quoteHours,正好在线上的算前一档。没有报价、没发出、或没记客户什么时候要的不算。',
  items: [16],
  moreIsBetter: true,
  sources: ['cm_quotes', 'cm_opportunities'],
});

export const quoteBreakHours = derived({
  id: 'quote_break_hours',
  name: '报价断点',
  aliases: ['报价快慢的断点', '赢单率断点'],
  english: 'quote speed at which the win rate steps',
  unit: 'hours',
  layer: 'managerial',
  definition:
    '报价超过几小时,赢单率就换了一截:取把快慢两边分得最开的那条线,两边都要有 10 个以上,差别的 95 % 区间要不含 0(看了几条线就按几条修正)。位置还说不准就写一段;不够就不给。是一起出现,不证明慢就是原因。',
  items: [16],
  moreIsBetter: null,
  sources: ['cm_quotes', 'cm_opportunities'],
});

export const quoteBreakWinRate = derived({
  id: 'quote_break_win_rate',
  name: '断点两边的赢单率',
  english: 'win rate on both sides of the break',
  unit: 'ratio',
  layer: 'managerial',
  definition: '报价断点以内和更慢的两边,各自赢单 ÷(赢单 + 丢单);没有断点时按设置 quoteHours 分成两边。',
  items: [16],
  moreIsBetter: true,
  sources: ['cm_quotes', 'cm_opportunities'],
});

export const quoteMetrics: readonly Metric[] = [
  quoteResponseTime,
  quoteResponseMedian,
  quoteOnTimeRate,
  quotesRequested,
  quotesUnsent,
  lateQuotes,
  lateQuoteHours,
  quoteSpeedWinRate,
  quoteBreakHours,
  quoteBreakWinRate,
];
