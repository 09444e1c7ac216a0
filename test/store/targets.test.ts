import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { resend } from '../../src/delivery/resend.ts';
import { describeStores, type OwnPlace, ownPlace } from './stores.ts';

describeStores('claims of targets', (dialect) => {
  let place: OwnPlace;
  let frozen: ChatStore;
  let other: ChatStore;
  beforeEach(async () => {
    place = await ownPlace(dialect);
    frozen = await place.open({ leaseMs: 250 });
    other = await place.open({ leaseMs: 60_000 });
  });
  afterEach(() => place.drop());

  const enqueue = (base: string, target = 'a', parts = 1) =>
    other.outbox.enqueue([
      {
        address: { platform: 'simulator', target, data: {} },
        parts: Array.from({ length: parts }, () => ({ kind: 'text', body: { text: base }, pictureId: null })),
        idempotencyKeyBase: base,
        cause: base,
      },
    ]);

  /** One owner claims the target and stands still past its lease; another takes over. */
  async function takenOver(begins: boolean) {
    const [old] = await frozen.targets.claim(1);
    const row = await frozen.targets.head(old!);
    if (begins) expect(await frozen.targets.begin(old!, row!)).toBe(true);
    expect(await other.targets.claim(1)).toEqual([]);
    await sleep(300);
    const [fresh] = await other.targets.claim(1);
    return { old: old!, row: row!, begun: { ...row!, state: 'sending' as const, attempts: 1 }, fresh: fresh! };
  }

  it('let nothing begin once the lease has ended, even before the new owner began', async () => {
    await enqueue('x');
    const { old, row, fresh } = await takenOver(false);
    expect(await frozen.targets.begin(old, row)).toBe(false);
    expect(await frozen.targets.renew([old])).toEqual(new Set());
    await frozen.targets.release(old);
    await frozen.targets.hold(old, 60_000);
    expect(await other.targets.begin(fresh, row)).toBe(true);
    expect(await other.targets.claim(1)).toEqual([]);
    expect(await other.targets.renew([fresh])).toEqual(new Set([fresh.targetId]));
  });

  it('let nothing begin once the lease has ended, even when nobody has taken over', async () => {
    await enqueue('x');
    const [claim] = await frozen.targets.claim(1);
    const row = await frozen.targets.head(claim!);
    await sleep(300);
    expect(await frozen.targets.begin(claim!, row!)).toBe(false);
  });

  it('take a delivery that is known late over a doubt, and nothing is sent again', async () => {
    await enqueue('x');
    const { old, begun, fresh } = await takenOver(true);
    const doubted = await other.targets.head(fresh);
    expect(doubted).toMatchObject({ state: 'sending', attempts: 1 });
    await other.targets.settle(fresh, doubted!, { kind: 'again', unknown: true, why: 'died', holdMs: 0 });
    expect(await frozen.targets.settle(old, begun, { kind: 'sent', receipt: null })).toBe(true);
    expect(await other.targets.begin(fresh, { ...doubted!, state: 'unknown' })).toBe(false);
    expect(await other.targets.head(fresh)).toBeNull();
  });

  it('do not take an outcome of an attempt after the next has begun', async () => {
    await enqueue('x');
    const { old, begun, fresh } = await takenOver(true);
    const doubted = await other.targets.head(fresh);
    await other.targets.settle(fresh, doubted!, { kind: 'again', unknown: true, why: 'died', holdMs: 0 });
    const again = await other.targets.head(fresh);
    expect(again).toMatchObject({ state: 'unknown', attempts: 1, unknowns: 1 });
    expect(await other.targets.begin(fresh, again!)).toBe(true);
    expect(await frozen.targets.settle(old, begun, { kind: 'failed', why: 'x', tell: true })).toBe(false);
    expect(await frozen.targets.settle(old, begun, { kind: 'sent', receipt: null })).toBe(false);
    const last = { ...again!, state: 'sending' as const, attempts: 2 };
    expect(await other.targets.settle(fresh, last, { kind: 'sent', receipt: 'r' })).toBe(true);
    // Said twice, as after a connection that was lost around the commit.
    expect(await other.targets.settle(fresh, last, { kind: 'sent', receipt: 'r' })).toBe(true);
  });

  it('hold a target for everyone, and its planned messages until they are due', async () => {
    await enqueue('x');
    const [claim] = await other.targets.claim(1);
    await other.targets.hold(claim!, 250);
    await other.targets.release(claim!);
    expect(await other.targets.claim(1)).toEqual([]);
    await sleep(300);
    expect(await other.targets.claim(1)).toHaveLength(1);
    await other.outbox.enqueue([
      {
        address: { platform: 'simulator', target: 'planned', data: {} },
        parts: [{ kind: 'text', body: {}, pictureId: null }],
        idempotencyKeyBase: 'planned',
        cause: 'planned',
        afterMs: 250,
      },
    ]);
    expect(await other.targets.claim(1)).toEqual([]);
    await sleep(300);
    expect(await other.targets.claim(1)).toHaveLength(1);
  });

  it('send given-up messages again by cause, in their old order', async () => {
    await enqueue('digest:funnel', 'a', 2);
    await enqueue('digest:silent', 'b');
    for (const claim of await other.targets.claim(5)) {
      const row = await other.targets.head(claim);
      await other.targets.settle(claim, row!, { kind: 'closed', why: 'removed' });
      await other.targets.release(claim);
    }
    expect(await other.outbox.deadLetters(10)).toHaveLength(3);
    expect(await other.outbox.untoldDeadLetters(10)).toHaveLength(2);
    expect(await resend(other, { cause: 'digest:funnel' })).toBe(2);
    const claims = await other.targets.claim(5);
    expect(claims.map((claim) => claim.targetId)).toEqual(['simulator:a']);
    expect((await other.targets.head(claims[0]!))?.idempotencyKey).toBe('digest:funnel:0');
    expect(await resend(other, { cause: 'digest:funnel' })).toBe(0);
  });
});
