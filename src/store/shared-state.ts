/**
 * What all instances must agree on for a short while: tokens, rate windows, conversation context, stream states.
 * In process by default, in Redis when REDIS_URL is set. Losing it may cost speed or a follow-up's context, never an
 * answer and never a second one: what must survive is a row in SQL.
 */
export interface SharedState {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** true = it was not there and is now. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Deletes only while the value is still the expected one; true = deleted. */
  deleteIf(key: string, expected: string): Promise<boolean>;
  /**
   * Takes one of `limit` places in the sliding window of `windowMs`. 0 = taken; otherwise how many milliseconds until a
   * place is free, and nothing is taken.
   */
  takePlace(key: string, limit: number, windowMs: number, nowMs: number): Promise<number>;
  /** Answers within `timeoutMs` or rejects. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}
