import { mayAsk } from './access/permissions.ts';
import type { Role } from './access/viewer.ts';
import type { Day } from './calendar/day.ts';
import { isRunning, lengthInDays, type Period, periodName } from './calendar/period.ts';
import type { Command, Dimension, Intent, Slots } from './commands/command.ts';
import { printCommand, printPeriod } from './commands/print-command.ts';
import { metricById, metricByWords } from './metrics/catalogue.ts';
import { groupingWords } from './metrics/dimensions.ts';
import { reportShowing } from './metrics/shown-by.ts';
import { metricWords } from './metrics/vocabulary.ts';
import { intentName } from './replies/phrases.ts';
import { reportFor } from './reports/catalogue.ts';
import type { Report } from './reports/report.ts';

/** What a report cannot honour of a question: one sentence, and the nearest questions that work. */
export interface Unfit {
  readonly sentence: string;
  readonly choices: readonly string[];
}

/** What was asked for, by the name it is asked with: the report's, or the single metric's. */
export function subjectOf({ intent, slots: { metric } }: Command): string {
  if (metric === undefined) return intentName(intent);
  if (intent === 'metric_query' || intent === 'payment_rate') return metricByWords(metric)?.name ?? metric;
  return reportShowing(metric) === intent ? `${intentName(intent)} · ${metricById(metric)!.name}` : intentName(intent);
}

/** Whether a question is about how things stand now, and so about no other time. */
export const isStock = ({ onlyNow }: Report, slots: Slots): boolean =>
  onlyNow !== undefined && (onlyNow.where === undefined || onlyNow.where(slots));

/** A stock as of now that is asked for another time or held against one: never answered under that time's name. */
export function anotherTime(report: Report, command: Command, role: Role, today: Day): Unfit | null {
  const { intent, slots } = command;
  if (!isStock(report, slots)) return null;
  const { period, compare, ...now } = slots;
  const isNow = period === undefined || isRunning(period, today);
  if (isNow && compare === undefined) return null;
  const { metric, mode } = slots;
  const isNamed = metric !== undefined && (intent === 'metric_query' || reportShowing(metric) === intent);
  const asked = isNamed ? { metric } : { mode };
  const name = printCommand({ intent, slots: asked });
  const standing = printCommand({ intent, slots: now });
  if (isNow) return { sentence: `「${name}」只看得到现在的,没有以前的可比。看现在的?`, choices: [standing] };
  const tellers = (period.from > today ? report.onlyNow?.coming : report.onlyNow?.past) ?? [];
  const others = tellers.filter((one) => mayAsk(role, one)).map((one) => printCommand(about(one, period, slots)));
  return {
    sentence: `「${name}」只看得到现在的,看不到${periodName(period)}的。${others.length > 0 ? '要看哪个?' : '看现在的?'}`,
    choices: [standing, ...others],
  };
}

/** Another report asked for the same time, people and filters, and for the breakdowns that it has. */
function about(intent: Intent, period: Period, { filters, filters_not, scope, group_by }: Slots): Command {
  const groups = group_by?.filter((dimension) => reportFor(intent)?.dimensions.includes(dimension)) ?? [];
  return {
    intent,
    slots: {
      period,
      ...(filters === undefined ? {} : { filters }),
      ...(filters_not === undefined ? {} : { filters_not }),
      ...(scope === undefined ? {} : { scope }),
      ...(groups.length === 0 ? {} : { group_by: groups }),
    },
  };
}

/** 跟进间隔: days between two follow-ups are a customer's own, no sum over many. */
export function anotherView({ intent, slots }: Command): Unfit | null {
  if (intent !== 'followups' || slots.view !== 'interval') return null;
  const { view: _, ...counted } = slots;
  const customer = slots.filters?.customer;
  return {
    sentence:
      customer === undefined
        ? '跟进间隔是一家客户的,打「互动记录」加客户名就能看。这里先看跟进次数?'
        : '跟进间隔在互动记录里看。要看哪个?',
    choices: [
      ...(customer === undefined ? [] : [printCommand({ intent: 'interaction_timeline', slots: counted })]),
      printCommand({ intent, slots: counted }),
    ],
  };
}

