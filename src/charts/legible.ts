import type { MissingGlyphs } from './fonts.ts';
import type { ChartSpec } from './spec.ts';
import { withTexts } from './spec-texts.ts';

/** 〓, the printer's mark for a character that is not in the case (geta, 字玻). */
export const substitute = '〓';

/** Longer texts are cut anyway; measuring them whole would cost time for nothing. */
const mostCharacters = 240;

/** Line breaks, tabs and control characters become one space; marks that turn the writing direction are dropped. */
const plain = (text: string): string =>
  text
    .slice(0, mostCharacters * 2)
    .replace(/[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** A text as it can be drawn: on one line, every character in a font. */
export function legibleText(text: string, missingGlyphs: MissingGlyphs): string {
  const line = plain(text);
  const missing = new Set(missingGlyphs(line));
  if (missing.size === 0) return line;
  // One mark for a run: a name in a foreign script is not known any better by ten of them.
  return Array.from(line, (character) => (missing.has(character) ? substitute : character))
    .join('')
    .replace(/〓(?:\s*〓){2,}/gu, '〓〓');
}

/** The spec with every text in it legible, so that no empty box is ever drawn silently. Codes are ASCII and stay. */
export const legible = (spec: ChartSpec, missingGlyphs: MissingGlyphs): ChartSpec =>
  withTexts(spec, (text) => legibleText(text, missingGlyphs));
