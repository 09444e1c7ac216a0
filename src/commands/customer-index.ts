import { atOnce, itemsInStep, type Steps } from '../in-slices.ts';
import { fullPinyin, initialsOf, soundNumber, soundOf } from './sound.ts';

/** Of hashed keys; an index of few names has fewer lists, as there is one index for each scope that asks. */
const mostBuckets = 1 << 19;

function hash(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Lists of name numbers by hashed key, in two flat arrays: 4 bytes a posting, however many names. */
class Postings {
  readonly #buckets: number;
  readonly #starts: Uint32Array;
  readonly #numbers: Uint32Array;

  private constructor(starts: Uint32Array, numbers: Uint32Array) {
    this.#buckets = starts.length - 1;
    this.#starts = starts;
    this.#numbers = numbers;
  }

  static *of(keys: Uint32Array, numbers: Uint32Array): Steps<Postings> {
    const buckets = Math.min(mostBuckets, 2 ** Math.ceil(Math.log2(keys.length * 2 + 1024)));
    const starts = new Uint32Array(buckets + 1);
    for (let at = 0; at < keys.length; at++) {
      starts[(keys[at]! % buckets) + 1]!++;
      if (at % postingsInStep === 0) yield;
    }
    for (let at = 0; at < buckets; at++) starts[at + 1]! += starts[at]!;
    yield;
    const next = starts.slice();
    const sorted = new Uint32Array(keys.length);
    for (let at = 0; at < keys.length; at++) {
      sorted[next[keys[at]! % buckets]!++] = numbers[at]!;
      if (at % postingsInStep === 0) yield;
    }
    return new Postings(starts, sorted);
  }

  under(key: number): Uint32Array {
    const bucket = key % this.#buckets;
    return this.#numbers.subarray(this.#starts[bucket], this.#starts[bucket + 1]);
  }
}

/** A posting costs some fiftieth of a name. */
const postingsInStep = 50 * itemsInStep;

/** Numbers in the order they come, how many is not known before: an array of boxed numbers takes eight times the room. */
class Growing {
  #held = new Uint32Array(1 << 12);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#held.length) {
      const larger = new Uint32Array(this.#held.length * 2);
      larger.set(this.#held);
      this.#held = larger;
    }
    this.#held[this.#length++] = value;
  }

  values(): Uint32Array {
    return this.#held.subarray(0, this.#length);
  }
}

/** Finds customers among up to 200,000 by whole name, core name, part, sound, pinyin and initials. */
export interface CustomerIndex {
  readonly longest: number;
  /** Whether a name, or one without its place, begins with these two characters. */
  begins(two: string): boolean;
  /** The customers that are called exactly this, or whose name without place and legal form is. */
  named(text: string): readonly string[];
  /** Names that contain the text, shortest first. */
  containing(text: string, limit: number): readonly string[];
  /** Names that sound like the text or differ in one character. */
  resembling(text: string, limit: number): readonly string[];
  /** Names whose pinyin or initials are these Latin letters. */
  spelled(letters: string, limit: number): readonly string[];
}

const legalForm = /(?:股份)?(?:有限)?(?:责任)?(?:公司|集团|集团公司)$|(?:股份|集团|控股)$/;
const trade = /(?:科技|技术|实业|贸易|信息|网络|软件|电子|商贸|工业|发展|投资|咨询|传媒|文化|服务)+$/;

/** 上海宏达机械有限公司 → 宏达机械; the part people say. */
export function coreName(name: string, places: ReadonlySet<string>): string {
  let core = name.replace(/[((][^))]*[))]/g, '').replace(legalForm, '');
  for (const length of [3, 2]) {
    if (core.length - length >= 2 && places.has(core.slice(0, length).replace(/[省市]$/, ''))) {
      core = core.slice(length).replace(/^[省市]/, '');
      break;
    }
  }
  const bare = core.replace(trade, '');
  return bare.length >= 4 ? bare : core;
}

/** One number for each two neighbouring sounds. */
function pairsOf(text: string): number[] {
  const pairs: number[] = [];
  for (let at = 0; at + 1 < text.length; at++) {
    pairs.push((Math.imul(soundNumber(text[at]!) * 1621 + soundNumber(text[at + 1]!), 2654435761) >>> 7) % mostBuckets);
  }
  return pairs;
}

/** The same hashes as of `initialsOf` and `fullPinyin`, without making the texts: 200,000 names pass here. */
function spellingsOf(core: string): readonly [initials: number, full: number] {
  let [initials, full] = [2166136261, 2166136261];
  for (const char of core) {
    const sound = soundOf(char);
    initials = Math.imul(initials ^ sound.charCodeAt(0), 16777619);
    for (let at = 0; at < sound.length; at++) full = Math.imul(full ^ sound.charCodeAt(at), 16777619);
  }
  return [(initials ^ (initials >>> 13)) >>> 0, (full ^ (full >>> 13)) >>> 0];
}

