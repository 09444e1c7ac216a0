import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createDingtalk } from '../../src/platforms/dingtalk/dingtalk.ts';
import type { Address, Platform } from '../../src/platforms/platform.ts';
import { pushAddress } from '../../src/platforms/push-address.ts';
import { createWecomApp } from '../../src/platforms/wecom/wecom-app.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import { createRedisState } from '../../src/store/redis-state.ts';
import type { SharedState } from '../../src/store/shared-state.ts';
import { startDingtalkServer } from '../fakes/dingtalk-server.ts';
import { startWecomServer } from '../fakes/wecom-server.ts';
import { ownPrefix, redisAnswers, redisUrl } from '../store/redis.ts';
import { replyOf } from './platform-harness.ts';
import { appEnvironment, appSettings } from './wecom/harness.ts';

const hasRedis = await redisAnswers();
const quiet = { info: () => undefined, warn: () => undefined };

interface Vendor {
  make(state: SharedState): Platform;
  readonly address: Address;
  revoke(): void;
  tokenCalls(): number;
  deliveries(): number;
  close(): Promise<void>;
}

const addressOf = (tenant: 'wecom' | 'dingtalk', account: string): Address => {
  const address = pushAddress({ kind: 'person', tenant, account });
  if (address === null) throw new Error('no address');
  return address;
};

const vendors: Readonly<Record<string, () => Promise<Vendor>>> = {
  wecom: async () => {
    const server = await startWecomServer({
      corpId: appEnvironment.WECOM_CORP_ID,
      agentId: Number(appEnvironment.WECOM_AGENT_ID),
      secret: appEnvironment.WECOM_APP_SECRET,
    });
    return {
      make: (state) => createWecomApp(appSettings(server.url), { state }),
      address: addressOf('wecom', 'chenzhiyuan'),
      revoke: server.revokeToken,
      tokenCalls: server.tokenCalls,
      deliveries: () => server.deliveries().length,
      close: server.close,
    };
  },
  dingtalk: async () => {
    const app = { clientId: 'ding-client', clientSecret: 'a-secret', robotCode: 'ding-robot' };
    const server = await startDingtalkServer({ ...app, people: ['dd_chenzhiyuan'], groups: [] });
    const { apiBase, oapiBase } = server;
    return {
      make: (state) => createDingtalk({ ...app, mode: 'http', apiBase, oapiBase }, { state }),
      address: addressOf('dingtalk', 'dd_chenzhiyuan'),
      revoke: server.revokeTokens,
      tokenCalls: () => server.count('token'),
      deliveries: () => server.deliveries.length,
      close: server.close,
    };
  },
};

/** States of two instances: one in this process, or their own ways to one Redis. */
const states: Readonly<Record<string, () => { of(): SharedState; end(): Promise<void> }>> = {
  'in one process': () => {
    const state = createInProcessState();
    return { of: () => slow(state), end: state.close };
  },
  ...(hasRedis
    ? {
        'on one Redis': () => {
          const { prefix, flush } = ownPrefix();
          const opened: SharedState[] = [];
          return {
            of: () => {
              const state = createRedisState(redisUrl, { log: quiet, prefix });
              opened.push(state);
              return state;
            },
            end: async () => {
              await flush();
              for (const state of opened) await state.close();
            },
          };
        },
      }
    : {}),
};

/** Answers a little later each time, so that looks and writes of concurrent sends fall between each other. */
function slow(state: SharedState): SharedState {
  let n = 0;
  const pause = () => {
    n = (n * 7 + 3) % 11;
    return sleep(n);
  };
  return {
    ...state,
    get: async (key) => {
      const value = await state.get(key);
      await pause();
      return value;
    },
    deleteIf: async (key, expected) => {
      await pause();
      return state.deleteIf(key, expected);
    },
  };
}

// F12: it expires or is revoked in mid-run; one refresh, one retry, on all instances together.
describe.each(Object.keys(vendors))('a token of %s that ends in mid-run', (name) => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  describe.each(Object.keys(states))('%s', (where) => {
    async function opened() {
      const [vendor, shared] = [await vendors[name]!(), states[where]!()];
      ends.push(vendor.close, shared.end);
      const platforms = [vendor.make(shared.of()), vendor.make(shared.of())];
      ends.push(async () => void (await Promise.all(platforms.map((each) => each.close()))));
      let sent = 0;
      const send = async (on: number) => {
        const platform = platforms[on % 2]!;
        sent += 1;
        const n = sent;
        const [part] = platform.render(replyOf({ blocks: [{ kind: 'text', line: [`第 ${n} 条`] }] }), vendor.address);
        const outcome = await platform.send(part!, vendor.address, {
          idempotencyKey: `key-${n}`,
          attempt: 1,
          mayBeRepeat: false,
          nowMs: 1_795_000_000_000,
          loadPicture: () => Promise.reject(new Error('no picture')),
        });
        return outcome.kind === 'sent' ? 'sent' : JSON.stringify(outcome);
      };
      return { vendor, send };
    }

    it('is renewed by one call, however many messages meet its end at once, and all of them arrive', async () => {
      const { vendor, send } = await opened();
      expect(await send(0)).toBe('sent');
      for (let round = 1; round <= 10; round += 1) {
        vendor.revoke();
        const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n)));
        expect(new Set(outcomes)).toEqual(new Set(['sent']));
        expect(vendor.tokenCalls(), `after ${round} ends`).toBe(1 + round);
      }
      expect(vendor.deliveries()).toBe(201);
    });

    it('in the middle of a stream of messages: two calls of the token in all', async () => {
      const { vendor, send } = await opened();
      const outcomes: Promise<string>[] = [];
      for (let n = 0; n < 60; n += 1) {
        if (n === 30) vendor.revoke();
        outcomes.push(send(n), send(n + 1));
        await sleep(3);
      }
      expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['sent']));
      expect(vendor.tokenCalls()).toBeLessThanOrEqual(2);
      expect(vendor.deliveries()).toBe(120);
    });
  });
});
