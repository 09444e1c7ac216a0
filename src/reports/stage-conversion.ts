import { addDays } from '../calendar/day.ts';
import { type Period, periodName } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { StageModel } from '../crm/stages.ts';
import type { Figure } from '../figures/figure.ts';
import {
  formatCount,
  formatPoints,
  formatRate,
  formatRateBrief,
  formatRatio,
  spacedDates,
  unknown,
} from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { comparePart, lowestPart, type PartConversion, verdictWords } from '../metrics/cohort-parts.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { changeBetween, narrowestOf, type StepChange } from '../metrics/funnel-bottleneck.ts';
import { type Cohort, type CohortPart, canCutCohort, readCohort, readCohortParts } from '../metrics/funnel-cohort.ts';
import type { Line } from '../replies/reply.ts';
import { whose } from './captions.ts';
import { conversionChart } from './conversion-chart.ts';
import { type Baseline, readBaseline } from './funnel-baseline.ts';
import { cohortEmpty, notYet } from './funnel-empty.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { splitChoice } from './split-choice.ts';
import { stageHistoryNote } from './stage-history-note.ts';
import { thinnerWords } from './thinner-steps.ts';

/** 转化率: how many of a cohort went from one stage to another (items 6, 9), every step where no two were named. */
export const stageConversionReport = defineReport({
  intent: 'stage_conversion',
  items: [6, 7, 9, 12, 107],
  defaultPeriod: 'this_month',
  dimensions: ['region', 'department', 'owner', 'industry', 'grade', 'channel', 'city', 'province', 'size', 'campaign'],
  needs: ['opportunities'],
  async run(company, question) {
    const { stages } = company;
    const { period } = question;
    if (period === null)
      return nothingFound('转化率要看哪段时间', '转化率按商机创建的时间段算,请带上时间,比如「转化率 本月」。');
    if (period.from > question.moment.today) return notYet(period, question, '转化率');
    const span = spanOf(question, stages);
    if (span.kind === 'unknown') {
      const known = stages.stages.map(({ name }) => name).join('、');
      return nothingFound(`没有「${span.named}」这个阶段`, `漏斗里的阶段是:${known}。`, [
        { label: '各阶段转化率', command: `转化率 ${periodName(period)}` },
      ]);
    }
    const ask = { scope: question.scope, filter: question.filter, period, until: question.moment.wall };
    const cohort = await readCohort(company.crm, stages, ask);
    if ((cohort.steps[0]?.reached ?? 0) === 0) return cohortEmpty(company, question, period, cohort.outside);
    const baseline = await readBaseline(company, question, period);
    const by = question.groupBy.find((dimension) => canCutCohort(dimension, company));
    const parts = by === undefined ? [] : await readCohortParts(company.crm, stages, company, { ...ask, by });
    return conversionFindings(company, question, period, { span, cohort, baseline, by, parts });
  },
});

type Span =
  | { readonly kind: 'all' }
  | { readonly kind: 'pair'; readonly from: number; readonly to: number }
  | { readonly kind: 'unknown'; readonly named: string };

/** The two stages that were named; one alone means the step out of it (from) or into it (to). */
function spanOf({ slots }: Question, stages: StageModel): Span {
  const named = [slots.from_stage, slots.to_stage];
  for (const name of named)
    if (name !== undefined && stages.byName(name) === undefined) return { kind: 'unknown', named: name };
  const [from, to] = named.map((name) => (name === undefined ? undefined : stages.byName(name)?.position));
  const last = stages.stages.length - 1;
  if (from === undefined && to === undefined) return { kind: 'all' };
  if (from === undefined) return { kind: 'pair', from: Math.max(0, (to ?? 1) - 1), to: Math.max(1, to ?? 1) };
  if (to === undefined || to === from)
    return { kind: 'pair', from: Math.min(from, last - 1), to: Math.min(from, last - 1) + 1 };
  return { kind: 'pair', from: Math.min(from, to), to: Math.max(from, to) };
}

interface Seen {
  readonly span: Exclude<Span, { kind: 'unknown' }>;
  readonly cohort: Cohort;
  readonly baseline: Baseline | null;
  readonly by: Dimension | undefined;
  readonly parts: readonly CohortPart[];
}

function stepsOf({ span, cohort, baseline }: Seen): StepChange[] {
  const last = cohort.steps.length - 1;
  const pairs: (readonly [number, number])[] =
    span.kind === 'pair' ? [[span.from, span.to]] : cohort.steps.slice(0, -1).map((_, n) => [n, n + 1] as const);
  if (span.kind === 'all') pairs.push([0, last]);
  return pairs.map(([from, to]) => changeBetween(cohort, baseline?.cohort ?? null, from, to));
}

