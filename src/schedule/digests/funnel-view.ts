import { type Day, dayOfMonth, dayOfWallTime, daysBetween, monthOf, weekday } from '../../calendar/day.ts';
import { lengthInDays, type Period } from '../../calendar/period.ts';
import { formatCount, formatMoney, formatPoints, formatRate } from '../../figures/format.ts';
import { ratioOf } from '../../figures/rate.ts';
import type { Choice } from '../../replies/reply.ts';
import { ownerName } from '../../reports/owner-name.ts';
import type { Company } from '../../reports/report.ts';
import type { DigestAsk, DigestView, Earlier } from './digest.ts';
import type { FunnelMorning, KeyConversion } from './funnel-digest.ts';
import { basisOf, figuresOf, type Memory, memorySchema } from './funnel-figures.ts';
import { stuckSums } from './stuck-sums.ts';
import { asksOf, wordsOfAsk } from './whom-to-ask.ts';

const weekdays = ['周一', '周二', '周三', '周四', '周五', '周六', '周日'];
export const dayWords = (day: Day): string => `${monthOf(day)}-${String(dayOfMonth(day)).padStart(2, '0')}`;
export const weekdayOf = (day: Day): string => weekdays[weekday(day) - 1] ?? '';

/** How the days covered are called: 昨天(11-19 周四), 周五到周日(11-20 至 11-22). */
export function coverWords(covers: Period, today: Day): string {
  const { from, to } = covers;
  if (from === to)
    return daysBetween(from, today) === 1
      ? `昨天(${dayWords(from)} ${weekdayOf(from)})`
      : `${weekdayOf(from)}(${dayWords(from)})`;
  const dates = `${dayWords(from)} 至 ${dayWords(to)}`;
  return lengthInDays(covers) <= 7
    ? `${weekdayOf(from)}到${weekdayOf(to)}(${dates})`
    : `${dates} 这 ${lengthInDays(covers)} 天`;
}

/** The short form for sentences: 昨天, 周五到周日. */
const coverName = (covers: Period, today: Day): string => coverWords(covers, today).replace(/\(.*\)$/, '');

export function chartTitle(morning: FunnelMorning): string {
  const { count, fen } = stuckSums(morning);
  const open = `在跟 ${formatCount(morning.snapshot.opportunities)} 个、${formatMoney(morning.snapshot.amountFen)}`;
  return count === 0 ? open : `${open},其中 ${formatCount(count)} 个(${formatMoney(fen)})积压`;
}

const signed = (difference: number): string =>
  difference === 0 ? '持平' : difference > 0 ? `+${formatCount(difference)}` : `−${formatCount(-difference)}`;

/** Late data is said from here on; a digest of yesterday's copy is no digest of this morning. */
const lateDataMs = 2 * 3_600_000;

