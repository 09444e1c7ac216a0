/** A number as typed: 30, 1.2, 三十, 一百二十, 两. As text of a regular expression without groups. */
export const numeral = '(?:\\d+(?:\\.\\d+)?|[零〇一二两俩三仨四五六七八九十百千]+)';

const digits: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  俩: 2,
  三: 3,
  仨: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const units: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 };

/** 一百二十 → 120, 二〇二六 → 2026, 3.5 → 3.5; null for anything else. */
export function readNumeral(text: string): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (text === '' || !/^[零〇一二两俩三仨四五六七八九十百千]+$/.test(text)) return null;
  if (!/[十百千]/.test(text)) {
    return Number(Array.from(text, (char) => digits[char]).join(''));
  }
  let total = 0;
  let pending: number | null = null;
  let lastUnit = 10;
  for (const char of text) {
    const unit = units[char];
    if (unit === undefined) {
      pending = digits[char]!;
    } else {
      total += (pending ?? 1) * unit;
      pending = null;
      lastUnit = unit;
    }
  }
  // 一百二 is 120, 一百零二 is 102.
  if (pending !== null) total += lastUnit > 10 && !/[零〇]/.test(text) ? (pending * lastUnit) / 10 : pending;
  return total;
}

/** An amount of money with its unit, as text of a regular expression without groups: 50万, 100w, 一百二十万, 3千, 1.5亿, 800块. */
export const money = `${numeral}(?:\\s*(?:千万|百万|万|w|k|千|亿|m))?(?:块钱|块|元|rmb)?`;

const moneyUnits: Readonly<Record<string, number>> = {
  千: 1e3,
  k: 1e3,
  万: 1e4,
  w: 1e4,
  百万: 1e6,
  m: 1e6,
  千万: 1e7,
  亿: 1e8,
};

/** Yuan of an amount as typed; null where there is none. */
export function readMoney(text: string): number | null {
  const bare = text.replace(/\s|块钱|块|元|rmb/g, '');
  const parts = /^(.+?)(千万|百万|万|w|k|千|亿|m)?$/.exec(bare);
  if (parts === null) return null;
  // 三千 alone is a numeral; 3千 is a number with a unit.
  const whole = parts[2] === '千' ? readNumeral(bare) : null;
  const value = whole ?? readNumeral(parts[1]!);
  if (value === null) return null;
  const unit = whole === null ? (moneyUnits[parts[2] ?? ''] ?? 1) : 1;
  return Math.round(value * unit * 100) / 100;
}

/** 15%, 15 个点, 百分之十五, 三成, 0.15 → 0.15; null for anything else. */
export function readShare(text: string): number | null {
  const percent = new RegExp(`^(?:百分之)?(${numeral})\\s*(?:%|个点|个百分点|个百分比|)$`).exec(text);
  const tenth = new RegExp(`^(${numeral})成半?$`).exec(text);
  if (tenth !== null) {
    const value = readNumeral(tenth[1]!);
    return value === null ? null : (value + (text.endsWith('半') ? 0.5 : 0)) / 10;
  }
  if (percent === null) return null;
  const value = readNumeral(percent[1]!);
  if (value === null) return null;
  const bareFraction = /^0?\.\d+$/.test(text);
  return bareFraction ? value : Math.round(value * 1e6) / 1e8;
}

const wanRange: Readonly<Record<string, readonly [number, number]>> = {
  一二: [1, 2],
  两三: [2, 3],
  二三: [2, 3],
  三四: [3, 4],
  三五: [3, 5],
  四五: [4, 5],
  五六: [5, 6],
  六七: [6, 7],
  七八: [7, 8],
  八九: [8, 9],
};

/** A loose range in two neighbouring digits: 二三十万, 三五万, 七八百万. */
export const looseRange = `(?:${Object.keys(wanRange).join('|')})(?:十|百|千)?(?:万|w|块|元)`;

/** 二三十万 → 200,000 to 300,000 yuan. */
export function readLooseRange(text: string): { readonly from: number; readonly to: number } | null {
  const parts = /^(..)(十|百|千)?(万|w|块|元)$/.exec(text);
  const ends = parts === null ? undefined : wanRange[parts[1]!];
  if (parts === null || ends === undefined) return null;
  const scale = (units[parts[2] ?? ''] ?? 1) * (/万|w/.test(parts[3]!) ? 10_000 : 1);
  return { from: ends[0] * scale, to: ends[1] * scale };
}
