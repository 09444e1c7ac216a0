import type { Period } from '../calendar/period.ts';
import type { BarChart } from '../charts/spec.ts';
import type { Dimension } from '../commands/command.ts';
import { attributeRate, type Cut, type PartRates } from '../figures/attribution.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, formatRatio } from '../figures/format.ts';
import { differs, isSmallSample, type Rate, ratioOf } from '../figures/rate.ts';
import { type CustomerGroup, type GroupedPart, rollUp } from '../metrics/customer-groups.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { type Compared, comparedOf, rateChangeWords } from './comparison.ts';
import { rateFigure } from './figure-of.ts';
import { rateCarriedWords } from './metric-report.ts';
import type { Advice, Company, Findings, Question, Table } from './report.ts';
import { naturalCut } from './sales-cuts.ts';

/** More bars than these cannot be read on a phone. */

/** A rate of customers or contracts that a report reads itself: churn, renewal, repeat purchase. */
export interface CustomerRate {
  readonly command: string;
  readonly metric: Metric;
  /** Names of the counted sums that are its ends. */
  readonly numerator: string;
  readonly denominator: string;
  /** What the numerator is called in tables: 流失, 已续. */
  readonly numeratorWords: string;
  readonly denominatorWords: string;
  /** Reads now (0) and before (1), grouped by the columns of the dimensions. */
  read(periods: readonly [Period, Period], dimensions: readonly Dimension[]): Promise<CustomerGroup[][]>;
  readonly headline: (found: RatedCustomers) => readonly Figure[];
  readonly title: (found: RatedCustomers) => string;
  readonly say: (found: RatedCustomers) => readonly Line[];
  readonly advise: (found: RatedCustomers) => readonly Advice[];
  readonly note: (found: RatedCustomers) => readonly string[];
  /** What is answered when nothing is in the denominator. */
  nothing(compared: Compared): Promise<Findings>;
}

export interface RatedPart {
  readonly name: string;
  readonly known: boolean;
  readonly rate: Rate;
  readonly before: Rate;
  readonly sums: Readonly<Record<string, number>>;
}

export interface RatedCustomers {
  readonly company: Company;
  readonly question: Question;
  readonly period: Period;
  readonly compared: Compared;
  readonly by: readonly Dimension[];
  readonly rate: Rate;
  readonly before: Rate;
  readonly sums: Readonly<Record<string, number>>;
  /** The highest rate first, those without cases last. */
  readonly parts: readonly RatedPart[];
}

const explaining: readonly Dimension[] = ['region', 'industry', 'grade', 'size'];

/** The rate, its change, what carries it, and which parts really differ from the rest. */
export async function customerRateFindings(
  company: Company,
  question: Question,
  report: CustomerRate,
): Promise<Findings> {
  const period = question.period!;
  const compared = comparedOf(question, period);
  const asked = question.groupBy.slice(0, 2);
  const natural = naturalCut(company, question);
  const by = asked.length > 0 ? asked : [natural ?? 'industry'];
  const [now, before] = await report.read([compared.now, compared.before], [...new Set([...by, ...explaining])]);
  const rateOf = ({ sums }: Pick<GroupedPart, 'sums'>): Rate => ({
    numerator: sums[report.numerator] ?? 0,
    denominator: sums[report.denominator] ?? 0,
  });
  const none = { sums: {} };
  const whole = rollUp(now!, [], company)[0] ?? none;
  const rate = rateOf(whole);
  if (rate.denominator === 0) return report.nothing(compared);
  const rateBefore = rateOf(rollUp(before!, [], company)[0] ?? none);
  const partsBy = (dimensions: readonly Dimension[]): RatedPart[] => {
    const [nowParts, beforeParts] = [rollUp(now!, dimensions, company), rollUp(before!, dimensions, company)];
    const names = [...new Set([...nowParts, ...beforeParts].map((part) => part.name))];
    return names.map((name) => {
      const [a, b] = [nowParts.find((p) => p.name === name), beforeParts.find((p) => p.name === name)];
      return {
        name,
        known: (a ?? b)!.parts.every((part) => part.key !== null),
        rate: rateOf(a ?? none),
        before: rateOf(b ?? none),
        sums: a?.sums ?? {},
      };
    });
  };
  const parts = partsBy(by).sort(
    (a, b) => (ratioOf(b.rate) ?? -1) - (ratioOf(a.rate) ?? -1) || b.rate.denominator - a.rate.denominator,
  );
  const found: RatedCustomers = {
    company,
    question,
    period,
    compared,
    by,
    rate,
    before: rateBefore,
    sums: whole.sums,
    parts,
  };
  const cuts = explaining
    .filter((dimension) => dimension !== 'region' || natural === 'region')
    .map(
      (dimension): Cut<PartRates> => ({
        dimension,
        parts: partsBy([dimension]).map(({ name, known, rate: r, before: b }) => ({
          name,
          unknown: !known,
          now: r,
          before: b,
        })),
      }),
    );
  const carried = rateCarriedWords(attributeRate(cuts), found);
  const title = report.title(found);
  const odd = oddPartWords(parts, report.metric, by.map((dimension) => dimensionNames[dimension]).join('、'));
  return {
    title,
    mode: null,
    headline: report.headline(found).slice(0, 5),
    figures: [
      ...report.headline(found),
      rateFigure(report.metric, rateBefore, { period: compared.words }),
      ...parts.map((part) => rateFigure(report.metric, part.rate, dimsOf(by, part.name))),
    ],
    narrative: [
      [
        `${opening(question)}${report.metric.name} `,
        { strong: formatRate(rate) },
        `,${rateChangeWords(rate, rateBefore, compared.words)}。`,
      ],
      ...(carried === null || asked.length > 0 ? [] : [[carried]]),
      ...(odd === null ? [] : [[odd]]),
      ...report.say(found),
    ].slice(0, 4),
    advice: report.advise(found).slice(0, 3),
    chart: rateChart(found, report, title),
    // Nobody in the numerator: a table of zeros says nothing more.
    table: rate.numerator === 0 && asked.length === 0 ? null : rateTable(found, report),
    notes: report.note(found),
    choices: [
      ...(asked.length === 0 && by[0] !== 'industry' ? [followUp(question, report.command, '按行业')] : []),
      ...(asked.length > 0 && asked[0] !== 'grade' ? [followUp(question, report.command, '按客户级别')] : []),
      followUp(question, report.command, '同比'),
      { label: `口径 ${report.metric.name}`, command: `口径 ${report.metric.name}` },
    ],
  };
}

