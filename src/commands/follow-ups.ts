import { addDays, addMonths, startOfMonth } from '../calendar/day.ts';
import { lengthInDays, type Period } from '../calendar/period.ts';
import type { Command, Filters, Intent, ParseContext, Previous, Slots } from './command.ts';
import { readComparison } from './comparison.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';

const refining =
  /^(?:那么?|换成?|换到|改成?|改为|改看|再|只看|只要|仅看|就看|单看|加上|带上|去掉|不要|不看|排除|剔除|除了|按|分|拆|对比|环比|同比|和|跟|与|比|用|画|如果|要是|然后|还有|也|上一个|前一个|往前|往后|下一个|返回|回到|看|切|再看|换个|合并|不分)|(?:呢|拆开|拆一?下|分开看?|看呢|怎么样呢|咋样呢)$/;
const drilling =
  /展开|细看|点开|钻取|下钻|往下(?:看|钻)|深挖|挖一?下|明细|详细|具体(?:是|有)?(?:哪|谁|啥|什么)|都有谁|都是谁|都有哪些|是哪些|^(?:具体|都)?是?哪几(?:个|家)(?:客户|人)?$|^谁的|名单|逐条|看看第|D(?:看|展开|详|怎么|咋|是)/;
const asking = /^(?:那|这|这个|怎么|到底)?.{0,4}(?:为什么|为啥|咋回事|怎么回事|什么原因|啥原因|原因|凭什么|怎么会)/;

/**
 * What a short message asks of the report before it: another period, a filter, a breakdown, the rows behind, the reason.
 * 上一个 is answered from the chain of what was asked before; `no-earlier` where the chain is known to end.
 */
export function readFollowUp(
  facts: Facts,
  { moment, previous }: Pick<ParseContext, 'moment' | 'previous'>,
): Command | 'no-earlier' | null {
  const { skeleton } = facts;
  const { today } = moment;
  const slots: Draft = { context: 'last_report' };
  const periods = facts.periods.flatMap((mark) => (mark.period === null ? [] : [mark.period]));
  const { compare, main } = readComparison(facts, periods, today);
  if (compare !== undefined) slots.compare = compare;
  if (main !== null) slots.period = main;
  if (Object.keys(facts.named).length > 0) slots.filters = facts.named;
  if (facts.amount !== null)
    slots.filters = { ...((slots.filters as Draft | undefined) ?? {}), amount: facts.amount.test };
  if (Object.keys(facts.added).length > 0) slots.filters_add = facts.added;
  if (Object.keys(facts.excluded).length > 0) slots.filters_not = facts.excluded;
  if (facts.me) slots.filters = { ...((slots.filters as Draft | undefined) ?? {}), owner: ['@me'] };
  const groups = [...facts.dimensions, ...(/拆|分|按|看|维度/.test(skeleton) ? facts.looseDimensions : [])];
  if (groups.length > 0) slots.group_by = [...new Set(groups)];
  if (facts.grain !== null) slots.grain = facts.grain;
  if (facts.chart !== null) slots.chart = facts.chart;
  if (facts.format === 'table') slots.format = 'table';
  if (facts.top !== null) slots.top = facts.top;
  if (facts.topPercent !== null) slots.top_percent = facts.topPercent;
  if (facts.last) slots.order = 'asc';
  if (facts.days !== null) slots.threshold = facts.days;
  if (facts.myTeam) slots.scope = 'my_team';
  else if (facts.company) slots.scope = 'company';
  if (asking.test(skeleton)) return { intent: 'drill_down', slots: { ...slots, with_reasons: true } as Slots };
  if (drilling.test(skeleton)) {
    if (facts.ordinals[0] !== undefined) slots.id = facts.ordinals[0];
    if (/明细|逐条|名单|详细/.test(skeleton)) slots.view = 'detail';
    return { intent: 'drill_down', slots: slots as Slots };
  }
  if (/^(?:看|回)?(?:上一个|前一个|上个|返回|回到?上一个|刚才那个|回去|back)(?:报表)?$/.test(skeleton)) {
    const earlier = previous?.before?.[0];
    if (earlier !== undefined) return earlier;
    return previous?.before !== undefined ? 'no-earlier' : { intent: 'refine', slots: { ...slots, back: 1 } as Slots };
  }
  const step =
    /^(?:那|再|看)?再?往(?:前(?:推|翻|看)?(一个?月|1个月|一期|一个周期|T|P)?|(N ?个?月|N ?(?:个?周期|期)))(?:呢|看看)?$/.exec(
      skeleton,
    );
  if (step !== null && (facts.daysTyped === null || facts.daysTyped === 30)) {
    const relative_period = /期/.test(step[1] ?? step[2] ?? '') ? 'preceding' : 'last_month';
    return { intent: 'refine', slots: { context: 'last_report', relative_period } };
  }
  const said = Object.keys(slots).length > 1;
  return said ? { intent: 'refine', slots: slots as Slots } : null;
}

/** Whether a message reads as going on from the one before. */
export const goesOn = (skeleton: string): boolean =>
  refining.test(skeleton) || drilling.test(skeleton) || asking.test(skeleton);

const reportIntents = (intent: Intent): boolean =>
  !/^(?:refine|drill_down|clarify|reject|out_of_scope|help|alert_|subscription_|action_item_|silent_feedback|scope_request|feedback_)/.test(
    intent,
  );

