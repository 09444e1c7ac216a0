import { setTimeout as sleep } from 'node:timers/promises';
import type { Middleware } from 'koa';
import { auditEntryOf } from './audit-entry.ts';
import { type Clock, momentAt, systemClock } from './calendar/clock.ts';
import { createChartRenderer } from './charts/renderer.ts';
import type { Config } from './config.ts';
import { carryInProcess } from './delivery/carrier.ts';
import { type ChatStore, openChatStore } from './delivery/chat-store.ts';
import { createCourier } from './delivery/courier.ts';
import { createInboxWorker } from './delivery/inbox-worker.ts';
import { carryThroughQueue } from './delivery/queue-carrier.ts';
import { Failure, kindlyOf } from './failure.ts';
import { answering, type OpenHouse, openHouse, pushedChoices } from './house.ts';
import type { Log } from './log.ts';
import { createDingtalk } from './platforms/dingtalk/dingtalk.ts';
import { createDingtalkRobots } from './platforms/dingtalk/group-robots.ts';
import type { Platform, PlatformName } from './platforms/platform.ts';
import { createWecomRobots } from './platforms/wecom/group-robot.ts';
import { createWecomAibot } from './platforms/wecom/wecom-aibot.ts';
import { createWecomApp } from './platforms/wecom/wecom-app.ts';
import { plainReply } from './replies/compose.ts';
import { recallBookOver } from './schedule/recall/recall-book.ts';
import { type RunningSchedule, startSchedule } from './schedule/start-schedule.ts';
import { createHttpServer, listen } from './server/app.ts';
import { callbacks } from './server/callbacks.ts';
import { health, type ReadyCheck } from './server/health.ts';
import { createInstruments } from './server/instruments.ts';
import { createPictureLinks, pictureDoor } from './server/picture-links.ts';
import { createInProcessState } from './store/in-process-state.ts';
import { createRedisState } from './store/redis-state.ts';
import type { SharedState } from './store/shared-state.ts';

/** A bot at work. */
export interface Running {
  /** The port it listens on. */
  readonly port: number;
  readonly house: OpenHouse;
  readonly store: ChatStore;
  readonly schedule: RunningSchedule;
  /** Takes nothing new, finishes what it acknowledged, closes in order. */
  stop(): Promise<void>;
}

/** What a demo adds: a platform of its own and its pages. */
export interface Extra {
  readonly platform: Platform;
  pages(parts: { readonly house: OpenHouse; readonly store: ChatStore }): Middleware;
}

/** How long a stop waits for answers that are ready to leave. */
const drainForMs = 5_000;

/** Builds the parts and opens the doors. Nothing is sent to a platform before something was asked. */
export async function start(
  config: Config,
  log: Log,
  options: { readonly clock?: Clock; readonly extra?: Extra } = {},
): Promise<Running> {
  const clock = options.clock ?? systemClock;
  const instruments = createInstruments();
  const state: SharedState =
    config.house.REDIS_URL === null ? createInProcessState() : createRedisState(config.house.REDIS_URL, { log });
  const store = await openChatStore(config.house.BOT_DATABASE_URL, config.store);
  const charts = createChartRenderer(config.charts);
  const platforms = platformsOf(config, state, store, log, options.extra);
  const recalls = recallBookOver(store, config.business, platforms);
  const house = openHouse(config, { state, charts, log, recalls });

  let schedule: RunningSchedule | null = null;

  const worker = createInboxWorker({
    store,
    log,
    answer: answering({
      house,
      platforms,
      now: clock.now,
      onAnswered: (message, answered, tookMs) => {
        const { reply, command } = answered;
        store.audit
          .record(auditEntryOf(message, answered, tookMs))
          .catch((error: unknown) => log.error({ error }, 'the audit could not be written'));
        instruments.answers.inc({ status: reply.status, intent: command?.intent ?? 'none' });
        instruments.answerSeconds.observe({ status: reply.status }, tookMs / 1000);
      },
    }),
    apologise: (message, error) => {
      const kindly = kindlyOf(error);
      return platforms.get(message.platform)?.render(plainReply('failed', kindly, [kindly]), message.address) ?? [];
    },
  });
  const courier = createCourier({
    store,
    platforms,
    state,
    clock,
    log,
    onDeadLetter: async (letter) => {
      // Called again at a later sweep: what was given up before the start is told as well.
      if (schedule === null) throw new Failure('unavailable', 'the schedule has not begun', '还没有启动完。');
      await schedule.plan.notices.ofDeadLetter(letter);
    },
    onSettled: (platform, kind) => instruments.sends.inc({ platform, outcome: kind }),
  });
  const carrier =
    config.house.REDIS_URL === null
      ? carryInProcess({ store, courier, worker })
      : carryThroughQueue({ store, courier, worker, redisUrl: config.house.REDIS_URL, log });

  const links = createPictureLinks(sharedSecrets(config));
  let stopping = false;
  const note = (event: string, fields: Readonly<Record<string, unknown>>) => log.info(fields, event);
  const server = createHttpServer(
    [
      health(checks(store, house, state, platforms), instruments, () => stopping),
      callbacks([...platforms.values()], {
        clock,
        instruments,
        remember: (message) => store.inbox.remember(message),
        log: note,
      }),
      pictureDoor(links, (pictureId) => store.pictures.load(pictureId), clock.now),
      ...(options.extra === undefined ? [] : [options.extra.pages({ house, store })]),
    ],
    (event, fields) => log.error(fields, event),
  );
  const purging = setInterval(
    () => void store.purge().catch((error: unknown) => log.warn({ error }, 'purge failed')),
    3_600_000,
  );
  purging.unref();
  // The first question is as quick as the others; a CRM that is down now may be up when it comes.
  await Promise.allSettled([house.company(momentAt(clock.now(), house.zone)), charts.warm()]);
  const port = await listen(server, config.server.HOST, config.server.PORT);
  log.info({ host: config.server.HOST, port, platforms: [...platforms.keys()] }, 'listening');
  worker.wake();
  courier.wake();
  schedule = startSchedule(
    {
      settings: config.business,
      store,
      platforms,
      charts,
      clock,
      zone: house.zone,
      log,
      company: house.company,
      pushed: pushedChoices(house),
    },
    {
      onEnded: ({ job, state: outcome }) => instruments.slots.inc({ job, outcome }),
      onPrepared: (job, lateMs) => instruments.slotLateSeconds.observe({ job }, lateMs / 1000),
    },
  );
  const running = schedule;

  return {
    port,
    house,
    store,
    schedule: running,
    stop: async () => {
      if (stopping) return;
      stopping = true;
      clearInterval(purging);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 3_000).unref();
      await running.stop();
      await worker.stop();
      // What was just answered still leaves; what is held for later stays for the next start.
      await Promise.race([courier.drain(), sleep(drainForMs, undefined, { ref: false })]);
      await carrier.close();
      await courier.stop();
      await closed;
      await Promise.all([...platforms.values()].map((platform) => platform.close()));
      await charts.close();
      await state.close();
      await house.close();
      await store.close();
      log.info('stopped');
    },
  };
}

