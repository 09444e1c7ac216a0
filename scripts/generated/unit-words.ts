import type { Metric } from '../../src/metrics/metric.ts';

/** A unit as people call it. */
export const unitWords = ({ unit }: Metric): string =>
  ({
    fen: '元',
    count: '个',
    ratio: '%',
    points: '个百分点',
    days: '天',
    hours: '小时',
    minutes: '分钟',
    score: '分',
  })[unit];
