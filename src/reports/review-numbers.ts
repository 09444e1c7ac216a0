import { isRunning, lengthInDays, type Period, periodName } from '../calendar/period.ts';
import type { PartRates } from '../figures/attribution.ts';
import { ratesDiffer } from '../figures/difference.ts';
import type { Figure } from '../figures/figure.ts';
import { formatPoints, formatRate, formatRelativeChange, formatValue, unknown } from '../figures/format.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { fairLagDays, readAcquisition } from '../metrics/acquisition.ts';
import { churnRate } from '../metrics/churn.ts';
import { readChurnByTenure, type TenureChurn } from '../metrics/churn-by-tenure.ts';
import { type CustomerGroup, rollUp } from '../metrics/customer-groups.ts';
import { newCustomers } from '../metrics/customers.ts';
import { type Cells, type Grouping, measure, total } from '../metrics/engine.ts';
import { leadResponseTime } from '../metrics/lead-response.ts';
import { readChurn } from '../metrics/lost-customers.ts';
import { cac, leadConversion, newLeads } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import { avgOrderValue, salesCycle, winRate, wonAmount, wonCount } from '../metrics/sales.ts';
import { type Compared, comparedOf } from './comparison.ts';
import { type Judged, judge, notable } from './dashboard-tiles.ts';
import { figureOf, plainFigure, rateFigure, rateOf } from './figure-of.ts';
import type { Company, Question } from './report.ts';
import { explainingCuts } from './sales-cuts.ts';
import { readTargets, type Targets, targetOfScope } from './target-amounts.ts';

/** One core number of the review, now and before. */
export interface ReviewLine {
  readonly metric: Metric;
  readonly now: number | null;
  readonly before: number | null;
  /** Both ends where it is a rate of cases. */
  readonly rates: readonly [Rate, Rate] | null;
  readonly judged: Judged;
  readonly figures: readonly Figure[];
}

/** A target of the period and what was reached of it. */
export interface ReviewTarget {
  readonly metric: Metric;
  readonly amount: number;
  readonly actual: number;
  /** Share of the period that has passed, 0..1. */
  readonly pace: number;
}

export interface ReviewNumbers {
  readonly compared: Compared;
  readonly groupings: readonly Grouping[];
  /** What is counted by cases, whole and by each of the groupings. */
  readonly cells: Cells;
  readonly churn: readonly (readonly CustomerGroup[])[];
  /** Read only where the churn rate really rose. */
  readonly tenure: readonly TenureChurn[] | null;
  readonly acquisition: readonly { readonly costFen: number | null; readonly customers: number }[] | null;
  readonly targets: readonly ReviewTarget[];
  readonly lines: readonly ReviewLine[];
}

const records = (company: Company, table: string): boolean => company.capabilities.get(table)?.level !== 'none';

/** In the order in which the review tells them; the order value only explains. */
const counted: readonly Metric[] = [
  wonAmount,
  wonCount,
  avgOrderValue,
  newCustomers,
  newLeads,
  leadConversion,
  winRate,
  salesCycle,
  leadResponseTime,
];
const targeted = [wonAmount, newCustomers] as const;

/** Five queries, and one more where the churn rate rose: what is counted by cases is one statement. */
export async function readReview(company: Company, question: Question, period: Period): Promise<ReviewNumbers> {
  const compared = shortlyNamed(question, comparedOf(question, period));
  const { scope, filter, moment } = question;
  const periods = [compared.now, compared.before];
  const groupings: Grouping[] = [total, ...explainingCuts(company, question).map((by) => ({ by: [by] }))];
  const lagDays = fairLagDays(period, moment, company.settings.conversionLagDays);
  const churnAsk = { scope, filter, moment, silentDays: company.settings.silentDays.default };
  const [cells, churn, acquisition, targets] = await Promise.all([
    measure(company, scope, {
      metrics: counted,
      filter,
      moment,
      periods,
      groupings,
      lagDays,
      statements: 1,
      spread: true,
    }),
    records(company, 'contracts') ? readChurn(company.crm, churnAsk, periods, ['region', 'industry', 'grade']) : [],
    records(company, 'campaigns') ? readAcquisition(company.crm, { scope, filter, moment, lagDays }, periods) : null,
    records(company, 'targets') && question.filterWords.length === 0
      ? readTargets(company, question, period, ...targeted)
      : [],
  ]);
  const churned = churnLine(company, compared, churn);
  const tenure = churned?.judged === 'worse' ? await readChurnByTenure(company.crm, churnAsk, periods) : null;
  const line = (metric: Metric) => measuredLine(cells, metric, compared);
  return {
    compared,
    groupings,
    cells,
    churn,
    tenure,
    acquisition,
    targets: targets.flatMap((recorded, i) => targetOf(company, question, period, targeted[i]!, recorded, cells)),
    lines: [
      ...counted.filter((metric) => metric !== avgOrderValue).map(line),
      ...(churned === null ? [] : [churned]),
      ...cacLine(acquisition, compared),
    ].filter(({ now, before }) => now !== null || before !== null),
  };
}

