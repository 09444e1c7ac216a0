import { type RawBuilder, sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day, startOf, type WallTime } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter, ScopedTable } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import type { Expr } from '../database/dialect.ts';
import { Failure } from '../failure.ts';
import type { Moments } from '../figures/difference.ts';
import {
  bucketOf,
  dimensionNames,
  type Grain,
  groupedBy,
  holdsDays,
  type Join,
  joinsOf,
  type Names,
  partName,
} from './dimensions.ts';
import type { Measure, Metric, Span, Spread } from './metric.ts';
import { logScale } from './spread.ts';

export interface Source extends Names {
  readonly crm: Crm;
}

/** One way to cut the whole: by up to two dimensions (item 109) and by time. Nothing of both = the total. */
export interface Grouping {
  readonly by: readonly Dimension[];
  readonly grain?: Grain;
}

export const total: Grouping = { by: [] };

export interface MeasureRequest {
  readonly metrics: readonly Metric[];
  readonly filter: RowFilter;
  /** Each is counted on its own; they may overlap. null = of all time. */
  readonly periods: readonly (Period | null)[];
  readonly groupings: readonly Grouping[];
  /** What happened after this moment is not known yet. */
  readonly moment: Moment;
  /** Days after a period in which a lead may still convert; 0 = by its end. */
  readonly lagDays?: number;
  /**
   * In at most so many statements, for reports that ask other things too; left out = one for each table and time column,
   * side by side, which is faster where there are few.
   */
  readonly statements?: number;
  /** With what it takes to test a difference of two cells, for metrics that have it. */
  readonly spread?: boolean;
}

export interface Part {
  readonly key: string | null;
  readonly name: string;
}

/** One number: of a metric, in a period (its index), in one part of a grouping (its index). */
export interface Cell {
  readonly metric: Metric;
  readonly period: number;
  readonly grouping: number;
  readonly parts: readonly Part[];
  /** The day, Monday, month or quarter it falls into, where a grain was asked. */
  readonly bucket: string | null;
  /** In the metric's unit; null where a ratio has no denominator: not known is not zero. */
  readonly value: number | null;
  readonly numerator?: number;
  readonly denominator?: number;
  /** Cases, sum and squares: of fen where it is a sum of money, of logarithms where it is a mean of times or amounts. */
  readonly spread?: Moments;
}

/** The numbers of one request. Parts in which nothing happened have no cell; a total always has one. */
export interface Cells {
  readonly all: readonly Cell[];
  /** The total of a metric; needs a grouping without dimensions and grain. */
  total(metric: Metric, period?: number): Cell;
  /** The cells of a metric in one grouping. */
  of(metric: Metric, grouping: number, period?: number): readonly Cell[];
}

interface Batch {
  readonly table: ScopedTable;
  readonly at: string | null;
  readonly where: Measure['where'];
  readonly measures: Measure[];
}

const spreadOf = ({ computation }: Metric): Spread | undefined =>
  computation.kind === 'sum' || computation.kind === 'ratio' ? computation.spread : undefined;

/** The sums that a metric is made of, and how they become its value. */
function measuresOf(metric: Metric, withSpread = false): readonly Measure[] {
  const { computation } = metric;
  const spread = withSpread ? spreadOf(metric) : undefined;
  const tested = spread === undefined ? [] : [spread.cases, spread.sum, spread.squares];
  switch (computation.kind) {
    case 'sum':
    case 'distinct':
      return [computation.measure, ...tested];
    case 'ratio':
      return [computation.numerator, computation.denominator, ...tested];
    case 'derived':
      throw new Failure('bug', `${metric.id} is computed by its report`, '这个指标不能这样拆开看。');
  }
}

/** One query for each table, time column and condition: what shares them is counted in one pass. */
function batchesOf(metrics: readonly Metric[], withSpread: boolean): Batch[] {
  const batches: Batch[] = [];
  for (const measure of new Set(metrics.flatMap((metric) => measuresOf(metric, withSpread)))) {
    const { table, at, where } = measure;
    const batch = batches.find((b) => b.table === table && b.at === at && b.where === where);
    if (batch === undefined) batches.push({ table, at, where, measures: [measure] });
    else batch.measures.push(measure);
  }
  return batches;
}

/** Whether a metric can be cut by a dimension at all. */
export function canGroup(metric: Metric, dimension: Dimension, names: Names): boolean {
  if (metric.computation.kind === 'derived') return false;
  return measuresOf(metric).every((measure) => {
    const grouped = groupedBy(measure.table, dimension, names);
    return grouped !== null && (!grouped.joins.includes('l') || measure.perLine !== undefined);
  });
}

interface Row {
  readonly batch_no: number;
  readonly period_no: number;
  readonly grouping_no: number;
  readonly bucket: string | null;
  readonly [column: string]: string | number | null;
}

/**
 * Counts metrics within a scope: numerator and denominator summed apart, money in integer fen, days and moments bounded
 * on the bare column so that its index serves. One query per table and time column (or fewer, `statements`), whatever the
 * number of periods and groupings. Throws `bad-input` for a dimension that a metric does not have.
 */
