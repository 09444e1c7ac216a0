import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { CanvasRenderingContext2D } from 'canvas';
import { Failure } from '../failure.ts';

/**
 * Families in the order in which a letter is looked for. The last ones are what systems have for Chinese, for the case
 * that the bundled font was left out of an image and none was named.
 */
const families = [
  'Chenbao Sans',
  'Chenbao Emoji',
  'Noto Sans CJK SC',
  'Source Han Sans SC',
  'PingFang SC',
  'Microsoft YaHei',
  'WenQuanYi Micro Hei',
  'sans-serif',
] as const;

/** The `font` of a canvas context. */
export const fontOf = (size: number, weight: 'normal' | 'bold'): string =>
  `${weight} ${size}px ${families.map((family) => (family === 'sans-serif' ? family : `"${family}"`)).join(', ')}`;

interface FontFile {
  readonly path: string;
  readonly family: string;
  readonly weight: 'normal' | 'bold';
}

const require = createRequire(import.meta.url);

function inPackage(name: string, file: string): string | null {
  try {
    const path = join(dirname(require.resolve(`${name}/package.json`)), file);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** The bundled font's package does not export its package.json, so its folder is found through its entry. */
function bundledSans(file: string): string | null {
  try {
    const path = join(dirname(require.resolve('@embedpdf/fonts-sc')), '..', 'fonts', file);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/**
 * The font files to register: the company's own font (`CHART_FONT`) or the bundled Noto Sans SC, and emoji after it.
 * Throws `misconfigured` where the company's own font is not a file.
 */
export function fontFiles(ownFont: string | null): FontFile[] {
  const emoji = inPackage('twemoji-colr-font', 'twemoji.woff2');
  const files: FontFile[] = [];
  if (ownFont !== null) {
    if (!existsSync(ownFont)) {
      throw new Failure('misconfigured', 'CHART_FONT names no file', '图画不出来:管理员设置的字体文件不存在。');
    }
    files.push({ path: ownFont, family: families[0], weight: 'normal' });
  }
  // Behind the company's own font the bundled one fills the characters it lacks.
  const sans = ownFont === null ? families[0] : families[2];
  for (const [file, weight] of [
    ['NotoSansHans-Regular.otf', 'normal'],
    ['NotoSansHans-Bold.otf', 'bold'],
  ] as const) {
    const path = bundledSans(file);
    if (path !== null) files.push({ path, family: sans, weight });
  }
  if (emoji !== null) files.push({ path: emoji, family: families[1], weight: 'normal' });
  return files;
}

/** Says which characters of a text no registered font can draw, each once, in order. */
export type MissingGlyphs = (text: string) => string[];

/** Joins, variation marks, skin tones and tags change their neighbours and have no picture of their own. */
const silent = /\s|\p{Default_Ignorable_Code_Point}|\p{Emoji_Modifier}/u;

/** Control characters and half characters: a canvas may refuse them. */
const undrawable = /[\p{Cc}\p{Cs}]/u;

/** A code point that no font can ever have, to see what this canvas draws for a missing one. */
const neverAssigned = '\u{10FFFF}';

const glyphBox = 32;

/**
 * Looks at what the canvas really draws: a character is missing when its picture is blank or equals that of a code
 * point no font has. This holds for every kind of font file and for fonts of the system too, where a font's own table
 * cannot be read. `context` is a canvas of at least 32 px of its own. Answers are remembered.
 */
export function glyphCheck(context: CanvasRenderingContext2D): MissingGlyphs {
  const picture = (character: string): Buffer => {
    context.clearRect(0, 0, glyphBox, glyphBox);
    context.font = fontOf(20, 'normal');
    context.fillStyle = '#000000';
    context.fillText(character, 4, 24);
    return Buffer.from(context.getImageData(0, 0, glyphBox, glyphBox).data);
  };
  const nothing = picture(neverAssigned);
  const hasPicture = (character: string): boolean => {
    const pixels = picture(character);
    return !pixels.equals(nothing) && pixels.some((value) => value !== 0);
  };
  const drawable = new Map<string, boolean>();
  const canDraw = (character: string): boolean => {
    const before = drawable.get(character);
    if (before !== undefined) return before;
    const result = silent.test(character) || (!undrawable.test(character) && hasPicture(character));
    drawable.set(character, result);
    return result;
  };
  return (text) => [...new Set(text)].filter((character) => !canDraw(character));
}
