import { systemClock } from '../../calendar/clock.ts';
import type { SharedState } from '../../store/shared-state.ts';
import type { Uploads } from '../../store/uploads.ts';
import type { Platform } from '../platform.ts';
import type { WecomAppSettings } from './config.ts';
import { receiveApp } from './receive-app.ts';
import { renderApp } from './render.ts';
import { createAppSend } from './send.ts';
import { createTokens } from './token.ts';

export interface WecomAppDeps {
  readonly state: SharedState;
  /** Where media ids outlive the process and the shared state; without it a repeated picture may be shown twice. */
  readonly uploads?: Uploads;
  readonly log?: (event: string, fields: Readonly<Record<string, unknown>>) => void;
  /** How long one call to WeCom may take; 10 s by default. */
  readonly timeoutMs?: number;
}

/** Self-built app (自建应用): private chats only, answers by `message/send` (wecom.md 1 and 5). */
export function createWecomApp(settings: WecomAppSettings, deps: WecomAppDeps): Platform {
  const timeoutMs = deps.timeoutMs ?? 10_000;
  const log = deps.log ?? (() => undefined);
  const tokens = createTokens(settings, { state: deps.state, timeoutMs, log });
  const send = createAppSend(settings, { state: deps.state, uploads: deps.uploads ?? null, tokens, timeoutMs });
  return {
    name: 'wecom-app',
    callbackPath: '/callbacks/wecom/app',
    receive: async (request, nowMs) => receiveApp(settings, request, nowMs),
    render: (reply) => renderApp(reply),
    async send(part, address, context) {
      try {
        return await send(part, address, context);
      } catch {
        // Only the shared state and the bot's tables reject, and they are asked before a message leaves, never after.
        return {
          kind: 'later',
          afterMs: 5_000,
          why: 'the shared state or the bot database does not answer',
          holdTarget: false,
        };
      }
    },
    // A repeat has the same bytes within four hours, a picture's too: its media id is kept with the message.
    repeatsAreSafe: () => true,
    // What is over 30 a minute and 1,000 an hour is dropped without a word (wecom.md 5.2).
    allowances: [
      { limit: 28, windowMs: 60_000, key: (address) => address.target },
      { limit: 950, windowMs: 3_600_000, key: (address) => address.target },
    ],
    async health(probe) {
      const refusal = await tokens.refusal();
      if (refusal !== null) return { ready: false, why: refusal };
      if (!probe) return { ready: true, why: null };
      const got = await tokens.get(systemClock.now());
      if (got.kind === 'token') return { ready: true, why: null };
      return { ready: false, why: 'why' in got.outcome ? got.outcome.why : 'no token' };
    },
    close: async () => undefined,
  };
}