export async function measure(source: Source, scope: Scope, request: MeasureRequest): Promise<Cells> {
  for (const { by } of request.groupings) {
    if (by.length > 2) throw new Failure('bad-input', 'more than two dimensions', '一次最多按两个维度看,请去掉一个。');
    for (const dimension of by) {
      const misfit = request.metrics.find((metric) => !canGroup(metric, dimension, source));
      if (misfit !== undefined) {
        const words = `${misfit.name}不能按${dimensionNames[dimension]}看。`;
        throw new Failure('bad-input', `${misfit.id} has no ${dimension}`, words);
      }
    }
  }
  const batches = batchesOf(request.metrics, request.spread === true);
  const statements = Math.min(batches.length, request.statements ?? batches.length);
  const shared = Array.from({ length: statements }, (_, i) => batches.filter((_, b) => b % statements === i));
  const answers = await Promise.all(shared.map((together) => run(source, scope, request, together)));
  const sums = new Map<string, Map<Measure, number>>();
  const places = new Map<string, Omit<Cell, 'metric' | 'value'>>();
  answers.forEach((rows, index) => {
    for (const row of rows) {
      const place = placeOf(row, request, source);
      const key = JSON.stringify([place.period, place.grouping, place.parts.map((part) => part.key), place.bucket]);
      places.set(key, place);
      const values = sums.get(key) ?? new Map<Measure, number>();
      shared[index]![Number(row.batch_no)]!.measures.forEach((m, i) => {
        values.set(m, Number(row[`m${i}`]));
      });
      sums.set(key, values);
    }
  });
  const all = [...places].flatMap(([key, place]) =>
    request.metrics.flatMap((metric) => {
      const cell = cellOf(metric, place, sums.get(key)!);
      return cell === null ? [] : [cell];
    }),
  );
  const indexed = new Map<Metric, Map<string, Cell[]>>(request.metrics.map((metric) => [metric, new Map()]));
  for (const cell of all) {
    const own = indexed.get(cell.metric)!;
    const key = `${cell.grouping} ${cell.period}`;
    const before = own.get(key);
    if (before === undefined) own.set(key, [cell]);
    else before.push(cell);
  }
  const of: Cells['of'] = (metric, grouping, period = 0) => indexed.get(metric)?.get(`${grouping} ${period}`) ?? [];
  const totals = request.groupings.findIndex(({ by, grain }) => by.length === 0 && grain === undefined);
  return {
    all,
    total: (metric, period = 0) => {
      const [found] = of(metric, totals, period);
      if (found === undefined) throw new Failure('bug', `no total of ${metric.id} was asked for`, '这次没查出来。');
      return found;
    },
    of,
  };
}

function placeOf(row: Row, request: MeasureRequest, names: Names): Omit<Cell, 'metric' | 'value'> {
  const grouping = Number(row.grouping_no);
  const parts = request.groupings[grouping]!.by.map((dimension, i): Part => {
    const raw = row[`k${i}_id`] ?? null;
    const key = raw === null || raw === '' ? null : String(raw);
    const label = row[`l${i}`] ?? null;
    return { key, name: partName(dimension, key, label === null ? null : String(label), names) };
  });
  return { period: Number(row.period_no), grouping, parts, bucket: row.bucket };
}

/** null where the metric's tables have nothing at this place; a sum that only another table has is nothing, not zero deals. */
function cellOf(metric: Metric, place: Omit<Cell, 'metric' | 'value'>, sums: Map<Measure, number>): Cell | null {
  const { computation } = metric;
  // Named one by one: a large company has a hundred thousand cells, and spreading each takes several times as long.
  const { period, grouping, parts, bucket } = place;
  const withSpread = (cell: Cell): Cell => {
    const spread = momentsOf(metric, sums);
    return spread === null ? cell : { ...cell, spread };
  };
  switch (computation.kind) {
    case 'sum':
    case 'distinct': {
      const value = sums.get(computation.measure);
      return value === undefined ? null : withSpread({ period, grouping, parts, bucket, metric, value });
    }
    case 'ratio': {
      const [numerator, denominator] = [sums.get(computation.numerator) ?? 0, sums.get(computation.denominator) ?? 0];
      if (!sums.has(computation.numerator) && !sums.has(computation.denominator)) return null;
      const value = denominator === 0 ? null : (numerator / denominator) * (computation.scale ?? 1);
      return withSpread({ period, grouping, parts, bucket, metric, value, numerator, denominator });
    }
    case 'derived':
      return null;
  }
}

function momentsOf(metric: Metric, sums: Map<Measure, number>): Moments | null {
  const spread = spreadOf(metric);
  const squares = spread === undefined ? undefined : sums.get(spread.squares);
  if (spread === undefined || squares === undefined) return null;
  const scale = metric.computation.kind === 'sum' ? 1 : logScale;
  return { cases: sums.get(spread.cases) ?? 0, sum: (sums.get(spread.sum) ?? 0) / scale, squares: squares / scale };
}

