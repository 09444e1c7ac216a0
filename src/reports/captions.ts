import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Company, Question } from './report.ts';

/** What the numbers are about: 华东 · 制造业. */
export const scopeWords = ({ scope, filterWords }: Question): string => [scope.words, ...filterWords].join(' · ');

/** Whether a rep asks about nobody but themselves, in private: then the report says 你. */
export const isOwn = ({ scope, viewer, audience }: Question): boolean =>
  audience === 'private' &&
  scope.owners !== 'everyone' &&
  scope.owners.length === 1 &&
  scope.owners[0] === viewer.userId;

/** Whose numbers, at the head of a sentence: 你, 华东, 全公司 · 制造业. */
export const whose = (question: Question): string =>
  isOwn(question) ? ['你', ...question.filterWords].join(' · ') : scopeWords(question);

/** As-of time and scope, below every picture: 数据截至 11-18 10:30 · 华东 · 制造业. */
export const chartFooter = (company: Company, question: Question): string =>
  `数据截至 ${company.dataAsOf(question.moment).slice(5, 16)} · ${scopeWords(question)}`;

/** What a picture shows and of which days: 业绩 · 本月(2026-11-01 至 11-30,截至 11-18). */
export const chartSubtitle = (what: string, period: Period | null, question: Question): string =>
  period === null ? what : `${what} · ${describePeriod(period, question.moment.today)}`;

/** The period at the head of a sentence: 本月, 10 月, 现在. */
export const periodWords = ({ period }: Question): string => (period === null ? '现在' : periodName(period));
