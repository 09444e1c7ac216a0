import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openChatStore } from '../../src/delivery/chat-store.ts';
import { Failure } from '../../src/failure.ts';
import { dialects } from '../database/databases.ts';
import { messageOf, ownPlace } from './stores.ts';

/** A line to a database that can be cut and mended. */
async function lineTo(url: string): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const far = new URL(url);
  const server = createServer((near) => {
    const socket = connect(Number(far.port || 3306), far.hostname);
    for (const each of [near, socket]) {
      sockets.add(each);
      each.on('error', () => undefined);
      each.on('close', () => {
        near.destroy();
        socket.destroy();
      });
    }
    near.pipe(socket).pipe(near);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    cut: async () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await new Promise((resolve) => server.close(resolve));
    },
    mend: () => listen(port),
  };
}

describe.skipIf(!dialects.includes('mysql'))('the store while its database is away', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('says unavailable within a second, in words for the asker, and works again afterwards', async () => {
    const place = await ownPlace('mysql');
    ends.push(place.drop);
    const line = await lineTo(place.url);
    ends.push(() => line.cut());
    const store = await openChatStore(line.url);
    ends.push(() => store.close());
    expect((await store.inbox.remember(messageOf('1'))).kind).toBe('new');
    await line.cut();
    const began = Date.now();
    const refused = await store.inbox.remember(messageOf('2')).catch((error: unknown) => error);
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(refused).toBeInstanceOf(Failure);
    expect(refused).toMatchObject({ code: 'unavailable', kindly: expect.stringContaining('再发一次') });
    await expect(store.ping(200)).rejects.toThrow();
    await line.mend();
    expect((await store.inbox.remember(messageOf('2'))).kind).toBe('new');
    expect((await store.inbox.remember(messageOf('1'))).kind).toBe('seen');
    await store.ping(2_000);
  });

  it('does not notice a connection that died in the pool', async () => {
    const place = await ownPlace('mysql');
    ends.push(place.drop);
    const line = await lineTo(place.url);
    ends.push(() => line.cut());
    const store = await openChatStore(line.url);
    ends.push(() => store.close());
    await Promise.all(Array.from({ length: 8 }, () => store.inbox.claim(1)));
    await line.cut();
    await line.mend();
    expect((await store.inbox.remember(messageOf('1'))).kind).toBe('new');
    expect(await store.inbox.claim(1)).toHaveLength(1);
  });
});
