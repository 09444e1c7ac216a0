import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import { formatCount } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import type { PartConversion } from '../metrics/cohort-parts.ts';
import type { StepChange } from '../metrics/funnel-bottleneck.ts';
import { chartFooter } from './captions.ts';
import type { Company, Findings, Question } from './report.ts';

/** Steps beside what they were before; by a dimension, its parts in order with the really lower ones marked. */
export function conversionChart(
  company: Company,
  question: Question,
  period: Period,
  title: string,
  steps: readonly StepChange[],
  parts: readonly PartConversion[],
  by: Dimension | undefined,
): Findings['chart'] {
  const frame = {
    title,
    subtitle: `转化率(批次)· ${describePeriod(period, question.moment.today)}`,
    footer: chartFooter(company, question),
  };
  if (by !== undefined && parts.length > 0) {
    return {
      ...frame,
      kind: 'ranking',
      unit: 'ratio',
      rows: parts.map((part) => ({
        label: part.name,
        value: ratioOf(part.rate),
        note: `${formatCount(part.rate.numerator)}/${formatCount(part.rate.denominator)}`,
        tone: part.verdict === 'lower' ? 'warning' : 'ours',
      })),
    };
  }
  const compared = steps.some((step) => step.before !== null);
  return {
    ...frame,
    kind: 'bar',
    direction: 'across',
    unit: 'ratio',
    labels: steps.map((step) => `${step.from}→${step.to}`),
    series: [
      {
        label: periodName(period),
        tone: 'ours',
        values: steps.map((step) => ratioOf(step.rate)),
        tones: steps.map((step) => (step.real && (step.change ?? 0) < 0 ? 'warning' : 'ours')),
      },
      ...(compared
        ? [
            {
              label: '上一期同龄',
              tone: 'other' as const,
              values: steps.map((step) => (step.before === null ? null : ratioOf(step.before))),
            },
          ]
        : []),
    ],
  };
}
