import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('销售总监', '2026-11');

export const forecastPoint = derived({
  id: 'forecast',
  name: '预测成交额',
  aliases: ['预测', '销售预测', '业绩预测', '预测金额'],
  english: 'forecast of bookings',
  unit: 'fen',
  layer: 'strategic',
  definition:
    '最近六个完整月的日均成交金额 × 期间天数,再按过去同样预测的偏差(中位数)修正;期间已过的部分按实际。在过去的月底试过不比照搬上一段准的,就照搬上一段。不看在谈商机,旁边另给按赢率折算的管道。记录不够试八次的不给。',
  items: [93],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const forecastLow = derived({
  id: 'forecast_low',
  name: '预测下限',
  english: 'forecast, 10 % quantile',
  unit: 'fen',
  layer: 'strategic',
  definition: '用同样的办法在过去每个月底预测一次、和实际比,按这些误差取的低端:十次里有一次更低。',
  items: [93],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const forecastHigh = derived({
  id: 'forecast_high',
  name: '预测上限',
  english: 'forecast, 90 % quantile',
  unit: 'fen',
  layer: 'strategic',
  definition: '用同样的办法在过去每个月底预测一次、和实际比,按这些误差取的高端:十次里有一次更高。',
  items: [93],
  moreIsBetter: true,
  sources: ['cm_contracts'],
});

export const forecastNaive = derived({
  id: 'forecast_naive',
  name: '照搬上一段',
  english: 'naive forecast',
  unit: 'fen',
  layer: 'strategic',
  definition:
    '还没过的日子照搬最近一段同样的、已过完的日子的成交金额,期间已经开始的再加上已签的。预测要比它准才有用,回复里写明谁准。',
  items: [93],
  moreIsBetter: null,
  sources: ['cm_contracts'],
});

export const forecastWeighted = derived({
  id: 'forecast_weighted',
  name: '期间内管道折算',
  aliases: ['加权预测'],
  english: 'weighted pipeline due in the period',
  unit: 'fen',
  layer: 'managerial',
  definition: '预计成交日在期间内的在跟商机金额 × 赢率(商机自己的,没有就取阶段的)。预计日已过的不算。',
  items: [93],
  moreIsBetter: true,
  sources: ['cm_opportunities', 'cm_stages'],
});

export const winProbabilityMetric = derived({
  id: 'win_probability',
  name: '30 天成交概率',
  aliases: ['赢率', '成交概率', '未来30天成交概率'],
  english: 'probability of winning within 30 days',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '过去半年里,每 30 天看一次在跟商机:同样阶段、同样新旧(超没超 60 天)、14 天内联系没联系过的,之后 30 天内赢了的占多少。同类不足 30 次就放宽条件。先在最近两次上试过,分不出高低就不给单个概率。',
  items: [92],
  moreIsBetter: true,
  sources: ['cm_opportunities', 'cm_stage_events', 'cm_activities'],
});

export const expectedWins = derived({
  id: 'expected_wins',
  name: '预计赢单数',
  english: 'expected wins within 30 days',
  unit: 'count',
  layer: 'managerial',
  definition: '在跟商机的 30 天成交概率相加,是平均会赢几单。',
  items: [92],
  moreIsBetter: true,
  sources: ['cm_opportunities', 'cm_stage_events', 'cm_activities'],
});

export const predictionMetrics: readonly Metric[] = [
  forecastPoint,
  forecastLow,
  forecastHigh,
  forecastNaive,
  forecastWeighted,
  winProbabilityMetric,
  expectedWins,
];