/** A row for each month, where the report has none, or beside another breakdown: one of the two is shown at a time. */
export function anotherGrain(report: Report, command: Command): Unfit | null {
  const { intent, slots } = command;
  const { grain, ...whole } = slots;
  if (grain === undefined || (slots.period !== undefined && rhythmic.test(intent) && isOne(grain, slots.period)))
    return null;
  const isGrouped = (slots.group_by ?? []).length > 0;
  if (report.overTime === true && !isGrouped) return null;
  const name = subjectOf(command);
  const { group_by: _, ...overTime } = slots;
  const spoken = grainWords[grain];
  if (report.overTime === true)
    return {
      sentence: `「${name}」按${spoken}和按${(slots.group_by ?? []).map((d) => groupingWords(d)).join('、')}一次看一种,先看哪个?`,
      choices: [printCommand({ intent, slots: whole }), printCommand({ intent, slots: overTime })],
    };
  const usual = isGrouped ? [] : report.dimensions.slice(0, 2);
  return {
    sentence: `「${name}」不能按${spoken}看。${usual.length > 0 ? `可以看合计,或按${usual.map((d) => groupingWords(d)).join('、')}拆。` : '看合计的?'}`,
    choices: [whole, ...usual.map((dimension) => ({ ...whole, group_by: [dimension] }))].map((one) =>
      printCommand({ intent, slots: one }),
    ),
  };
}

const grainWords = { day: '天', week: '周', month: '月', quarter: '季度' } as const;
const grainDays = { day: 1, week: 7, month: 31, quarter: 92 } as const;

/** 月度复盘, 每月目标: what is done once a month is named by it. */
const rhythmic = /^(?:review_report|digest|recognition|target_attainment|ranking|composite_score|dashboard)$/;
const isOne = (grain: keyof typeof grainDays, period: Period): boolean => lengthInDays(period) <= grainDays[grain];

/** The report that has by parts what a trend shows over time. */
function byParts({ metric }: Slots): Intent {
  if (metric === undefined || /^won_/.test(metric)) return 'sales_performance';
  return (metricWords.find(({ id }) => id === metric)?.intent as Intent | undefined) ?? 'metric_query';
}

/** A grouping that the report does not know, or three at once: said, with what works (item 109). */
export function anotherGrouping(report: Report, command: Command): Unfit | null {
  const { slots } = command;
  const name = subjectOf(command);
  const groupBy: readonly Dimension[] = slots.group_by ?? [];
  // What is offered keeps the period that was asked for.
  const head = slots.period === undefined ? name : `${name} ${printPeriod(slots.period)}`;
  if (groupBy.length > 2) {
    return {
      sentence: `一次最多按两个维度看,你说了 ${groupBy.length} 个:${groupBy.map((d) => groupingWords(d)).join('、')}。先看哪两个?`,
      choices: [`${head} 按${groupingWords(groupBy[0] ?? 'owner')} 按${groupingWords(groupBy[1] ?? 'region')}`],
    };
  }
  const odd = groupBy.find((dimension) => !report.dimensions.includes(dimension));
  if (odd === undefined) return null;
  if (command.intent === 'sales_trend') {
    const { grain: _, metric, ...parts } = slots;
    const { group_by: __, ...trend } = slots;
    const isSales = metric === undefined || metric === 'won_amount';
    const byPart: Command = { intent: byParts(slots), slots: { ...parts, ...(isSales ? {} : { metric }) } };
    return {
      sentence: `走势一次只画合计的,不能按${groupingWords(odd)}拆。看走势,还是看各${groupingWords(odd)}的合计?`,
      choices: [printCommand({ intent: 'sales_trend', slots: trend }), printCommand(byPart)],
    };
  }
  const fits = report.dimensions.slice(0, 3).map((dimension) => `${head} 按${groupingWords(dimension)}`);
  return fits.length === 0
    ? { sentence: `「${name}」不能按${groupingWords(odd)}拆。`, choices: [head] }
    : {
        sentence: `「${name}」不能按${groupingWords(odd)}拆,可以按${report.dimensions.map((d) => groupingWords(d)).join('、')}看。`,
        choices: fits,
      };
}
