const han = '\\p{Script=Han}';

const pairs = new RegExp(`\\(([^()]*${han}[^()]*)\\)`, 'gu');
const comma = /(?<=[^\d\s]),(?! )|(?<=\d),(?![\d ])/gu;
const colon = new RegExp(`(?<=[${han})]):`, 'gu');
const hasHan = new RegExp(han, 'u');

/**
 * Running Chinese text as it is printed (GB/T 15834): full-width comma, colon and brackets. The half-width ones that are
 * typed in chats stick to the next letter in a picture. Numbers and English keep theirs.
 */
export const typeset = (text: string): string =>
  hasHan.test(text) ? text.replace(pairs, '（$1）').replace(comma, '，').replace(colon, '：') : text;

/**
 * A minus sign as wide as a digit: in a Chinese font U+2212 fills a square and reads like the numeral 一.
 */
export const digitMinus = (text: string): string =>
  text.replace(/\u2212|^-(?=\d[\d,.]*$)|-(?=\d[\d,.]* ?[万亿元%天])/gu, '\u2013');
