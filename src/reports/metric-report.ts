import { isRunning, type Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import { attributeRate, type Cut, type PartRates, type RateAttribution } from '../figures/attribution.ts';
import type { Figure } from '../figures/figure.ts';
import { formatPoints, formatRate } from '../figures/format.ts';
import { countsDiffer } from '../figures/rate.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { type Cell, type Cells, canGroup, type Grouping, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Choice, Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { type Compared, changeWords, comparedOf, moneyRateChangeWords, rateChangeWords } from './comparison.ts';
import { reallyMoved } from './dashboard-tiles.ts';
import { emptyPeriod, type Sought, unanswerable } from './empty-period.ts';
import { figureOf, rateOf } from './figure-of.ts';
import { metricTrend } from './metric-trend.ts';
import { type PartStory, partNarrative, partTable, partTitle } from './part-narrative.ts';
import { type PartRow, partFigure, partRows, sizeOf, valueWords } from './part-rows.ts';
import type { Advice, Company, Findings, Question } from './report.ts';
import { partsChart } from './sales-chart.ts';
import { carriedWords, explain, explainingCuts, naturalCut } from './sales-cuts.ts';
import { salesHeatmap } from './sales-heatmap.ts';

/** What a report about one metric says besides the metric itself. */
export interface MetricReport {
  /** Its command word: 新增客户. */
  readonly command: string;
  readonly main: Metric;
  /** Metrics that stand beside it, in the table and the headline. */
  readonly beside: readonly Metric[];
  /** Unit word of the main metric's counts: ' 个'. */
  readonly noun: string;
  readonly sought: Sought;
  /**
   * Cuts over which a change is explained, besides people and regions; null = by the picture's cut alone, where the table
   * is too large to be read once more for each cut.
   */
  readonly cuts: readonly Dimension[] | null;
  /** The cut of the picture when none was asked; left out = by region, person or, for one person, over time. */
  readonly picture?: Dimension;
  readonly lagDays?: number;
  readonly say?: (found: Measured) => readonly Line[];
  readonly advise?: (found: Measured) => readonly Advice[];
  readonly note?: (found: Measured) => readonly string[];
}

/** What was counted, as a report's own sentences and advice take it. */
export interface Measured {
  readonly company: Company;
  readonly question: Question;
  readonly period: Period;
  readonly compared: Compared;
  readonly cells: Cells;
  readonly groupings: readonly Grouping[];
  /** The parts shown, the largest first; empty where nothing is cut. */
  readonly rows: readonly PartRow[];
  readonly by: readonly Dimension[];
}

/** Answers a question about one metric: the number, its change, what carries it; cut as asked, over time as asked. */
export async function metricFindings(company: Company, question: Question, report: MetricReport): Promise<Findings> {
  const refused = unanswerable(question, report.command);
  if (refused !== null) return refused;
  if (question.slots.grain !== undefined && question.groupBy.length === 0)
    return metricTrend(company, question, report);
  const period = question.period!;
  const compared = comparedOf(question, period);
  const { main, beside } = report;
  const asked = question.groupBy.slice(0, 2);
  const fits = (metric: Metric): boolean => asked.every((dimension) => canGroup(metric, dimension, company));
  const metrics = [main, ...beside.filter(fits)];
  const everyFits = (dimension: Dimension): boolean => metrics.every((metric) => canGroup(metric, dimension, company));
  const pictured = [report.picture, naturalCut(company, question)].find(
    (cut) => cut !== null && cut !== undefined && everyFits(cut),
  );
  const by = asked.length > 0 ? asked : pictured === null || pictured === undefined ? [] : [pictured];
  const explaining: readonly Dimension[] =
    report.cuts === null
      ? []
      : [...explainingCuts(company, question).filter((cut) => cut === 'region' || cut === 'owner'), ...report.cuts];
  const cuts = asked.length > 0 ? [] : explaining.filter((cut) => cut !== by[0] && everyFits(cut));
  const groupings: Grouping[] = [total, ...(by.length === 0 ? [] : [{ by }]), ...cuts.map((cut) => ({ by: [cut] }))];
  const cells = await measure(company, question.scope, {
    metrics,
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before],
    groupings,
    ...(report.lagDays === undefined ? {} : { lagDays: report.lagDays }),
    spread: true,
  });
  if (cells.all.every((cell) => (cell.value ?? 0) === 0 && (cell.denominator ?? 0) === 0)) {
    return emptyPeriod(company, question, period, report.sought);
  }
  const rows = by.length === 0 ? [] : partRows(company, question, cells, { grouping: 1, by, main });
  const found: Measured = { company, question, period, compared, cells, groupings, rows, by };
  return asked.length > 0 ? cutFindings(found, report, metrics) : wholeFindings(found, report, metrics);
}

