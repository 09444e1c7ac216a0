import { createHash, randomBytes } from 'node:crypto';
import { systemClock } from '../calendar/clock.ts';

let pool = '';
/** 14 random hex digits; a call into the kernel for each row would cost more than the rest of the key. */
function random7(): string {
  if (pool.length < 14) pool = randomBytes(7 * 64).toString('hex');
  const taken = pool.slice(0, 14);
  pool = pool.slice(14);
  return taken;
}

let lastMs = 0;
let counter = 0;

/**
 * A new primary key: 12 hex digits of time, 6 of a counter, 14 random. Keys made by one process sort in the order they
 * were made, so that rows are appended at the end of the index and messages of one answer keep their order.
 */
export function newRowId(nowMs: number = systemClock.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = 0;
  } else {
    counter += 1;
  }
  return lastMs.toString(16).padStart(12, '0') + counter.toString(16).padStart(6, '0') + random7();
}

/** Sorts before every key made at or after this instant: old rows are found by their key, without an index on time. */
export const firstRowIdAt = (epochMs: number): string =>
  Math.max(0, Math.trunc(epochMs)).toString(16).padStart(12, '0');

let claims = 0;

/**
 * Names one attempt to claim something: a process that claims the same row twice at once must not take the other's
 * success for its own.
 */
export function newHolder(owner: string): string {
  claims += 1;
  return `${owner}:${claims.toString(36)}`;
}

/** Foreign ids as one key of at most 190 characters; what is longer keeps its head and gets a SHA-256 for the rest. */
export function foldedKey(...parts: readonly string[]): string {
  const whole = parts.join(':');
  if (whole.length <= 190) return whole;
  return `${whole.slice(0, 120)}#${createHash('sha256').update(whole).digest('hex')}`;
}
