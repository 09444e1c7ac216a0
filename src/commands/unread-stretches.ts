import { absorbs } from './absorbed-words.ts';
import type { Intent } from './command.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';
import { courtesy, filler } from './normalise-text.ts';
import type { Ranking } from './rank-intents.ts';
import type { Scan } from './scan.ts';
import { sidePlaces } from './side-words.ts';

/** Places of the text that are read by marks or words of any report: 1 where nothing is left to explain. */
export function knownPlaces(scan: Scan, ranking: Ranking): Uint8Array {
  const known = markedPlaces(scan);
  scan.textAt.forEach((at, place) => {
    if (ranking.read[place] === 1) known[at] = 1;
  });
  for (const place of sidePlaces(scan.skeleton)) known[scan.textAt[place]!] = 1;
  return known;
}

/** A stretch of text that nothing explains. */
export interface UnreadStretch {
  readonly text: string;
  readonly start: number;
  /** Whether it stands alone between blanks. */
  readonly whole: boolean;
}

/** The stretches that neither a mark, a word nor a dimension explains, left to right, fillers included. */
export function unreadStretches(scan: Scan, ranking: Ranking, facts: Facts): UnreadStretch[] {
  return runsOf(scan.text, withDimensions(knownPlaces(scan, ranking), scan, facts));
}

/**
 * The stretches that say nothing in this very command: a word that only another report reads, or that its slots do not
 * take up, counts as unread too.
 */
export function stretchesLeftBy(
  command: { readonly intent: Intent; readonly slots: Draft },
  scan: Scan,
  ranking: Ranking,
  facts: Facts,
): UnreadStretch[] {
  // 再往前一期 is read as a whole.
  if (command.slots.relative_period !== undefined) return [];
  const known = withDimensions(markedPlaces(scan), scan, facts);
  // Orders are about a report: its words are theirs.
  const isAbout = /^(?:alert_|subscription_|export|metric_definition)/.test(command.intent);
  for (const { intent, places } of ranking.readings) {
    if (!isAbout && !absorbs(command.intent, intent) && !absorbs(intent, command.intent)) continue;
    for (const place of places) known[scan.textAt[place]!] = 1;
  }
  for (const place of sidePlaces(scan.skeleton, command)) known[scan.textAt[place]!] = 1;
  return runsOf(scan.text, known);
}

function markedPlaces(scan: Scan): Uint8Array {
  const known = new Uint8Array(scan.text.length);
  for (const mark of scan.marks) known.fill(1, mark.start, mark.end);
  return known;
}

function withDimensions(known: Uint8Array, scan: Scan, facts: Facts): Uint8Array {
  for (const mark of facts.dimensionMarks)
    for (let place = mark.start; place < mark.end; place++) known[scan.textAt[place]!] = 1;
  return known;
}

/** What a stretch says that is more than courtesy and grammar. */
export const contentOf = (run: UnreadStretch): string => run.text.replace(followWords, '').replace(filler, '').trim();

/** Whether a stretch says something that must not be passed over, be it a single character: 业绩差, 人均, 非华东, 新. */
export const saysSomething = (run: UnreadStretch): boolean =>
  /[一-龥a-z\d]/.test(contentOf(run)) ||
  /[一-龥]{2,}/.test(run.text.replace(followWords, ' ').replace(courtesy, ' ')) ||
  (run.whole && /^[人家个位条张份单元数表图列分名级上下中再就]$/.test(run.text));

const followWords =
  /换成?|改成?|只看|只要|仅看|再加上?|加上|去掉|拆开|拆|分开?|展开|点开|细看|往前|推|呢|画成?|切|合并|返回|上一个|那|看看|怎么样|钻|深挖|明细|详细|逐条|凭什么|咋回事|怎么回事|掉|这么|会/g;

function runsOf(text: string, known: Uint8Array): UnreadStretch[] {
  const runs: UnreadStretch[] = [];
  for (let at = 0; at < text.length; ) {
    if (known[at] === 1 || text[at] === ' ') {
      at++;
      continue;
    }
    let end = at;
    while (end < text.length && known[end] !== 1 && text[end] !== ' ') end++;
    // A character struck twice: 按大大区.
    if (end === at + 1 && (text[at] === text[at - 1] || text[at] === text[end]) && /[一-龥]/.test(text[at]!)) {
      at = end;
      continue;
    }
    const whole = (at === 0 || text[at - 1] === ' ') && (end === text.length || text[end] === ' ');
    runs.push({ text: text.slice(at, end), start: at, whole });
    at = end;
  }
  return runs;
}
