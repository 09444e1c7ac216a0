import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import { formatCount } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import type { PartConversion } from '../metrics/cohort-parts.ts';
import { counterOf } from '../metrics/dimensions.ts';
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
    subtitle: `转化率(批次) · ${describePeriod(period, question.moment.today)}`,
    footer: chartFooter(company, question),
  };
  if (by !== undefined && parts.length > 0) {
    // Columns without places: on few cases an order would say more than the numbers do (decision 21).
    return {
      ...frame,
      kind: 'bar',
      direction: 'across',
      unit: 'ratio',
      labels: parts.map(({ name, rate }) => `${name} ${formatCount(rate.numerator)}/${formatCount(rate.denominator)}`),
      series: [
        {
          label: '转化率',
          tone: 'ours',
          values: parts.map(({ rate }) => ratioOf(rate)),
          tones: parts.map(({ verdict }) => (verdict === 'lower' ? 'warning' : 'ours')),
        },
      ],
      counter: counterOf(by),
      tail: 3,
    };
  }
  const compared = steps.some((step) => step.before !== null);
  return {
    ...frame,
    kind: 'bar',
    direction: 'across',
    unit: 'ratio',
    labels: steps.map((step, n) => (steps.length > 1 && n === steps.length - 1 ? '整体' : `到${step.to}`)),
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
