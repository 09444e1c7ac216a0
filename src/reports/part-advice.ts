import { daysBetween } from '../calendar/day.ts';
import { formatMoney } from '../figures/format.ts';
import { wonAmount } from '../metrics/sales.ts';
import { isSelf, periodWords } from './captions.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import type { PartStory } from './part-narrative.ts';
import { isKnown, type PartRow, sizeOf } from './part-rows.ts';
import type { Advice, Company, Question } from './report.ts';

/** What ended longer ago than this is for a review, not for a next step. */
const longOver = 31;

/**
 * The step after 业绩 按人: with whom to go through the open opportunities. First whoever signed before and nothing now,
 * else whoever fell most; nobody where nobody fell, and nothing about a period that is long over.
 */
export function partAdvice(
  company: Company,
  question: Question,
  { rows, by, main, compared, running }: PartStory,
): Advice[] {
  const over = daysBetween(question.period!.to, question.moment.today);
  if (by.length !== 1 || by[0] !== 'owner' || main !== wonAmount || over > longOver || isSelf(question)) return [];
  const sells = ({ parts }: PartRow): boolean => {
    const person = company.directory.person(parts[0]?.key ?? '');
    return person?.active === true && person.roles.includes('rep');
  };
  const lost = (row: PartRow): number => sizeOf(row, main, 1) - sizeOf(row, main);
  const fallen = rows
    .filter((row) => isKnown(row) && sells(row) && lost(row) > 0)
    .sort((a, b) => Number(sizeOf(b, main) === 0) - Number(sizeOf(a, main) === 0) || lost(b) - lost(a));
  const [first] = fallen;
  if (first === undefined || rows.length < 2) return [];
  const key = first.parts[0]!.key!;
  const now = sizeOf(first, main);
  const before = formatMoney(sizeOf(first, main, 1));
  const fact =
    now === 0
      ? `${periodWords(question)}${running ? '还' : ''}没有成交(${compared.words} ${before})`
      : `${periodWords(question)} ${formatMoney(now)}(${compared.words} ${before})`;
  return [
    {
      text: `${key === question.viewer.userId ? '' : `和${first.name}`}过一遍在跟商机,挑出${running ? '本期' : '现在'}能签的:${fact}`,
      who: key === question.viewer.userId ? first.name : leaderOf(company, key),
      due: dueIn(question, 2),
      command: `漏斗 当前 ${first.name}`,
    },
  ];
}
