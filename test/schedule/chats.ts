import { expect } from 'vitest';
import { type DingtalkServer, startDingtalkServer } from '../fakes/dingtalk-server.ts';
import { type GroupRobotServer, startGroupRobotServer } from '../fakes/group-robot-server.ts';
import { startWecomServer, type WecomServer } from '../fakes/wecom-server.ts';
import { appEnvironment } from '../platforms/wecom/harness.ts';
import { wall } from './bot-child.ts';
import { type Gate, openGate, type Passing } from './gate.ts';

export const robotKeys = ['00000000-0000-4000-8000-000000000000', '11111111-0000-4000-8000-000000000000'] as const;
export const webhook = { token: 'a'.repeat(64), secret: `SEC${'1'.repeat(30)}` };
export const dingtalkApp = { clientId: 'dingclientid0001', clientSecret: 'a-secret-of-dingtalk' };
export const dingtalkGroup = 'cid-directors==';

/** Something that arrived in a chat of a fake platform. */
export interface Arrival {
  readonly channel: Passing['channel'];
  readonly target: string;
  readonly part: 'words' | 'picture' | 'announcement';
  /** It says 补发, or was announced so. */
  readonly marked: boolean;
  /** Without the mark; of a picture nothing. */
  readonly text: string;
}

/** Where a director's digest arrives: every channel that pushes, the group robot of WeCom twice. */
export const directorsChats: readonly (readonly [Arrival['channel'], string])[] = [
  ['wecom-robot', robotKeys[0]],
  ['wecom-robot', robotKeys[1]],
  ['wecom-app', 'chenzhiyuan'],
  ['dingtalk-group', dingtalkGroup],
  ['dingtalk-person', 'dd_chenzhiyuan'],
  ['dingtalk-robot', webhook.token],
];

/** A custom robot of DingTalk's takes words only. */
export const partsOf = (channel: Arrival['channel']): readonly ('words' | 'picture')[] =>
  channel === 'dingtalk-robot' ? ['words'] : ['words', 'picture'];

/** Channels on which the platform itself tells a repeat (`reliability.md`, section 2): there is never a second one. */
const tellsRepeats: ReadonlySet<Arrival['channel']> = new Set(['wecom-app', 'dingtalk-robot']);

/** The chats of the outside world, strict and counting, behind a line that breaks where a test says so. */
export interface Chats {
  readonly robots: GroupRobotServer;
  readonly wecom: WecomServer;
  readonly dingtalk: DingtalkServer;
  readonly gate: Gate;
  /** Sets the clock of the platforms, by which limits per minute are counted. */
  setClock(at: string): void;
  /** Everything that arrived so far, in the order of each platform. */
  arrivals(): Arrival[];
  /** What arrived after this moment, whenever it is asked. */
  since(): () => Arrival[];
  close(): Promise<void>;
}

export async function openChats(at: string): Promise<Chats> {
  let now = wall(at);
  const [robots, wecom, dingtalk] = await Promise.all([
    startGroupRobotServer(robotKeys, () => now),
    startWecomServer({
      corpId: appEnvironment.WECOM_CORP_ID,
      agentId: Number(appEnvironment.WECOM_AGENT_ID),
      secret: appEnvironment.WECOM_APP_SECRET,
    }),
    startDingtalkServer({
      ...dingtalkApp,
      robotCode: dingtalkApp.clientId,
      people: ['dd_chenzhiyuan'],
      groups: [dingtalkGroup],
      webhooks: { [webhook.token]: webhook.secret },
    }),
  ]);
  const gate = await openGate({
    // One host of WeCom's serves the app and the robots.
    qyapi: (path) => (path.startsWith('/cgi-bin/webhook/') ? robots.url : wecom.url),
    api: () => dingtalk.apiBase,
    oapi: () => dingtalk.oapiBase,
  });
  const sources = () => [fromRobots(robots), fromApp(wecom), fromDingtalk(dingtalk)];
  return {
    robots,
    wecom,
    dingtalk,
    gate,
    setClock: (to) => {
      now = wall(to);
    },
    arrivals: () => sources().flat(),
    since: () => {
      const before = sources().map((source) => source.length);
      return () => sources().flatMap((source, n) => source.slice(before[n]));
    },
    close: async () => {
      await gate.close();
      await Promise.all([robots.close(), wecom.close(), dingtalk.close()]);
    },
  };
}

