import { addDays } from '../calendar/day.ts';
import { isRunning, type Period } from '../calendar/period.ts';
import { reportShowing } from '../metrics/shown-by.ts';
import { metricWords } from '../metrics/vocabulary.ts';
import type { AmountMark } from './amounts.ts';
import type { Intent, ParseContext } from './command.ts';
import { dimensionUnder } from './dimension-words.ts';
import type { Draft } from './draft.ts';
import { type Facts, isBystander } from './facts.ts';
import { intentOfWord } from './rank-intents.ts';
import type { Mark, Scan } from './scan.ts';

/** What was said and stands nowhere in the command, as it was typed. */
export interface LeftOut {
  readonly words: string;
  /** The sentence that says so, where more can be said than that it is not taken up. */
  readonly why?: string;
  /** What may have been meant: read with each of these facts. */
  readonly meant?: readonly Facts[];
  /** The reports that take it up. */
  readonly instead?: readonly Intent[];
}

/** Orders that keep what was said as their own text, or answer whatever else stands beside them. */
const freeOrders =
  /^(?:action_item_|feedback_wrong_number|help|scope_request|metric_definition|silent_feedback|alert_ack|reject|out_of_scope)/;

/** Reports about a person at a customer. */
const aboutContacts = /^(?:customer_detail|interaction_timeline|silent_feedback|action_item_create)$/;

/**
 * The general rule against answering another question: every date, name, limit, grade and breakdown that was marked in the
 * text must stand in the command that was made of it. The first that does not, or null.
 */
export function leftOut(intent: Intent, slots: Draft, scan: Scan, facts: Facts, context: ParseContext): LeftOut | null {
  if (freeOrders.test(intent)) return null;
  const { skeleton } = scan;
  if (/同比/.test(skeleton) && /环比/.test(skeleton) && !/^metric_definition$/.test(intent))
    return {
      words: '同比和环比',
      why: '同比和环比一次看一个,要看哪个?',
      meant: ['同比', '环比'].map((word) => ({ ...facts, skeleton: skeleton.replaceAll(word, '') })),
    };
  // 本月比上月, 跟去年同期比: the period held against stands in the comparison.
  const turned = turnedRange(facts, scan) ?? turnedStages(intent, facts);
  if (turned !== null) return turned;
  let extraPeriods =
    typeof slots.compare === 'string' || (slots.compare !== undefined && /同期/.test(skeleton)) ? 1 : 0;
  for (const [place, mark] of scan.markAt.entries()) {
    if (mark === null) continue;
    const typed = scan.text.slice(mark.start, mark.end);
    if (isHeld(mark, intent, slots, place, scan, context)) continue;
    if (mark.kind === 'period' && extraPeriods > 0) {
      extraPeriods--;
      continue;
    }
    if (mark.kind === 'period' && facts.periods.length === 2) return twoPeriods(facts, scan);
    if (mark.kind === 'amount' && mark.amount.kind === 'days')
      return { words: typed.trim(), meant: [{ ...facts, days: null, daysTyped: null }] };
    return { words: typed.trim() };
  }
  const contact = facts.named.contact?.[0];
  if (contact !== undefined && !aboutContacts.test(intent))
    return {
      words: contact,
      why: `${contact}是客户那边的联系人,这张报表不按联系人看。要看哪个?`,
      instead: ['customer_detail', 'interaction_timeline'],
    };
  return metricLeftOut(intent, slots, facts) ?? breakdownLeftOut(intent, slots, scan, facts);
}

/** 漏斗 本月 上月: one of them, or the one held against the other. */
function twoPeriods(facts: Facts, scan: Scan): LeftOut {
  const [first, second] = facts.periods.map((mark) => scan.text.slice(mark.start, mark.end).trim());
  return {
    words: second!,
    why: `说了${first}和${second}两段时间,要看哪个?`,
    meant: [
      ...facts.periods.map((period) => ({ ...facts, periods: [period] })),
      { ...facts, skeleton: `${facts.skeleton} P比P` },
    ],
  };
}

