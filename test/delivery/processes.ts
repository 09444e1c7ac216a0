import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { InstanceSettings, News, Order } from './instance.ts';

/** A bot process that a test orders about and kills. */
export interface Instance {
  readonly pid: number;
  order(order: Order): void;
  /** Resolves when it has told this since it was started (each telling is taken once). */
  told(kind: News['kind']): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  readonly ended: Promise<void>;
}

export async function startInstance(settings: InstanceSettings): Promise<Instance> {
  const child: ChildProcess = fork(
    fileURLToPath(new URL('./instance.ts', import.meta.url)),
    [JSON.stringify(settings)],
    {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const news: News['kind'][] = [];
  child.on('message', (told: News) => news.push(told.kind));
  const ended = once(child, 'exit').then(() => undefined);
  const told = async (kind: News['kind']): Promise<void> => {
    await until(() => news.includes(kind), 15_000, `the instance never told "${kind}"`);
    news.splice(news.indexOf(kind), 1);
  };
  await told('ready');
  return {
    pid: child.pid ?? 0,
    order: (order) => void child.send(order),
    told,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}

export async function until(holds: () => boolean, patienceMs = 10_000, what = 'it did not come to be in time') {
  for (const began = Date.now(); !holds(); await sleep(10)) {
    if (Date.now() - began > patienceMs) throw new Error(what);
  }
}