const mark = /^\(补发\)\s*/u;

function fromRobots({ posts }: GroupRobotServer): Arrival[] {
  const announced = new Set<string>();
  return posts.map(({ key, msgtype, content }): Arrival => {
    const of = { channel: 'wecom-robot', target: key } as const;
    if (msgtype === 'image') return { ...of, part: 'picture', marked: announced.delete(key), text: '' };
    if (content.startsWith('(补发)下面这张图')) {
      announced.add(key);
      return { ...of, part: 'announcement', marked: true, text: content };
    }
    return { ...of, part: 'words', marked: mark.test(content), text: content.replace(mark, '') };
  });
}

const fromApp = (wecom: WecomServer): Arrival[] =>
  wecom.memberMessages().map(({ to, msgtype, content }) => ({
    channel: 'wecom-app',
    target: to,
    part: msgtype === 'image' ? 'picture' : 'words',
    marked: mark.test(content),
    text: msgtype === 'image' ? '' : content.replace(mark, '').replace(/[\u200b-\u200d\u2060]/gu, ''),
  }));

const channels = {
  groupMessages: 'dingtalk-group',
  oToMessages: 'dingtalk-person',
  webhook: 'dingtalk-robot',
} as const;

const fromDingtalk = ({ deliveries }: DingtalkServer): Arrival[] =>
  deliveries.flatMap(({ by, to, text, mediaId }): Arrival[] => {
    if (by === 'session') return [];
    const channel = channels[by];
    const marked = mark.test(text);
    if (mediaId !== null) return [{ channel, target: to, part: 'picture', marked, text: '' }];
    return [{ channel, target: to, part: 'words', marked, text: text.replace(mark, '') }];
  });

/** What of one day's digest arrived at a chat, told by the day in its heading; pictures by their time. */
export const ofChat = (all: readonly Arrival[], channel: Arrival['channel'], target: string): Arrival[] =>
  all.filter((one) => one.channel === channel && one.target === target);

/**
 * One digest at each of these chats, as `reliability.md` 2 promises it: nothing lost, nothing twice without a mark, no
 * more than one with it, and none at all where the platform tells repeats.
 */
export function expectPromiseKept(
  arrivals: readonly Arrival[],
  chats: readonly (readonly [Arrival['channel'], string])[] = directorsChats,
): void {
  for (const [channel, target] of chats) {
    for (const part of partsOf(channel)) {
      const here = ofChat(arrivals, channel, target).filter((one) => one.part === part);
      const what = `${part} at ${channel} ${target}`;
      expect(here.length, `${what} arrived`).toBeGreaterThanOrEqual(1);
      expect(here.filter(({ marked }) => !marked).length, `${what} unmarked`).toBeLessThanOrEqual(1);
      expect(here.filter(({ marked }) => marked).length, `${what} marked`).toBeLessThanOrEqual(1);
      if (tellsRepeats.has(channel)) expect(here.length, `${what} at a platform that tells repeats`).toBe(1);
    }
  }
}

/** Every part once and nothing else: what a day without faults looks like. */
export function expectOnce(
  arrivals: readonly Arrival[],
  chats: readonly (readonly [Arrival['channel'], string])[] = directorsChats,
): void {
  for (const [channel, target] of chats) {
    const here = ofChat(arrivals, channel, target).map(({ part, marked }) => `${part}${marked ? ' 补发' : ''}`);
    expect(here, `${channel} ${target}`).toEqual(partsOf(channel));
  }
}

/** Whether everything of a digest is there. */
export const hasArrived = (
  arrivals: readonly Arrival[],
  chats: readonly (readonly [Arrival['channel'], string])[] = directorsChats,
): boolean =>
  chats.every(([channel, target]) =>
    partsOf(channel).every((part) => ofChat(arrivals, channel, target).some((one) => one.part === part)),
  );
