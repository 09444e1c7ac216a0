import { differs, isSmallSample, type Rate, ratioOf } from './rate.ts';

/** One way to cut the whole, with what each part was and is. */
export interface Cut<P> {
  readonly dimension: string;
  readonly parts: readonly P[];
}

export interface PartSums {
  readonly name: string;
  /** What the CRM does not say: it counts in the whole but explains nothing. */
  readonly unknown?: boolean;
  readonly now: number;
  readonly before: number;
}

export interface Carrier {
  readonly name: string;
  readonly now: number;
  readonly before: number;
  readonly change: number;
  /** Of the net change; above 1 where the other parts went the other way. */
  readonly share: number;
}

/** What carries a change of a sum. */
export type SumAttribution =
  /** The whole moved by less than two in a hundred. */
  | { readonly kind: 'unchanged' }
  /** No part stands out. */
  | { readonly kind: 'even' }
  /** The whole moved, and every cut has one part only, or nothing is left of any: there is nothing to spread over. */
  | { readonly kind: 'one-part' }
  | {
      readonly kind: 'carried';
      readonly dimension: string;
      /** One part, or the two that do it together; the heavier first. */
      readonly carriers: readonly Carrier[];
      /** What all the others did together. */
      readonly rest: number;
    };

/** Moves below this share of the basis are called level. */
const level = 0.02;
/** A part stands out when it carries at least half of the change, and clearly more than its weight. */
const carriesAtLeast = 0.5;
const pairCarriesAtLeast = 0.65;
const beyondWeight = { rate: 0.2, mix: 0.1 } as const;
/** A shift of weights always has two sides, what grew and what shrank: neither carries much over half. */
const leastOfRate = { rate: carriesAtLeast, mix: 0.4 } as const;

const sum = <T>(list: readonly T[], of: (item: T) => number): number => list.reduce((all, item) => all + of(item), 0);

/**
 * Which parts carry the rise or fall of a sum: every cut is tried, the best explanation is the part (or pair) whose
 * share of the change lies furthest above its share of the basis. A cut with a single part explains nothing.
 */
export function attributeSum(cuts: readonly Cut<PartSums>[]): SumAttribution {
  let best: { excess: number; dimension: string; carriers: Carrier[]; rest: number } | null = null;
  let moved = false;
  let divides = false;
  for (const { dimension, parts } of cuts) {
    const basis = sum(parts, (p) => Math.abs(p.before));
    const change = sum(parts, (p) => p.now - p.before);
    if (change === 0 || Math.abs(change) < level * basis) continue;
    moved = true;
    // Where nothing is left every part lost all it had.
    if (parts.length < 2 || parts.every(({ now }) => now === 0)) continue;
    divides = true;
    const carriers = parts
      .filter((p) => p.unknown !== true)
      .map(
        ({ name, now, before }): Carrier => ({
          name,
          now,
          before,
          change: now - before,
          share: (now - before) / change,
        }),
      )
      .sort((a, b) => b.share - a.share);
    for (const [size, least] of [
      [1, carriesAtLeast],
      [2, pairCarriesAtLeast],
    ] as const) {
      if (size === 2 && parts.length < 4) continue;
      const chosen = carriers.slice(0, size);
      const share = sum(chosen, (c) => c.share);
      const weight = basis === 0 ? size / parts.length : sum(chosen, (c) => Math.abs(c.before)) / basis;
      // Beyond the whole change a larger share says nothing more: the others merely went the other way.
      const excess = Math.min(share, 1) - weight;
      if (share < least || excess < beyondWeight.rate) continue;
      if (best === null || excess > best.excess + 1e-9) {
        best = { excess, dimension, carriers: chosen, rest: change - sum(chosen, (c) => c.change) };
      }
      // One part that does it says more than two.
      break;
    }
  }
  if (best !== null) return { kind: 'carried', dimension: best.dimension, carriers: best.carriers, rest: best.rest };
  if (!moved) return { kind: 'unchanged' };
  return { kind: divides ? 'even' : 'one-part' };
}

export interface PartRates {
  readonly name: string;
  readonly unknown?: boolean;
  readonly now: Rate;
  readonly before: Rate;
}

export interface RateCarrier extends PartRates {
  /** Its share of the whole's change in points (0.041 = 4.1), rate and mix together. */
  readonly contribution: number;
}

/** What carries a change of a rate, in points. */
export type RateAttribution =
  /** The change is within what chance does. */
  | { readonly kind: 'within-chance' }
  | {
      readonly kind: 'even';
      readonly rateEffect: number;
      readonly mixEffect: number;
      /** Every part that is known went the way of the whole, on cases enough to say so. */
      readonly together: boolean;
    }
  | {
      readonly kind: 'carried';
      readonly dimension: string;
      readonly carrier: RateCarrier;
      /** `rate`: the part itself got better or worse; `mix`: its weight in the whole changed. */
      readonly by: 'rate' | 'mix';
      /** Sum over all parts of this cut: they add up to the whole change. */
      readonly rateEffect: number;
      readonly mixEffect: number;
    };

