import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/calendar/clock.ts';
import { carryInProcess } from '../../src/delivery/carrier.ts';
import { openChatStore } from '../../src/delivery/chat-store.ts';
import { createCourier } from '../../src/delivery/courier.ts';
import { createInboxWorker } from '../../src/delivery/inbox-worker.ts';
import type { InboundMessage } from '../../src/platforms/platform.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import { addressOf, collectorPlatform, fastRetry, quiet, text } from './collector-platform.ts';

/** One bot process under test; how it is set comes as the first argument, orders and news go over IPC. */
export interface InstanceSettings {
  readonly name: string;
  readonly storeUrl: string;
  readonly collectorUrl: string;
  readonly safe: boolean;
  readonly leaseMs: number;
  readonly timeoutMs: number;
  readonly redis: { readonly url: string; readonly prefix: string } | null;
  /** Where it stands still after telling so, to be killed there. */
  readonly haltAt: 'remembered' | 'working' | 'answered' | null;
}

export type Order =
  | { readonly kind: 'remember'; readonly messageIds: readonly string[] }
  | { readonly kind: 'enqueue'; readonly target: string; readonly base: string; readonly words: readonly string[] }
  | { readonly kind: 'stop' };

export type News = { readonly kind: 'ready' | 'acknowledged' | 'enqueued' | 'halted' | 'stopped' };

const settings = JSON.parse(process.argv[2] ?? '{}') as InstanceSettings;
const tell = (kind: News['kind']): void => void process.send?.({ kind } satisfies News);
const forEver = (): Promise<never> => new Promise(() => undefined);

const store = await openChatStore(settings.storeUrl, { leaseMs: settings.leaseMs });
const state =
  settings.redis === null
    ? createInProcessState()
    : (await import('../../src/store/redis-state.ts')).createRedisState(settings.redis.url, {
        log: quiet,
        prefix: `${settings.redis.prefix}:`,
      });
const courier = createCourier({
  store,
  platforms: collectorPlatform({
    url: settings.collectorUrl,
    safe: settings.safe,
    from: settings.name,
    timeoutMs: settings.timeoutMs,
  }),
  state,
  clock: systemClock,
  log: quiet,
  sweepMs: 150,
  retry: fastRetry,
});
const worker = createInboxWorker({
  store,
  log: quiet,
  sweepMs: 150,
  answer: async (message) => {
    if (settings.haltAt === 'working') {
      tell('halted');
      await forEver();
    }
    return { parts: [text(`${message.messageId}/0`), text(`${message.messageId}/1`)], picture: null };
  },
  apologise: (message) => [text(`${message.messageId}/sorry`)],
});
const held = settings.haltAt === 'remembered' || settings.haltAt === 'answered';
const parts = {
  store,
  worker: settings.haltAt === 'remembered' ? { wake: () => undefined, work: async () => undefined } : worker,
  courier: held ? { wake: () => undefined, deliver: async () => undefined } : courier,
};
// Loaded where it is needed: most tests start many processes without Redis.
const queueOf = async (redis: { readonly url: string; readonly prefix: string }) =>
  (await import('../../src/delivery/queue-carrier.ts')).carryThroughQueue({
    ...parts,
    log: quiet,
    redisUrl: redis.url,
    prefix: redis.prefix,
  });
const carrier = settings.redis === null ? carryInProcess(parts) : await queueOf(settings.redis);
if (held) {
  // Stopped before it begins, so that no sweep does what this process is to die before.
  await courier.stop();
  if (settings.haltAt === 'remembered') await worker.stop();
  store.outbox.onEnqueued(() => tell('halted'));
}

const questionOf = (messageId: string): InboundMessage => ({
  platform: 'simulator',
  messageId,
  userId: `u-${messageId}`,
  chat: { kind: 'private' },
  text: '漏斗 本月',
  address: addressOf(`t-${messageId}`),
});

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'remember':
      await Promise.all(order.messageIds.map((id) => store.inbox.remember(questionOf(id))));
      tell('acknowledged');
      if (settings.haltAt === 'remembered') tell('halted');
      return;
    case 'enqueue':
      await store.outbox.enqueue([
        {
          address: addressOf(order.target),
          parts: order.words.map(text),
          idempotencyKeyBase: order.base,
          cause: order.base,
        },
      ]);
      tell('enqueued');
      return;
    case 'stop':
      await Promise.all([worker.stop(), courier.stop()]);
      await carrier.close();
      await state.close();
      await store.close();
      tell('stopped');
      await sleep(20);
      process.exit(0);
  }
}

process.on('message', (order: Order) => void obey(order));
tell('ready');