/** What the template is given. Every number is words already, so that a rewording cannot change how one is written. */
export function funnelView(
  company: Company,
  morning: FunnelMorning,
  ask: DigestAsk,
  earlier: Earlier | null,
): DigestView {
  const { today } = ask.moment;
  const { snapshot, flow } = morning;
  const known = memorySchema.safeParse(earlier?.memory);
  const memory = known.success ? known.data : null;
  const stuck = stuckSums(morning);
  const asks = asksOf(company, morning, today);
  const isEmpty = snapshot.opportunities === 0;
  const moved = flow === null ? null : flow.created + flow.won + flow.lost + flow.movedBack;
  const title = `漏斗晨报 · ${ask.scope.words} · ${dayWords(today)} ${weekdayOf(today)}`;
  const view = {
    title,
    scope: ask.scope.words,
    today: `${dayWords(today)} ${weekdayOf(today)}`,
    covers: coverWords(ask.covers, today),
    cover_name: coverName(ask.covers, today),
    several_days: lengthInDays(ask.covers) > 1,
    since_last: earlier === null ? '' : dayWords(earlier.day),
    basis:
      memory !== null && earlier !== null
        ? `比上一份(${dayWords(earlier.day)})`
        : morning.atStart !== null
          ? `比 ${dayWords(ask.covers.from)} 零点`
          : '',
    none_open: isEmpty,
    nothing_moved: moved === 0,
    open: {
      opportunities: formatCount(snapshot.opportunities),
      customers: formatCount(snapshot.customers),
      amount: formatMoney(snapshot.amountFen),
      change: changeOfTotal(morning, memory),
      customers_change: memory === null ? '' : signed(snapshot.customers - memory.customers),
    },
    stages: snapshot.steps.map((step) => ({
      name: step.stage,
      opportunities: formatCount(step.opportunities),
      customers: formatCount(step.customers),
      amount: formatMoney(step.amountFen),
      change: changeOfStage(morning, memory, step.stage, step.opportunities),
      customers_change: changeOfCustomers(memory, step.stage, step.customers),
    })),
    without_amount: formatCount(snapshot.steps.reduce((sum, step) => sum + step.withoutAmount, 0)),
    some_without_amount: snapshot.steps.some((step) => step.withoutAmount > 0),
    outside: snapshot.outside === 0 ? '' : formatCount(snapshot.outside),
    flow:
      flow === null
        ? null
        : {
            created: formatCount(flow.created),
            won: formatCount(flow.won),
            won_amount: formatMoney(flow.wonFen),
            lost: formatCount(flow.lost),
            lost_amount: formatMoney(flow.lostFen),
            moved_back: formatCount(flow.movedBack),
            advanced: formatCount(flow.steps.reduce((sum, step) => sum + step.advanced, 0)),
            reopened: flow.reopened === 0 ? '' : formatCount(flow.reopened),
            any_won: flow.won > 0,
            any_lost: flow.lost > 0,
          },
    new_customers: morning.newCustomers === null ? '' : formatCount(morning.newCustomers),
    lost_customers:
      morning.lostCustomers === null || morning.lostCustomers === 0 ? '' : formatCount(morning.lostCustomers),
    key: morning.key === null ? null : keyView(morning.key),
    stuck:
      morning.stuck === null
        ? null
        : {
            days: formatCount(company.settings.stuckAfterDays),
            any: stuck.count > 0,
            count: formatCount(stuck.count),
            amount: formatMoney(stuck.fen),
            owners: ownersOfStuck(company, morning),
          },
    asks: asks.map((one) => ({ ...wordsOfAsk(company, one) })),
    highlight: highlightOf(company, morning),
    advice: adviceOf(company, morning, today),
    late_data: isLate(ask, morning) ? `${morning.asOf.slice(5, 16)}` : '',
    quiet_since: isQuiet(ask, morning) ? (morning.newestRecord?.slice(5, 16) ?? '') : '',
    as_of: morning.asOf.slice(5, 16),
  };
  return {
    title,
    view,
    figures: figuresOf(morning, memory),
    choices: choicesOf(morning),
    ownersToAsk: [...new Set(asks.flatMap(({ ownerId }) => (ownerId === null ? [] : [ownerId])))],
  };
}

const isLate = ({ moment }: DigestAsk, { asOf }: FunnelMorning): boolean =>
  Date.parse(`${moment.wall.replace(' ', 'T')}Z`) - Date.parse(`${asOf.replace(' ', 'T')}Z`) > lateDataMs;

function changeOfStage(morning: FunnelMorning, memory: Memory | null, stage: string, now: number): string {
  const before = basisOf(morning, memory)?.get(stage);
  return before === undefined ? '' : signed(now - before);
}

/** Empty where it moved as little as nothing: beside every stage's own change a 持平 says nothing. */
function changeOfCustomers(memory: Memory | null, stage: string, now: number): string {
  const before = memory?.stages.find((one) => one.stage === stage)?.customers;
  return before === undefined || before === now ? '' : signed(now - before);
}

/** Nobody did anything all through the last work day: perhaps the copy stopped. A quiet weekend is none. */
const isQuiet = ({ lastWorkDay }: DigestAsk, { newestRecord }: FunnelMorning): boolean =>
  newestRecord !== null && dayOfWallTime(newestRecord) < lastWorkDay;

function changeOfTotal(morning: FunnelMorning, memory: Memory | null): string {
  if (memory !== null) return signed(morning.snapshot.opportunities - memory.opportunities);
  if (morning.atStart === null) return '';
  return signed(morning.snapshot.opportunities - morning.atStart.reduce((sum, step) => sum + step.opportunities, 0));
}

const choicesOf = ({ stuck }: FunnelMorning): Choice[] =>
  [...(stuck === null ? [] : ['积压']), '漏斗 本月', '沉默客户'].map((command) => ({ label: command, command }));

