import { defineMetric, type Metric } from './metric.ts';

const term = (
  id: string,
  name: string,
  aliases: readonly string[],
  english: string,
  unit: Metric['unit'],
  definition: string,
  items: readonly number[],
): Metric =>
  defineMetric({
    id,
    name,
    aliases,
    english,
    unit,
    layer: 'managerial',
    definition,
    sources: [],
    owner: '数据负责人',
    version: '2026-11',
    items,
    moreIsBetter: null,
    computation: { kind: 'derived' },
  });

/** Words that every report uses and that people ask about; they have no number of their own. */
export const terms: readonly Metric[] = [
  term(
    'yoy',
    '同比',
    ['与去年同期比', 'YoY'],
    'year over year',
    'ratio',
    '和去年同一段日子比。期间没走完时,只比去年同样的日子(本月到 18 日就比去年同月 1–18 日);按周看时对齐星期几。',
    [38],
  ),
  term(
    'mom',
    '环比',
    ['与上期比', 'PoP'],
    'period over period',
    'ratio',
    '和紧挨着的上一段比。期间没走完时,只比上一段同样的天数(本月到 18 日就比上月 1–18 日)。',
    [38],
  ),
  term(
    'percentage_points',
    '个百分点',
    ['百分点'],
    'percentage points',
    'points',
    '率的变化用个百分点:20 % 到 24 % 是 +4 个百分点。相对变化(+20 %)只在旁边注明,两者不混用。',
    [38],
  ),
  term(
    'rank',
    '名次',
    ['排名'],
    'rank',
    'count',
    '按一个指标从高到低排,数一样的并列,下一个名次顺延。没有数的人也列出来;没法算的(比如没有关闭的商机就没有赢单率)不排名次。',
    [33],
  ),
  term(
    'small_sample',
    '样本少',
    ['小样本'],
    'small sample',
    'ratio',
    '不到 30 个的率旁边写 95 % 区间和「样本少」。区间不支持的差别,排名和预警都不当回事。',
    [38],
  ),
];