/** 排行 成交额 回款: two figures where one is shown. */
function metricLeftOut(intent: Intent, slots: Draft, facts: Facts): LeftOut | null {
  if (!/^(?:ranking|sales_trend|service_metrics|campaign_roi)$/.test(intent) || slots.metric === undefined) return null;
  // 线索成交率 is one metric, whichever shorter name stands in it.
  if (reportShowing(slots.metric as string) === intent) return null;
  const other = facts.metrics.find((metric) => metric !== slots.metric && !/^(?:yoy|mom|gap)$/.test(metric));
  const words = metricWords.find(({ id }) => id === other)?.name;
  return words === undefined ? null : { words, why: `一次看一个数,「${words}」另看。先看这个?` };
}

/** 转化率 成交 潜在客户: deals do not go that way. */
function turnedStages(intent: Intent, facts: Facts): LeftOut | null {
  if (intent !== 'stage_conversion' || facts.stagePair === null || !facts.stagesTurned) return null;
  const [from, to] = facts.stagePair;
  return {
    words: `${from} ${to}`,
    why: `商机是从${to}走到${from}的,要看这一段吗?`,
    meant: [{ ...facts, stagePair: [to, from], stagesTurned: false }],
  };
}

/** 100万到1万: no amount lies between. */
function turnedRange(facts: Facts, scan: Scan): LeftOut | null {
  const test = facts.amount?.test;
  if (test?.op !== 'between' || test.from <= test.to) return null;
  const marks = scan.marks.filter((mark) => mark.kind === 'amount' && mark.amount.kind === 'money');
  const words = scan.text.slice(marks[0]!.start, marks.at(-1)!.end);
  return {
    words,
    why: `「${words}」没有这样的数:下限比上限大。是反过来吗?`,
    meant: [{ ...facts, amount: { loose: false, test: { op: 'between', from: test.to, to: test.from } } }],
  };
}

const isBare = /^(?!哪|什么|啥|最)/;

function breakdownLeftOut(intent: Intent, slots: Draft, scan: Scan, facts: Facts): LeftOut | null {
  const groups = (slots.group_by ?? []) as readonly string[];
  for (const mark of facts.dimensionMarks) {
    const words = scan.skeleton.slice(mark.start, mark.end);
    const heldByGrain = mark.grain !== null && slots.grain !== undefined;
    // 各阶段 is what reports on stages show anyway.
    const held = (dimension: (typeof mark.dimensions)[number]): boolean =>
      groups.includes(dimensionUnder(intent, dimension)) ||
      (dimension === 'stage' && /^(?:stage_|funnel)/.test(intent)) ||
      (dimension === 'grade' && slots.order === 'grade');
    if (
      !mark.loose &&
      mark.grain !== null &&
      !heldByGrain &&
      slots.schedule === undefined &&
      slots.cadence === undefined
    )
      return { words };
    // 哪个行业 asks; a bare 行业 or 季度 has to be taken up like 按行业.
    const isPassedOver = mark.loose
      ? isBare.test(words) && intentOfWord(words) === null && !heldByGrain && !mark.dimensions.some(held)
      : !mark.dimensions.every(held);
    if (isPassedOver) return { words };
  }
  const noDimension = /按照?(?:客户|商机|单子?|合同|线索|项目|联系人|数据)(?!等级|级别|行业|规模|来源|分级)/.exec(
    scan.skeleton,
  );
  return noDimension === null || groups.length > 0
    ? null
    : { words: noDimension[0], why: `「${noDimension[0]}」还拆不了,先看不拆的?` };
}