/** 2025 年下半年 rather than its dates: it stands in many lines. */
const shortlyNamed = ({ compare }: Question, compared: Compared): Compared =>
  compare?.kind === 'period' ? { ...compared, words: periodName(compare.period) } : compared;

function measuredLine(cells: Cells, metric: Metric, compared: Compared): ReviewLine {
  const [now, before] = [cells.total(metric), cells.total(metric, 1)];
  return {
    metric,
    now: now.value,
    before: before.value,
    rates: metric.unit === 'ratio' ? [rateOf(now), rateOf(before)] : null,
    judged: judge(metric, now, before),
    figures: [figureOf(now), figureOf(before, [], { period: compared.words })],
  };
}

const wholeRate = (company: Company, groups: readonly CustomerGroup[]): Rate => {
  const sums = rollUp(groups, [], company)[0]?.sums;
  return { numerator: sums?.lost ?? 0, denominator: sums?.base ?? 0 };
};

function churnLine(
  company: Company,
  compared: Compared,
  churn: readonly (readonly CustomerGroup[])[],
): ReviewLine | null {
  if (churn.length < 2) return null;
  const [now, before] = [wholeRate(company, churn[0]!), wholeRate(company, churn[1]!)];
  const [rNow, rBefore] = [ratioOf(now), ratioOf(before)];
  const judged: Judged =
    rNow === null || rBefore === null
      ? 'unknown'
      : !differs(now, before)
        ? 'level'
        : rNow > rBefore
          ? 'worse'
          : 'better';
  return {
    metric: churnRate,
    now: rNow,
    before: rBefore,
    rates: [now, before],
    judged,
    figures: [rateFigure(churnRate, now), rateFigure(churnRate, before, { period: compared.words })],
  };
}

function cacLine(acquisition: ReviewNumbers['acquisition'], compared: Compared): ReviewLine[] {
  if (acquisition === null) return [];
  const [now, before] = acquisition.map(({ costFen, customers }) =>
    costFen === null || customers === 0 ? null : Math.round(costFen / customers),
  ) as [number | null, number | null];
  if (now === null && before === null) return [];
  // What a customer costs moves with every one more or less: told only where they came at another rate for the money.
  const [spent, spentBefore] = acquisition.map(({ costFen, customers }) => ({
    count: customers,
    exposure: costFen ?? 0,
  }));
  const dearer = spent !== undefined && spentBefore !== undefined && ratesDiffer(spent, spentBefore);
  const judged: Judged =
    now === null || before === null
      ? 'unknown'
      : Math.abs(now - before) < notable * before || !dearer
        ? 'level'
        : now > before
          ? 'worse'
          : 'better';
  const missing = '没有投放费用或没有成交客户';
  return [
    {
      metric: cac,
      now,
      before,
      rates: null,
      judged,
      figures: [
        plainFigure(cac, now, undefined, missing),
        plainFigure(cac, before, { period: compared.words }, missing),
      ],
    },
  ];
}

function targetOf(
  company: Company,
  question: Question,
  period: Period,
  metric: Metric,
  recorded: Targets,
  cells: Cells,
): ReviewTarget[] {
  const whole = targetOfScope(company, question, recorded);
  if (whole === null || whole.amount <= 0) return [];
  const { today } = question.moment;
  const pace = isRunning(period, today) ? lengthInDays({ ...period, to: today }) / lengthInDays(period) : 1;
  return [{ metric, amount: whole.amount, actual: cells.total(metric).value ?? 0, pace }];
}

export const lineOf = ({ lines }: ReviewNumbers, metric: Metric): ReviewLine | undefined =>
  lines.find((line) => line.metric === metric);

/** `158.2 万`, `25.0 %(4/16)`. */
export const shownOf = ({ metric, rates, now }: ReviewLine, side: 0 | 1 = 0, before: number | null = now): string =>
  rates !== null ? formatRate(rates[side]) : formatValue(side === 0 ? now : before, metric.unit);

/** Points for a rate with the relative change beside it and named as such (decision 12), percent for the rest. */
export function changeOf({ metric, now, before }: ReviewLine): string {
  if (now === null || before === null) return unknown;
  const relative = formatRelativeChange(now, before);
  if (metric.unit !== 'ratio') return relative ?? '之前为 0';
  const points = formatPoints(now - before);
  return points === '持平' || relative === null ? points : `${points}(相对 ${relative})`;
}

/** The churned by one dimension of the customers, now and before. */
export function churnParts(
  company: Company,
  { churn }: ReviewNumbers,
  dimension: 'region' | 'industry' | 'grade',
): PartRates[] {
  const [now, before] = churn.map((groups) => rollUp(groups, [dimension], company));
  const names = [...new Set([...(now ?? []), ...(before ?? [])].map(({ name }) => name))];
  return names.map((name): PartRates => {
    const at = (list: typeof now): Rate => {
      const part = list?.find((one) => one.name === name);
      return { numerator: part?.sums.lost ?? 0, denominator: part?.sums.base ?? 0 };
    };
    const known = [...(now ?? []), ...(before ?? [])].find((part) => part.name === name)?.parts[0]?.key != null;
    return { name, unknown: !known, now: at(now), before: at(before) };
  });
}