const isSum = ({ computation }: Metric): boolean => computation.kind === 'sum';

function wholeFindings(found: Measured, report: MetricReport, metrics: readonly Metric[]): Findings {
  const { question, cells, compared, groupings } = found;
  const { main, noun } = report;
  const [now, before] = [cells.total(main), cells.total(main, 1)];
  const title = `${periodWords(question)}${main.name} ${valueWords(now, main, noun)}${titleChange(now, before, compared)}`;
  const lines: Line[] = [mainSentence(question, compared, now, before, noun)];
  const few = main.unit === 'count' && !countsDiffer(now.value ?? 0, before.value ?? 0);
  const change = (now.value ?? 0) - (before.value ?? 0);
  const why = isSum(main)
    ? few || (before.value ?? 0) === 0
      ? null
      : carriedWords(explain(cells, main, groupings), change, main.unit, noun)
    : main.unit === 'ratio' && main.ends === undefined
      ? rateCarriedWords(explainRate(cells, main, groupings), found)
      : null;
  if (why !== null) lines.push([why]);
  lines.push(...(report.say?.(found) ?? []));
  return {
    ...commonFindings(found, report, metrics, title),
    headline: metrics.slice(0, 5).map((metric) => figureOf(cells.total(metric))),
    narrative: lines.slice(0, 4),
  };
}

function cutFindings(found: Measured, report: MetricReport, metrics: readonly Metric[]): Findings {
  const { question, cells, compared, rows, by, period } = found;
  const { main, noun, sought } = report;
  const running = isRunning(period, question.moment.today);
  const rate = main.unit === 'ratio' ? main : (metrics.find((metric) => metric.unit === 'ratio') ?? null);
  const story: PartStory = { rows, main, noun, by, cells, compared, rate, running, nothing: sought.noun };
  const title = partTitle(story, periodWords(question));
  const shown = question.top === null ? rows : rows.slice(0, question.top);
  const lead = mainSentence(question, compared, cells.total(main), cells.total(main, 1), noun);
  return {
    ...commonFindings(found, report, metrics, title),
    headline: [figureOf(cells.total(main)), ...shown.slice(0, 4).map((row) => partFigure(row, main, by))],
    narrative: [...(isSum(main) ? [] : [lead]), ...partNarrative(story), ...(report.say?.(found) ?? [])].slice(0, 4),
    table: partTable(shown, metrics, story),
  };
}

function commonFindings(
  found: Measured,
  report: MetricReport,
  metrics: readonly Metric[],
  title: string,
): Omit<Findings, 'headline' | 'narrative'> {
  const { company, question, compared, cells, period, rows, by } = found;
  const { main } = report;
  const cut = by.map((dimension) => dimensionNames[dimension]).join('、');
  const frame = {
    title,
    subtitle: chartSubtitle(by.length === 0 ? main.name : `${main.name}按${cut}`, period, question),
    footer: chartFooter(company, question),
  };
  return {
    title,
    mode: null,
    figures: [
      ...metrics.map((metric) => figureOf(cells.total(metric))),
      ...metrics.map((metric) => figureOf(cells.total(metric, 1), [], { period: compared.words })),
      ...rows.flatMap((row): Figure[] => metrics.map((metric) => partFigure(row, metric, by))),
    ],
    advice: (report.advise?.(found) ?? []).slice(0, 3),
    chart:
      by.length === 0
        ? null
        : by.length === 2
          ? salesHeatmap(rows, main, frame)
          : partsChart({
              ...frame,
              rows,
              metric: main,
              by: by[0],
              words: { now: periodWords(question), before: compared.words },
            }),
    table: by.length === 0 ? null : partTable(rows, metrics, { by, compared, main, noun: report.noun }),
    notes: [...(report.note?.(found) ?? [])],
    choices: choicesOf(found, report),
  };
}

function titleChange(now: Cell, before: Cell, compared: Compared): string {
  if (now.value === null || before.value === null || now.metric.unit === 'ratio' || before.value === 0) return '';
  const change = (now.value - before.value) / Math.abs(before.value);
  if (Math.abs(change) < 0.02) return `,与${compared.words}差不多`;
  if (now.metric.computation.kind === 'sum' && now.metric.unit === 'count' && !countsDiffer(now.value, before.value))
    return '';
  if (withinChance(now, before)) return '';
  const word = now.metric.computation.kind === 'ratio' ? (change > 0 ? '高' : '低') : change > 0 ? '多' : '少';
  return change >= 3
    ? `,是${compared.words}的 ${(now.value / before.value).toFixed(1)} 倍`
    : `,比${compared.words}${word} ${(Math.abs(change) * 100).toFixed(1)} %`;
}

