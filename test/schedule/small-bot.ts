import { once } from 'node:events';
import { systemClock } from '../../src/calendar/clock.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import { carryInProcess } from '../../src/delivery/carrier.ts';
import { openChatStore } from '../../src/delivery/chat-store.ts';
import { createCourier } from '../../src/delivery/courier.ts';
import { createDingtalk } from '../../src/platforms/dingtalk/dingtalk.ts';
import { createDingtalkRobots } from '../../src/platforms/dingtalk/group-robots.ts';
import { type PushTarget, pushAddress } from '../../src/platforms/push-address.ts';
import { createWecomRobots } from '../../src/platforms/wecom/group-robot.ts';
import { createWecomApp } from '../../src/platforms/wecom/wecom-app.ts';
import type { Reply } from '../../src/replies/reply.ts';
import type { Job } from '../../src/schedule/job.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import { quiet } from '../delivery/collector-platform.ts';
import { samplePicture } from '../platforms/platform-harness.ts';
import { appSettings } from '../platforms/wecom/harness.ts';
import type { BotNews, BotOrder } from './bot-process.ts';

/**
 * The clock, the slot table, the courier and the platforms of a bot as a process of its own, without the CRM behind
 * them: what it sends is a line and the smallest picture, so that it starts in a third of the time and can be killed
 * hundreds of times.
 */
export interface SmallBotSettings {
  readonly botUrl: string;
  readonly startsAt: number;
  readonly leaseMs: number;
  /** How long a platform is waited for. */
  readonly timeoutMs: number;
  /** null = one process alone. */
  readonly redisUrl: string | null;
  readonly wecomBase: string;
  readonly dingtalk: {
    readonly apiBase: string;
    readonly oapiBase: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  /** By the group's id. */
  readonly wecomRobots: Readonly<Record<string, string>>;
  readonly dingtalkRobots: Readonly<Record<string, { readonly accessToken: string; readonly secret: string }>>;
  readonly targets: readonly PushTarget[];
}

const tell = (news: BotNews): void => void process.send?.(news);
const [settings] = (await once(process, 'message')) as [SmallBotSettings];

let aheadMs = settings.startsAt - systemClock.now();
const clock = { now: () => systemClock.now() + aheadMs };
const store = await openChatStore(settings.botUrl, { leaseMs: settings.leaseMs });
const { redisUrl } = settings;
// Loaded where it is needed: most tests start many processes without Redis.
const state =
  redisUrl === null
    ? createInProcessState()
    : (await import('../../src/store/redis-state.ts')).createRedisState(redisUrl, { log: quiet });
const { dingtalk, wecomBase } = settings;
const { timeoutMs } = settings;
const platforms = new Map(
  [
    createWecomApp(appSettings(wecomBase), { state, uploads: store.uploads, timeoutMs }),
    createWecomRobots({ keys: new Map(Object.entries(settings.wecomRobots)), apiBase: wecomBase, timeoutMs }),
    createDingtalk({ ...dingtalk, robotCode: dingtalk.clientId, mode: 'http' }, { state, timeoutMs }),
    createDingtalkRobots({
      robots: new Map(Object.entries(settings.dingtalkRobots).map(([id, robot]) => [id, { ...robot, keyword: null }])),
      oapiBase: dingtalk.oapiBase,
      timeoutMs,
    }),
  ].map((platform) => [platform.name, platform]),
);

const job: Job = {
  name: 'digest:funnel',
  title: '漏斗晨报',
  timetable: async () =>
    settings.targets.map((_, n) => ({ target: `t${n}`, part: 'digest', at: '09:00', days: 'every_day', priority: 0 })),
  prepare: async ({ day, target }) => {
    const to = settings.targets[Number(target.slice(1))];
    const address = to === undefined ? null : pushAddress(to);
    const platform = address === null ? undefined : platforms.get(address.platform);
    if (address === null || platform === undefined) return { kind: 'refused', why: 'no channel', kindly: '没有渠道' };
    const picture = { ...samplePicture, id: `picture-of-${day}` };
    const reply: Reply = {
      status: 'answered',
      title: '漏斗晨报',
      blocks: [{ kind: 'text', line: [`漏斗晨报 ${day}`] }],
      picture,
      choices: [],
    };
    return {
      kind: 'ready',
      messages: [{ address, parts: platform.render(reply, address) }],
      pictures: [picture],
      memory: day,
    };
  },
};

const scheduler = createScheduler({
  store,
  jobs: [job],
  calendar: chineseWorkDays(),
  clock,
  zone: 'Asia/Shanghai',
  catchUpMs: 7_200_000,
  log: quiet,
  sweepMs: 1_000,
});
const courier = createCourier({ store, platforms, state, clock, log: quiet, sweepMs: 300 });
const parts = { store, courier, worker: { wake: () => undefined, work: async () => undefined } };
const queueOf = async (url: string) =>
  (await import('../../src/delivery/queue-carrier.ts')).carryThroughQueue({ ...parts, log: quiet, redisUrl: url });
const carrier = redisUrl === null ? carryInProcess(parts) : await queueOf(redisUrl);
courier.wake();
scheduler.wake();

process.on('message', (order: BotOrder) => {
  if (order.kind === 'set-clock') {
    aheadMs = order.to - systemClock.now();
    scheduler.wake();
    return;
  }
  void (async () => {
    await scheduler.stop();
    await courier.stop();
    await carrier.close();
    await store.close();
    tell({ kind: 'stopped' });
    process.exit(0);
  })();
});
tell({ kind: 'ready' });
