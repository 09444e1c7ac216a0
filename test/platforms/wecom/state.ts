import type { SharedState } from '../../../src/store/shared-state.ts';

export function createTestState(): SharedState {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => {
      values.set(key, value);
    },
    setIfAbsent: async (key, value) => {
      if (values.has(key)) return false;
      values.set(key, value);
      return true;
    },
    deleteIf: async (key, expected) => values.get(key) === expected && values.delete(key),
    takePlace: async () => 0,
    ping: async () => undefined,
    close: async () => undefined,
  };
}
