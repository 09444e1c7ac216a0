import type { SharedState } from './shared-state.ts';

interface Entry {
  readonly value: string;
  readonly endsAt: number;
}

/** Entries whose time is over are swept out when this many have come since the last sweep. */
const sweepEvery = 1_000;

/** Shared state of a single process: the default, and what stands in while Redis is away. */
export function createInProcessState(now: () => number = Date.now): SharedState {
  const entries = new Map<string, Entry>();
  const windows = new Map<string, { readonly windowMs: number; takenAt: number[] }>();
  let writes = 0;

  const alive = (key: string): Entry | null => {
    const entry = entries.get(key);
    if (entry === undefined) return null;
    if (entry.endsAt > now()) return entry;
    entries.delete(key);
    return null;
  };

  const write = (key: string, value: string, ttlMs: number): void => {
    entries.set(key, { value, endsAt: now() + ttlMs });
    writes += 1;
    if (writes % sweepEvery === 0) for (const each of [...entries.keys()]) alive(each);
  };

  return {
    get: async (key) => alive(key)?.value ?? null,
    set: async (key, value, ttlMs) => write(key, value, ttlMs),
    setIfAbsent: async (key, value, ttlMs) => {
      if (alive(key) !== null) return false;
      write(key, value, ttlMs);
      return true;
    },
    deleteIf: async (key, expected) => {
      if (alive(key)?.value !== expected) return false;
      return entries.delete(key);
    },
    takePlace: async (key, limit, windowMs, nowMs) => {
      if (windows.size >= sweepEvery) {
        for (const [name, { takenAt, windowMs: length }] of windows)
          if ((takenAt.at(-1) ?? 0) + length <= nowMs) windows.delete(name);
      }
      const window = windows.get(key) ?? { windowMs, takenAt: [] };
      // A clock that was put back must not lock the window for longer than its length.
      window.takenAt = window.takenAt.map((at) => Math.min(at, nowMs)).filter((at) => at > nowMs - windowMs);
      windows.set(key, window);
      if (window.takenAt.length < limit) {
        window.takenAt.push(nowMs);
        return 0;
      }
      const freesAt = window.takenAt[window.takenAt.length - limit] ?? nowMs;
      return Math.max(1, Math.ceil(freesAt + windowMs - nowMs));
    },
    ping: async () => undefined,
    close: async () => {
      entries.clear();
      windows.clear();
    },
  };
}
