import { metricWords } from '../metrics/vocabulary.ts';
import type { Repair } from './command.ts';
import type { EntityIndex, NamedEntity } from './entity-index.ts';
import { oneSlip } from './entity-index.ts';
import { filler } from './normalise-text.ts';
import { vocabularyWords } from './rank-intents.ts';
import { looksAlike, soundKey, soundsAlike } from './sound.ts';

const words = [
  ...new Set([
    ...vocabularyWords,
    ...metricWords.flatMap((metric) => [metric.name, ...metric.aliases]),
    '环比',
    '同比',
    '本月',
    '上月',
    '本周',
    '上周',
    '季度',
    '大区',
    '行业',
    '渠道',
    '产品',
    '城市',
    '订阅',
    '导出',
    '退订',
  ]),
].filter((word) => /^[一-龥]{2,}$/.test(word));
const bySound = new Map<string, string>();
for (const word of [...words].reverse()) bySound.set(soundKey(word), word);
const byLength = new Map<number, string[]>();
for (const word of words) byLength.set(word.length, [...(byLength.get(word.length) ?? []), word]);

const sharesOne = (a: string, b: string): boolean => Array.from(a).some((char, at) => b[at] === char);

/** Words that are meant as they stand, though no report is called by them. */
const changing = /新建|添加|创建|删除|修改|录入/g;

/** Whether two words of one length differ in characters that sound or look alike, or in their order only. */
const alikeButOne = (a: string, b: string): boolean =>
  Array.from(a).sort().join('') === Array.from(b).sort().join('') ||
  Array.from(a).every((char, at) => char === b[at] || soundsAlike(char, b[at]!) || looksAlike(char, b[at]!));

/** The words of the vocabulary that stand within a stretch. */
function wordsWithin(piece: string): string[] {
  const found: string[] = piece.match(changing) ?? [];
  for (let at = 0; at < piece.length; at++)
    for (let end = at + 2; end <= piece.length; end++)
      if (vocabularyWords.has(piece.slice(at, end))) found.push(piece.slice(at, end));
  return found;
}

/** The word of the vocabulary that was meant, or null: same sound with one character kept, or one slip in three or more. */
function meantWord(piece: string, whole: boolean): string | null {
  if (vocabularyWords.has(piece)) return null;
  const within = wordsWithin(piece);
  const sounding = bySound.get(soundKey(piece));
  if (sounding !== undefined && (whole || piece.length >= 3 || sharesOne(piece, sounding))) return sounding;
  if (!whole && piece.length < 3) return null;
  for (const length of [piece.length, piece.length + 1, piece.length - 1]) {
    for (const word of byLength.get(length) ?? []) {
      // One character of four, neither alike in sound nor in shape, is another word: 新建客户, 新开客户.
      if (length === 4 && piece.length === 4 && !alikeButOne(piece, word)) continue;
      // 周管道变化 has the word in it, and something more.
      if (piece.includes(word)) continue;
      // 丢单金额 is no slip of 签单金额: the word that stands there was meant.
      if (!oneSlip(piece, word) || within.some((one) => !word.includes(one))) continue;
      // A character more or less in a short word is as often another word as a slip.
      if (length !== piece.length && Math.min(length, piece.length) < 3) continue;
      if (length === piece.length || whole) return word;
    }
  }
  return null;
}

/**
 * Words of the vocabulary behind slips of the finger: 漏豆 → 漏斗, 业机 → 业绩. `known` tells the characters that are
 * read already; only stretches without one are looked at.
 */
export function repairWords(text: string, known: Uint8Array): { text: string; repairs: Repair[] } {
  const repairs: Repair[] = [];
  let out = '';
  for (let at = 0; at < text.length; ) {
    const repair = repairAt(text, at, known);
    if (repair === null) {
      out += text[at]!;
      at++;
    } else {
      repairs.push(repair);
      out += repair.read;
      at += repair.typed.length;
    }
  }
  return { text: out, repairs };
}

function repairAt(text: string, at: number, known: Uint8Array): Repair | null {
  for (let length = 6; length >= 2; length--) {
    const piece = text.slice(at, at + length);
    if (piece.length < length || !/^[一-龥]+$/.test(piece)) continue;
    if (known.subarray(at, at + length).every((one) => one === 1)) continue;
    // 客户数 is all explained, if only by a word that says little.
    const left = Array.from(piece, (char, place) => (known[at + place] === 1 ? ' ' : char)).join('');
    if (left.trim() !== piece && left.replace(filler, '').trim() === '') continue;
    // What is read already ends a word as a blank does: 本月华东漏头.
    const goesOn = (place: number): boolean => /[一-龥]/.test(text[place] ?? ' ') && known[place] !== 1;
    const whole = !goesOn(at - 1) && !goesOn(at + length);
    // In the middle of a sentence only stretches that nothing else explains are repaired.
    if (!whole && known.subarray(at, at + length).some((one) => one === 1)) continue;
    const word = meantWord(piece, whole);
    if (word !== null && word !== piece) return { typed: piece, read: word };
  }
  return null;
}

/** Names that an unread stretch may have meant; the asker chooses, nothing is assumed. */
export function namesBehind(
  run: string,
  whole: boolean,
  entities: EntityIndex,
): { typed: string; names: readonly NamedEntity[] } | null {
  // A word that stands alone is one name; in a run of text the name may lie anywhere.
  for (let length = Math.min(run.length, 8); length >= (whole ? run.length : 2); length--) {
    for (let at = 0; at + length <= run.length; at++) {
      const piece = run.slice(at, at + length);
      const names = entities
        .resembling(piece)
        .filter((one) => length > 2 || sharesOne(piece, one.value) || run.length === 2);
      if (names.length > 0) return { typed: piece, names };
    }
  }
  if (run.length >= 3) {
    const customers = entities.customers.resembling(run, 3);
    if (customers.length > 0) return { typed: run, names: customers.map((value) => ({ field: 'customer', value })) };
  }
  return null;
}
