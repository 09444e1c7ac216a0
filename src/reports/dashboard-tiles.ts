import { addDays, startOfWeek } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Tone } from '../charts/spec.ts';
import { meansDiffer, sumsDiffer } from '../figures/difference.ts';
import type { Figure } from '../figures/figure.ts';
import { formatPoints, formatRelativeChange, formatValue } from '../figures/format.ts';
import { countsDiffer, differs, smallSampleBelow } from '../figures/rate.ts';
import { type Cell, type Cells, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Compared } from './comparison.ts';
import { figureOf, rateOf } from './figure-of.ts';
import type { Company, Question } from './report.ts';

/** How a number moved; `level` = within what chance does or too little to speak of, `unknown` = nothing to compare with. */
export type Judged = 'better' | 'worse' | 'level' | 'unknown';

/** One tile of the dashboard with its figures. */
export interface Tile {
  readonly metric: Metric;
  readonly value: string;
  /** Short, as it stands in the tile. */
  readonly note: string;
  readonly judged: Judged;
  /** Now first, what it is compared with behind it. */
  readonly figures: readonly Figure[];
  readonly trend: readonly (number | null)[];
}

/** A change of less than this share of the basis is not worth a colour. */
export const notable = 0.1;
/** On fewer cases even a clear difference is no reason to act. */
const leastCases = 10;
const weeksShown = 8;

export const records = (company: Company, metric: Metric): boolean =>
  metric.sources.every((table) => company.capabilities.get(table.replace(/^cm_/, ''))?.level !== 'none');

export const toneOf = (judged: Judged): Tone => (judged === 'better' ? 'won' : judged === 'worse' ? 'warning' : 'ours');

/** Whether money or times moved by more than chance does, judged on the deals and cases behind them; without these nothing is told. */
export function reallyMoved({ metric, value, spread }: Cell, before: Cell): boolean {
  if (spread === undefined || before.spread === undefined) return false;
  if (metric.computation.kind === 'sum') return sumsDiffer(spread, before.spread);
  // The mean is told, and the usual case is tested: both must have gone the same way.
  return meansDiffer(spread, before.spread) === Math.sign((value ?? 0) - (before.value ?? 0));
}

/** Whether a difference means anything: rates by their intervals, counts as events, money and times by the rows behind them. */
export function judge(metric: Metric, now: Cell, before: Cell): Judged {
  if (now.value === null || before.value === null) return 'unknown';
  const change = now.value - before.value;
  if (change === 0 || metric.moreIsBetter === null) return 'level';
  const [n, m] = [now.denominator ?? 0, before.denominator ?? 0];
  const real =
    metric.unit === 'ratio' && metric.ends === undefined
      ? Math.min(n, m) >= leastCases && differs(rateOf(now), rateOf(before))
      : metric.unit === 'count'
        ? countsDiffer(now.value, before.value)
        : metric.unit === 'score'
          ? Math.abs(change) >= 10 && Math.min(n, m) >= smallSampleBelow
          : Math.abs(change) >= notable * Math.abs(before.value) && reallyMoved(now, before);
  if (!real) return 'level';
  return change > 0 === metric.moreIsBetter ? 'better' : 'worse';
}

/** `+12.5 %`, `−4.1 个百分点`, `+3.2 小时`; what a tile has room for. */
function changeNote(metric: Metric, now: Cell, before: Cell, judged: Judged): string {
  if (now.value === null || before.value === null) return before.value === null ? '之前没有可比的数' : '';
  if (metric.unit === 'ratio') {
    return judged === 'level' ? '波动内' : formatPoints(now.value - before.value);
  }
  const relative = formatRelativeChange(now.value, before.value);
  if (relative === null || metric.unit === 'score') {
    const change = now.value - before.value;
    if (change === 0) return '持平';
    return `${change > 0 ? '+' : '−'}${formatValue(Math.abs(change), metric.unit)}`;
  }
  return judged === 'level' && relative !== '持平' ? `${relative},波动内` : relative;
}

/** The whole weeks before the end of what is looked at: the small line in each tile. */
export function weeksBefore(now: Period): Period {
  const monday = startOfWeek(addDays(now.to, 1));
  return { label: 'range', from: addDays(monday, -7 * weeksShown), to: addDays(monday, -1) };
}

/** Tiles of metrics that the engine counts: one query for each table, in at most so many statements. */
export async function measuredTiles(
  company: Company,
  question: Question,
  compared: Compared,
  wanted: readonly Metric[],
  statements: number,
): Promise<Tile[]> {
  const metrics = wanted.filter((metric) => records(company, metric));
  if (metrics.length === 0) return [];
  const weeks = weeksBefore(compared.now);
  const cells = await measure(company, question.scope, {
    metrics,
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before, weeks],
    groupings: [total, { by: [], grain: 'week' }],
    statements,
    spread: true,
  });
  return metrics.map((metric) => measuredTile(metric, cells, compared, weeks));
}

function measuredTile(metric: Metric, cells: Cells, compared: Compared, weeks: Period): Tile {
  const now = cells.total(metric);
  const { computation } = metric;
  // A stock is counted once, as of now: it has no earlier value and no course.
  if (computation.kind === 'sum' && computation.measure.at === null) {
    return {
      metric,
      value: formatValue(now.value, metric.unit),
      note: '此刻',
      judged: 'unknown',
      figures: [figureOf(now)],
      trend: [],
    };
  }
  const before = cells.total(metric, 1);
  const judged = judge(metric, now, before);
  const course = cells.of(metric, 1, 2);
  const trend = Array.from({ length: weeksShown }, (_, week) => {
    const cell = course.find(({ bucket }) => bucket === addDays(weeks.from, 7 * week));
    return cell === undefined ? (computation.kind === 'ratio' ? null : 0) : cell.value;
  });
  const small = metric.unit === 'ratio' && metric.ends === undefined && (now.denominator ?? 0) < smallSampleBelow;
  return {
    metric,
    value: formatValue(now.value, metric.unit),
    note: `${changeNote(metric, now, before, judged)}${small && now.value !== null ? ` · ${now.numerator}/${now.denominator}` : ''}`,
    judged,
    figures: [figureOf(now), figureOf(before, [], { period: compared.words })],
    trend,
  };
}