function run(source: Source, scope: Scope, request: MeasureRequest, batches: readonly Batch[]): Promise<Row[]> {
  return source.crm.read<Row>(scope, (parts) => {
    const width = Math.max(...batches.map(({ measures }) => measures.length));
    const members = batches.flatMap((batch, b) =>
      // A stock has no time: it is counted once, as of now.
      (batch.at === null ? [null] : request.periods).flatMap((period, p) =>
        request.groupings
          .filter(({ grain }) => grain === undefined || batch.at !== null)
          .map((grouping) => member(source, parts, request, batch, { b, width, period, p, grouping })),
      ),
    );
    return sql`${sql.join(members, sql` union all `)}` as RawBuilder<Row>;
  });
}

function member(
  source: Source,
  { rows, sql: bridge }: QueryParts,
  request: MeasureRequest,
  batch: Batch,
  place: {
    readonly b: number;
    /** How many sums the widest of the batches beside it has. */
    readonly width: number;
    readonly period: Period | null;
    readonly p: number;
    readonly grouping: Grouping;
  },
): RawBuilder<Row> {
  const { period, grouping } = place;
  const { table, at, where, measures } = batch;
  const { filter, moment } = request;
  const cuts = grouping.by.map((dimension) => groupedBy(table, dimension, source)!);
  const joins = new Set<Join>(cuts.flatMap((cut) => cut.joins));
  const productsAsked = filter.productIds !== undefined || filter.not?.productIds !== undefined;
  // What was sold of a product is its lines, not the whole of the contracts that hold one.
  if (productsAsked && measures.every((m) => m.perLine !== undefined)) joins.add('l');
  const span: Span = { matured: maturedBy(period, request.lagDays ?? 0, moment), today: moment.today };
  const values = measures.map((m) =>
    joins.has('l') && m.perLine !== undefined ? m.perLine(bridge) : m.value(bridge, span, rows),
  );
  const bucket =
    grouping.grain === undefined || at === null ? null : bucketOf(sql.ref(`t.${at}`), grouping.grain, bridge);
  const columns: Expr[] = [
    sql`${place.b} as batch_no`,
    sql`${place.p} as period_no`,
    sql`${request.groupings.indexOf(grouping)} as grouping_no`,
  ];
  for (const i of [0, 1]) {
    const cut = cuts[i];
    // An empty text and NULL are one part: the CRM does not say.
    columns.push(sql`${cut === undefined ? sql`null` : sql`nullif(${cut.key}, '')`} as ${sql.ref(`k${i}_id`)}`);
    columns.push(sql`${cut?.label === undefined ? sql`null` : sql`max(${cut.label})`} as ${sql.ref(`l${i}`)}`);
  }
  columns.push(sql`${bucket ?? sql`null`} as bucket`);
  for (let i = 0; i < place.width; i += 1) columns.push(sql`${values[i] ?? sql`null`} as ${sql.ref(`m${i}`)}`);
  const conditions: Expr[] = [];
  if (where !== undefined) conditions.push(where(bridge));
  if (at !== null && period !== null) conditions.push(within(table, at, period, moment));
  if (at !== null && period === null)
    conditions.push(sql`${sql.ref(`t.${at}`)} <= ${holdsDays(table, at) ? moment.today : moment.wall}`);
  const groups: Expr[] = cuts.map((_, i) => sql.ref(`k${i}_id`));
  if (bucket !== null) groups.push(sql`bucket`);
  return sql<Row>`select ${sql.join(columns)} from ${rows.of(table, filter)} as t ${joinsOf(table, [...joins], rows, {
    ...(filter.productIds === undefined ? {} : { only: filter.productIds }),
    ...(filter.not?.productIds === undefined ? {} : { not: filter.not.productIds }),
  })}${conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`}${groups.length === 0 ? sql`` : sql` group by ${sql.join(groups)}`}`;
}

const earlier = <T extends string>(a: T, b: T): T => (a < b ? a : b);

/** Days both ends included; moments from the first up to the next day's first, and never later than now. */
function within(table: ScopedTable, at: string, period: Period, moment: Moment): Expr {
  const column = sql.ref(`t.${at}`);
  if (holdsDays(table, at)) {
    return sql`${column} >= ${period.from} and ${column} <= ${earlier<Day>(period.to, moment.today)}`;
  }
  const from = startOf(period.from);
  return period.to < moment.today
    ? sql`${column} >= ${from} and ${column} < ${startOf(addDays(period.to, 1))}`
    : sql`${column} >= ${from} and ${column} <= ${moment.wall}`;
}

function maturedBy(period: Period | null, lagDays: number, moment: Moment): WallTime {
  const tomorrow = startOf(addDays(moment.today, 1));
  return period === null ? tomorrow : earlier(startOf(addDays(period.to, 1 + lagDays)), tomorrow);
}
