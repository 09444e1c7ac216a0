import { get, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSimulator } from '../../src/platforms/simulator/simulator.ts';
import { createHttpServer, listen } from '../../src/server/app.ts';
import { simulatorPages } from '../../src/server/simulator.ts';

const clock = { now: () => Date.parse('2026-11-18T10:30:00+08:00') };

it('lets a page go that does not read its events, and keeps one that does', async () => {
  const simulator = createSimulator([{ id: 'c', title: '晨报', kind: 'private', members: ['u'] }], clock);
  const pages = simulatorPages({
    simulator,
    clock,
    zone: 'Asia/Shanghai',
    travel: { label: () => '明天 8:59', go: async () => undefined },
    people: async () => [],
    about: () => '',
    remember: async () => undefined,
    loadPicture: async () => null,
  });
  const server = createHttpServer([pages], () => undefined);
  const port = await listen(server, '127.0.0.1', 0);
  const open = () =>
    new Promise<IncomingMessage>((resolve) => {
      get({ port, host: '127.0.0.1', path: '/simulator/events' }, resolve);
    });
  const [idle, reading] = await Promise.all([open(), open()]);
  try {
    idle.pause();
    idle.on('error', () => undefined);
    let seen = 0;
    reading.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1').split('data: ').length - 1;
    });
    const lines = 600;
    for (let n = 0; n < lines; n += 1) {
      simulator.say('c', 'u', 'x'.repeat(20_000), clock.now());
      await setImmediate();
    }
    await expect.poll(() => seen, { timeout: 10_000 }).toBe(lines);
    const gone = new Promise((resolve) => idle.once('close', resolve));
    idle.resume();
    await gone;
    expect(idle.complete).toBe(false);
  } finally {
    reading.destroy();
    server.closeAllConnections();
    server.close();
  }
});