/** How many of the candidates of one pair are looked at; more means the text is too common to tell anything. */
const patience = 3000;

export const createCustomerIndex = (names: readonly string[], places: ReadonlySet<string>): CustomerIndex =>
  atOnce(customerIndexSteps(names, places));

/** The same with places to interrupt: 200,000 names take a second. */
export function* customerIndexSteps(names: readonly string[], places: ReadonlySet<string>): Steps<CustomerIndex> {
  const whole = new Map<string, number>();
  const cores = new Map<string, number | number[]>();
  const pairKeys = new Growing();
  const pairNames = new Growing();
  /** Lengths of the names as people say them, and room to count in: looked at before any name is. */
  const coreLengths = new Uint8Array(names.length);
  const shared = new Uint8Array(names.length);
  const spellings = new Uint32Array(names.length * 2);
  const spelledNames = new Uint32Array(names.length * 2);
  const beginnings = new Set<string>();
  let longest = 0;
  for (let number = 0; number < names.length; number++) {
    if (number % itemsInStep === 0) yield;
    const lower = names[number]!.toLowerCase();
    whole.set(lower, number);
    longest = Math.max(longest, lower.length);
    const core = coreName(lower, places);
    coreLengths[number] = Math.min(core.length, 255);
    beginnings.add(lower.slice(0, 2)).add(core.slice(0, 2));
    if (core !== lower && core.length >= 2) {
      const before = cores.get(core);
      cores.set(
        core,
        before === undefined ? number : typeof before === 'number' ? [before, number] : [...before.slice(0, 7), number],
      );
    }
    for (const key of pairsOf(lower)) {
      pairKeys.push(key);
      pairNames.push(number);
    }
    [spellings[number * 2], spellings[number * 2 + 1]] = spellingsOf(core);
    spelledNames[number * 2] = number;
    spelledNames[number * 2 + 1] = number;
  }
  const byPair = yield* Postings.of(pairKeys.values(), pairNames.values());
  const bySpelling = yield* Postings.of(spellings, spelledNames);

  /** Candidates that share the rarest pair of sounds with the text. */
  const sharing = (pairs: readonly number[]): Uint32Array => {
    let best: Uint32Array | null = null;
    for (const pair of pairs) {
      const found = byPair.under(pair);
      if (found.length > 0 && (best === null || found.length < best.length)) best = found;
    }
    return best === null ? new Uint32Array() : best.subarray(0, patience);
  };

  return {
    longest,
    begins: (two) => beginnings.has(two),
    named(text) {
      const exact = whole.get(text);
      if (exact !== undefined) return [names[exact]!];
      const core = cores.get(text);
      return core === undefined ? [] : (typeof core === 'number' ? [core] : core).map((number) => names[number]!);
    },
    containing(text, limit) {
      if (text.length < 2) return [];
      const found = new Set<string>();
      for (const number of sharing(pairsOf(text))) {
        if (names[number]!.toLowerCase().includes(text)) found.add(names[number]!);
      }
      return [...found].sort((a, b) => a.length - b.length).slice(0, limit);
    },
    resembling(text, limit) {
      if (text.length < 3) return [];
      // One slip spoils two neighbouring pairs of sounds at most; shorter texts must sound the same.
      const pairs = pairsOf(text);
      const needed = text.length >= 4 ? Math.max(1, pairs.length - 2) : pairs.length;
      const touched: number[] = [];
      for (const pair of pairs) {
        for (const number of byPair.under(pair).subarray(0, patience)) {
          if (coreLengths[number] !== text.length) continue;
          if (shared[number]!++ === 0) touched.push(number);
        }
      }
      const found: { name: string; different: number }[] = [];
      for (const number of touched) {
        const count = shared[number]!;
        shared[number] = 0;
        if (count < needed || found.length >= 50) continue;
        const name = names[number]!;
        const core = coreName(name.toLowerCase(), places);
        let different = 0;
        for (let at = 0; at < text.length && different < 2; at++)
          if (soundNumber(text[at]!) !== soundNumber(core[at]!)) different++;
        if (different <= (text.length >= 4 ? 1 : 0)) found.push({ name, different });
      }
      return found
        .sort((a, b) => a.different - b.different)
        .slice(0, limit)
        .map((one) => one.name);
    },
    spelled(letters, limit) {
      const found = new Set<string>();
      for (const number of bySpelling.under(hash(letters))) {
        const core = coreName(names[number]!.toLowerCase(), places);
        if (initialsOf(core) === letters || fullPinyin(core) === letters) found.add(names[number]!);
      }
      return [...found].slice(0, limit);
    },
  };
}