function isHeld(mark: Mark, intent: Intent, slots: Draft, place: number, scan: Scan, context: ParseContext): boolean {
  switch (mark.kind) {
    case 'entity':
      return (
        isBystander(mark, scan.skeleton.slice(place + 1)) ||
        holdsName(slots, mark.entity.value) ||
        // 各级 asked beside one grade.
        (mark.entity.field === 'stage' && /^(?:funnel|stage_)/.test(intent) && slots.group_by !== undefined)
      );
    case 'nickname':
      return (
        isBystander(mark, scan.skeleton.slice(place + 1)) || mark.reading.names.some((name) => holdsName(slots, name))
      );
    case 'grade':
      return (
        mark.grades.every((grade) => holdsName(slots, grade)) ||
        slots.order === 'grade' ||
        (Array.isArray(slots.group_by) && slots.group_by.includes('grade'))
      );
    case 'schedule':
      return slots.schedule !== undefined || /^(?:digest|alert_|action_)/.test(intent);
    case 'period':
      return mark.period.vague === true || holdsPeriod(mark.period.period, mark.period.upcoming, slots, context);
    case 'amount':
      return holdsAmount(mark.amount, intent, slots, context);
  }
}

function holdsName(slots: Draft, name: string): boolean {
  const filters = [slots.filters, slots.filters_not, slots.filters_add].flatMap((one) =>
    Object.values((one ?? {}) as Draft),
  );
  return (
    filters.some((names) => Array.isArray(names) && names.includes(name)) ||
    slots.from_stage === name ||
    slots.to_stage === name ||
    slots.owner === name
  );
}

function holdsPeriod(
  period: Period | null,
  upcoming: Period | undefined,
  slots: Draft,
  { moment }: ParseContext,
): boolean {
  const compared =
    typeof slots.compare === 'object' && slots.compare !== null
      ? (slots.compare as { period?: Period }).period
      : undefined;
  const held = [slots.period as Period | undefined, compared].filter((one) => one !== undefined);
  return [period, upcoming].some(
    (said) =>
      said !== null &&
      said !== undefined &&
      (held.some(
        (one) =>
          (one.from === said.from && one.to === said.to) ||
          // 同期: the running year, as far as it has come.
          (one === compared && isRunning(said, moment.today) && one.from <= said.from),
      ) ||
        [slots.date, slots.due, slots.until].some(
          (day) => day === said.from || day === said.to || day === addDays(said.to, 1),
        )),
  );
}

function holdsAmount(amount: AmountMark, intent: Intent, slots: Draft, context: ParseContext): boolean {
  const threshold = slots.threshold as { days?: number; value?: number } | undefined;
  if (slots.relative_period !== undefined) return true;
  switch (amount.kind) {
    case 'days':
      return (
        (threshold?.days === amount.days && amount.days > 0) ||
        slots.due !== undefined ||
        slots.until !== undefined ||
        // The chance of winning is that of the next 30 days.
        (intent === 'win_probability' && amount.days === 30) ||
        (intent === 'renewal_due' &&
          (slots.period as Period).to === addDays(context.moment.today, amount.days) &&
          amount.days > 0)
      );
    case 'share':
      return (
        threshold?.value !== undefined && 'value' in amount.threshold && threshold.value === amount.threshold.value
      );
    case 'money':
      return holdsMoney(amount, slots, threshold);
    case 'top':
      return slots.top === amount.top || slots.top_percent === amount.top;
    case 'ordinal':
      return slots.id === amount.id || slots.top === amount.id || slots.view === 'my_rank';
  }
}

function holdsMoney(
  { test }: Extract<AmountMark, { kind: 'money' }>,
  slots: Draft,
  threshold: { value?: number } | undefined,
): boolean {
  const filter = ((slots.filters ?? {}) as Draft).amount as
    | { op: string; value?: number; from?: number; to?: number }
    | undefined;
  const wanted = 'value' in test ? [test.value] : [test.from, test.to];
  const held = [filter?.value, filter?.from, filter?.to, threshold?.value];
  return wanted.every((value) => held.includes(value));
}
