import type { RawBuilder } from 'kysely';
import type { Day, WallTime } from '../calendar/day.ts';
import type { ScopedRows, ScopedTable } from '../crm/rows.ts';
import type { Expr, SqlBridge } from '../database/dialect.ts';
import type { Unit } from '../figures/figure.ts';

/** 战略 (CLV, churn, NPS), 管理 (conversion, activity, channels), 执行 (follow-ups, responses): who reads it (item 105). */
export type Layer = 'strategic' | 'managerial' | 'operational';

/**
 * One quantity summed or counted in SQL over one table. The table's alias is always `t`; `at` is the column whose day
 * decides the period, null for a stock as of now.
 */
export interface Measure {
  readonly table: ScopedTable;
  readonly at: string | null;
  /** Which rows of the table count at all. */
  readonly where?: (sql: SqlBridge) => Expr;
  /** An aggregate: `count(*)`, `sql.sumFen(…)`, `count(distinct …)`. Integer. `rows` for what hangs on `t` (`exists`). */
  readonly value: (sql: SqlBridge, span: Span, rows: ScopedRows) => RawBuilder<number>;
  /** The same quantity of a contract's lines (alias `l`), for what is asked by product; left out = has no products. */
  readonly perLine?: (sql: SqlBridge) => RawBuilder<number>;
}

/** The time that a value is counted over, for conditions other than on `at`: a lead's conversion within its lag. */
export interface Span {
  /** The first moment after the period and its lag days, never later than now: `converted_at < matured`. */
  readonly matured: WallTime;
  /** The as-of day. */
  readonly today: Day;
}

/** What a test of a difference needs besides the number: how many cases it rests on, and their first and second moment. */
export interface Spread {
  readonly cases: Measure;
  readonly sum: Measure;
  readonly squares: Measure;
}

/** How parts make the whole: sums add up, distinct counts do not, a ratio is the ratio of its sums (never a mean of means). */
export type Computation =
  | { readonly kind: 'sum'; readonly measure: Measure; readonly spread?: Spread }
  | { readonly kind: 'distinct'; readonly measure: Measure }
  /** `scale` turns the quotient into the unit: 1/86400 for seconds → days. */
  | {
      readonly kind: 'ratio';
      readonly numerator: Measure;
      readonly denominator: Measure;
      readonly scale?: number;
      readonly spread?: Spread;
    }
  /** Computed by its report from other metrics or rows: cohort conversion, medians, scores. */
  | { readonly kind: 'derived' };

/** One entry of the dictionary: defined once, read by reports, digests, alerts, exports, 口径 and docs/metrics.md. */
export interface Metric {
  /** `won_amount`: the name in JSON and settings. */
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** What reports print instead where the place is short or the stage is named: 占在跟商机, 到达某阶段的金额. */
  readonly shownAs?: readonly string[];
  readonly english: string;
  readonly unit: Unit;
  /** A ratio of money: its ends are fen, and tests made for samples of cases do not fit it. */
  readonly ends?: 'fen';
  readonly layer: Layer;
  /** 口径: what counts, what does not, which date decides. One to three Chinese sentences. */
  readonly definition: string;
  /** The CRM tables it comes from; where the CRM does not record one, the answer says so. */
  readonly sources: readonly string[];
  /** The business owner (业务负责人). */
  readonly owner: string;
  readonly version: string;
  /** Items of the seed checklist that it serves. */
  readonly items: readonly number[];
  /** Whether more is better; null where it depends. Colours and 'improved' follow it. */
  readonly moreIsBetter: boolean | null;
  readonly computation: Computation;
}

export const defineMetric = (metric: Metric): Metric => metric;
