import { addDays, type Day, weekday } from '../calendar/day.ts';
import type { Company, Question } from './report.ts';

/** The day by which something should be done: so many days on, never a Saturday or Sunday. */
export function dueIn(question: Question, days: number): Day {
  const day = addDays(question.moment.today, days);
  const past = weekday(day) - 5;
  return past > 0 ? addDays(day, 3 - past) : day;
}

/** Who leads a person: their department's head, else their own manager; null where that is nobody or themselves. */
export function leaderOf(company: Company, personId: string): string | null {
  const person = company.directory.person(personId);
  if (person === undefined) return null;
  const head =
    person.departmentId === null ? null : (company.directory.department(person.departmentId)?.managerId ?? null);
  const leader = [head, person.managerId].find((id) => id !== null && id !== personId) ?? null;
  return leader === null ? null : (company.directory.person(leader)?.name ?? null);
}

/** Who leads a region: the person with that role there, else the head of its first department; null where unknown. */
export function leaderOfRegion(company: Company, region: string): string | null {
  const inRegion = company.directory.people.filter((p) => p.active && p.region === region);
  const found =
    inRegion.find((p) => p.roles.includes('regional_manager')) ?? inRegion.find((p) => p.roles.includes('manager'));
  return found?.name ?? null;
}
