import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { SharedState } from '../../store/shared-state.ts';
import { call } from '../http.ts';
import type { DingtalkSettings } from './config.ts';
import { judgeNewApi } from './outcomes.ts';
import type { Log } from './receive.ts';

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  /** DingTalk does not accept the credentials, the address or the app: no call is made for a while. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string };

/** The app's access token, one for all instances. */
export interface TokenSource {
  current(nowMs: number): Promise<TokenAnswer>;
  /** Forgets a token DingTalk no longer accepts, unless another instance already has a newer one. */
  drop(token: string): Promise<void>;
  /** Why the credentials are refused at present; null when they are not known to be. No call leaves. */
  refusal(nowMs: number): Promise<string | null>;
}

/** Renewed this long before it ends (dingtalk.md 11). */
const earlyMs = 600_000;
/** A wrong secret is not tried again before: a loop of wrong secrets gets the address banned. */
export const refusalHoldMs = 600_000;
const lockMs = 20_000;

const tokenSchema = z.object({ accessToken: z.string().min(1), expireIn: z.coerce.number().positive() });

/** One refresh in flight over all instances: a lock in the shared state, and one promise within this process. */
export function createTokenSource(
  settings: DingtalkSettings,
  state: SharedState,
  timeoutMs: number,
  log: Log,
): TokenSource {
  // Other credentials have other keys: a corrected secret neither finds the old token nor waits for the old refusal.
  const app = createHash('sha256').update(`${settings.clientId}\n${settings.clientSecret}`).digest('hex').slice(0, 24);
  const tokenKey = `dingtalk:token:${app}`;
  const lockKey = `dingtalk:token-lock:${app}`;
  const refusalKey = `dingtalk:token-refused:${app}`;
  /** Used while the shared state does not answer. */
  let own: { readonly token: string; readonly untilMs: number } | null = null;
  let ownRefusal: { readonly why: string; readonly untilMs: number } | null = null;
  let refreshing: Promise<TokenAnswer> | null = null;

  async function known(nowMs: number): Promise<TokenAnswer | null> {
    try {
      const token = await state.get(tokenKey);
      if (token !== null) return { kind: 'token', token };
      const why = await state.get(refusalKey);
      return why === null ? null : { kind: 'refused', why };
    } catch {
      if (own !== null && nowMs < own.untilMs) return { kind: 'token', token: own.token };
      return ownRefusal !== null && nowMs < ownRefusal.untilMs ? { kind: 'refused', why: ownRefusal.why } : null;
    }
  }

  async function refresh(nowMs: number): Promise<TokenAnswer> {
    const owner = randomUUID();
    const deadline = performance.now() + lockMs;
    let mine = await lock(owner);
    while (!mine) {
      await sleep(50);
      const found = await known(nowMs);
      if (found !== null) return found;
      if (performance.now() > deadline) return { kind: 'unavailable', why: 'another instance is renewing the token' };
      mine = await lock(owner);
    }
    try {
      return (await known(nowMs)) ?? (await fetchToken(nowMs));
    } finally {
      await state.deleteIf(lockKey, owner).catch(() => false);
    }
  }

  /** Without the shared state everybody renews for himself; DingTalk then gives all of them the same token. */
  async function lock(owner: string): Promise<boolean> {
    return state.setIfAbsent(lockKey, owner, lockMs).catch(() => true);
  }

  async function fetchToken(nowMs: number): Promise<TokenAnswer> {
    const verdict = judgeNewApi(
      await call({
        method: 'POST',
        url: `${settings.apiBase}/v1.0/oauth2/accessToken`,
        body: { appKey: settings.clientId, appSecret: settings.clientSecret },
        timeoutMs,
      }),
    );
    if (verdict.kind === 'accepted') {
      const parsed = tokenSchema.safeParse(verdict.body);
      if (!parsed.success) return { kind: 'unavailable', why: 'token call: no token in the answer' };
      const { accessToken, expireIn } = parsed.data;
      const lifeMs = expireIn * 1_000;
      const useMs = Math.max(lifeMs - earlyMs, lifeMs / 2);
      own = { token: accessToken, untilMs: nowMs + useMs };
      await state.set(tokenKey, accessToken, useMs).catch(() => undefined);
      return { kind: 'token', token: accessToken };
    }
    const why = `token call: ${verdict.why}`;
    if (verdict.kind !== 'never' && verdict.kind !== 'stale-token') {
      log('dingtalk access token is not to be had for now', { why });
      return { kind: 'unavailable', why };
    }
    ownRefusal = { why, untilMs: nowMs + refusalHoldMs };
    await state.set(refusalKey, why, refusalHoldMs).catch(() => undefined);
    log('dingtalk refuses the credentials, not asked again for ten minutes', { why });
    return { kind: 'refused', why };
  }

  return {
    async current(nowMs) {
      const found = await known(nowMs);
      if (found !== null) return found;
      refreshing ??= refresh(nowMs).finally(() => {
        refreshing = null;
      });
      return refreshing;
    },
    async drop(token) {
      if (own?.token === token) own = null;
      await state.deleteIf(tokenKey, token).catch(() => false);
    },
    async refusal(nowMs) {
      const found = await known(nowMs);
      return found?.kind === 'refused' ? found.why : null;
    },
  };
}
