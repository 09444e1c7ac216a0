/** What many ask for at the same time and is made once; forgotten a few minutes later, as data goes on. */
export interface RecentlyMade<T> {
  /** The one in the making, or made a short while ago; a failed making is not kept. */
  of(key: string, nowMs: number, make: () => Promise<T>): Promise<T>;
}

const keptMs = 5 * 60_000;

export function recentlyMade<T>(): RecentlyMade<T> {
  const made = new Map<string, { readonly value: Promise<T>; readonly at: number }>();
  return {
    of: (key, nowMs, make) => {
      for (const [other, { at }] of made) if (Math.abs(nowMs - at) > keptMs) made.delete(other);
      const known = made.get(key);
      if (known !== undefined) return known.value;
      const value = make();
      made.set(key, { value, at: nowMs });
      value.catch(() => made.delete(key));
      return value;
    },
  };
}
