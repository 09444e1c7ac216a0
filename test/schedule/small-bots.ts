import type { PushTarget } from '../../src/platforms/push-address.ts';
import { type Bot, startBotProcess, wall } from './bot-child.ts';
import { type Chats, dingtalkApp, dingtalkGroup, robotKeys, webhook } from './chats.ts';

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

/** A small bot whose digest goes to the directors' chats. */
export const startSmallBot = (
  chats: Chats,
  options: { readonly botUrl: string; readonly at: string; readonly leaseMs: number; readonly redisUrl?: string },
): Promise<Bot> =>
  startBotProcess('./small-bot.ts', {
    botUrl: options.botUrl,
    redisUrl: options.redisUrl ?? null,
    startsAt: wall(options.at),
    leaseMs: options.leaseMs,
    wecomBase: chats.gate.urls.qyapi ?? '',
    dingtalk: { apiBase: chats.gate.urls.api ?? '', oapiBase: chats.gate.urls.oapi ?? '', ...dingtalkApp },
    wecomRobots: { 'wr-one': robotKeys[0], 'wr-two': robotKeys[1] },
    dingtalkRobots: { 'cid-robot==': { accessToken: webhook.token, secret: webhook.secret } },
    targets,
  });
