import { describe, expect, it } from 'vitest';
import { type Attempt, retryLimits, settlementOf } from '../../src/delivery/retry.ts';

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  number: 1,
  unknowns: 0,
  repeatsAreSafe: false,
  ageMs: 0,
  seed: 'a:0',
  ...more,
});

const refused = (afterMs: number, holdTarget = false) =>
  ({ kind: 'later', afterMs, why: '45009', holdTarget }) as const;
const unknown = { kind: 'unknown', why: 'ECONNRESET' } as const;

describe('what follows an attempt', () => {
  it('ends with sent', () => {
    expect(settlementOf({ kind: 'sent', receipt: 'r' }, attempt())).toEqual({ kind: 'sent', receipt: 'r' });
  });

  it('waits longer each time, spread by the seed, the same for the same seed', () => {
    const holds = [1, 2, 3, 4].map((number) => {
      const next = settlementOf(refused(0), attempt({ number }));
      return next.kind === 'again' ? next.holdMs : Number.NaN;
    });
    for (const [index, hold] of holds.entries()) {
      expect(hold).toBeGreaterThanOrEqual(Math.min(600_000, 1_000 * 10 ** index));
      expect(hold).toBeLessThanOrEqual(Math.min(600_000, 1_000 * 10 ** index) * 1.65);
    }
    expect(settlementOf(refused(0), attempt())).toEqual(settlementOf(refused(0), attempt()));
    const seeds = new Set(
      Array.from({ length: 50 }, (_, n) => JSON.stringify(settlementOf(refused(0), attempt({ seed: `${n}` })))),
    );
    expect(seeds.size).toBeGreaterThan(40);
  });

  it('waits out what the platform says, never less', () => {
    for (let n = 0; n < 50; n += 1) {
      const next = settlementOf(refused(600_000, true), attempt({ seed: `${n}` }));
      expect(next.kind === 'again' && next.holdMs >= 600_000 && next.holdMs <= 660_000).toBe(true);
    }
  });

  it('gives up after five refusals, after twenty by a limit, or when it is too old', () => {
    expect(settlementOf(refused(0), attempt({ number: 4 })).kind).toBe('again');
    expect(settlementOf(refused(0), attempt({ number: 5 }))).toMatchObject({ kind: 'failed', tell: true });
    expect(settlementOf(refused(0, true), attempt({ number: 19 })).kind).toBe('again');
    expect(settlementOf(refused(0, true), attempt({ number: 20 })).kind).toBe('failed');
    expect(settlementOf(refused(0), attempt({ ageMs: retryLimits.giveUpMs })).kind).toBe('failed');
  });

  it('repeats an unknown outcome up to five times where repeats are told apart, else once', () => {
    const safe = { repeatsAreSafe: true };
    expect(settlementOf(unknown, attempt({ ...safe, number: 4, unknowns: 3 }))).toMatchObject({
      kind: 'again',
      unknown: true,
    });
    expect(settlementOf(unknown, attempt({ ...safe, number: 5, unknowns: 4 })).kind).toBe('failed');
    expect(settlementOf(unknown, attempt())).toMatchObject({ kind: 'again', unknown: true });
    expect(settlementOf(unknown, attempt({ number: 2, unknowns: 1 }))).toMatchObject({ kind: 'failed', tell: true });
  });

  it('repeats what the platform said it failed at like any refusal, each time as one that may have arrived', () => {
    const failed = { kind: 'unknown', why: 'HTTP 502', saidFailed: true } as const;
    expect(settlementOf(failed, attempt({ number: 4, unknowns: 3 }))).toMatchObject({ kind: 'again', unknown: true });
    expect(settlementOf(failed, attempt({ number: 5, unknowns: 4 }))).toMatchObject({ kind: 'failed', tell: true });
  });

  it('leaves what will never be accepted, and closes what is gone', () => {
    expect(settlementOf({ kind: 'never', why: 'w', tellAdmin: false }, attempt())).toEqual({
      kind: 'failed',
      why: 'w',
      tell: false,
    });
    expect(settlementOf({ kind: 'gone', why: '93000' }, attempt())).toEqual({ kind: 'closed', why: '93000' });
  });
});
