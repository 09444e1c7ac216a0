import type { Unit } from '../figures/figure.ts';
import { defineMetric, type Layer, type Metric } from './metric.ts';

/** An entry of the dictionary whose number its report computes, in the words that matter. */
interface DerivedEntry {
  readonly id: string;
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly shownAs?: readonly string[];
  readonly english: string;
  readonly unit: Unit;
  readonly ends?: 'fen';
  readonly layer: Layer;
  readonly definition: string;
  readonly items: readonly number[];
  readonly moreIsBetter: boolean | null;
  readonly sources: readonly string[];
}

/** What a business owner answers for, computed by its report rather than by the engine. */
export const derivedFor =
  (owner: string, version: string) =>
  (entry: DerivedEntry): Metric =>
    defineMetric({ aliases: [], ...entry, owner, version, computation: { kind: 'derived' } });
