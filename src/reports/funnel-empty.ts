import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import { formatCount } from '../figures/format.ts';
import type { Choice } from '../replies/reply.ts';
import { type Findings, nothingFound, type Question } from './report.ts';

const elsewhere: readonly Choice[] = [
  { label: '漏斗 近90天', command: '漏斗 近90天' },
  { label: '漏斗 当前', command: '漏斗 当前' },
];

/** A period that has not begun: nothing can be known about it, and that is what is said. */
export const notYet = (period: Period, question: Question, report: string): Findings =>
  nothingFound(
    `${periodName(period)}还没开始`,
    `${describePeriod(period, question.moment.today)}还没到,没有可看的数据。想看走势可以先看本月。`,
    [{ label: `${report} 本月`, command: `${report} 本月` }],
  );

/** No opportunity was created in the period: said with what was looked at, never as a funnel of zeros. */
export function cohortEmpty(question: Question, period: Period, outside: number): Findings {
  const where = [question.scope.words, ...question.filterWords].join('、');
  const why =
    outside > 0
      ? `${where}在${describePeriod(period, question.moment.today)}新建的 ${formatCount(outside)} 个商机都在漏斗没有设置的阶段里,算不出转化。请找管理员核对阶段设置。`
      : `${where}在${describePeriod(period, question.moment.today)}没有新建商机,所以没有批次可看。可以放长时间,或者看现在在跟的。`;
  return nothingFound(`${periodName(period)}没有新建商机`, why, elsewhere);
}
