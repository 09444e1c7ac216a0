import { dayOfMonth, monthOf } from '../calendar/day.ts';
import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Company, Question } from './report.ts';

/** What the numbers are about: 华东 · 制造业. */
export const scopeWords = ({ scope, filterWords }: Question): string => [scope.words, ...filterWords].join(' · ');

/** Whether a rep asks about nobody but themselves, wherever: then no step is handed to a leader about them. */
export const isSelf = ({ scope, viewer }: Question): boolean =>
  scope.owners !== 'everyone' && scope.owners.length === 1 && scope.owners[0] === viewer.userId;

/** Whether they ask so in private: then the report says 你. */
export const isOwn = (question: Question): boolean => question.audience === 'private' && isSelf(question);

/** Whose numbers, at the head of a sentence: 你, 华东, 全公司 · 制造业. */
export const whose = (question: Question): string =>
  isOwn(question) ? ['你', ...question.filterWords].join(' · ') : scopeWords(question);

/** How many of `count` the question wants listed: all, or the first few it asked for. */
export const wanted = ({ top }: Question, count: number): number => Math.min(top ?? count, count);

/** As-of time and scope, below every picture: 数据截至 11-18 10:30 · 华东 · 制造业. */
export const chartFooter = (company: Company, question: Question): string =>
  `数据截至 ${company.dataAsOf(question.moment).slice(5, 16)} · ${scopeWords(question)}`;

/** What a picture shows and of which days: 业绩 · 本月(2026-11-01 至 11-30,截至 11-18). */
export const chartSubtitle = (what: string, period: Period | null, question: Question): string =>
  period === null ? what : `${what} · ${describePeriod(period, question.moment.today)}`;

/** The period at the head of a sentence: 本月, 2026 年 10 月, 11 月 11 日, 现在. */
export function periodWords({ period }: Question): string {
  if (period === null) return '现在';
  const name = periodName(period);
  if (/^\d{4}-\d{2}-\d{2}$/.test(name)) return `${monthOf(period.from)} 月 ${dayOfMonth(period.from)} 日`;
  return /\d$/.test(name) ? `${name} ` : name;
}

/** The head of a sentence: whose numbers and of when: 你本月, 全公司 2026 年上半年. */
export function opening(question: Question): string {
  const words = periodWords(question);
  return `${whose(question)}${/^\d/.test(words) ? ' ' : ''}${words}`;
}

/** The period as a command takes it: 本月, 2026年10月, 2026-08-21至2026-11-18; empty without one. */
export function periodCommand({ period }: Question): string {
  if (period === null) return '';
  const name = periodName(period);
  if (period.label === 'range') return `${period.from}至${period.to}`;
  return name.replaceAll(' ', '');
}

/** The names that narrowed the question, as they can be said again: 华东, 制造业, 我. */
function namesSaid({ slots }: Question): string[] {
  const names = Object.values(slots.filters ?? {}).flatMap((value): readonly string[] =>
    Array.isArray(value) ? (value as readonly string[]) : [],
  );
  return names.map((name) => (name === '@me' ? '我' : name));
}

/** A command that goes on from this question: the same period, the same people, regions and filters. */
export function followUp(
  question: Question,
  report: string,
  ...more: readonly string[]
): { label: string; command: string } {
  const names = namesSaid(question).filter((name) => !more.includes(name));
  const command = [report, periodCommand(question), ...names, ...more].filter((part) => part !== '').join(' ');
  return { label: [report, periodCommand(question), ...more].filter((part) => part !== '').join(' '), command };
}
