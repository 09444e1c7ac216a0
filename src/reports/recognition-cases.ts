import { formatCount, formatMoney, formatValue } from '../figures/format.ts';
import type { WonCase } from '../metrics/won-cases.ts';
import type { Line } from '../replies/reply.ts';
import { ownerName } from './owner-name.ts';
import type { Company } from './report.ts';

/** A won opportunity worth telling the others about, and why. */
export interface Case {
  readonly why: '最大的单' | '签得最快' | '丢了又赢回来' | '最难啃的单';
  readonly won: WonCase;
}

/** With fewer wins there is no usual time to be faster or slower than. */
const enoughToCompare = 4;

/** The middle of the days; null of nothing. */
export function medianDays(cases: readonly WonCase[]): number | null {
  const days = cases.map((one) => one.days).sort((a, b) => a - b);
  if (days.length === 0) return null;
  return (days[Math.floor((days.length - 1) / 2)]! + days[Math.floor(days.length / 2)]!) / 2;
}

/**
 * Up to three cases, each for a reason of its own and each only once: the largest; one that was lost and won back, else one that
 * took twice the usual time; and the fastest of those not smaller than usual, in at most half of the usual time.
 */
export function pickCases(cases: readonly WonCase[]): Case[] {
  const picked: Case[] = [];
  const taken = (won: WonCase): boolean => picked.some((one) => one.won === won);
  const pick = (why: Case['why'], won: WonCase | undefined): void => {
    if (won !== undefined && !taken(won)) picked.push({ why, won });
  };
  const sized = cases.filter(({ amountFen }) => (amountFen ?? 0) > 0);
  pick(
    '最大的单',
    sized.reduce<WonCase | undefined>(
      (most, one) => (most === undefined || one.amountFen! > most.amountFen! ? one : most),
      undefined,
    ),
  );
  pick(
    '丢了又赢回来',
    [...sized].sort((a, b) => b.amountFen! - a.amountFen!).find((won) => won.wonBack && !taken(won)),
  );
  const usual = medianDays(cases);
  if (usual === null || cases.length < enoughToCompare) return picked;
  const amounts = sized.map(({ amountFen }) => amountFen!).sort((a, b) => a - b);
  const usualAmount = amounts[Math.floor((amounts.length - 1) / 2)] ?? 0;
  const open = sized.filter((won) => !taken(won));
  pick(
    '签得最快',
    open
      .filter(({ days, amountFen }) => days <= usual / 2 && amountFen! >= usualAmount)
      .sort((a, b) => a.days - b.days || b.amountFen! - a.amountFen!)[0],
  );
  if (!picked.some(({ why }) => why === '丢了又赢回来'))
    pick('最难啃的单', open.filter((won) => won.days >= 2 * usual && !taken(won)).sort((a, b) => b.days - a.days)[0]);
  return picked;
}

export const caseName = ({ customer, name }: WonCase): string => customer ?? name ?? '没写客户的单';

/** `最大的单:中科星图 38 万,王磊,31 天签下(一般 52 天),跟进 9 次、报价 2 次。` */
export function caseLine(company: Company, { why, won }: Case, usual: number | null): Line {
  const steps = [
    won.followUps > 0 ? `跟进 ${formatCount(won.followUps)} 次` : '没有跟进记录',
    won.quotes > 0 ? `报价 ${formatCount(won.quotes)} 次` : '',
  ].filter((part) => part !== '');
  return [
    `${why}:`,
    { strong: `${caseName(won)} ${formatMoney(won.amountFen ?? 0)}` },
    `,${ownerName(company.directory, won.ownerId)},${won.days} 天签下${usual === null ? '' : `(一般 ${formatValue(usual, 'days')})`},${steps.join('、')}。`,
  ];
}
