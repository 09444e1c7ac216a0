import { pinyin } from 'pinyin-pro';

/** Sounds of characters are looked up once: whole names are never cut into words, which is what makes pinyin slow. */
const soundOfChar = new Map<string, string>();

/** Characters that are read otherwise in the words of this house than by themselves: 排行 is páiháng. */
const readAs: Readonly<Record<string, string>> = { 行: 'hang' };

/** The toneless pinyin of one character, lower case; the character itself when it has none (letters, digits). */
export function soundOf(char: string): string {
  const known = soundOfChar.get(char);
  if (known !== undefined) return known;
  const sound =
    char < '一' ? char.toLowerCase() : (readAs[char] ?? pinyin(char, { toneType: 'none', v: true }).toLowerCase());
  soundOfChar.set(char, sound);
  return sound;
}

/** Sounds that many speakers and keyboards do not tell apart: zh/z, ch/c, sh/s, n/l, -ng/-n. */
const blur = (sound: string): string =>
  sound
    .replace(/^([zcs])h/, '$1')
    .replace(/^l(?=.)/, 'n')
    .replace(/ng$/, 'n');

const blurredOfChar = new Map<string, string>();

/** The blurred sound of one character. */
export function blurredSoundOf(char: string): string {
  const known = blurredOfChar.get(char);
  if (known !== undefined) return known;
  const blurred = blur(soundOf(char));
  blurredOfChar.set(char, blurred);
  return blurred;
}

/** Small whole numbers for blurred sounds, in the order in which they are met. */
const numberOfSound = new Map<string, number>();
const numberOfChar = new Map<string, number>();

/** The number of a character's blurred sound; characters that sound alike share it. */
export function soundNumber(char: string): number {
  const known = numberOfChar.get(char);
  if (known !== undefined) return known;
  const sound = blurredSoundOf(char);
  const number = numberOfSound.get(sound) ?? numberOfSound.size;
  numberOfSound.set(sound, number);
  numberOfChar.set(char, number);
  return number;
}

/** One key for all texts that sound alike to a Chinese ear. */
export const soundKey = (text: string): string => Array.from(text, blurredSoundOf).join(' ');

/** Full pinyin without spaces: 漏斗 → loudou. */
export const fullPinyin = (text: string): string => Array.from(text, soundOf).join('');

/** First letters of the pinyin: 漏斗 → ld. */
export const initialsOf = (text: string): string => Array.from(text, (char) => soundOf(char)[0] ?? '').join('');

/** Whether two characters sound alike (blurred). */
export const soundsAlike = (a: string, b: string): boolean => blurredSoundOf(a) === blurredSoundOf(b);

/** Pairs that look alike on a phone screen or sit on one stroke key. */
const lookAlike = new Set(
  '斗头 斗抖 率卒 客容 额颌 未末 己已 日曰 目自 冬东 东车 北比 中申 华毕 南难 户尸 户护 圆园 完元 款歉 报抱 积枳 绩积 绩债 绩迹 沉沈 默墨 默黙 默没 跟根 跟很 醒酲 唤换 复夏 购沟 满瞒 渠集 度渡 续读 签笺 约药 排徘 行形 订定 阅悦 预顶 预欲 测侧 健建 康廉 商啇 机扒 阶介 段断 转传 化华 活话 动功 效郊 线钱 索素 流硫 失矢 失夫 质盾 量里 榜傍 盘般 板扳 漏露 漏屚'
    .split(' ')
    .flatMap((pair) => [pair, `${pair[1]}${pair[0]}`]),
);

/** Whether two characters are easily taken for each other by the eye. */
export const looksAlike = (a: string, b: string): boolean => lookAlike.has(a + b);