export function platformsOf(
  config: Config,
  state: SharedState,
  store: ChatStore,
  log: Log,
  extra: Pick<Extra, 'platform'> | undefined,
): Map<PlatformName, Platform> {
  const note = (event: string, fields: Readonly<Record<string, unknown>>) => log.warn(fields, event);
  const loadPicture = async (pictureId: string) => {
    const png = await store.pictures.load(pictureId);
    if (png === null) throw new Failure('not-found', 'a picture is gone from the store', '图已经过期了,请再问一次。');
    return png;
  };
  const all = [
    config.wecomApp === null ? null : createWecomApp(config.wecomApp, { state, uploads: store.uploads, log: note }),
    config.wecomAibot === null ? null : createWecomAibot(config.wecomAibot, { state, log: note, loadPicture }),
    config.dingtalk === null ? null : createDingtalk(config.dingtalk, { state, log: note }),
    ...groupRobots(config),
    extra?.platform ?? null,
  ].filter((platform): platform is Platform => platform !== null);
  return new Map(all.map((platform) => [platform.name, platform]));
}

function groupRobots({ business, robots }: Config): Platform[] {
  const all = business.groups.flatMap(({ id, robot }) => (robot === undefined ? [] : [[id, robot] as const]));
  const keys = new Map(all.flatMap(([id, robot]) => ('key' in robot ? [[id, robot.key] as const] : [])));
  const custom = new Map(
    all.flatMap(([id, robot]) =>
      'token' in robot
        ? [[id, { accessToken: robot.token, secret: robot.secret ?? null, keyword: robot.keyword ?? null }] as const]
        : [],
    ),
  );
  return [
    ...(keys.size === 0 ? [] : [createWecomRobots({ keys, apiBase: robots.wecomApiBase })]),
    ...(custom.size === 0 ? [] : [createDingtalkRobots({ robots: custom, oapiBase: robots.dingtalkOapiBase })]),
  ];
}

function checks(
  store: ChatStore,
  house: OpenHouse,
  state: SharedState,
  platforms: ReadonlyMap<PlatformName, Platform>,
): ReadyCheck[] {
  const answers = (ping: () => Promise<unknown>) => async () => {
    try {
      await ping();
      return null;
    } catch {
      return 'does not answer';
    }
  };
  return [
    { name: 'bot database', why: answers(() => store.ping(1_500)) },
    {
      name: 'crm database',
      why: answers(() => house.crm.database.kysely.selectFrom('cm_users').select('user_id').limit(1).execute()),
    },
    { name: 'shared state', why: answers(() => state.ping(1_000)) },
    ...[...platforms.values()].map((platform) => ({
      name: platform.name,
      why: async () => (await platform.health(false)).why,
    })),
  ];
}

/** What every instance of this installation has and nobody outside it. */
const sharedSecrets = (config: Config): string[] =>
  [
    config.house.BOT_DATABASE_URL,
    config.wecomApp?.secret,
    config.wecomAibot?.aesKey,
    config.dingtalk?.clientSecret,
  ].filter((secret) => secret !== undefined);