/** Money and times that have what a test takes, and whose test tells no difference. */
const withinChance = (now: Cell, before: Cell): boolean =>
  now.spread !== undefined && before.spread !== undefined && now.value !== before.value && !reallyMoved(now, before);

/** The number and its change against the compared period, without more than the cases allow. */
export function mainSentence(question: Question, compared: Compared, now: Cell, before: Cell, noun: string): Line {
  const { metric } = now;
  const head = `${opening(question)}${metric.name} `;
  const value = { strong: valueWords(now, metric, noun) };
  if (metric.ends === 'fen') {
    return [head, value, `,${moneyRateChangeWords(rateOf(now), rateOf(before), compared.words)}。`];
  }
  if (metric.unit === 'ratio')
    return [head, value, `,${rateChangeWords(rateOf(now), rateOf(before), compared.words)}。`];
  if (now.value === null) return [head, { strong: '算不出来' }, ':期间内没有可算的记录。'];
  if (before.value === null) return [head, value, `,${compared.words}没有可比的数。`];
  if (before.value === 0) return [head, value, `,${compared.words}没有。`];
  const few =
    withinChance(now, before) ||
    (metric.unit === 'count' &&
      metric.computation.kind === 'sum' &&
      now.value !== before.value &&
      !countsDiffer(now.value, before.value))
      ? ',在正常波动以内'
      : '';
  const change = changeWords(now.value, before.value, metric.unit, noun);
  return [head, value, `,${compared.words} ${valueWords(before, metric, noun)},${change}${few}。`];
}

/** Which parts carry the change of a rate, over every single cut of the request. */
export function explainRate(cells: Cells, metric: Metric, groupings: readonly Grouping[]): RateAttribution {
  const cuts = groupings.flatMap(({ by, grain }, index): Cut<PartRates>[] => {
    if (by.length !== 1 || grain !== undefined) return [];
    const names = new Map<string, { name: string; unknown: boolean }>();
    const ends = new Map<string, Cell>();
    for (const period of [0, 1] as const) {
      for (const cell of cells.of(metric, index, period)) {
        const part = cell.parts[0]!;
        names.set(part.name, { name: part.name, unknown: part.key === null });
        ends.set(`${part.name} ${period}`, cell);
      }
    }
    const none = { numerator: 0, denominator: 0 };
    const at = (name: string, period: 0 | 1) => {
      const cell = ends.get(`${name} ${period}`);
      return cell === undefined ? none : rateOf(cell);
    };
    return [
      {
        dimension: by[0]!,
        parts: [...names.values()].map((part) => ({ ...part, now: at(part.name, 0), before: at(part.name, 1) })),
      },
    ];
  });
  return attributeRate(cuts);
}

export function rateCarriedWords(found: RateAttribution, { compared }: { readonly compared: Compared }): string | null {
  switch (found.kind) {
    case 'within-chance':
      return null;
    case 'even':
      return Math.abs(found.mixEffect) > Math.abs(found.rateEffect)
        ? '变化主要来自构成:各部分自己的率变化不大,是占比变了。'
        : found.together
          ? '各部分一起变,没有哪一块单独拉动。'
          : '分开看,没有哪一块能单独解释。';
    case 'carried': {
      const { carrier, by } = found;
      const points = formatPoints(carrier.contribution);
      return by === 'rate'
        ? `变化主要在${carrier.name}:从${compared.words}的 ${formatRate(carrier.before)} 到 ${formatRate(carrier.now)},贡献 ${points}。`
        : `变化主要来自构成:${carrier.name}的占比变了(${carrier.before.denominator} → ${carrier.now.denominator} 个),贡献 ${points}。`;
    }
  }
}

function choicesOf({ company, question, rows, by }: Measured, { command, main, picture }: MetricReport): Choice[] {
  const definition = { label: `口径 ${main.name}`, command: `口径 ${main.name}` };
  const natural = naturalCut(company, question);
  if (natural === null) return [{ label: `${command} 今年 按月`, command: `${command} 今年 按月` }, definition];
  const first = rows.find((row) => row.parts[0]?.key !== null && sizeOf(row, main) > 0)?.parts[0]?.name;
  const other = [picture, 'owner' as const, natural].find((cut) => cut !== undefined && cut !== by[0]);
  const named = by[0] === 'region' || by[0] === 'owner' ? first : undefined;
  return [
    ...(other === undefined
      ? []
      : [followUp(question, command, `按${other === 'owner' ? '人' : dimensionNames[other]}`)]),
    ...(named === undefined ? [] : [followUp(question, command, named)]),
    definition,
  ];
}
