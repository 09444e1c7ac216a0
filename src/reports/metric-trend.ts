import { addDays, addMonths, type Day, monthOf, startOfMonth, startOfWeek } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import { never } from '../failure.ts';
import type { Figure } from '../figures/figure.ts';
import { formatValue } from '../figures/format.ts';
import { movingAverage, outliersOf, trendOf } from '../figures/trend.ts';
import type { Grain } from '../metrics/dimensions.ts';
import { type Cell, type Cells, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { changeWords, comparedOf, fromTo } from './comparison.ts';
import { emptyPeriod, type Sought } from './empty-period.ts';
import { figureOf, plainFigure } from './figure-of.ts';
import { valueWords } from './part-rows.ts';
import type { Company, Findings, Question } from './report.ts';
import { naturalCut } from './sales-cuts.ts';

/** One metric over time: what a trend report needs to know of it. */
export interface TrendReport {
  readonly command: string;
  readonly main: Metric;
  readonly noun: string;
  readonly sought: Sought;
  readonly lagDays?: number;
}

interface Point {
  readonly bucket: string;
  readonly label: string;
  readonly value: number | null;
  /** Both ends of a rate; undefined where nothing was counted. */
  readonly cell: Cell | undefined;
  /** The bucket is not over, or the period does not hold all of it: it is drawn but not judged. */
  readonly partial: boolean;
}

const grainNames: Readonly<Record<Grain, string>> = { day: '天', week: '周', month: '个月', quarter: '个季度' };
const averaged: Readonly<Record<Grain, number>> = { day: 7, week: 4, month: 3, quarter: 4 };

/** The metric by day, week, month or quarter with its moving average, what stands out, and whether it really moves. */
export async function metricTrend(company: Company, question: Question, report: TrendReport): Promise<Findings> {
  const period = question.period!;
  const grain = question.slots.grain ?? 'month';
  const { main, noun } = report;
  const compared = comparedOf(question, period);
  const yoy = question.compare !== null;
  const cut = naturalCut(company, question);
  const cells = await measure(company, question.scope, {
    metrics: [main],
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before],
    groupings: [total, { by: [], grain }],
    ...(report.lagDays === undefined ? {} : { lagDays: report.lagDays }),
  });
  if (cells.of(main, 1).length === 0) return emptyPeriod(company, question, period, report.sought);
  const points = pointsOf(cells.of(main, 1), main, compared.now, grain, question.moment.today);
  const full = points.filter((point) => !point.partial && point.value !== null);
  const values = full.map((point) => point.value!);
  const odd = outliersOf(values).map((i) => full[i]!);
  const trend = trendOf(values);
  const high = full.reduce<Point | null>((best, p) => (best === null || p.value! > best.value! ? p : best), null);
  const low = full.reduce<Point | null>((best, p) => (best === null || p.value! < best.value! ? p : best), null);
  const head = `${periodWords(question)}${main.name}`;
  const title = `${head}${titleWords(trend, cells.total(main), main, noun)}`;
  const average = movingAverage(
    points.map((point) => (point.partial ? null : point.value)),
    averaged[grain],
  );
  const before = yoy ? alignedBefore(cells, main, compared.before, grain, points.length, question.moment.today) : null;
  const note = (point: Point) => ({ index: points.indexOf(point), text: formatValue(point.value, main.unit) });
  return {
    title,
    mode: null,
    headline: [
      figureOf(cells.total(main)),
      ...[...new Set([high, low])].flatMap((point): Figure[] => (point === null ? [] : [bucketFigure(main, point)])),
    ],
    figures: [
      figureOf(cells.total(main)),
      figureOf(cells.total(main, 1), [], { period: compared.words }),
      ...points.map((point) => bucketFigure(main, point)),
    ],
    narrative: narrativeOf(question, {
      main,
      noun,
      grain,
      cells,
      compared: compared.words,
      high,
      low,
      odd,
      trend,
      values,
    }),
    advice: [],
    chart: {
      kind: 'line',
      title,
      subtitle: chartSubtitle(
        `${main.name}按${grain === 'day' ? '天' : grain === 'week' ? '周' : grain === 'month' ? '月' : '季度'}`,
        period,
        question,
      ),
      footer: chartFooter(company, question),
      labels: points.map((point) => point.label),
      partial: points.flatMap((point, i) => (point.partial ? [i] : [])),
      series: [
        { label: main.name, tone: 'ours', values: points.map((point) => point.value) },
        ...(before !== null
          ? [{ label: compared.words, tone: 'other' as const, values: before, dashed: true }]
          : average.some((value) => value !== null)
            ? [
                {
                  label: `${averaged[grain]} ${grainNames[grain]}平均`,
                  tone: 'other' as const,
                  values: average,
                  dashed: true,
                },
              ]
            : []),
      ],
      unit: main.unit,
      notes: (odd.length > 0 ? odd : [high, low].filter((point): point is Point => point !== null && high !== low))
        .slice(0, 3)
        .map(note),
    },
    table: {
      columns: [
        grain === 'week' ? '周(周一)' : grain === 'day' ? '日期' : grain === 'month' ? '月份' : '季度',
        main.name,
      ],
      rows: points.map((point) => [
        `${point.bucket}${point.partial ? '(未满)' : ''}`,
        `${formatValue(point.value, main.unit)}${point.value === null ? '' : noun}`,
      ]),
      numeric: [false, true],
    },
    notes: points.some((point) => point.partial)
      ? ['「未满」的一段没有走完,或只含一部分日子(图上的虚线和空心点),不参与高低和趋势的判断。']
      : [],
    choices: [
      ...(cut === null ? [] : [followUp(question, '业绩', cut === 'region' ? '按大区' : '按人')]),
      followUp(question, '目标'),
      { label: `口径 ${main.name}`, command: `口径 ${main.name}` },
    ],
  };
}