const figureOf = (step: StepChange): Figure => ({
  metric: 'stage_conversion',
  label: `${step.from}→${step.to}`,
  unit: 'ratio',
  value: ratioOf(step.rate),
  ...step.rate,
  ...(step.rate.denominator === 0 ? { missing: `还没有商机到过${step.from}` } : {}),
});

function conversionFindings(company: Company, question: Question, period: Period, seen: Seen): Findings {
  const steps = stepsOf(seen);
  const { baseline, by, parts } = seen;
  const title = titleOf(seen, steps, period);
  const partRows = by === undefined ? [] : partsOf(seen, parts);
  const headline = steps.slice(0, 5).map(figureOf);
  return {
    title,
    mode: '批次',
    headline:
      seen.span.kind === 'pair'
        ? [
            ...headline,
            ...steps.slice(0, 1).map(
              (step): Figure => ({
                metric: 'stage_conversion_change',
                label: `比${baseline?.words ?? '上一期'}${step.real || step.change === null ? '' : ',波动内'}`,
                unit: 'points',
                value: step.change,
                ...(step.change === null ? { missing: '没有可比的上一期' } : {}),
              }),
            ),
          ]
        : headline,
    figures: [
      ...steps.flatMap((step): Figure[] => {
        const dims = { from_stage: step.from, to_stage: step.to };
        return [
          { ...figureOf(step), dims },
          {
            metric: 'stage_conversion_change',
            label: `${step.from}→${step.to}的变化`,
            unit: 'points',
            value: step.change,
            dims,
            ...(step.change === null ? { missing: '没有可比的上一期' } : {}),
          },
        ];
      }),
      ...partRows.map(
        (part): Figure => ({
          metric: 'stage_conversion',
          label: '转化率',
          unit: 'ratio',
          value: ratioOf(part.rate),
          ...part.rate,
          dims: { [by ?? 'part']: part.name },
        }),
      ),
    ],
    narrative: narrativeOf(question, period, seen, steps, partRows),
    advice: adviceOf(question, seen, steps, partRows),
    chart: conversionChart(company, question, period, title, steps, partRows, by),
    table:
      partRows.length > 0
        ? {
            columns: [by === undefined ? '' : dimensionNames[by], '转化率', '和其余相比'],
            rows: partRows.map((part) => [part.name, formatRate(part.rate), verdictWords[part.verdict]]),
            numeric: [false, true, false],
          }
        : {
            columns: ['步骤', '转化率', baseline?.words ?? '上一期', '变化'],
            rows: steps.map((step) => [
              `${step.from}→${step.to}`,
              formatRate(step.rate),
              step.before === null ? unknown : formatRate(step.before),
              changeWords(step),
            ]),
            numeric: [false, true, true, true],
          },
    notes: [
      '按商机创建时间分批,走到后面阶段的也算走过前面的阶段。',
      ...(baseline === null ? [] : [`${baseline.words}按走到同样天数时的样子比。`]),
      ...stageHistoryNote(company),
      ...(question.groupBy.length > 0 && by === undefined ? ['商机不能按这个维度看,给的是合计。'] : []),
    ],
    choices: choicesOf(company, question, seen, steps, period),
  };
}

const changeWords = (step: StepChange): string =>
  step.change === null ? unknown : step.real ? formatPoints(step.change) : `${formatPoints(step.change)}(波动内)`;

function titleOf({ span }: Seen, steps: readonly StepChange[], period: Period): string {
  const [first] = steps;
  const fell = worstOf(steps);
  if (span.kind === 'pair' && first !== undefined) {
    const ratio = ratioOf(first.rate);
    if (ratio === null) return spacedDates(`${periodName(period)}还没有商机走到${first.from}`);
    const moved = first.real && first.change !== null ? `,${formatPoints(first.change)}` : '';
    return `${first.from}→${first.to}转化率 ${formatRatio(ratio)}${moved}`;
  }
  if (fell !== null) return `${fell.from}→${fell.to}掉了,${formatPoints(fell.change ?? 0)}`;
  const overall = steps.at(-1);
  const ratio = overall === undefined ? null : ratioOf(overall.rate);
  return spacedDates(`${periodName(period)}商机→成交转化率 ${ratio === null ? unknown : formatRatio(ratio)}`);
}

/** The step that really fell most. */
const worstOf = (steps: readonly StepChange[]): StepChange | null =>
  steps
    .filter((step) => step.real && (step.change ?? 0) < 0)
    .reduce<StepChange | null>(
      (worst, step) => (worst === null || (step.change ?? 0) < (worst.change ?? 0) ? step : worst),
      null,
    );

function partsOf({ span, cohort }: Seen, parts: readonly CohortPart[]): PartConversion[] {
  const [from, to] = span.kind === 'pair' ? [span.from, span.to] : [0, cohort.steps.length - 1];
  return parts.map((part) => comparePart(cohort, part, from, to));
}

