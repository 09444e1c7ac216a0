import type { DingtalkSettings } from '../../../src/platforms/dingtalk/config.ts';
import { createDingtalk } from '../../../src/platforms/dingtalk/dingtalk.ts';
import { sealDingtalkCallback } from '../../../src/platforms/dingtalk/seal.ts';
import type { Address, OutboundPart, Platform, SendContext, SendOutcome } from '../../../src/platforms/platform.ts';
import { createInProcessState } from '../../../src/store/in-process-state.ts';
import type { SharedState } from '../../../src/store/shared-state.ts';
import { type DingtalkServer, startDingtalkServer } from '../../fakes/dingtalk-server.ts';
import { samplePicture } from '../conformance.ts';

export const nowMs = 1_795_000_000_000;
export const groupId = 'cidWestRegion8kQ==';
const secret = 'GT-lsu-taDAxxxsTsxxxx-the-secret';

/** Shared state of one test; `fail()` makes it as unreachable as a Redis that is gone, `keys()` are those written. */
export function testState(): SharedState & { fail(): void; keys(): readonly string[] } {
  const real = createInProcessState();
  const keys: string[] = [];
  let failing = false;
  const reach = (key: string): void => {
    if (failing) throw new Error('shared state is unreachable');
    keys.push(key);
  };
  return {
    ...real,
    fail() {
      failing = true;
    },
    keys: () => keys,
    async get(key) {
      reach(key);
      return real.get(key);
    },
    async set(key, value, ttlMs) {
      reach(key);
      await real.set(key, value, ttlMs);
    },
    async setIfAbsent(key, value, ttlMs) {
      reach(key);
      return real.setIfAbsent(key, value, ttlMs);
    },
    async deleteIf(key, expected) {
      reach(key);
      return real.deleteIf(key, expected);
    },
  };
}

/** A DingTalk platform with its fake servers, and what a test wants to know about both. */
export interface DingtalkHarness {
  readonly server: DingtalkServer;
  readonly settings: DingtalkSettings;
  readonly state: ReturnType<typeof testState>;
  readonly platform: Platform;
  readonly secrets: readonly string[];
  another(): Platform;
  logged(): string;
  /** The address an answer to a message gets. */
  addressFor(where: { readonly group?: boolean; readonly sessionWebhook?: string }): Promise<Address>;
  send(part: OutboundPart, address: Address, over?: Partial<SendContext>): Promise<SendOutcome>;
  close(): Promise<void>;
}

export async function startHarness(): Promise<DingtalkHarness> {
  const server = await startDingtalkServer({
    clientId: 'ding-client',
    clientSecret: secret,
    robotCode: 'ding-robot',
    people: ['wanglei'],
    groups: [groupId],
  });
  const settings: DingtalkSettings = {
    clientId: 'ding-client',
    clientSecret: secret,
    robotCode: 'ding-robot',
    mode: 'http',
    apiBase: server.apiBase,
    oapiBase: server.oapiBase,
  };
  const state = testState();
  let logged = '';
  const write = (...parts: unknown[]): void => {
    logged += `${JSON.stringify(parts)}\n`;
  };
  const another = (): Platform => createDingtalk(settings, { state, log: write, timeoutMs: 2_000 });
  const platform = another();
  return {
    server,
    settings,
    state,
    platform,
    another,
    secrets: [secret, 'token-1-', 'token-2-', 'session='],
    logged: () => logged,
    async addressFor({ group, sessionWebhook }) {
      const request = sealDingtalkCallback({
        settings,
        userId: 'wanglei',
        text: '漏斗 本月',
        nowMs,
        ...(group === true ? { conversation: { groupId } } : {}),
        ...(sessionWebhook === undefined ? {} : { sessionWebhook }),
      });
      const received = await platform.receive(request, nowMs);
      if (received.kind !== 'message') throw new Error(`expected a message, got ${received.kind}`);
      return received.message.address;
    },
    send: (part, address, over) =>
      platform.send(part, address, {
        idempotencyKey: 'reply-1-0',
        attempt: 1,
        mayBeRepeat: false,
        nowMs,
        loadPicture: async () => samplePicture.png,
        ...over,
      }),
    close: () => server.close(),
  };
}
