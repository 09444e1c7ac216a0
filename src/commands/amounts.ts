import type { NumberTest, Threshold } from './command.ts';
import { looseRange, money, numeral, readLooseRange, readMoney, readNumeral, readShare } from './numerals.ts';

type Op = '>' | '>=' | '<' | '<=' | '=';

/** Numbers with a meaning of their own, found in a text. */
export type AmountMark = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'days'; readonly days: number; readonly op: Op | null }
  | { readonly kind: 'share'; readonly threshold: Threshold }
  | { readonly kind: 'money'; readonly test: NumberTest; readonly loose: boolean }
  | { readonly kind: 'top'; readonly top: number; readonly percent: boolean; readonly last: boolean }
  | { readonly kind: 'ordinal'; readonly id: number }
);

const over = '超过|超出|超|大于|多于|高于|高过|>=|>|满|不少于|不低于|至少|起码|达到|涨到|升到|冲到';
const under = '不超过|不到|不足|低于|小于|少于|低过|<=|<|跌破|跌到|掉到|降到|掉破';

function opOf(before: string | undefined, after: string | undefined): Op | null {
  if (/^(不超过|<=)$/.test(before ?? '')) return '<=';
  if (/^(不到|不足|低于|小于|少于|低过|<|跌破|跌到|掉到|降到|掉破)$/.test(before ?? '')) return '<';
  if (/^(满|不少于|不低于|至少|起码|>=|达到|涨到|升到|冲到)$/.test(before ?? '')) return '>=';
  if (/^(超过|超出|超|大于|多于|高于|高过|>)$/.test(before ?? '')) return '>';
  if (/以上|往上|起/.test(after ?? '')) return '>=';
  if (/以下|往下/.test(after ?? '')) return '<=';
  if (/以内|之内/.test(after ?? '')) return '<=';
  return null;
}

