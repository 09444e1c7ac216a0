import { metricByWords } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import { metricFindings } from './metric-report.ts';
import type { Company, Findings, Question } from './report.ts';

/** The metrics named in the question that one query can count; others belong to reports of their own. */
export function wantedMetrics({ slots }: Question): readonly Metric[] {
  const names = slots.metrics ?? (slots.metric === undefined ? [] : [slots.metric]);
  return names.flatMap((name) => {
    const metric = metricByWords(name);
    return metric === undefined || metric.computation.kind === 'derived' ? [] : [metric];
  });
}

const nouns: Readonly<Record<string, string>> = {
  won_count: ' 单',
  won_opportunities: ' 单',
  lost_opportunities: ' 单',
  new_opportunities: ' 个',
  new_customers: ' 个',
  won_customers: ' 家',
  followed_customers: ' 家',
  followup_count: ' 次',
  quote_count: ' 份',
  new_leads: ' 条',
  converted_leads: ' 条',
  repeat_customers: ' 家',
  open_opportunities: ' 个',
  open_customers: ' 家',
  customers: ' 家',
  return_count: ' 个',
  unanswered_tickets: ' 张',
  nps_answers: ' 份',
  nps_promoters: ' 份',
  nps_passives: ' 份',
  nps_detractors: ' 份',
};

/** The measure word that follows a metric's count: 7 单, 12 次. */
export const nounOf = (metric: Metric): string => nouns[metric.id] ?? '';

/** Metrics asked by name: the number, its change, what carries it. */
export const salesMetric = (
  company: Company,
  question: Question,
  [main, ...beside]: readonly Metric[],
): Promise<Findings> =>
  metricFindings(company, question, {
    command: '业绩',
    main: main!,
    beside,
    noun: nounOf(main!),
    sought: { noun: '成交', command: '业绩', table: 'cm_contracts', at: 'signed_on' },
    cuts: ['industry', 'channel'],
  });
