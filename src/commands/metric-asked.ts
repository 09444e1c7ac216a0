import type { Day } from '../calendar/day.ts';
import { reportShowing, shownMetrics } from '../metrics/shown-by.ts';
import { metricWords } from '../metrics/vocabulary.ts';
import { orderWords, type ReportWords, reportWords } from '../reports/vocabulary.ts';
import { clarify, offer } from './ask-back.ts';
import type { Command, Intent, Understanding } from './command.ts';
import { normaliseText } from './normalise-text.ts';
import { findPeriods } from './period-words.ts';

/** A metric that a report computes, asked by its name. */
export interface MetricAsked {
  readonly metric: string;
  readonly name: string;
  /** The report that shows it. */
  readonly intent: Intent;
  /** What was typed, with the report's own word in place of the metric's name. */
  readonly text: string;
}

const words = { ...reportWords, ...orderWords } as Record<string, ReportWords>;

/** A shorter name is an everyday word: 进入, 退回, 进度. */
const tellingLength = 3;

/** Words by which a report or a counted metric is asked: those keep their meaning. */
const spokenFor: ReadonlySet<string> = new Set([
  ...Object.values(words)
    .flatMap(({ name, aliases }) => [name, ...aliases])
    .map((word) => word.toLowerCase()),
  // A share of which parts is asked back, not taken for that of the channels.
  '成交额占比',
  ...metricWords.flatMap(({ id, name, aliases }) => (reportShowing(id) === undefined ? [name, ...aliases] : [])),
]);

/** Also a report's word for what lies ahead: asked of a time that is over it is the metric. */
const ofPastTimes: ReadonlySet<string> = new Set(['到期合同']);

const typed = (word: string): string => normaliseText(word).replace(/ /g, '');
const byWord = new Map(
  shownMetrics.flatMap(({ id, name, aliases }) =>
    [name, ...aliases]
      .map(typed)
      .filter((word) => word.length >= tellingLength && (!spokenFor.has(word) || ofPastTimes.has(word)))
      .map((word) => [word, { metric: id, name, intent: reportShowing(id)! }] as const),
  ),
);
const names = [...byWord.keys()].sort((a, b) => b.length - a.length);
const escaped = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const anyName = new RegExp(names.map((name) => Array.from(name, escaped).join(' ?')).join('|'), 'g');

/** What may stand right behind a name: a breakdown, a question, an end. */
const goesOn = /^(?:$| |按|各|的?(?:是|有|为|占)?(?:多少|几|怎么样|咋样|如何)|呢|吗|怎么样|咋样|环比|同比|前\d)/;

/**
 * The metric whose name stands by itself in a question, the longest one: its words are taken as they stand, before a period
 * (本月预计成交) or another report's word (渠道带来的成交额) is read out of them. null where none stands so.
 */
export function metricAsked(plain: string, today: Day, isName: (word: string) => boolean): MetricAsked | null {
  const isPeriod = (word: string): boolean =>
    findPeriods(word, { today, fiscalYearStartMonth: 1 }).some(({ start, end }) => start === 0 && end === word.length);
  const isOver = (): boolean =>
    findPeriods(plain, { today, fiscalYearStartMonth: 1 }).some(({ period }) => period !== null && period.to < today);
  for (const match of plain.matchAll(anyName)) {
    const found = byWord.get(match[0].replace(/ /g, ''));
    if (found === undefined || (ofPastTimes.has(found.name) && !isOver())) continue;
    const [head, tail] = [plain.slice(0, match.index), plain.slice(match.index + match[0].length)];
    const before = head.split(' ').at(-1)!.replace(/的$/, '');
    const behind = tail.split(' ')[0]!;
    if (!(before === '' || isPeriod(before) || isName(before))) continue;
    if (!(goesOn.test(tail) || isPeriod(behind))) continue;
    return { ...found, text: `${head} ${words[found.intent]!.name} ${tail}`.replace(/ +/g, ' ').trim() };
  }
  return null;
}

/** Reports about one customer: without its name there is none to look at. */
const ofOneCustomer = /^(?:customer_detail|interaction_timeline)$/;

/** The text read with the report's word: that report, led by the metric; null where it was read as something else. */
export function askedOf({ metric, name, intent }: MetricAsked, read: Understanding): Understanding | null {
  const led = (command: Command): Command => ({ ...command, slots: { ...command.slots, metric } });
  if (ofOneCustomer.test(intent) && !(read.kind === 'command' && read.command.slots.filters?.customer !== undefined))
    return clarify(`「${name}」是一家客户的数,后面接上客户的名字。`, {
      reason: 'missing_customer',
    });
  if (read.kind === 'command') return read.command.intent === intent ? { ...read, command: led(read.command) } : null;
  if (read.kind !== 'ask-back' || read.readings.length === 0) return null;
  if (read.readings.some(({ command }) => command.intent !== intent)) return null;
  const readings = read.readings.map(({ command }) => offer(led(command)));
  const { suggest, ...slots } = read.command.slots;
  return clarify(
    read.why,
    suggest === undefined ? slots : { ...slots, suggest: readings.map((one) => one.words) },
    readings,
  );
}