const unitDays: Readonly<Record<string, number>> = { 天: 1, 日: 1, 周: 7, 星期: 7, 礼拜: 7, 月: 30, 年: 365 };
const days = new RegExp(
  `(?:(近|最近|过去|未来|接下来|前)\\s*)?(${over}|${under})?\\s*(${numeral}|半)\\s*个?(天|日|周|星期|礼拜|月|年)(?!份|度|[一二三四五六日天]|\\d)(以上|以下|往上|及以上|多|以内|之内)?(?=(\\s*[都]?(?:没|未|无|不|木有))?)`,
  'g',
);
const moneyRange = new RegExp(
  `(${numeral})(万|w|k|千|亿)?\\s*(?:到|-|~|至)\\s*(${numeral})(万|w|k|千|亿)(?:块|元)?(?:之间)?`,
  'g',
);
const loose = new RegExp(looseRange, 'g');
const moneyTest = new RegExp(
  `(${over}|${under})?\\s*(${money})\\s*(及?以上|往上|起|以下|往下|以内|之内)?(?!\\s*(?:年|个?月|天|周|家|次|条|人|小时))`,
  'g',
);
const share = new RegExp(
  `(${over}|${under})\\s*((?:百分之)?${numeral}\\s*(?:%|个百分点|个点|成)|百分之${numeral}|0?\\.\\d+)`,
  'g',
);
const top = new RegExp(
  `(前|头|排前|top\\s*|后|最后|倒数|末尾?|垫底的?)\\s*(${numeral})\\s*(%|名|个|位|条|家|大|强|单)?(?![天日周月季年%点万次回])`,
  'g',
);
const counted = new RegExp(`最[一-龥]{1,5}?的?(${numeral})(?:个|名|位|家|条|单|大)(?!月|点)`, 'g');
const percentTop = new RegExp(`(前|头|top\\s*)(?:百分之)?\\s*(${numeral})\\s*%|前百分之(${numeral})`, 'g');
const ordinal =
  /(?:第|#|编号|no\.?)\s*(\d{1,9}|[一二两三四五六七八九十]{1,3})\s*(?:条|个|项|号|名|家|位)?(?![\d次单周季])|(?<![\d.月-])(\d{1,4})\s*号(?!线|召)/g;

function* moneyMarks(text: string): Generator<AmountMark> {
  for (const match of text.matchAll(loose)) {
    const range = readLooseRange(match[0]);
    if (range !== null)
      yield {
        kind: 'money',
        loose: true,
        test: { op: 'between', ...range },
        start: match.index,
        end: match.index + match[0].length,
      };
  }
  for (const match of text.matchAll(moneyRange)) {
    const [from, to] = [readMoney(match[1]! + (match[2] ?? match[4]!)), readMoney(match[3]! + match[4]!)];
    if (from === null || to === null) continue;
    yield {
      kind: 'money',
      loose: false,
      test: { op: 'between', from, to },
      start: match.index,
      end: match.index + match[0].length,
    };
  }
  for (const match of text.matchAll(moneyTest)) {
    const typed = match[2]!;
    if (
      !/(万|w|k|千|亿|m|块|元|rmb)/.test(typed) ||
      (/^\D*千$/.test(typed) && match[1] === undefined && match[3] === undefined)
    )
      continue;
    const value = readMoney(typed);
    const op = opOf(match[1], match[3]);
    if (value !== null)
      yield {
        kind: 'money',
        loose: false,
        test: { op: op ?? '=', value },
        start: match.index,
        end: match.index + match[0].length,
      };
  }
}

/** Every number with a meaning, in no particular order; the scanner keeps the first that fits in a free stretch. */
export function* findAmounts(text: string): Generator<AmountMark> {
  if (!/[\d一二两俩三仨四五六七八九十百千半]/.test(text)) return;
  for (const match of text.matchAll(share)) {
    const value = readShare(match[2]!.replace(/\s/g, ''));
    const op = opOf(match[1], undefined);
    if (value !== null && op !== null)
      yield { kind: 'share', threshold: { op, value }, start: match.index, end: match.index + match[0].length };
  }
  for (const match of text.matchAll(days)) {
    const [words, recent, before, count, unit, after, idle] = match;
    // 近30天 is a period; 近30天没联系 is a limit.
    if (
      (recent !== undefined && (idle === undefined || /未来|接下来/.test(recent))) ||
      (/^[日月年]$/.test(unit!) &&
        !/个|天/.test(words) &&
        before === undefined &&
        after === undefined &&
        idle === undefined)
    )
      continue;
    if (/以内|之内/.test(after ?? '')) continue;
    const number = count === '半' ? 0.5 : readNumeral(count!);
    if (number === null || number > 9999) continue;
    yield {
      kind: 'days',
      days: number === 0.5 && unit === '年' ? 180 : Math.round(number * unitDays[unit!]!),
      op: opOf(before, after),
      start: match.index,
      end: match.index + words.length,
    };
  }
  yield* moneyMarks(text);
  for (const match of text.matchAll(percentTop)) {
    const value = readNumeral(match[2] ?? match[3]!);
    if (value !== null && value > 0 && value <= 100)
      yield {
        kind: 'top',
        top: value,
        percent: true,
        last: false,
        start: match.index,
        end: match.index + match[0].length,
      };
  }
  for (const match of text.matchAll(top)) {
    const value = readNumeral(match[2]!);
    if (value === null || value < 1 || !Number.isInteger(value) || match[3] === '%') continue;
    yield {
      kind: 'top',
      top: value,
      percent: false,
      last: /后|倒数|末|垫底/.test(match[1]!),
      start: match.index,
      end: match.index + match[0].length,
    };
  }
  for (const match of text.matchAll(counted)) {
    const value = readNumeral(match[1]!);
    if (value === null || value < 1 || !Number.isInteger(value)) continue;
    const start = match.index + match[0].indexOf(match[1]!);
    yield { kind: 'top', top: value, percent: false, last: false, start, end: start + match[1]!.length };
  }
  for (const match of text.matchAll(ordinal)) {
    const value = readNumeral(match[1] ?? match[2]!);
    if (value !== null && value >= 0)
      yield { kind: 'ordinal', id: value, start: match.index, end: match.index + match[0].length };
  }
}