function mergeFilters(before: Filters | undefined, said: Filters | undefined): Filters | undefined {
  return before === undefined ? said : said === undefined ? before : { ...before, ...said };
}

function addFilters(before: Filters | undefined, added: Filters | undefined): Filters | undefined {
  if (added === undefined) return before;
  const merged: Record<string, unknown> = { ...(before ?? {}) };
  for (const [field, names] of Object.entries(added)) {
    const old = merged[field];
    merged[field] = Array.isArray(old) && Array.isArray(names) ? [...new Set([...old, ...names])] : names;
  }
  return merged as Filters;
}

function without(filters: Filters | undefined, excluded: Filters | undefined): Filters | undefined {
  if (filters === undefined || excluded === undefined) return filters;
  const left: Record<string, unknown> = {};
  for (const [field, names] of Object.entries(filters)) {
    const out = (excluded as Record<string, unknown>)[field];
    const kept = Array.isArray(names) && Array.isArray(out) ? names.filter((name) => !out.includes(name)) : names;
    if (!Array.isArray(kept) || kept.length > 0) left[field] = kept;
  }
  return Object.keys(left).length > 0 ? (left as Filters) : undefined;
}

/** Dimensions that say the same thing at another level: 换成华南 after 上海 drops the city. */
const narrower: Readonly<Record<string, readonly string[]>> = {
  region: ['city', 'department', 'team_of'],
  owner: ['team_of'],
  team_of: ['owner'],
};

function dropRivals(filters: Filters | undefined, said: Filters | undefined): Filters | undefined {
  if (filters === undefined || said === undefined) return filters;
  const left: Record<string, unknown> = { ...filters };
  for (const field of Object.keys(said)) for (const rival of narrower[field] ?? []) delete left[rival];
  return left as Filters;
}

/** Whose figures are shown: 看全公司 after 华东 takes the region away, 换成华南 after 全公司 the company. */
const wholesale: readonly (keyof Filters)[] = ['region', 'department', 'team_of', 'owner'];

function withoutPeople(filters: Filters | undefined): Filters | undefined {
  const left: Record<string, unknown> = { ...(filters ?? {}) };
  for (const field of wholesale) delete left[field];
  return Object.keys(left).length > 0 ? (left as Filters) : undefined;
}

/** 再往前一个月: the month before the one that was shown; 再往前一期 goes back by the length that was shown. */
function stepBack(period: Period, byLength: boolean): Period {
  if (byLength) {
    const days = lengthInDays(period);
    return { label: 'range', from: addDays(period.from, -days), to: addDays(period.from, -1) };
  }
  const from = addMonths(startOfMonth(period.from), -1);
  return { label: 'month', from, to: addDays(startOfMonth(period.from), -1) };
}

/**
 * The full command that a follow-up stands for: `漏斗 本月 华东`, then `那上个月呢`, is 漏斗 上月 华东. Null where the
 * follow-up does not go on from a report (the command itself is then the answer, or there is nothing to go on from).
 */
export function applyFollowUp(previous: Command, followUp: Command): Command | null {
  if (!reportIntents(previous.intent)) return null;
  const { context: _, filters, filters_add, filters_not, relative_period, back, ...said } = followUp.slots;
  switch (followUp.intent) {
    case 'refine':
    case 'drill_down':
    case 'export': {
      const base: Draft & Slots = { ...previous.slots };
      const before = said.scope === undefined ? base.filters : withoutPeople(base.filters);
      if (filters !== undefined && wholesale.some((field) => field in filters)) delete base.scope;
      const kept = addFilters(mergeFilters(dropRivals(before, filters), filters), filters_add);
      const left = without(kept, filters_not);
      const slots: Draft = { ...base, ...said };
      delete slots.filters;
      if (left !== undefined) slots.filters = left;
      if (filters_not !== undefined) slots.filters_not = addFilters(base.filters_not, filters_not);
      // A new period is compared with nothing unless that was said again with it.
      if (said.period !== undefined && said.compare === undefined && typeof base.compare === 'object')
        delete slots.compare;
      if (back !== undefined) return null;
      if (relative_period !== undefined) {
        if (base.period === undefined) return null;
        slots.period = stepBack(base.period, relative_period === 'preceding');
        delete slots.compare;
      }
      if (followUp.intent === 'export')
        return { intent: 'export', slots: { ...slots, report: previous.intent } as Slots };
      // 业绩 今年, then 按月看, is its trend.
      const isTrend =
        previous.intent === 'sales_performance' && said.grain !== undefined && slots.group_by === undefined;
      return { intent: isTrend ? 'sales_trend' : previous.intent, slots: slots as Slots };
    }
    default:
      return null;
  }
}

/** The reading that a bare number picks from what was offered. */
export function chosen(text: string, previous: Previous | null): Command | null {
  const number = /^(?:第|选|要|就)?\s*([1-9]|[一二三四五六七八九])\s*(?:个|项|号|吧|)?$/.exec(text);
  if (number === null || previous === null) return null;
  const at = Number(number[1]) || '零一二三四五六七八九'.indexOf(number[1]!);
  return previous.offered[at - 1]?.command ?? null;
}
