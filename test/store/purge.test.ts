import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { purge } from '../../src/store/purge.ts';
import { describeStores, messageOf, type OwnPlace, ownPlace } from './stores.ts';

const dayMs = 24 * 60 * 60 * 1000;

describeStores('purge', (dialect) => {
  let place: OwnPlace;
  let store: ChatStore;
  beforeEach(async () => {
    place = await ownPlace(dialect);
    store = await place.open({ picturesKeptMs: 50 });
  });
  afterEach(() => place.drop());

  const part = (pictureId: string | null) => ({ kind: 'text', body: { text: '晨报' }, pictureId }) as const;

  it('forgets texts first, rows later, and never what is still to be done', async () => {
    for (const id of ['done', 'waiting']) await store.inbox.remember(messageOf(id));
    const [claim] = await store.inbox.claim(1);
    expect(claim?.message.messageId).toBe('done');
    await store.outbox.answer(claim!, 'answered', { address: claim!.message.address, parts: [part(null)] });
    const { kysely } = store.database;
    const row = async (messageId: string) =>
      kysely.selectFrom('cb_inbox').select(['state', 'message']).where('message_id', '=', messageId).executeTakeFirst();

    await purge(store.database, { textsMs: 1_000, auditMs: dayMs }, Date.now() + 2_000);
    expect(await row('done')).toEqual({ state: 'answered', message: null });
    expect((await row('waiting'))?.message).not.toBeNull();
    expect((await store.inbox.remember(messageOf('done'))).kind).toBe('seen');

    await purge(store.database, { textsMs: 1_000, auditMs: dayMs }, Date.now() + 2.1 * dayMs);
    expect(await row('done')).toBeUndefined();
    expect((await row('waiting'))?.message).not.toBeNull();
    expect((await store.targets.claim(5)).length).toBe(1);
  });

  it('keeps a picture that somebody still waits for', async () => {
    for (const id of ['awaited', 'shown']) await store.pictures.save({ id, png: Buffer.from(id) });
    await store.outbox.enqueue([
      {
        address: { platform: 'simulator', target: 'a', data: {} },
        parts: [part('awaited')],
        idempotencyKeyBase: 'a',
        cause: 'a',
      },
    ]);
    await sleep(80);
    await store.purge();
    expect(await store.pictures.load('shown')).toBeNull();
    expect(await store.pictures.load('awaited')).toEqual(Buffer.from('awaited'));
  });

  it('keeps who a person is, and who asked what until its time', async () => {
    await store.identities.bind('wecom-app', '007', 'u1', 'admin');
    await store.identities.bind('wecom-app', '007', 'u2', 'admin');
    await store.audit.record({
      platform: 'wecom-app',
      platformUserId: '007',
      crmUserId: 'u2',
      groupId: null,
      action: 'funnel',
      detail: '2026-11',
      scope: 'all',
      status: 'answered',
      rowCount: 5,
      tookMs: 12.4,
    });
    await sleep(20);
    await store.purge();
    expect(await store.identities.find('wecom-app', '007')).toBe('u2');
    expect(await store.identities.find('wecom-app', '7')).toBeNull();
    expect(await store.identities.platformUsersOf('u2')).toEqual([{ platform: 'wecom-app', platformUserId: '007' }]);
    expect(await store.audit.latest(5)).toMatchObject([{ crmUserId: 'u2', tookMs: 12, rowCount: 5 }]);
    await purge(store.database, { textsMs: dayMs, auditMs: 1 });
    expect(await store.audit.latest(5)).toEqual([]);
    await store.identities.unbind('wecom-app', '007');
    expect(await store.identities.find('wecom-app', '007')).toBeNull();
  });
});
