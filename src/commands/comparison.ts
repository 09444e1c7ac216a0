import { addMonths, type Day, endOfMonth } from '../calendar/day.ts';
import { isRunning, type Period, precedingPeriod, samePeriodLastYear } from '../calendar/period.ts';
import type { Intent } from './command.ts';
import { looksAhead } from './default-slots.ts';
import type { Facts } from './facts.ts';
import type { PeriodMark } from './period-words.ts';

/** The period that is meant: for reports that look ahead, the coming one. */
export const meantPeriod = (mark: PeriodMark, intent: Intent): Period | null =>
  looksAhead.has(intent) && mark.upcoming !== undefined ? mark.upcoming : mark.period;

/** 占比 上月, 投产比 去年: a share or a ratio of that time, nothing is held against it. */
const ratioNouns = /占[^ 比]{0,4}比(?=$|[^一-龥])|百分比|[产出]比(?=$|[^一-龥])|性价比|配比/g;
const withoutRatios = (skeleton: string): string => skeleton.replace(ratioNouns, (noun) => '·'.repeat(noun.length));

const comparing = /(?:比|对比|相比|较|跟|和|与|vs)/;

/** 同比, 环比, 比上月, 上周比上上周, 今年跟去年同期比. */
export function readComparison(
  facts: Facts,
  periods: readonly Period[],
  today: Day,
): { compare?: unknown; main: Period | null } {
  const skeleton = withoutRatios(facts.skeleton);
  // 跟去年比今年: what stands behind 跟 is what the other is held against.
  const turned = /(?:跟|和|与|比|较) ?P ?(?:比|相比|对比|比起来).{0,2}P/.test(skeleton);
  const [first, second] = turned && periods.length === 2 ? [periods[1], periods[0]] : periods;
  if (/同期/.test(skeleton)) {
    // 去年同期 is no period of its own: the days of the main period, a year earlier.
    const main = periods.find((period) => period.label !== 'last_year') ?? null;
    if (main !== null && /this_year|year_to_date/.test(main.label)) {
      return {
        main,
        compare: { period: { label: 'range', from: addMonths(main.from, -12), to: addMonths(today, -12) } },
      };
    }
    if (/上(?:个?月|月)同期/.test(skeleton)) return { main, compare: 'mom' };
    return { main, compare: 'yoy' };
  }
  if (/同比|比去年|跟去年比|和去年比|较去年/.test(skeleton)) return { main: first ?? null, compare: 'yoy' };
  if (/环比/.test(skeleton)) return { main: first ?? null, compare: 'mom' };
  if (
    first !== undefined &&
    second !== undefined &&
    comparing.test(skeleton) &&
    /P.{0,8}(?:比|对比|相比|较|跟|和|与|vs).{0,4}P|(?:跟|和|与|比) ?P ?(?:比|相比|对比|比起来).{0,2}P|(?:对比|比较).{0,4}P.{0,3}P/.test(
      skeleton,
    )
  ) {
    // 这个月跟去年比: the same days of last year, not the whole of it.
    if (second.label === 'last_year' && !/year|half/.test(first.label)) return { main: first, compare: 'yoy' };
    const before = precedingPeriod(first, today);
    const yearAgo = samePeriodLastYear(first, today);
    if (
      isRunning(first, today) &&
      second.label !== 'last_year' &&
      /^last_|^month$|^quarter$|^yesterday$/.test(second.label) &&
      second.from === before.from
    )
      return { main: first, compare: 'mom' };
    if (
      isRunning(first, today) &&
      second.from === yearAgo.from &&
      (second.label === 'last_year' ||
        (/^(?:month|quarter)$/.test(second.label) && second.to === endOfMonth(yearAgo.to)))
    )
      return { main: first, compare: 'yoy' };
    return { main: first, compare: { period: second } };
  }
  if (
    first !== undefined &&
    second === undefined &&
    /(?:比|对比|相比|较|跟|和|与) ?P.{0,2}(?:比|对比|相比|差|如何|怎么样|咋样|涨|跌|降|多|少|$)/.test(skeleton) &&
    /(?:比|较)/.test(skeleton) &&
    // 各渠道对比 近半年: the groups are set side by side, over that time.
    !(facts.dimensions.length > 0 && /对比 ?P$/.test(skeleton))
  ) {
    // 漏斗跟上个月比: the running period against the one before, over the same days.
    if (/^last_(?:month|week|quarter)$|^yesterday$/.test(first.label)) return { main: null, compare: 'mom' };
    if (first.label === 'last_year') return { main: null, compare: 'yoy' };
    return { main: null, compare: { period: first } };
  }
  const changed =
    /(?:掉|降|跌|涨|升|变|提高|下滑|增加|减少|[多少](?=了))(?:了|过)?(?:没有?|吗|多少|几个点|些|不少|了吗)(?: ?P)?$|(?:是不是|有没有|是否)(?:又|更|还|在)?(?:掉|降|跌|涨|升|下滑|变|[低高少多差慢长短](?:了|些))|变(?:好|差|长|短|快|慢|多|少|高|低|坏)|又[低高少多差慢长短]了|好转|回升|回落|退步|进步|起色|恶化|改善|怎么.{0,3}(?:掉|降|跌|涨|少|下滑)|(?:变化|波动|是涨是跌|涨还是跌|涨跌|掉了没|涨了没|降了没|涨没涨|降没降|掉没掉|环比)/.test(
      skeleton,
    );
  return changed && facts.grain === null ? { main: first ?? null, compare: 'mom' } : { main: first ?? null };
}

/** Two names are set side by side; 环比 and 占比 are other words. */
export const beside = /谁|pk|哪个|还是|对比|(?<![环同占])比(?!例)/;