const dimsOf = (by: readonly Dimension[], name: string): Record<string, string> => {
  const names = name.split(' · ');
  return Object.fromEntries(by.map((dimension, i) => [dimension, names[i] ?? '']));
};

/** Which part lies off all the others by more than chance; the furthest only. Nothing where there is a single part. */
export function oddPart(
  parts: readonly { readonly name: string; readonly known: boolean; readonly rate: Rate }[],
): { readonly name: string; readonly rate: Rate; readonly others: Rate } | null {
  const rated = parts.filter(({ rate }) => rate.denominator > 0);
  const whole = (end: keyof Rate) => rated.reduce((sum, { rate }) => sum + rate[end], 0);
  const odd = rated
    .map(({ name, known, rate }) => ({
      name,
      known,
      rate,
      others: {
        numerator: whole('numerator') - rate.numerator,
        denominator: whole('denominator') - rate.denominator,
      },
    }))
    .filter(({ known, rate, others }) => known && !isSmallSample(rate) && differs(rate, others, rated.length))
    .sort((a, b) => Math.abs(off(b)) - Math.abs(off(a)));
  return odd[0] ?? null;
}

const off = ({ rate, others }: { readonly rate: Rate; readonly others: Rate }): number =>
  (ratioOf(rate) ?? 0) - (ratioOf(others) ?? 0);

function oddPartWords(parts: readonly RatedPart[], metric: Metric, cut: string): string | null {
  const rated = parts.filter(({ rate, known }) => rate.denominator > 0 && known);
  const settled =
    rated.every(({ rate }) => rate.numerator === 0) || rated.every(({ rate }) => rate.numerator === rate.denominator);
  if (rated.length < 2 || settled) return null;
  const odd = oddPart(parts);
  if (odd !== null)
    return `真正不一样的是${odd.name}:${formatRate(odd.rate)},${off(odd) > 0 ? '高于' : '低于'}其余的 ${formatRatio(ratioOf(odd.others) ?? 0)}。`;
  return rated.filter(({ rate }) => !isSmallSample(rate)).length > 1
    ? `${metric.name}各有高低,差别都在正常波动以内。`
    : `按${cut}看,每块的样本都少,分不出高下。`;
}

function rateChart(found: RatedCustomers, report: CustomerRate, title: string): BarChart | null {
  const { company, question, parts, by, period, rate } = found;
  if (by.length > 1 || parts.length < 2 || rate.numerator === 0) return null;
  const shown = parts.filter((part) => part.rate.denominator > 0);
  const odd = oddPart(parts);
  const bad = report.metric.moreIsBetter === false ? 1 : -1;
  return {
    kind: 'bar',
    direction: 'across',
    title,
    subtitle: chartSubtitle(
      `${report.metric.name}按${by.map((dimension) => dimensionNames[dimension]).join('、')}(整体 ${formatRatio(ratioOf(rate) ?? 0)})`,
      period,
      question,
    ),
    footer: chartFooter(company, question),
    labels: shown.map(
      (part) => `${part.name} ${formatCount(part.rate.numerator)}/${formatCount(part.rate.denominator)}`,
    ),
    series: [
      {
        label: report.metric.name,
        tone: 'ours',
        values: shown.map((part) => ratioOf(part.rate)),
        tones: shown.map((part) => (odd !== null && odd.name === part.name && off(odd) * bad > 0 ? 'warning' : 'ours')),
      },
    ],
    unit: 'ratio',
    counter: counterOf(by[0]),
    tail: 3,
  };
}

const rateTable = ({ parts, by, compared, question }: RatedCustomers, report: CustomerRate): Table => ({
  columns: [
    by.map((dimension) => dimensionNames[dimension]).join(' · '),
    report.denominatorWords,
    report.numeratorWords,
    report.metric.name,
    compared.words,
  ],
  rows: (question.top === null ? parts : parts.slice(0, question.top)).map((part) => [
    part.name,
    formatCount(part.rate.denominator),
    formatCount(part.rate.numerator),
    formatRate(part.rate),
    formatRate(part.before),
  ]),
  numeric: [false, true, true, true, true],
});

/** `本月流失率 3.2 %`: the head of a title. */
export const rateTitle = ({ question, rate, before, compared }: RatedCustomers, metric: Metric): string => {
  const value = ratioOf(rate);
  const text = `${periodWords(question)}${metric.name} ${value === null ? '—' : formatRatio(value)}`;
  if (!differs(rate, before)) return text;
  return `${text},比${compared.words}${(value ?? 0) > (ratioOf(before) ?? 0) ? '高' : '低'}`;
};
