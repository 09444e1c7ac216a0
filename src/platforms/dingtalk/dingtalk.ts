import { systemClock } from '../../calendar/clock.ts';
import type { SharedState } from '../../store/shared-state.ts';
import type { Address, Platform } from '../platform.ts';
import { destinationOf } from './address.ts';
import type { DingtalkSettings } from './config.ts';
import { createOpenapi } from './openapi.ts';
import { createPictures } from './pictures.ts';
import { type Log, receiveRobotCallback } from './receive.ts';
import { renderReply } from './render.ts';
import { dingtalkCallbackPath } from './seal.ts';
import { createSender } from './send.ts';
import { createTokenSource } from './token.ts';

export interface DingtalkDeps {
  readonly state: SharedState;
  readonly log?: Log;
  /** How long one call to DingTalk may take; 10 s by default. */
  readonly timeoutMs?: number;
}

/** DingTalk's enterprise internal-app robot (企业机器人), HTTP mode (dingtalk.md 1, 5). */
export function createDingtalk(settings: DingtalkSettings, deps: DingtalkDeps): Platform {
  const { state } = deps;
  const log = deps.log ?? (() => undefined);
  const timeoutMs = deps.timeoutMs ?? 10_000;
  const tokens = createTokenSource(settings, state, timeoutMs, log);
  const openapi = createOpenapi(settings, tokens, timeoutMs);
  const pictures = createPictures(settings, state, openapi);

  return {
    name: 'dingtalk',
    callbackPath: dingtalkCallbackPath,
    receive: async (request, nowMs) => receiveRobotCallback(request, nowMs, settings, log),
    render: renderReply,
    send: createSender(settings, openapi, pictures, timeoutMs),
    // Neither the session webhook nor the OpenAPI takes an idempotency key (reliability.md 2).
    repeatsAreSafe: () => false,
    allowances: [
      // 20 a minute, then DingTalk is silent for ten minutes (dingtalk.md 4.3).
      { limit: 18, windowMs: 60_000, key: (address) => `dingtalk:webhook:${address.target}` },
      // 20 a second per app and API (dingtalk.md 5.9).
      { limit: 15, windowMs: 1_000, key: (address) => `dingtalk:api:${settings.clientId}:${apiOf(address)}` },
    ],
    async health(probe) {
      const nowMs = systemClock.now();
      if (!probe) {
        const why = await tokens.refusal(nowMs);
        return { ready: why === null, why };
      }
      const answer = await tokens.current(nowMs);
      return answer.kind === 'token' ? { ready: true, why: null } : { ready: false, why: answer.why };
    },
    close: async () => {},
  };
}

function apiOf(address: Address): 'groupMessages' | 'oToMessages' {
  return destinationOf(address)?.chat === 'group' ? 'groupMessages' : 'oToMessages';
}
