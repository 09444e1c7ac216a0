import type { Unit } from '../figures/figure.ts';
import { defineMetric, type Layer, type Metric } from './metric.ts';

/** What is said of a metric that its report computes: the dictionary holds its words, not its expression. */
export interface DerivedWords {
  readonly id: string;
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly shownAs?: readonly string[];
  readonly english: string;
  readonly unit: Unit;
  readonly definition: string;
  readonly items: readonly number[];
  readonly moreIsBetter: boolean | null;
  readonly sources: readonly string[];
}

/** Dictionary entries of one family, which share their layer, owner and version. */
export const derivedMetrics = (
  family: { readonly layer: Layer; readonly owner: string; readonly version: string },
  words: readonly DerivedWords[],
): Metric[] =>
  words.map(({ aliases = [], ...metric }) =>
    defineMetric({ ...metric, ...family, aliases, computation: { kind: 'derived' } }),
  );
