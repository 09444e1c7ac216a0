import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { epochMsOf } from '../../src/calendar/clock.ts';
import type { WallTime } from '../../src/calendar/day.ts';
import { until } from '../delivery/processes.ts';
import type { BotNews, BotOrder, BotSettings } from './bot-process.ts';
import type { SmallBotSettings } from './small-bot.ts';

export const wall = (text: string): number => epochMsOf(text as WallTime, 'Asia/Shanghai');

/** A bot process of its own. */
export interface Bot {
  readonly port: number;
  readonly pid: number;
  setClock(at: string): void;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

/** How a bot is started where its surroundings are what is tested. */
export interface Surroundings {
  /** A command that sets limits and becomes node: `['prlimit', '--nofile=256']`. */
  readonly under?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its log goes, as an open file. */
  readonly output?: number;
}

/** A process that loads everything a bot needs and waits for its settings. */
export function forkBot(
  file: './bot-process.ts' | './small-bot.ts',
  { under = [], environment = {}, output }: Surroundings = {},
): ChildProcess {
  const [command = '', ...words] = [...under, process.execPath, '--import', 'tsx'];
  return fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execPath: command,
    execArgv: words,
    env: { ...process.env, ...environment },
    stdio: ['ignore', output ?? 'inherit', output ?? 'inherit', 'ipc'],
  });
}

/** Starts one and resolves when it works. */
export const startBotProcess = (settings: BotSettings, surroundings?: Surroundings): Promise<Bot> =>
  beginBot(forkBot('./bot-process.ts', surroundings), settings);

/** Gives a process its settings and resolves when it works. */
export async function beginBot(child: ChildProcess, settings: BotSettings | SmallBotSettings): Promise<Bot> {
  let port: number | null = null;
  child.on('message', (news: BotNews) => {
    if (news.kind === 'ready') port = news.port ?? 0;
  });
  const ended = once(child, 'exit').then(() => undefined);
  // What is told to a process that dies meanwhile is lost, as it should be.
  child.on('error', () => undefined);
  child.send(settings);
  const order = (told: BotOrder): void => {
    if (child.connected) child.send(told);
  };
  await until(() => port !== null || child.exitCode !== null, 120_000, 'the bot never got ready');
  if (port === null) throw new Error('the bot ended before it was ready');
  return {
    port,
    pid: child.pid ?? 0,
    setClock: (to) => order({ kind: 'set-clock', to: wall(to) }),
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      order({ kind: 'stop' });
      await ended;
    },
    ended,
  };
}
