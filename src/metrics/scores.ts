import { derivedFor } from './derived.ts';
import type { Metric } from './metric.ts';

const derived = derivedFor('销售总监', '2026-11');
const sources = ['cm_contracts', 'cm_payment_plans', 'cm_customers', 'cm_activities', 'cm_surveys'];

export const compositeScore = derived({
  id: 'composite_score',
  name: '综合得分',
  aliases: ['综合绩效得分', '综合绩效', '绩效得分'],
  english: 'composite score',
  unit: 'score',
  layer: 'managerial',
  definition:
    '0 到 100:各单项得分按权重加权平均。权重是设置 scoreWeights,默认成交金额 40、回款率 20、新增客户 15、跟进次数 15、回访满意度 10,每半年复核一次。算不出来的单项不扣分,它的权重由其余单项分担;可算的权重不到一半就不给分。大区、部门的得分是里面每个有得分的人的平均。',
  items: [34, 35],
  moreIsBetter: true,
  sources,
});

export const partScore = derived({
  id: 'part_score',
  name: '单项得分',
  english: 'score of one metric',
  unit: 'score',
  layer: 'managerial',
  definition:
    '这个人的数 ÷ 范围内最好的数 × 100;越小越好的指标反过来(最好的 ÷ 这个人的)。没有数可算的没有得分,不是 0 分;谁都没有的单项不计;负数按 0 分。',
  items: [34],
  moreIsBetter: true,
  sources,
});

export const scoredPeople = derived({
  id: 'scored_people',
  name: '有综合得分的人数',
  english: 'people with a composite score',
  unit: 'count',
  layer: 'managerial',
  definition: '这个大区或部门里,在册的销售中可算的权重到一半、给得出综合得分的人数;大区、部门的得分就是他们的平均。',
  items: [34],
  moreIsBetter: null,
  sources,
});

export const scoreMetrics: readonly Metric[] = [compositeScore, partScore, scoredPeople];
