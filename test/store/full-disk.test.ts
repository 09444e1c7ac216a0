import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openChatStore } from '../../src/delivery/chat-store.ts';
import { Failure } from '../../src/failure.ts';
import { type SmallDisk, smallDisk, smallDisksCanBeMade } from './small-disk.ts';
import { messageOf } from './stores.ts';

describe.skipIf(!smallDisksCanBeMade())('the embedded store on a full disk', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  async function opened(
    kilobytes: number,
  ): Promise<{ disk: SmallDisk; store: Awaited<ReturnType<typeof openChatStore>> }> {
    const disk = smallDisk(kilobytes);
    ends.push(disk.close);
    const url = `sqlite:${join(disk.folder, 'bot.sqlite')}`;
    // Opened twice: with the first close what the migrations wrote is in the file.
    await (await openChatStore(url)).close();
    const store = await openChatStore(url);
    ends.push(() => store.close());
    return { disk, store };
  }

  it('says unavailable in words for the asker, keeps what it has and takes more when there is room', async () => {
    const { disk, store } = await opened(1_024);
    const taken: string[] = [];
    const refused: string[] = [];
    disk.fill();
    // The first ones may find room where the log was.
    for (let n = 0; refused.length < 5; n += 1) {
      await sleep(15);
      const remembered = await store.inbox.remember(messageOf(`${n}`)).catch((error: unknown) => error);
      if (remembered instanceof Failure) {
        expect(remembered).toMatchObject({ code: 'unavailable', kindly: expect.stringContaining('再发一次') });
        refused.push(`${n}`);
      } else taken.push(`${n}`);
    }
    expect(taken.length).toBeLessThan(100);
    disk.empty();
    for (const each of taken) expect((await store.inbox.remember(messageOf(each))).kind).toBe('seen');
    for (const each of refused) expect((await store.inbox.remember(messageOf(each))).kind).toBe('new');
    expect(await store.inbox.claim(50)).toHaveLength(taken.length + refused.length);
  });

  it('goes on by itself where only its own log has filled the disk', async () => {
    const { disk, store } = await opened(1_024);
    await store.inbox.remember(messageOf('1'));
    let logged = 0;
    const logBytes = () => statSync(join(disk.folder, 'bot.sqlite-wal')).size;
    // The log grows by a page or more with every claim, the file does not grow at all.
    for (let n = 0; n < 1_000; n += 1) {
      const before = logBytes();
      const [claim] = await store.inbox.claim(1);
      expect(claim?.attempt).toBe(n + 1);
      if (claim !== undefined) await store.inbox.release(claim);
      logged += Math.max(0, logBytes() - before);
    }
    expect(logged).toBeGreaterThan(4 << 20);
    expect((await store.inbox.remember(messageOf('2'))).kind).toBe('new');
  });
});
