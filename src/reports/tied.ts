/** At most so many names are spelled out; the rest is counted. */
const spelled = 3;

/** Those that share the first one's value; the items come sorted. */
export function tiedWithFirst<T>(items: readonly T[], of: (item: T) => number | null): T[] {
  const first = items[0];
  return first === undefined ? [] : items.filter((item) => of(item) === of(first));
}

/** 王磊; 王磊和李娜; 王磊、李娜和刘洋; 王磊、李娜、刘洋等 5 个: nobody of a tie is left out unsaid. */
export function tiedNames(names: readonly string[]): string {
  if (names.length > spelled) return `${names.slice(0, spelled).join('、')}等 ${names.length} 个`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join('、')}和${names.at(-1)}`;
}

/** 王磊最多; 王磊和李娜并列最多. */
export const tiedFor = (names: readonly string[], what: string): string =>
  `${tiedNames(names)}${names.length > 1 ? '并列' : ''}${what}`;

/** 1, 2, 2, 4 of sorted values: equal ones share a place and the next one is skipped. */
export function placesAmong(sorted: readonly number[]): number[] {
  const places: number[] = [];
  for (const [at, value] of sorted.entries()) places.push(value === sorted[at - 1] ? places[at - 1]! : at + 1);
  return places;
}
