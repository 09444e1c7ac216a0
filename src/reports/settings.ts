import { z } from 'zod';
import { metricById } from '../metrics/catalogue.ts';

const day = z.number().int().min(1).max(3650);

/** What can be scored: counted by the engine, and better in one direction. */
const scoredMetric = z.string().refine((id) => {
  const metric = metricById(id);
  return metric !== undefined && metric.computation.kind !== 'derived' && metric.moreIsBetter !== null;
}, '不是可以打分的指标:要写指标字典里的名字(docs/metrics.md),由报表计算的和不分好坏的不行');

/** Item 34: result, money in, new customers, effort, and what the customers say. */
const usualWeights = [
  { metric: 'won_amount', weight: 40 },
  { metric: 'payment_rate', weight: 20 },
  { metric: 'new_customers', weight: 15 },
  { metric: 'followup_count', weight: 15 },
  { metric: 'survey_csat', weight: 10 },
];

/** Business settings of the reports (`SETTINGS_FILE`); every default is a decision of the product, printed by 口径. */
export const reportSettingsSchema = z.strictObject({
  /** Decision 1: ordered stages; left out = the standard five, or the CRM's own. */
  stages: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        crmStages: z.array(z.string().min(1)).min(1).optional(),
        stuckAfterDays: day.optional(),
        entry: z.string().optional(),
      }),
    )
    .min(2)
    .nullable()
    .default(null),
  /** Decision 8: calendar days without follow-up after which an open opportunity is stuck (积压). */
  stuckAfterDays: day.default(7),
  /** Decision 6: whole days without interaction after which a customer is silent; per grade where it differs. */
  silentDays: z
    .strictObject({ default: day.default(90), byGrade: z.record(z.string(), day).default({}) })
    .default({ default: 90, byGrade: {} }),
  /** Decision 22: the month (1-12) in which the fiscal year starts. */
  fiscalYearStartMonth: z.number().int().min(1).max(12).default(1),
  /** Item 107: the conversion that the digest watches. */
  keyConversion: z.strictObject({ from: z.string(), to: z.string() }).default({ from: '需求诊断', to: '方案演示' }),
  /** Item 34: what the composite score is made of; weights count against each other, whatever they add up to. */
  scoreWeights: z
    .array(z.strictObject({ metric: scoredMetric, weight: z.number().positive().max(1000) }))
    .min(1)
    .max(6)
    .default(usualWeights),
  /**
   * Item 61: what a composite index is called and made of: components of `cm_customer_scores` with their weights. Whoever
   * is below `low` is to be looked after.
   */
  engagementIndex: z
    .strictObject({
      name: z.string().min(1).max(20),
      weights: z
        .record(z.string().min(1), z.number().positive().max(1000))
        .refine((weights) => Object.keys(weights).length > 0, '至少写一个成分'),
      low: z.number().min(1).max(99),
    })
    .default({ name: '学习成就感指数', weights: { 完课率: 40, 测验成绩: 40, 互动: 20 }, low: 60 }),
  /** Item 16: hours from the customer's request to the formal quote; later is late. */
  quoteHours: z.number().int().min(1).max(720).default(24),
  /** Decision 9: days after the period within which a lead may still turn into an order, for channels. */
  conversionLagDays: z.number().int().min(0).max(730).default(90),
});

export type ReportSettings = z.infer<typeof reportSettingsSchema>;
