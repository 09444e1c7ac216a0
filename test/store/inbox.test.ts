import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { describeStores, messageOf, type OwnPlace, ownPlace } from './stores.ts';

describeStores('inbox', (dialect) => {
  let place: OwnPlace;
  let store: ChatStore;
  beforeEach(async () => {
    place = await ownPlace(dialect);
    store = await place.open({ leaseMs: 400 });
  });
  afterEach(() => place.drop());

  it('remembers one of twenty deliveries at once, also through two instances', async () => {
    const second = await place.open();
    const ends = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 === 0 ? store : second).inbox.remember(messageOf('18446744073709551615')),
      ),
    );
    expect(ends.filter((end) => end.kind === 'new')).toHaveLength(1);
    const claims = [...(await store.inbox.claim(5)), ...(await second.inbox.claim(5))];
    expect(claims).toHaveLength(1);
    expect(claims[0]?.message).toEqual(messageOf('18446744073709551615'));
  });

  it('tells neighbours beyond 2^53 and ids of any length apart', async () => {
    const long = 'x'.repeat(5_000);
    const ids = ['9007199254740993', '9007199254740992', `${long}a`, `${long}b`];
    const ends = await Promise.all(ids.map((id) => store.inbox.remember(messageOf(id, { userId: 'u' }))));
    expect(ends.every((end) => end.kind === 'new')).toBe(true);
    expect((await store.inbox.remember(messageOf(`${long}b`))).kind).toBe('seen');
  });

  it('remembers a whole burst in a few commits', async () => {
    const count = 2_000;
    const began = performance.now();
    const ends = await Promise.all(Array.from({ length: count }, (_, n) => store.inbox.remember(messageOf(`m${n}`))));
    const tookMs = performance.now() - began;
    expect(new Set(ends.map((end) => (end.kind === 'new' ? end.inboxId : 'seen'))).size).toBe(count);
    expect(tookMs).toBeLessThan(10_000);
    const { n } = await store.database.kysely
      .selectFrom('cb_inbox')
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow();
    expect(Number(n)).toBe(count);
  });

  it('gives one asker in one chat one question at a time, in order, and others meanwhile', async () => {
    const asker = { userId: 'wang', address: { platform: 'simulator', target: 'chat', data: {} } } as const;
    for (const id of ['1', '2']) await store.inbox.remember(messageOf(id, asker));
    await store.inbox.remember(messageOf('3'));
    const first = await store.inbox.claim(5);
    expect(first.map((claim) => claim.message.messageId)).toEqual(['1', '3']);
    expect(await store.inbox.claim(5)).toEqual([]);
    await store.outbox.answer(first[0]!, 'answered', { address: asker.address, parts: [] });
    expect((await store.inbox.claim(5)).map((claim) => claim.message.messageId)).toEqual(['2']);
  });

  it('gives a question to one of several claims at once, also of one process', async () => {
    await store.inbox.remember(messageOf('1'));
    const claims = await Promise.all(Array.from({ length: 6 }, () => store.inbox.claim(1)));
    expect(claims.flat()).toHaveLength(1);
  });

  it('finds the question of a dead owner again, and what the dead one writes later is not taken', async () => {
    const survivor = await place.open({ leaseMs: 5_000 });
    await store.inbox.remember(messageOf('1'));
    const [dead] = await store.inbox.claim(1);
    expect(await survivor.inbox.claim(1)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [found] = await survivor.inbox.claim(1);
    expect(found).toMatchObject({ inboxId: dead!.inboxId, attempt: 2 });
    expect(found!.ageMs).toBeGreaterThanOrEqual(400);
    const part = { kind: 'text', body: { text: 'a' }, pictureId: null } as const;
    const reply = { address: found!.message.address, parts: [part] };
    expect(await store.outbox.answer(dead!, 'answered', reply)).toBe('late');
    expect(await survivor.outbox.answer(found!, 'answered', reply)).toBe('done');
    const rows = await store.database.kysely.selectFrom('cb_outbox').select('cause').execute();
    expect(rows).toEqual([{ cause: `inbox:${dead!.inboxId}` }]);
  });

  it('keeps a claim that is renewed and gives back one that is released', async () => {
    const other = await place.open();
    await store.inbox.remember(messageOf('1'));
    const claims = await store.inbox.claim(1);
    for (let n = 0; n < 4; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(await store.inbox.renew(claims)).toEqual(new Set([claims[0]!.inboxId]));
    }
    expect(await other.inbox.claim(1)).toEqual([]);
    await store.inbox.release(claims[0]!);
    expect(await other.inbox.claim(1)).toHaveLength(1);
    expect(await store.inbox.renew(claims)).toEqual(new Set());
  });
});
