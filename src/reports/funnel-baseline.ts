import { addDays, dayOfWallTime, daysBetween, type WallTime } from '../calendar/day.ts';
import { type Period, periodDates } from '../calendar/period.ts';
import { type Cohort, readCohort } from '../metrics/funnel-cohort.ts';
import { comparedOf } from './comparison.ts';
import type { Company, Question } from './report.ts';

/** The cohort that a cohort is measured against: seen at the same age, so that like meets like (decision 20). */
export interface Baseline {
  readonly cohort: Cohort;
  /** 上月同期(2026-10-01 至 10-18) */
  readonly words: string;
  /** The compared cohort is the younger one: its later steps are not done. */
  readonly younger: boolean;
}

/** The compared period, else the one before it, cut where it was as old as this cohort is now. null without cases. */
export async function readBaseline(company: Company, question: Question, period: Period): Promise<Baseline | null> {
  const { wall } = question.moment;
  const { before, words } = comparedOf(question, period);
  const ageDays = daysBetween(before.from, period.from);
  const cohort = await readCohort(company.crm, company.stages, {
    scope: question.scope,
    filter: question.filter,
    period: before,
    until: ageDays > 0 ? earlier(wall, ageDays) : wall,
  });
  if ((cohort.steps[0]?.reached ?? 0) === 0) return null;
  const dates = periodDates(before);
  return { cohort, words: words === dates ? words : `${words}(${dates})`, younger: ageDays < 0 };
}

const earlier = (wall: WallTime, days: number): WallTime =>
  `${addDays(dayOfWallTime(wall), -days)}${wall.slice(10)}` as WallTime;
