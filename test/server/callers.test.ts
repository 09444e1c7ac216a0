import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepRoomForCallers } from '../../src/server/callers.ts';

let server: Server;
let port: number;
let finish: () => void = () => undefined;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer((asked, response) => {
    finish = () => response.end('done');
    if (asked.url === '/') finish();
  });
  keepRoomForCallers(server, 4);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

async function silentCaller(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
  sockets.push(socket);
  return socket;
}

async function ask(path: string): Promise<number | undefined> {
  const asked = request({ port, path, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

it('lets the longest silent caller go for one who asks, and no other', async () => {
  const silent: Socket[] = [];
  for (let n = 0; n < 4; n += 1) silent.push(await silentCaller());
  const closed = once(silent[0]!, 'close');
  expect(await ask('/')).toBe(200);
  await closed;
  expect(silent.map(({ destroyed }) => destroyed)).toEqual([true, false, false, false]);
});

it('lets nobody go whose request is under way', async () => {
  const waiting = ask('/slow');
  await once(server, 'request');
  const silent: Socket[] = [];
  for (let n = 0; n < 4; n += 1) silent.push(await silentCaller());
  await expect.poll(() => silent.map(({ destroyed }) => destroyed)).toEqual([true, false, false, false]);
  finish();
  expect(await waiting).toBe(200);
});
