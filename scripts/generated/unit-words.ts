import type { Metric } from '../../src/metrics/metric.ts';

/** Plain numbers that are no scores: what one of them is. */
const plainNumbers: Readonly<Record<string, string>> = {
  clv_model_orders: '次',
  followups_per_customer: '次',
  retention_years: '年',
  return_per_yuan: '元',
  yearly_orders: '次',
};

/** A unit as people call it. */
export const unitWords = ({ id, unit }: Metric): string =>
  plainNumbers[id] ??
  {
    fen: '元',
    count: '个',
    ratio: '%',
    points: '个百分点',
    days: '天',
    hours: '小时',
    minutes: '分钟',
    score: '分',
  }[unit];
