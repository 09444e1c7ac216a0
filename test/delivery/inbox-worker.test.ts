import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { createInboxWorker, type InboxWorker, type InboxWorkerOptions } from '../../src/delivery/inbox-worker.ts';
import { Failure, kindlyOf } from '../../src/failure.ts';
import { describeStores, messageOf, type OwnPlace, ownPlace } from '../store/stores.ts';
import { quiet, text } from './collector-platform.ts';

describeStores('inbox worker', (dialect) => {
  let place: OwnPlace;
  let store: ChatStore;
  const workers: InboxWorker[] = [];
  beforeEach(async () => {
    place = await ownPlace(dialect);
    store = await place.open({ leaseMs: 600 });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(100)));
    await place.drop();
  });

  const workerOf = (more: Partial<InboxWorkerOptions> = {}): InboxWorker => {
    const worker = createInboxWorker({
      store,
      log: quiet,
      sweepMs: 5_000,
      answer: async (message) => ({ parts: [text(`answer to ${message.messageId}`)], picture: null }),
      apologise: (_, error) => [text(kindlyOf(error))],
      ...more,
    });
    workers.push(worker);
    return worker;
  };

  const said = async (): Promise<string[]> => {
    const rows = await store.database.kysely.selectFrom('cb_outbox').select('part').orderBy('outbox_id').execute();
    return rows.map((row) => (JSON.parse(row.part ?? '{}') as { body: { text: string } }).body.text);
  };
  const statesOf = async (): Promise<string[]> => {
    const rows = await store.database.kysely.selectFrom('cb_inbox').select('state').orderBy('inbox_id').execute();
    return rows.map((row) => row.state);
  };

  it('answers each question once, however often it is woken, and never more at once than it has places', async () => {
    let atOnce = 0;
    let most = 0;
    const worker = workerOf({
      concurrency: 3,
      answer: async (message) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await sleep(60);
        atOnce -= 1;
        return { parts: [text(message.messageId)], picture: null };
      },
    });
    const ids = Array.from({ length: 25 }, (_, n) => `${n}`);
    store.inbox.onRemembered((inboxId) => void worker.work(inboxId));
    await Promise.all(ids.map((id) => store.inbox.remember(messageOf(id))));
    worker.wake();
    await worker.drain();
    expect((await said()).toSorted()).toEqual(ids.toSorted());
    expect(most).toBe(3);
  });

  it('keeps the picture with the answer', async () => {
    const picture = { id: 'p', png: Buffer.from('png'), width: 1, height: 1, altText: '漏斗' };
    await store.inbox.remember(messageOf('1'));
    await workerOf({
      answer: async () => ({ parts: [{ kind: 'picture', body: { text: 'p' }, pictureId: 'p' }], picture }),
    }).drain();
    expect(await store.pictures.load('p')).toEqual(Buffer.from('png'));
  });

  it('tells the asker when the answer fails, takes too long, or nothing is to be said', async () => {
    for (const id of ['fails', 'hangs', 'silent']) await store.inbox.remember(messageOf(id));
    await workerOf({
      answerTimeoutMs: 100,
      answer: async (message) => {
        if (message.messageId === 'fails') throw new Failure('unavailable', 'crm away', 'CRM 没有答复。');
        if (message.messageId === 'hangs') await new Promise(() => undefined);
        return { parts: [], picture: null };
      },
    }).drain();
    expect(await statesOf()).toEqual(['told', 'told', 'answered']);
    expect((await said()).toSorted()).toEqual(['CRM 没有答复。', '刚才的问题没来得及回答,请再发一次。']);
  });

  it('tells the asker instead of answering long after', async () => {
    await store.inbox.remember(messageOf('1'));
    await sleep(60);
    await workerOf({ tellAfterMs: 50 }).drain();
    expect(await statesOf()).toEqual(['told']);
    expect(await said()).toEqual(['刚才的问题没来得及回答,请再发一次。']);
  });

  it('gives up a question whose owners died three times', async () => {
    await store.inbox.remember(messageOf('1'));
    for (let n = 0; n < 3; n += 1) {
      const [claim] = await store.inbox.claim(1);
      await store.inbox.release(claim!);
    }
    await workerOf().drain();
    expect(await statesOf()).toEqual(['told']);
  });

  it('keeps a question that takes longer than the lease, and hands it on when it is stopped', async () => {
    const other = await place.open();
    await store.inbox.remember(messageOf('1'));
    const worker = workerOf({ answer: () => new Promise(() => undefined) });
    worker.wake();
    await sleep(1_000);
    expect(await other.inbox.claim(1)).toEqual([]);
    await worker.stop(20);
    expect(await other.inbox.claim(1)).toHaveLength(1);
  });
});
