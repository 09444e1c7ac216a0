const isHan = /\p{Script=Han}/u;

/** Half-width marks that stand full-width beside Chinese, where no digit or letter needs them. */
const marks: Readonly<Record<string, string>> = { ',': '，', ':': '：', ';': '；', '?': '？', '!': '！' };

/**
 * Running Chinese text as it is printed (GB/T 15834): full-width comma, colon, semicolon, question mark and brackets. The
 * half-width ones that are typed in chats stick to the next letter in a picture. Numbers and English keep theirs. Signs
 * are swapped one for one, so the length stays.
 */
export function typeset(text: string): string {
  if (!isHan.test(text)) return text;
  const signs = text.split('');
  const open: number[] = [];
  for (const [at, sign] of signs.entries()) {
    if (sign === '(') open.push(at);
    else if (sign === ')') {
      const from = open.pop();
      if (
        from !== undefined &&
        (isHan.test(text.slice(Math.max(0, from - 1), at + 2)) || /[%\d]/.test(text[from - 1] ?? ''))
      ) {
        signs[from] = '（';
        signs[at] = '）';
      }
    } else if (sign in marks && isRunning(text, at)) signs[at] = marks[sign] ?? sign;
  }
  return signs.join('');
}

/** A number with its thousands set off: 1,234,567. Not 2/20,300: no letter, digit or stroke stands before one. */
const grouped = /(?<![\p{Script=Latin}\d.])[1-9]\d{0,2}(?:,\d{3})+(?!\d)/gu;

/** Whether the mark at a place stands within a number: the comma of 1,234. */
const withinNumber = (text: string, at: number): boolean =>
  [...text.matchAll(grouped)].some(({ index, 0: number }) => index < at && at < index + number.length);

/** Whether a mark belongs to Chinese around it: not within a number, a time, an English phrase or a URL. */
function isRunning(text: string, at: number): boolean {
  const before = text[at - 1] ?? '';
  const after = text[at + 1] ?? '';
  if (before === '' || /\s/.test(before)) return false;
  if (/[\d\w%]/.test(before) && /[\d\w/]/.test(after))
    // 「26年Q3,893.6 万」 would be read as 3,893.6: only the comma of a whole number stays.
    return text[at] === ',' && nearHan(text, at) && !withinNumber(text, at);
  if (after === ' ' && !isHan.test(before)) return false;
  return isHan.test(before) || isHan.test(after) || /[)）」%”\d]/.test(before);
}

const nearHan = (text: string, at: number): boolean => isHan.test(text.slice(Math.max(0, at - 12), at + 12));

/**
 * A minus sign as wide as a digit: in a Chinese font U+2212 fills a square and reads like the numeral 一.
 */
export const digitMinus = (text: string): string =>
  text.replace(/\u2212|^-(?=\d[\d,.]*$)|-(?=\d[\d,.]* ?[万亿元%天])/gu, '\u2013');
