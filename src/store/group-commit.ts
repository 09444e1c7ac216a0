/**
 * Gathers what concurrent callers want written and writes it together: everyone who comes while a write is under way
 * shares the next one. One statement and one commit then carry hundreds of rows, which is what lets callbacks be
 * persisted before they are acknowledged at thousands a second.
 */
export interface GroupCommit<Item, Result> {
  /** Resolves when the item is committed; rejects when its write failed. */
  add(item: Item): Promise<Result>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** `write` gives one result per item, in order. */
export function groupCommit<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  limits: { readonly rows: number; readonly writesAtOnce: number },
): GroupCommit<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let writing = 0;
  let scheduled = false;

  const flush = async (): Promise<void> => {
    scheduled = false;
    if (waiting.length === 0 || writing >= limits.writesAtOnce) return;
    const batch = waiting.slice(0, limits.rows);
    waiting = waiting.slice(limits.rows);
    writing += 1;
    try {
      const results = await write(batch.map((each) => each.item));
      for (const [index, each] of batch.entries()) each.resolve(results[index] as Result);
    } catch (error) {
      for (const each of batch) each.reject(error);
    } finally {
      writing -= 1;
      schedule();
    }
  };

  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || writing >= limits.writesAtOnce) return;
    scheduled = true;
    setImmediate(() => void flush());
  };

  return {
    add: (item) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
  };
}
