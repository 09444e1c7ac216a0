import { addDays, type Day, weekday } from '../calendar/day.ts';
import { ownerName } from './owner-name.ts';
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
  const leads = [head, person.managerId].flatMap((id) => {
    const leader = id === null || id === personId ? undefined : company.directory.person(id);
    return leader?.active === true ? [leader.name] : [];
  });
  return leads[0] ?? null;
}

/**
 * To whom a step about somebody's customer or opportunity is handed: to them, or where they have left to who leads them,
 * saying so; null where nobody owns it.
 */
export function doerFor(company: Company, ownerId: string | null): string | null {
  if (ownerId === null || ownerId === '') return null;
  const person = company.directory.person(ownerId);
  if (person?.active === true) return ownerName(company.directory, ownerId);
  const leader = leaderOf(company, ownerId) ?? '主管';
  return person === undefined ? `${leader}(原负责人的账号已删除)` : `${leader}(原负责人${person.name}已离职)`;
}

/** Who leads a region: the person with that role there, else the head of its first department; null where unknown. */
export function leaderOfRegion(company: Company, region: string): string | null {
  const inRegion = company.directory.people.filter((p) => p.active && p.region === region);
  const found =
    inRegion.find((p) => p.roles.includes('regional_manager')) ?? inRegion.find((p) => p.roles.includes('manager'));
  return found?.name ?? null;
}
