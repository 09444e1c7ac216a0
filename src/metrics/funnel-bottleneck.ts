import { differs, type Rate, ratioOf, smallSampleBelow } from '../figures/rate.ts';
import { type Cohort, rateBetween } from './funnel-cohort.ts';

/** One conversion of the funnel beside what it was before. */
export interface StepChange {
  readonly position: number;
  readonly from: string;
  readonly to: string;
  readonly rate: Rate;
  /** The same step in the cohort it is compared with; null where there is none. */
  readonly before: Rate | null;
  /** rate − before, 0..1; null where one of them has no cases. */
  readonly change: number | null;
  /** Whether the change is real (95 %), not chance. */
  readonly real: boolean;
}

/** The step that needs attention, and on what ground: it fell against its own history, or it is the narrowest. */
export interface Bottleneck {
  readonly step: StepChange;
  readonly ground: 'fell' | 'lowest';
}

export function stepChanges(cohort: Cohort, before: Cohort | null): StepChange[] {
  return cohort.steps.slice(0, -1).map((_, position) => changeBetween(cohort, before, position, position + 1));
}

/** The conversion between any two stages beside what it was before. */
export function changeBetween(cohort: Cohort, before: Cohort | null, from: number, to: number): StepChange {
  const rate = rateBetween(cohort, from, to);
  const was = before === null ? null : rateBetween(before, from, to);
  const [now, then] = [ratioOf(rate), was === null ? null : ratioOf(was)];
  return {
    position: from,
    from: cohort.steps[from]?.stage ?? '',
    to: cohort.steps[to]?.stage ?? '',
    rate,
    before: was,
    change: now === null || then === null ? null : now - then,
    real: was !== null && differs(rate, was),
  };
}

/** Four steps are looked at: on few cases one of them always seems to have moved. */
const enoughToFall = ({ rate, before }: StepChange): boolean =>
  rate.denominator >= smallSampleBelow && (before?.denominator ?? 0) >= smallSampleBelow;

/** Fewer cases than this and a step is not even a candidate. */
const leastCases = 10;

/**
 * Item 12: the step whose conversion really fell most against the same cohort before it; where none did, the lowest
 * among the steps with enough cases (30, else 10). null where everything is too thin to point at a step.
 */
export function bottleneckOf(changes: readonly StepChange[]): Bottleneck | null {
  const fell = changes.filter((step) => step.real && (step.change ?? 0) < 0 && enoughToFall(step));
  const worst = least(fell, (step) => step.change ?? 0);
  if (worst !== null) return { step: worst, ground: 'fell' };
  const lowest = narrowestOf(changes)?.step ?? null;
  return lowest === null || ratioOf(lowest.rate) === 1 ? null : { step: lowest, ground: 'lowest' };
}

/** The lowest of the steps with enough cases (30, else 10), and those lower still that have fewer. */
export interface Narrowest {
  readonly step: StepChange;
  readonly thinner: readonly StepChange[];
}

/** One rule for every report that points at a step: 漏斗, 瓶颈 and 转化率 name the same one. null where all are too thin. */
export function narrowestOf(changes: readonly StepChange[]): Narrowest | null {
  const enough = changes.filter((step) => step.rate.denominator >= smallSampleBelow);
  const candidates = enough.length > 0 ? enough : changes.filter((step) => step.rate.denominator >= leastCases);
  const step = least(candidates, ({ rate }) => ratioOf(rate) ?? 1);
  if (step === null) return null;
  return { step, thinner: changes.filter(({ rate }) => (ratioOf(rate) ?? 1) < (ratioOf(step.rate) ?? 1)) };
}

function least<T>(items: readonly T[], of: (item: T) => number): T | null {
  return items.reduce<T | null>((best, item) => (best === null || of(item) < of(best) ? item : best), null);
}
