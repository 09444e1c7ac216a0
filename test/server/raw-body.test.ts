import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/calendar/clock.ts';
import type { Platform, RawRequest } from '../../src/platforms/platform.ts';
import { createHttpServer, listen } from '../../src/server/app.ts';
import { callbacks } from '../../src/server/callbacks.ts';
import { createInstruments } from '../../src/server/instruments.ts';

describe('the door of the callbacks', () => {
  const seen: RawRequest[] = [];
  let server: Server;
  let port: number;

  beforeAll(async () => {
    const platform = {
      name: 'dingtalk',
      callbackPath: '/callback',
      receive: async (raw: RawRequest) => {
        seen.push(raw);
        return { kind: 'ignored', why: 'a test', response: { status: 200, contentType: 'text/plain', body: 'taken' } };
      },
    } as unknown as Platform;
    server = createHttpServer(
      [
        callbacks([platform], {
          clock: systemClock,
          instruments: createInstruments(),
          remember: async () => ({ kind: 'seen' }),
          log: () => undefined,
        }),
      ],
      () => undefined,
    );
    port = await listen(server, '127.0.0.1', 0);
  });
  afterAll(() => void server.close());

  it('reads a body that comes in pieces as it was sent', async () => {
    const sent = request({ port, path: '/callback?a=1&a=2', method: 'POST' });
    for (const piece of ['{"a":', '"晨报"', '}']) {
      sent.write(piece);
      await sleep(20);
    }
    sent.end();
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(seen.at(-1)?.body.toString('utf8')).toBe('{"a":"晨报"}');
    expect(seen.at(-1)?.query).toMatchObject({ a: '1' });
  });

  it('lets a header that is given twice count as absent', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /callback HTTP/1.1\r\nHost: x\r\nSign: one\r\nSIGN: two\r\nTimestamp: 1\r\nContent-Length: 0\r\n\r\n',
    );
    await once(socket, 'data');
    socket.destroy();
    expect(seen.at(-1)?.headers.sign).toBeUndefined();
    expect(seen.at(-1)?.headers.timestamp).toBe('1');
  });

  it('answers 413 to a body without an end and hangs up', async () => {
    const before = seen.length;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /callback HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    let written = 0;
    const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const closed = once(socket, 'close');
    const feeding = setInterval(() => {
      if (!socket.destroyed && written < 64 << 20 && socket.write(piece)) written += piece.length;
    }, 1);
    const [first] = await once(socket, 'data');
    expect(String(first)).toContain('HTTP/1.1 413');
    await closed;
    clearInterval(feeding);
    expect(written).toBeLessThan(16 << 20);
    expect(seen.length).toBe(before);
  });

  it('answers 413 at once where the length says it', async () => {
    const sent = request({ port, path: '/callback', method: 'POST', headers: { 'content-length': String(2 << 20) } });
    sent.on('error', () => undefined);
    sent.flushHeaders();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(413);
    sent.destroy();
  });
});
