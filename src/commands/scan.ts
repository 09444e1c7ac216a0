import { type AmountMark, findAmounts } from './amounts.ts';
import type { ParseContext } from './command.ts';
import type { EntityIndex, NamedEntity, NicknameReading } from './entity-index.ts';
import { findPeriods, type PeriodMark } from './period-words.ts';
import { findSchedules, type ScheduleMark } from './schedule-words.ts';

/** A stretch of the text that has a meaning of its own. `letter` stands for it in the skeleton. */
export type Mark = { readonly start: number; readonly end: number; readonly letter: string } & (
  | { readonly kind: 'entity'; readonly entity: NamedEntity; readonly others: readonly NamedEntity[] }
  | { readonly kind: 'nickname'; readonly text: string; readonly reading: NicknameReading }
  | { readonly kind: 'grade'; readonly grades: readonly string[] }
  | { readonly kind: 'period'; readonly period: PeriodMark }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleMark }
  | { readonly kind: 'amount'; readonly amount: AmountMark }
);

/**
 * The text with every marked stretch replaced by one capital letter, so that one pattern fits all names and dates:
 * 王磊10月签了多少 → OP签了多少. O owner, R region, C customer, K contact, S stage, G grade, H channel, I industry,
 * Y city, L product, E campaign, Z department, P period, W schedule, A an hour of the past, T days, V share, M money, N first n, D number of a row.
 */
export interface Scan {
  readonly text: string;
  readonly marks: readonly Mark[];
  readonly skeleton: string;
  /** The mark behind a place of the skeleton, or null where a character of the text stands. */
  readonly markAt: readonly (Mark | null)[];
  /** The place in the text of each place of the skeleton. */
  readonly textAt: readonly number[];
}

/** A stretch whose name is settled before reading: found by part, chosen, or taken as typed. */
export interface ToldName {
  readonly start: number;
  readonly end: number;
  readonly entity: NamedEntity;
}

const letters: Readonly<Record<string, string>> = {
  owner: 'O',
  region: 'R',
  customer: 'C',
  contact: 'K',
  stage: 'S',
  grade: 'G',
  channel: 'H',
  industry: 'I',
  city: 'Y',
  product_line: 'L',
  product: 'L',
  campaign: 'E',
  department: 'Z',
};
/** First and last n have letters of their own: 倒数三名 is a ranking by itself. */
const letterOf = (amount: AmountMark): string =>
  amount.kind === 'top' && amount.last ? 'B' : amountLetters[amount.kind];

const amountLetters = { days: 'T', share: 'V', money: 'M', top: 'N', ordinal: 'D' } as const;

/** What makes an hour one to send at. */
const sending = /订阅|订一?[个份]|推|发|送|提醒|告诉|通知|定时|改|换|调|挪|提前|延后|每|天天|要收|吧$/;

/** Names that are ordinary words too: they are names only when they stand alone. */
const ordinary = /^(?:服务|活动|方案|其他|其它|全国|总部|电话|直销|地推)$/;
const gradeForm =
  /([a-e](?:\s*[、,和/跟与]?\s*[a-e])*)\s*(?:级|类|等级|档|等)(?:的?客户)?|(?<=^|[ 看要按和跟与、]|客户)([abc])(?=$|[ 的和跟与、]|客户)/g;

export function scanText(
  text: string,
  entities: EntityIndex,
  words: ReadonlySet<string>,
  context: ParseContext,
  gradeNames: readonly string[],
  told: readonly ToldName[] = [],
): Scan {
  const taken = new Uint8Array(text.length);
  const marks: Mark[] = [];
  const put = (mark: Mark): void => {
    for (let at = mark.start; at < mark.end; at++) if (taken[at] === 1) return;
    taken.fill(1, mark.start, mark.end);
    marks.push(mark);
  };
  const inWord = vocabularySpans(text, words);

  for (const { start, end, entity } of told)
    put({ kind: 'entity', letter: letters[entity.field] ?? 'C', entity, others: [], start, end });
  const periods = findPeriods(text, {
    today: context.moment.today,
    fiscalYearStartMonth: context.fiscalYearStartMonth,
  });
  for (const schedule of findSchedules(text)) {
    const bare = schedule.schedule === null;
    // The hour of 2026-11-18T10:30 belongs to the date.
    if (bare && periods.some((period) => period.start < schedule.start && schedule.end <= period.end)) continue;
    // 9点的日报 is the one that came then, and an hour that nothing is sent at is no rhythm to send by.
    const letter = bare && (/^ ?的/.test(text.slice(schedule.end)) || !sending.test(text)) ? 'A' : 'W';
    put({ kind: 'schedule', letter, schedule, start: schedule.start, end: schedule.end });
  }
  markNames(text, entities, inWord, put);
  const amounts = [...findAmounts(text)];
  for (const amount of amounts) {
    // 2号行动项 is a row, 2号 alone a day.
    if (amount.kind === 'ordinal' && /^ ?(?:行动项|待办|任务|订阅|问题|预警|客户)/.test(text.slice(amount.end)))
      put({ kind: 'amount', letter: 'D', amount, start: amount.start, end: amount.end });
  }
  for (const amount of amounts) {
    // 60天没联系, 超7天, 低于15%: limits go before dates, because 三个月 is both.
    if (
      amount.kind === 'share' ||
      (amount.kind === 'days' &&
        (amount.op !== null || /^(?:都|已经)?(?:没|未|无|不)/.test(text.slice(amount.end).trimStart())))
    ) {
      put({ kind: 'amount', letter: letterOf(amount), amount, start: amount.start, end: amount.end });
    }
  }
  for (const period of periods) {
    put({ kind: 'period', letter: 'P', period, start: period.start, end: period.end });
  }
  for (const amount of amounts)
    put({ kind: 'amount', letter: letterOf(amount), amount, start: amount.start, end: amount.end });
  for (const match of text.matchAll(gradeForm)) {
    const named = Array.from(match[1] ?? match[2]!, (char) => char.toUpperCase());
    const grades = [...new Set(named)].filter((grade) => gradeNames.includes(grade));
    if (grades.length > 0)
      put({ kind: 'grade', letter: 'G', grades, start: match.index, end: match.index + match[0].length });
  }
  for (const mark of stagesInContext(text, entities)) put(mark);
  marks.sort((a, b) => a.start - b.start);
  return { text, marks, ...skeletonOf(text, marks) };
}

