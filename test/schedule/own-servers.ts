import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';

/** A server of a test's own, on its own port with its own data: it can really be stopped, killed and started again. */
export interface OwnServer {
  readonly url: string;
  start(): Promise<void>;
  /** Resolves when the process is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

const isThere = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Whether such servers can be started here; without them their tests are skipped with one line. */
export function ownServersCanStart(): boolean {
  const missing = ['mariadbd', 'mariadb-install-db', 'redis-server'].filter((program) => !isThere(program));
  if (missing.length > 0) console.warn(`skipped: tests that restart servers, ${missing.join(', ')} not found`);
  return missing.length === 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function ownServer(folder: string, url: string, command: readonly string[], answers: () => Promise<unknown>) {
  let child: ChildProcess | null = null;
  const stop = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const server: OwnServer = {
    url,
    start: async () => {
      const [program = '', ...args] = command;
      child = spawn(program, args, { stdio: 'ignore' });
      for (let tries = 0; ; tries += 1) {
        try {
          await answers();
          return;
        } catch (error) {
          if (tries > 600 || child.exitCode !== null) throw error;
          await sleep(50);
        }
      }
    },
    stop,
    close: async () => {
      await stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

export async function ownMariadb(): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-mariadb-'));
  const data = `--datadir=${join(folder, 'data')}`;
  // A starting server clears its temporary directory of such tables: in a shared one those of its neighbours.
  const scratch = `--tmpdir=${folder}`;
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  execFileSync(
    'mariadb-install-db',
    ['--no-defaults', data, scratch, '--auth-root-authentication-method=normal', '--skip-test-db', ...user],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  const connect = async (): Promise<void> => {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2_000 });
    await connection.query('create database if not exists chenbao default charset utf8mb4 collate utf8mb4_bin');
    await connection.end();
  };
  const command = [
    'mariadbd',
    '--no-defaults',
    data,
    scratch,
    ...user,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--innodb-buffer-pool-size=32M',
  ];
  return ownServer(folder, `mysql://root@127.0.0.1:${port}/chenbao`, command, connect);
}

export async function ownRedis(): Promise<OwnServer & { flush(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}/`;
  const ask = async (question: (redis: Redis) => Promise<unknown>): Promise<void> => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await question(redis);
    } finally {
      redis.disconnect();
    }
  };
  const command = ['redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = await ownServer(folder, url, command, () => ask((redis) => redis.ping()));
  return { ...server, flush: () => ask((redis) => redis.flushall()) };
}