const bucketFigure = (main: Metric, { cell, value, bucket }: Point): Figure =>
  cell === undefined ? plainFigure(main, value, { time: bucket }) : figureOf(cell);

function titleWords(trend: ReturnType<typeof trendOf>, whole: Cell, main: Metric, noun: string): string {
  switch (trend) {
    case 'rising':
      return '在持续上升';
    case 'falling':
      return '在持续下降';
    case 'level':
      return main.computation.kind === 'ratio'
        ? '有起伏,没有持续的升降'
        : ` ${formatValue(whole.value, main.unit)}${noun},有起伏但没有持续升降`;
    case 'too-few':
      return ` ${formatValue(whole.value, main.unit)}${whole.value === null ? '' : noun}`;
    default:
      return never(trend);
  }
}

interface Story {
  readonly main: Metric;
  readonly noun: string;
  readonly grain: Grain;
  readonly cells: Cells;
  readonly compared: string;
  readonly high: Point | null;
  readonly low: Point | null;
  readonly odd: readonly Point[];
  readonly trend: ReturnType<typeof trendOf>;
  readonly values: readonly number[];
}

function narrativeOf(question: Question, story: Story): Line[] {
  const { main, noun, grain, cells, compared, high, low, odd, trend, values } = story;
  const [now, before] = [cells.total(main), cells.total(main, 1)];
  const value = (v: number | null): string => `${formatValue(v, main.unit)}${v === null ? '' : noun}`;
  // A rate of few cases says so: 12.5 % of eight is one case.
  const at = (point: Point): string =>
    main.unit === 'ratio' ? valueWords(point.cell, main, noun) : value(point.value);
  const lines: Line[] = [];
  const whole = main.computation.kind === 'sum' ? '合计' : '';
  const change =
    now.value === null || before.value === null || before.value === 0 || main.unit === 'ratio'
      ? ''
      : `,比${compared}${changeWords(now.value, before.value, main.unit, noun)}`;
  lines.push([`${opening(question)}${main.name}${whole} `, { strong: valueWords(now, main, noun) }, `${change}。`]);
  if (high !== null && low !== null && high !== low) {
    lines.push([`最高是 ${high.label}，${at(high)};最低是 ${low.label}，${at(low)}。`]);
  }
  if (odd.length > 0)
    lines.push([{ warning: `${odd.map((point) => point.label).join('、')}明显偏离平时,要看是大单、节假日还是漏录。` }]);
  const unit = grainNames[grain];
  switch (trend) {
    case 'rising':
    case 'falling':
      lines.push([
        `${values.length} ${unit}里整体在${trend === 'rising' ? '上升' : '下降'},不是偶然起伏:${fromTo(value(values[0]!), value(values.at(-1)!))}。`,
      ]);
      break;
    case 'level':
      lines.push([`${values.length} ${unit}里有高有低,看不出持续的升降。`]);
      break;
    case 'too-few':
      lines.push([`走完的只有 ${values.length} ${unit},还谈不上趋势。`]);
      break;
    default:
      never(trend);
  }
  return lines;
}

function pointsOf(cells: readonly Cell[], main: Metric, period: Period, grain: Grain, today: Day): Point[] {
  const byBucket = new Map(cells.map((cell) => [cell.bucket, cell]));
  const empty = main.computation.kind === 'ratio' ? null : 0;
  return allBuckets(period, grain).map(({ bucket, from, to }) => ({
    bucket,
    label: labelOf(bucket, grain),
    value: byBucket.has(bucket) ? (byBucket.get(bucket)?.value ?? null) : empty,
    cell: byBucket.get(bucket),
    partial: from < period.from || to > period.to || to >= today,
  }));
}

/** The compared period's values in the same order, for a second line. */
function alignedBefore(
  cells: Cells,
  main: Metric,
  period: Period,
  grain: Grain,
  length: number,
  today: Day,
): (number | null)[] {
  const points = pointsOf(cells.of(main, 1, 1), main, period, grain, today);
  return Array.from({ length }, (_, i) => points[i]?.value ?? null);
}

interface Bucket {
  readonly bucket: string;
  readonly from: Day;
  readonly to: Day;
}

/** Every bucket that the period touches, the empty ones too. */
function allBuckets({ from, to }: Period, grain: Grain): Bucket[] {
  const buckets: Bucket[] = [];
  const step = (at: Day): Day => {
    switch (grain) {
      case 'day':
        return addDays(at, 1);
      case 'week':
        return addDays(at, 7);
      case 'month':
        return addMonths(at, 1);
      case 'quarter':
        return addMonths(at, 3);
    }
  };
  let at = grain === 'day' ? from : grain === 'week' ? startOfWeek(from) : startOfMonth(from);
  if (grain === 'quarter') at = addMonths(at, -((monthOf(at) - 1) % 3));
  while (at <= to) {
    const next = step(at);
    const name =
      grain === 'month'
        ? at.slice(0, 7)
        : grain === 'quarter'
          ? `${at.slice(0, 4)}-Q${Math.ceil(monthOf(at) / 3)}`
          : at;
    buckets.push({ bucket: name, from: at, to: addDays(next, -1) });
    at = next;
  }
  return buckets;
}

function labelOf(bucket: string, grain: Grain): string {
  switch (grain) {
    case 'day':
      return bucket.slice(5);
    case 'week':
      return `${bucket.slice(5)} 周`;
    case 'month':
      return `${bucket.slice(2, 4)}年${Number(bucket.slice(5, 7))}月`;
    case 'quarter':
      return `${bucket.slice(2, 4)}年${bucket.slice(5)}`;
  }
}