function skeletonOf(
  text: string,
  marks: readonly Mark[],
): { skeleton: string; markAt: (Mark | null)[]; textAt: number[] } {
  let skeleton = '';
  const markAt: (Mark | null)[] = [];
  const textAt: number[] = [];
  let next = 0;
  for (let at = 0; at < text.length; ) {
    const mark = marks[next];
    markAt.push(mark !== undefined && mark.start === at ? mark : null);
    textAt.push(at);
    if (mark !== undefined && mark.start === at) {
      skeleton += mark.letter;
      at = mark.end;
      next++;
    } else {
      skeleton += text[at];
      at++;
    }
  }
  return { skeleton, markAt, textAt };
}

/** 卡在报价, 演示到报价: a stage in short is a stage only where the sentence speaks of being in it or passing through. */
function stagesInContext(text: string, entities: EntityIndex): Mark[] {
  const marks: Mark[] = [];
  for (const form of entities.stageForms) {
    const name = entities.stageShortForm(form);
    if (name === null || form === name) continue;
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      const [before, after] = [text.slice(Math.max(0, at - 3), at), text.slice(at + form.length, at + form.length + 4)];
      if (
        !/(?:在|从|卡|压|停|堵|积压|滞留|走到|进到|进了?|进入|到) ?$/.test(before) &&
        !/^ ?(?:到|→|->|转|阶段|环节|完|这步|这一步|那步|的单|的商机|里的)/.test(after)
      )
        continue;
      marks.push({
        kind: 'entity',
        letter: 'S',
        entity: { field: 'stage', value: name },
        others: [],
        start: at,
        end: at + form.length,
      });
    }
  }
  return marks;
}

/** Which characters lie within a word of the vocabulary, and how long that word is. */
function vocabularySpans(text: string, words: ReadonlySet<string>): Uint8Array {
  const lengths = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    for (let length = Math.min(10, text.length - at); length >= 2; length--) {
      if (!words.has(text.slice(at, at + length))) continue;
      for (let inside = at; inside < at + length; inside++) lengths[inside] = Math.max(lengths[inside]!, length);
      break;
    }
  }
  return lengths;
}

function markNames(text: string, entities: EntityIndex, inWord: Uint8Array, put: (mark: Mark) => void): void {
  for (let at = 0; at < text.length; ) {
    let length = entities.begins(text.slice(at, at + 2)) ? Math.min(entities.longest, text.length - at) : 0;
    let found: readonly NamedEntity[] = [];
    for (; length >= 1; length--) {
      const piece = text.slice(at, at + length);
      if (piece.endsWith(' ') || piece.startsWith(' ')) continue;
      found = entities.named(piece);
      if (found.length > 0 && isFree(text, at, length, inWord)) break;
      found = [];
    }
    if (found.length > 0) {
      put({
        kind: 'entity',
        letter: letters[found[0]!.field] ?? 'C',
        entity: found[0]!,
        others: found.slice(1),
        start: at,
        end: at + length,
      });
      at += length;
      continue;
    }
    const nickname = nicknameAt(text, at, entities, inWord);
    if (nickname !== null) {
      put({
        kind: 'nickname',
        letter: nickname.reading.field === 'owner' ? 'O' : 'K',
        ...nickname,
        start: at,
        end: at + nickname.text.length,
      });
      at += nickname.text.length;
      continue;
    }
    at++;
  }
}

function isFree(text: string, at: number, length: number, inWord: Uint8Array): boolean {
  const piece = text.slice(at, at + length);
  const [before, after] = [text[at - 1] ?? ' ', text[at + length] ?? ' '];
  if (/^[a-z\d]/.test(piece) && /[a-z\d]/.test(before)) return false;
  if (/[a-z\d]$/.test(piece) && /[a-z\d]/.test(after)) return false;
  if (length === 1) return false;
  // 除了服务其他产品线: what is left out is a name.
  const isLeftOut = /(?:除了?|不含|不算|去掉)$/.test(text.slice(0, at));
  if (ordinary.test(piece) && !isLeftOut && (/[一-龥]/.test(before) || /[一-龥]/.test(after.replace(/[的线类]/, ' '))))
    return false;
  // A name inside a longer word of the vocabulary is that word: 物流 in 顺通物流 is longer as a name, 服务 in 服务指标 is not.
  for (let inside = at; inside < at + length; inside++) if (inWord[inside]! > length) return false;
  return true;
}

function nicknameAt(
  text: string,
  at: number,
  entities: EntityIndex,
  inWord: Uint8Array,
): { text: string; reading: NicknameReading } | null {
  for (let length = Math.min(4, text.length - at); length >= 2; length--) {
    const piece = text.slice(at, at + length);
    if (!/^[一-龥]+$/.test(piece) || (inWord[at] ?? 0) > 1) continue;
    const reading = entities.nickname(piece);
    if (reading !== null) return { text: piece, reading };
  }
  return null;
}