/** A sign only where the difference is real: otherwise the reader is told that it is within chance. */
function keyView(key: KeyConversion) {
  const [now, before] = [ratioOf(key.now), ratioOf(key.before)];
  const change = now === null || before === null ? null : now - before;
  return {
    name: `${key.from}→${key.to}`,
    now: formatRate(key.now),
    before: formatRate(key.before),
    known: now !== null,
    comparable: change !== null,
    real: key.real,
    change: key.real && change !== null ? formatPoints(change) : '',
    fell: key.real && change !== null && change < 0,
    rose: key.real && change !== null && change > 0,
  };
}

function ownersOfStuck(company: Company, morning: FunnelMorning): string {
  const { owners } = stuckSums(morning);
  const words = owners
    .slice(0, 5)
    .map(([ownerId, { count }]) => `${ownerName(company.directory, ownerId)} ${formatCount(count)} 个`);
  return words.join('、') + (owners.length > 5 ? `,另有 ${formatCount(owners.length - 5)} 人` : '');
}

/** One thing to be glad of; empty where there is none, never made up. */
function highlightOf(company: Company, { bestWin, flow }: FunnelMorning): string {
  if (bestWin !== null) {
    const amount = bestWin.amount_fen === null ? '' : `(${formatMoney(Number(bestWin.amount_fen))})`;
    return `${ownerName(company.directory, bestWin.owner_user_id)}签下${bestWin.customer ?? bestWin.name ?? '一单'}${amount}`;
  }
  const advanced = flow?.steps.reduce((sum, step) => sum + step.advanced, 0) ?? 0;
  if (flow === null || advanced === 0) return '';
  const most = flow.steps.reduce((best, step) => (step.advanced > best.advanced ? step : best));
  if (advanced === 1) return `${most.stage}有 1 个商机往前走了一步`;
  return `${formatCount(advanced)} 个商机往前走了一步,${most.stage}出来的最多(${formatCount(most.advanced)} 个)`;
}

/** What to do today, or the next working day, at most two: who, by when, what. */
function adviceOf(
  company: Company,
  morning: FunnelMorning,
  today: Day,
): { readonly who: string; readonly text: string }[] {
  // Nobody meets or works the list on a Sunday.
  const [day, meeting] = weekday(today) > 5 ? ['周一', '周一晨会上'] : ['今天', '晨会上'];
  const advice: { who: string; text: string }[] = [];
  const { key, flow } = morning;
  const { owners, stages } = stuckSums(morning);
  const manned = (ownerId: string | null) => ownerId !== null && company.directory.person(ownerId)?.active === true;
  const most = owners
    .filter(([id, { count }]) => count > 1 && manned(id))
    .sort((a, b) => b[1].count - a[1].count || b[1].fen - a[1].fen)[0];
  if (most !== undefined) {
    const [ownerId, { count, fen }] = most;
    advice.push({
      who: `${ownerName(company.directory, ownerId)}${day}下班前`,
      text: `把名下 ${formatCount(count)} 个积压(${formatMoney(fen)})逐个定下次跟进时间,没戏的关掉`,
    });
  }
  const fullest = stages[0];
  const unmanned = owners.filter(([id]) => !manned(id)).reduce((sum, [, { count }]) => sum + count, 0);
  if (unmanned > 0)
    advice.push({ who: `主管${day}`, text: `把没人管或负责人已离职的 ${formatCount(unmanned)} 个积压分给在岗的人` });
  const keyNow = key === null ? null : ratioOf(key.now);
  const keyBefore = key === null ? null : ratioOf(key.before);
  if (key?.real === true && keyNow !== null && keyBefore !== null && keyNow < keyBefore) {
    advice.push({ who: meeting, text: `抽 5 个停在${key.from}的商机,看为什么没走到${key.to}` });
  }
  if (flow !== null && flow.lost > 1 && flow.lost > flow.won)
    advice.push({ who: meeting, text: `丢的 ${formatCount(flow.lost)} 个逐个说原因,发「丢单明细 本周」看名单` });
  if (fullest !== undefined && fullest[1].count > 2) {
    const [stage, { count, fen }] = fullest;
    advice.push({
      who: meeting,
      text: `先过${stage}的 ${formatCount(count)} 个积压(${formatMoney(fen)}),积压里这一段最多`,
    });
  }
  return advice.slice(0, 2);
}
