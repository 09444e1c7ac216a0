import type { PushTarget } from '../../src/platforms/push-address.ts';
import { type Bot, beginBot, forkBot, wall } from './bot-child.ts';
import { type Chats, dingtalkApp, dingtalkGroup, robotKeys, webhook } from './chats.ts';
import type { SmallBotSettings } from './small-bot.ts';

const person = (tenant: 'wecom' | 'dingtalk', account: string): PushTarget => ({ kind: 'person', tenant, account });
const group = (tenant: 'wecom' | 'dingtalk', groupId: string, via: 'app' | 'robot'): PushTarget => ({
  kind: 'group',
  tenant,
  groupId,
  via,
  mention: [],
});
const targets: readonly PushTarget[] = [
  group('wecom', 'wr-one', 'robot'),
  group('wecom', 'wr-two', 'robot'),
  person('wecom', 'chenzhiyuan'),
  group('dingtalk', dingtalkGroup, 'app'),
  person('dingtalk', 'dd_chenzhiyuan'),
  group('dingtalk', 'cid-robot==', 'robot'),
];

export interface SmallBotOptions {
  readonly botUrl: string;
  readonly at: string;
  readonly leaseMs: number;
  readonly redisUrl?: string;
  /** How long a platform is waited for; 3 s where it is left out. */
  readonly timeoutMs?: number;
}

const settingsOf = (chats: Chats, options: SmallBotOptions): SmallBotSettings => ({
  botUrl: options.botUrl,
  redisUrl: options.redisUrl ?? null,
  startsAt: wall(options.at),
  leaseMs: options.leaseMs,
  timeoutMs: options.timeoutMs ?? 3_000,
  wecomBase: chats.gate.urls.qyapi ?? '',
  dingtalk: { apiBase: chats.gate.urls.api ?? '', oapiBase: chats.gate.urls.oapi ?? '', ...dingtalkApp },
  wecomRobots: { 'wr-one': robotKeys[0], 'wr-two': robotKeys[1] },
  dingtalkRobots: { 'cid-robot==': { accessToken: webhook.token, secret: webhook.secret } },
  targets,
});

/** A small bot whose digest goes to the directors' chats. */
export const startSmallBot = (chats: Chats, options: SmallBotOptions): Promise<Bot> =>
  beginBot(forkBot('./small-bot.ts'), settingsOf(chats, options));

/** One that is loaded and has not begun: half of what a start takes is done. */
export interface SpareBot {
  begin(options: SmallBotOptions): Promise<Bot>;
  kill(): void;
}

export function spareSmallBot(chats: Chats): SpareBot {
  const child = forkBot('./small-bot.ts');
  return {
    begin: (options) => beginBot(child, settingsOf(chats, options)),
    kill: () => void child.kill('SIGKILL'),
  };
}
