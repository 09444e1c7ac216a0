import type { Company, Question } from './report.ts';

/** Below every picture: as of when the rows are, and whose they are. `数据截至 11-18 10:30 · 华东 · 制造业`. */
export const chartFooter = (company: Company, question: Question): string =>
  [`数据截至 ${company.dataAsOf(question.moment).slice(5, 16)}`, question.scope.words, ...question.filterWords].join(
    ' · ',
  );