function narrativeOf(
  question: Question,
  period: Period,
  seen: Seen,
  steps: readonly StepChange[],
  parts: readonly PartConversion[],
): Line[] {
  const { baseline, span, cohort } = seen;
  const [first] = steps;
  const lines: Line[] = [];
  if (span.kind === 'pair' && first !== undefined) {
    const { rate } = first;
    lines.push(
      rate.denominator === 0
        ? [
            spacedDates(
              `${whose(question)}${periodName(period)}新建的商机还没有走到${first.from}的,这一步算不出转化率。`,
            ),
          ]
        : [
            spacedDates(
              `${whose(question)}${periodName(period)}新建的商机里,${formatCount(rate.denominator)} 个走到${first.from},${formatCount(rate.numerator)} 个到了${first.to}:`,
            ),
            { strong: formatRate(rate) },
            '。',
          ],
    );
    if (baseline !== null && first.before !== null) lines.push(comparedLine(first, baseline));
  } else {
    const overall = steps.at(-1);
    const weakest = narrowestOf(steps.slice(0, -1));
    lines.push([
      spacedDates(
        `${whose(question)}${periodName(period)}新建 ${formatCount(cohort.steps[0]?.reached ?? 0)} 个商机,到现在成交 ${formatCount(cohort.steps.at(-1)?.reached ?? 0)} 个,商机→成交 `,
      ),
      { strong: overall === undefined ? unknown : formatRateBrief(overall.rate) },
      '。',
    ]);
    if (weakest !== null) {
      const { step, thinner } = weakest;
      const head = thinner.length === 0 ? '最窄的一步是' : '样本够的几步里最窄的是';
      lines.push([`${head}${step.from}→${step.to},${formatRateBrief(step.rate)}${thinnerWords(thinner)}。`]);
    }
    const fell = worstOf(steps);
    if (baseline !== null) {
      lines.push(
        fell === null ? [`和${baseline.words}走到同样天数时相比,没有哪一步真的变差。`] : comparedLine(fell, baseline),
      );
    }
  }
  const lowest = lowestPart(parts);
  if (parts.length > 1) {
    lines.push(
      lowest === null
        ? ['分开看,各部分之间的差别都在正常波动以内,或者样本太少。']
        : [{ warning: `${lowest.name} ${formatRate(lowest.rate)}` }, ',明显低于其余部分。'],
    );
  }
  return lines;
}

function comparedLine(step: StepChange, baseline: Baseline): Line {
  const before = step.before === null ? unknown : formatRateBrief(step.before);
  if (step.change === null) return [`${baseline.words}没有可比的数。`];
  if (formatPoints(step.change) === '持平') return [`和${baseline.words}走到同样天数时持平(${before})。`];
  if (!step.real)
    return [
      `${baseline.words}走到同样天数时是 ${before},相差 ${formatPoints(step.change)},在正常波动以内,不算${step.change < 0 ? '下降' : '上升'}。`,
    ];
  const words = formatPoints(step.change);
  return [
    `${step.from}→${step.to}在${baseline.words}走到同样天数时是 ${before},现在`,
    step.change < 0 ? { warning: words } : { good: words },
    ',不是偶然波动。',
  ];
}

function adviceOf(
  question: Question,
  seen: Seen,
  steps: readonly StepChange[],
  parts: readonly PartConversion[],
): Advice[] {
  const lowest = lowestPart(parts);
  const fell = seen.span.kind === 'pair' ? steps.find((step) => step.real && (step.change ?? 0) < 0) : worstOf(steps);
  const advice: Advice[] = [];
  if (fell !== undefined && fell !== null) {
    advice.push({
      text: `从停在${fell.from}的商机里抽 5 个,问清没进${fell.to}的原因`,
      who: null,
      due: addDays(question.moment.today, 3),
      command: `积压 ${fell.from}`,
    });
  }
  if (lowest !== null) {
    advice.push({
      text: `和${lowest.name}一起过一遍怎么推进的,跟转化高的对一下做法`,
      who: null,
      due: addDays(question.moment.today, 5),
      command: `漏斗 ${lowest.name}`,
    });
  }
  return advice;
}

function choicesOf(
  company: Company,
  question: Question,
  { span }: Seen,
  steps: readonly StepChange[],
  period: Period,
): Findings['choices'] {
  const when = periodName(period);
  const [first] = steps;
  return [
    ...(span.kind === 'pair' && first !== undefined
      ? [
          ...splitChoice(company, question, `转化率 ${first.from} ${first.to} ${when}`),
          { label: `积压 ${first.from}`, command: `积压 ${first.from}` },
        ]
      : splitChoice(company, question, `转化率 ${when}`)),
    { label: `漏斗 ${when}`, command: `漏斗 ${when}` },
  ];
}
