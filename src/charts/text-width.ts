export type Weight = 'normal' | 'bold';

/** Advance widths of U+0020 to U+007E in Noto Sans SC Regular, in hundredths of an em. */
const asciiWidths = [
  22, 32, 48, 56, 56, 92, 68, 28, 34, 34, 47, 56, 28, 35, 28, 39, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 28, 28, 56,
  56, 56, 47, 95, 61, 66, 64, 69, 59, 55, 69, 73, 29, 54, 65, 54, 81, 72, 74, 63, 74, 64, 60, 60, 72, 58, 88, 57, 53,
  60, 34, 39, 34, 56, 56, 61, 56, 62, 51, 62, 55, 33, 56, 61, 28, 28, 55, 29, 93, 61, 61, 62, 62, 39, 47, 38, 61, 52,
  80, 50, 52, 47, 34, 27, 34, 56,
];

/** Bold letters are at most this much wider. */
const boldExtra = 6;

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** Without these a code point is a character, and the segmenter, which is slow, is not needed. */
const joining = /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{Regional_Indicator}]/u;

/** What a reader counts as one character: 👨‍👩‍👧 and é are one. */
export const charactersOf = (text: string): string[] =>
  joining.test(text) ? Array.from(graphemes.segment(text), ({ segment }) => segment) : Array.from(text);

function characterWidth(character: string, weight: Weight): number {
  const code = character.codePointAt(0)!;
  const extra = weight === 'bold' ? boldExtra : 0;
  if (code >= 0x20 && code <= 0x7e) return asciiWidths[code - 0x20]! + extra;
  // The minus sign is drawn as an en dash.
  if (code === 0x2013 || code === 0x2212 || code === 0xb7) return 57 + extra;
  // Everything else counts as a full square: Chinese, full-width marks and emoji are, accented Latin is narrower.
  return 100;
}

/**
 * Width of a line in CSS px, from the bundled font's own metrics rather than a canvas, so that a layout is pure and
 * can be compared in tests. Never less than what is drawn.
 */
export function textWidth(text: string, size: number, weight: Weight = 'normal'): number {
  let sum = 0;
  for (const character of charactersOf(text)) sum += characterWidth(character, weight);
  return (sum * size) / 100;
}

/** The widest of several lines; 0 without any. */
export const widestOf = (texts: readonly string[], size: number, weight: Weight = 'normal'): number =>
  texts.reduce((widest, text) => Math.max(widest, textWidth(text, size, weight)), 0);

/** The text, cut with … where it is wider than `width`. */
export function shorten(text: string, width: number, size: number, weight: Weight = 'normal'): string {
  if (textWidth(text, size, weight) <= width) return text;
  const room = (width * 100) / size - 100;
  let used = 0;
  let kept = '';
  for (const character of charactersOf(text)) {
    used += characterWidth(character, weight);
    if (used > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** The text with its middle cut out where it is wider than `width`: 2026 年…公众号. For names that begin alike. */
export function shortenMiddle(text: string, width: number, size: number, weight: Weight = 'normal'): string {
  const characters = charactersOf(text);
  for (let kept = characters.length; kept > 1; kept--) {
    const [head, tail] = [Math.floor(kept / 2), Math.ceil(kept / 2)];
    const short =
      kept === characters.length
        ? text
        : `${characters.slice(0, head).join('').trimEnd()}…${characters.slice(-tail).join('').trimStart()}`;
    if (textWidth(short, size, weight) <= width) return short;
  }
  return shorten(text, width, size, weight);
}

/** Marks that may not begin a line (GB/T 15834: 标点不出现在行首). */
const neverFirst =
  /^[\uFF0C\u3002\u3001\uFF1B\uFF1A\uFF1F\uFF01\uFF09\u300B\u300D\u300F\u3011\u201D\u2019\uFF05\u2026,.;:?!)\]}%\u00B7]/;

/** Pieces that stay together: a number with its unit, a Latin word; every other character may stand at a line's end. */
const pieces = /[-+−]?\d[\d,.:/–-]*(?: ?(?:%|‰|[万亿元天个家人条次位月日]+))?|[A-Za-z][\w'@.-]*|\s+|[\s\S]/gu;

/** Marks that may not end a line: they belong to what they open. */
const neverLast = /[\uFF08\u300A\u300C\u300E\u3010\u201C\u2018([{]$/;

const stayTogether = (left: readonly string[], right: readonly string[]): boolean =>
  neverLast.test(left.join('').trimEnd()) || neverFirst.test(right.join('').trimStart());

function breakLines(text: string, width: number, size: number, weight: Weight): string[] {
  const lines: string[] = [];
  let line: string[] = [];
  for (const piece of text.match(pieces) ?? []) {
    if (line.length === 0 || textWidth([...line, piece].join('').trimEnd(), size, weight) <= width) {
      line.push(piece);
      continue;
    }
    // What may not be parted from the piece goes down with it.
    let from = line.length;
    while (from > 0 && stayTogether(line.slice(0, from), [...line.slice(from), piece])) from -= 1;
    if (from === 0) {
      line.push(piece);
      continue;
    }
    lines.push(line.slice(0, from).join('').trim());
    line = [...line.slice(from), piece];
    if (line[0]!.trim() === '') line.shift();
  }
  const last = line.join('').trim();
  return last === '' ? lines : [...lines, last];
}

/** Two lines broken after a comma or colon, where both halves fit and neither is very short. */
function splitAtClause(text: string, width: number, size: number, weight: Weight): string[] | null {
  const ends = [...text.matchAll(/[，：；。]|[,:;](?!\d)| · /gu)].map((match) => match.index + match[0].length);
  const middle = textWidth(text, size, weight) / 2;
  const distance = (end: number) => Math.abs(textWidth(text.slice(0, end), size, weight) - middle);
  const best = ends.sort((a, b) => distance(a) - distance(b))[0];
  if (best === undefined || distance(best) > middle * 0.55) return null;
  const halves = [text.slice(0, best).replace(/ · $/, '').trim(), text.slice(best).trim()];
  return halves.every((half) => textWidth(half, size, weight) <= width) ? halves : null;
}

/**
 * The text in at most `maxLines` lines, the last one cut with … where it does not fit. A last line of one or two
 * characters would look like a slip, so lines are made about equally long.
 */
export function wrap(text: string, width: number, maxLines: number, size: number, weight: Weight = 'normal'): string[] {
  const lines = breakLines(text, width, size, weight);
  if (lines.length > maxLines) {
    const rest = lines.slice(maxLines - 1).join('');
    return [...lines.slice(0, maxLines - 1), shorten(rest, width, size, weight)].map((line) =>
      shorten(line, width, size, weight),
    );
  }
  const clauses = lines.length === 2 ? splitAtClause(text, width, size, weight) : null;
  if (clauses !== null) return clauses;
  if (lines.length > 1 && textWidth(lines.at(-1)!, size, weight) < width / 3) {
    for (let share = 0.6; share < 1; share += 0.05) {
      const even = breakLines(text, width * share, size, weight);
      if (even.length <= lines.length) return even.map((line) => shorten(line, width, size, weight));
    }
  }
  return lines.map((line) => shorten(line, width, size, weight));
}
