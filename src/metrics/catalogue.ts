import { activityMetrics } from './activity.ts';
import { churnMetrics } from './churn.ts';
import { collectionMetrics } from './collection.ts';
import { customerMetrics } from './customers.ts';
import { engagementMetrics } from './engagement.ts';
import { funnelMetrics } from './funnel.ts';
import { growthMetrics } from './growth.ts';
import { leadResponseMetrics } from './lead-response.ts';
import { marketingMetrics } from './marketing.ts';
import type { Metric } from './metric.ts';
import { orderMetrics } from './orders.ts';
import { predictionMetrics } from './predictions.ts';
import { qualityMetrics } from './quality.ts';
import { quoteMetrics } from './quotes.ts';
import { returnMetrics } from './returns.ts';
import { salesMetrics } from './sales.ts';
import { scoreMetrics } from './scores.ts';
import { serviceMetrics } from './service.ts';
import { targetMetrics } from './targets.ts';
import { terms } from './terms.ts';
import { valueMetrics } from './value.ts';
import { caseMetrics } from './won-cases.ts';

/** The dictionary, in the order in which 口径 lists it. */
export const metrics: readonly Metric[] = [
  ...salesMetrics,
  ...quoteMetrics,
  ...orderMetrics,
  ...collectionMetrics,
  ...targetMetrics,
  ...scoreMetrics,
  ...caseMetrics,
  ...funnelMetrics,
  ...predictionMetrics,
  ...customerMetrics,
  ...valueMetrics,
  ...growthMetrics,
  ...churnMetrics,
  ...engagementMetrics,
  ...activityMetrics,
  ...marketingMetrics,
  ...leadResponseMetrics,
  ...serviceMetrics,
  ...returnMetrics,
  ...qualityMetrics,
  ...terms,
];

const byId = new Map(metrics.map((metric) => [metric.id, metric]));

export const metricById = (id: string): Metric | undefined => byId.get(id);

const plain = (words: string): string => words.toLowerCase().replace(/[\s·()()]/g, '');

/** A metric by what people call it: its id, name, English term, an alias, or what a report prints for it. */
export function metricByWords(words: string): Metric | undefined {
  const wanted = plain(words);
  return (
    byId.get(words) ??
    metrics.find((metric) => plain(metric.name) === wanted) ??
    metrics.find((metric) => [...metric.aliases, metric.english].some((alias) => plain(alias) === wanted)) ??
    metrics.find(({ shownAs }) => shownAs?.some((words) => plain(words) === wanted))
  );
}