/**
 * Splits the change of a rate over parts: each part gives mean weight × change of its own rate, and change of weight ×
 * how far its mean rate lies from the whole's. Both sum over the parts to the exact change. A part is named only when
 * its own difference holds after correction for all parts that were looked at (decision 21).
 */
export function attributeRate(cuts: readonly Cut<PartRates>[]): RateAttribution {
  const looked = sum(cuts, ({ parts }) => parts.length);
  let best: { rank: number; found: Extract<RateAttribution, { kind: 'carried' }> } | null = null;
  let even: Extract<RateAttribution, { kind: 'even' }> | null = null;
  for (const { dimension, parts } of cuts) {
    const whole = (side: 'now' | 'before'): Rate => ({
      numerator: sum(parts, (p) => p[side].numerator),
      denominator: sum(parts, (p) => p[side].denominator),
    });
    const [now, before] = [whole('now'), whole('before')];
    const [rNow, rBefore] = [ratioOf(now), ratioOf(before)];
    if (rNow === null || rBefore === null || !differs(now, before)) continue;
    const change = rNow - rBefore;
    const middle = (rNow + rBefore) / 2;
    const effects = parts.map((part) => {
      const [w1, w0] = [part.now.denominator / now.denominator, part.before.denominator / before.denominator];
      // A part that is missing on one side has no rate there: what it did is all mix.
      const [r1, r0] = [ratioOf(part.now) ?? ratioOf(part.before) ?? 0, ratioOf(part.before) ?? ratioOf(part.now) ?? 0];
      const rate = ((w1 + w0) / 2) * (r1 - r0);
      const mix = (w1 - w0) * ((r1 + r0) / 2 - middle);
      return { part, rate, mix, contribution: rate + mix, weight: (w1 + w0) / 2, w1, w0 };
    });
    const rateEffect = sum(effects, (e) => e.rate);
    const mixEffect = sum(effects, (e) => e.mix);
    if (parts.length < 2) {
      even ??= { kind: 'even', rateEffect, mixEffect, together: false };
      continue;
    }
    const compared = parts.filter((part) => part.unknown !== true);
    const together =
      compared.length > 1 &&
      compared.every((part) => {
        const [r1, r0] = [ratioOf(part.now), ratioOf(part.before)];
        const enough = !isSmallSample(part.now) && !isSmallSample(part.before);
        return enough && r1 !== null && r0 !== null && Math.sign(r1 - r0) === Math.sign(change);
      });
    even = {
      kind: 'even',
      rateEffect: even?.rateEffect ?? rateEffect,
      mixEffect: even?.mixEffect ?? mixEffect,
      together: together && even?.together !== false,
    };
    for (const effect of effects) {
      const by = Math.abs(effect.rate) >= Math.abs(effect.mix) ? 'rate' : 'mix';
      const share = effect.contribution / change;
      // A part's own rate is held against its weight; a shift of weights against an equal say of all parts.
      const excess = Math.min(share, 1) - (by === 'rate' ? effect.weight : 1 / parts.length);
      if (effect.part.unknown === true || share < leastOfRate[by] || excess < beyondWeight[by]) continue;
      const shares = (side: 'now' | 'before', of: Rate): Rate => ({
        numerator: effect.part[side].denominator,
        denominator: of.denominator,
      });
      const real =
        by === 'rate'
          ? differs(effect.part.now, effect.part.before, looked)
          : differs(shares('now', now), shares('before', before), looked);
      // Of the two sides of a shift the one that moved most is the one to name.
      const rank = excess + (by === 'mix' ? Math.abs(effect.w1 - effect.w0) : 0);
      if (!real || (best !== null && rank <= best.rank)) continue;
      const carrier = { ...effect.part, contribution: effect.contribution };
      best = { rank, found: { kind: 'carried', dimension, carrier, by, rateEffect, mixEffect } };
    }
  }
  return best?.found ?? even ?? { kind: 'within-chance' };
}

/** How much of a change of `a × b` came from each; the two add up to the change exactly. */
export function attributeProduct(
  now: { readonly a: number; readonly b: number },
  before: { readonly a: number; readonly b: number },
): { readonly fromA: number; readonly fromB: number } {
  return {
    fromA: (now.a - before.a) * ((now.b + before.b) / 2),
    fromB: (now.b - before.b) * ((now.a + before.a) / 2),
  };
}
