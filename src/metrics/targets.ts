import { defineMetric } from './metric.ts';

const owner = '销售总监';
const version = '2026-11';

export const targetAmount = defineMetric({
  id: 'target_amount',
  name: '目标',
  aliases: ['销售目标', '业绩目标', '任务'],
  english: 'target',
  unit: 'fen',
  layer: 'managerial',
  definition: '期间内各月目标相加。问团队时先取团队自己的目标,没有就把成员的目标加起来,并说明用的是哪一种。',
  sources: ['cm_targets'],
  owner,
  version,
  items: [31, 37],
  moreIsBetter: null,
  computation: { kind: 'derived' },
});

export const targetAttainment = defineMetric({
  id: 'target_attainment',
  name: '目标完成率',
  aliases: ['完成率', '达成率', '目标达成率'],
  english: 'quota attainment',
  unit: 'ratio',
  layer: 'managerial',
  definition:
    '实际 ÷ 期间目标,可以超过 100 %。实际与目标同一口径:合同额目标比成交金额,回款目标比回款金额。没有目标就没有完成率。',
  sources: ['cm_targets', 'cm_contracts'],
  owner,
  version,
  items: [31],
  moreIsBetter: true,
  computation: { kind: 'derived' },
});

export const gap = defineMetric({
  id: 'gap',
  name: '目标差额',
  aliases: ['差额', '缺口', '还差多少'],
  english: 'gap to target',
  unit: 'fen',
  layer: 'managerial',
  definition: '期间目标减去已完成;负数表示超额。',
  sources: ['cm_targets', 'cm_contracts'],
  owner,
  version,
  items: [31, 37],
  moreIsBetter: false,
  computation: { kind: 'derived' },
});

export const targetPace = defineMetric({
  id: 'target_pace',
  name: '时间进度',
  aliases: ['进度', '应完成进度'],
  english: 'share of the period elapsed',
  unit: 'ratio',
  layer: 'managerial',
  definition: '期间已过去的天数 ÷ 全部天数(含今天)。完成率低于它就是落后于时间进度。',
  sources: ['cm_targets'],
  owner,
  version,
  items: [31],
  moreIsBetter: null,
  computation: { kind: 'derived' },
});

export const projectedAmount = defineMetric({
  id: 'projected_amount',
  name: '按当前速度期末可达',
  aliases: ['预计完成'],
  english: 'run rate to the end of the period',
  unit: 'fen',
  layer: 'managerial',
  definition: '已完成 ÷ 时间进度:照现在的速度走到期末的数。只是线性外推,不看在谈商机。',
  sources: ['cm_contracts'],
  owner,
  version,
  items: [31],
  moreIsBetter: true,
  computation: { kind: 'derived' },
});

export const dailyNeed = defineMetric({
  id: 'daily_need',
  name: '之后每天需完成',
  aliases: ['日均需完成'],
  english: 'needed a day',
  unit: 'fen',
  layer: 'managerial',
  definition: '目标差额 ÷ 期间剩余天数(不含今天)。',
  sources: ['cm_targets', 'cm_contracts'],
  owner,
  version,
  items: [31],
  moreIsBetter: null,
  computation: { kind: 'derived' },
});

export const targetMetrics = [targetAmount, targetAttainment, gap, targetPace, projectedAmount, dailyNeed] as const;
