import { type Interval, type Rate, ratioOf, smallSampleBelow, wilsonInterval } from '../figures/rate.ts';

/** What is known of an open opportunity at a moment: where it stands, whether it is old, whether anyone was in touch. */
export interface Standing {
  readonly position: number;
  readonly old: boolean;
  readonly touched: boolean;
}

/** Opportunities that stood alike at one of the moments looked at, and how many of them were won in the days after. */
export interface Observed extends Standing {
  /** 1 = the latest moment whose days after are over. */
  readonly moment: number;
  readonly seen: number;
  readonly won: number;
}

export interface WinChance {
  readonly rate: Rate;
  readonly chance: number;
  readonly interval: Interval;
  /** What was alike: stage, age and contact, or less where the cases were too few. */
  readonly by: 'stage-age-touch' | 'stage-touch' | 'stage' | 'all';
}

/** How the chances of the older moments fared on the later ones. */
export interface Calibration {
  readonly expected: number;
  readonly actual: number;
  readonly seen: number;
  /** Mean squared error of the chances, and of giving everyone the same one. */
  readonly brier: number;
  readonly flatBrier: number;
}

export type WinModel =
  | { readonly kind: 'thin'; readonly seen: number; readonly won: number }
  /** Tried on later moments it told no better than one chance for all. */
  | { readonly kind: 'flat'; readonly overall: WinChance; readonly calibration: Calibration }
  | {
      readonly kind: 'model';
      readonly overall: WinChance;
      readonly calibration: Calibration;
      chanceOf(standing: Standing): WinChance;
    };

/** With fewer wins a rate of each stage says nothing. */
const leastWon = 10;
const leastSeen = 100;
/** The latest moments are kept for the trial. */
const triedOn = 2;

const total = (observed: readonly Observed[]): Rate => ({
  numerator: observed.reduce((all, one) => all + one.won, 0),
  denominator: observed.reduce((all, one) => all + one.seen, 0),
});

function chancesFrom(observed: readonly Observed[]): (standing: Standing) => WinChance {
  const grounds: readonly (readonly [WinChance['by'], (a: Standing, b: Standing) => boolean])[] = [
    ['stage-age-touch', (a, b) => a.position === b.position && a.old === b.old && a.touched === b.touched],
    ['stage-touch', (a, b) => a.position === b.position && a.touched === b.touched],
    ['stage', (a, b) => a.position === b.position],
    ['all', () => true],
  ];
  return (standing) => {
    for (const [by, alike] of grounds) {
      const rate = total(observed.filter((one) => alike(one, standing)));
      if (rate.denominator < smallSampleBelow && by !== 'all') continue;
      return { rate, chance: ratioOf(rate) ?? 0, interval: wilsonInterval(rate) ?? { low: 0, high: 1 }, by };
    }
    throw new RangeError('no ground for a chance');
  };
}

/**
 * The share of opportunities that stood alike and were won within the days after: rates counted, nothing fitted. The
 * chances of the older moments are tried on the latest two before any is given out.
 */
export function winModel(observed: readonly Observed[]): WinModel {
  const whole = total(observed);
  const later = observed.filter(({ moment }) => moment <= triedOn);
  const earlier = observed.filter(({ moment }) => moment > triedOn);
  if (
    whole.denominator < leastSeen ||
    whole.numerator < leastWon ||
    total(later).denominator < smallSampleBelow ||
    total(earlier).denominator < smallSampleBelow
  )
    return { kind: 'thin', seen: whole.denominator, won: whole.numerator };
  const tried = chancesFrom(earlier);
  const flat = ratioOf(total(earlier)) ?? 0;
  const brierOf = (chance: (one: Observed) => number): number =>
    later.reduce((all, one) => {
      const p = chance(one);
      return all + one.won * (1 - p) ** 2 + (one.seen - one.won) * p ** 2;
    }, 0) / total(later).denominator;
  const calibration: Calibration = {
    expected: later.reduce((all, one) => all + one.seen * tried(one).chance, 0),
    actual: total(later).numerator,
    seen: total(later).denominator,
    brier: brierOf((one) => tried(one).chance),
    flatBrier: brierOf(() => flat),
  };
  const overall: WinChance = {
    rate: whole,
    chance: ratioOf(whole) ?? 0,
    interval: wilsonInterval(whole) ?? { low: 0, high: 1 },
    by: 'all',
  };
  if (calibration.brier >= calibration.flatBrier) return { kind: 'flat', overall, calibration };
  return { kind: 'model', overall, calibration, chanceOf: chancesFrom(observed) };
}
