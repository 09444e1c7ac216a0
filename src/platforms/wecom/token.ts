import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedState } from '../../store/shared-state.ts';
import { call } from '../http.ts';
import type { SendOutcome } from '../platform.ts';
import type { WecomAppSettings } from './config.ts';
import { reactionTo, readAnswer } from './outcomes.ts';

export type TokenResult =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly outcome: SendOutcome };

/** The access token of one app, the same for all instances (wecom.md 5.1). */
export interface Tokens {
  /** One that another caller was just finding may be the `refused` one still: it is looked for anew. */
  get(nowMs: number, refused?: string): Promise<TokenResult>;
  /** Drops a token that WeCom refused, unless another one has taken its place already. */
  forget(token: string): Promise<void>;
  /** Why no token is to be had, while the secret counts as wrong. No call leaves. */
  refusal(): Promise<string | null>;
}

export interface TokenDeps {
  readonly state: SharedState;
  readonly timeoutMs: number;
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

interface Stored {
  readonly token: string;
  readonly useUntilMs: number;
}

/** A token is renewed so long before its end; one of a short life at half of it. */
const renewBeforeMs = 5 * 60_000;
/** Repeated wrong secrets ban the caller's address for an hour: one try in this time. */
const refusedForMs = 30 * 60_000;
const lockMs = 15_000;
const waitStepMs = 40;

/** Codes of `gettoken` that no repetition mends (wecom.md 6). */
const wrongCredentials = new Set([40001, 40013, 40091, 41002, 41004]);

const isStored = (value: unknown): value is Stored =>
  typeof value === 'object' &&
  value !== null &&
  'token' in value &&
  typeof value.token === 'string' &&
  'useUntilMs' in value &&
  typeof value.useUntilMs === 'number';

function storedIn(text: string | null): Stored | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isStored(value) ? value : null;
  } catch {
    return null;
  }
}

export function createTokens(settings: WecomAppSettings, deps: TokenDeps): Tokens {
  // A changed secret is another key: its token and its refusal start anew.
  const identity = createHash('sha256')
    .update(JSON.stringify([settings.apiBase, settings.corpId, settings.agentId, settings.secret]))
    .digest('hex')
    .slice(0, 24);
  const key = `wecom:token:${identity}`;
  const lockKey = `wecom:token-lock:${identity}`;
  const refusedKey = `wecom:token-refused:${identity}`;
  let inFlight: Promise<TokenResult> | null = null;
  /** What this instance knows; used where the shared state does not answer. */
  let own: { stored: Stored | null; refusedUntilMs: number } = { stored: null, refusedUntilMs: 0 };

  const none = (outcome: SendOutcome): TokenResult => ({ kind: 'none', outcome });
  const refusedOutcome = (why: string): SendOutcome => ({
    kind: 'later',
    afterMs: refusedForMs,
    why: `no token: ${why}; not asked again for a while`,
    holdTarget: false,
  });

  /** null = the shared state does not answer. */
  async function shared<T>(work: () => Promise<T>): Promise<{ readonly value: T } | null> {
    try {
      return { value: await work() };
    } catch {
      deps.log('wecom token without shared state', {});
      return null;
    }
  }

  const fresh = (stored: Stored | null, nowMs: number): string | null =>
    stored !== null && stored.useUntilMs > nowMs ? stored.token : null;

  async function fetchToken(nowMs: number): Promise<TokenResult> {
    const answer = readAnswer(
      await call({
        method: 'GET',
        url: `${settings.apiBase}/cgi-bin/gettoken`,
        query: { corpid: settings.corpId, corpsecret: settings.secret },
        timeoutMs: deps.timeoutMs,
      }),
    );
    if (answer.kind === 'failed') {
      const why = 'why' in answer.outcome ? answer.outcome.why : 'no answer';
      // Nothing was sent to anybody: an unknown end of this call is a known end of the message.
      return none({ kind: 'later', afterMs: 5_000, why: `no token: ${why}`, holdTarget: false });
    }
    const { errcode, fields } = answer;
    if (wrongCredentials.has(errcode)) {
      const why = `errcode ${errcode}, wrong corp id or secret`;
      own = { stored: null, refusedUntilMs: nowMs + refusedForMs };
      await shared(() => deps.state.set(refusedKey, why, refusedForMs));
      deps.log('wecom token refused', { errcode });
      return none(refusedOutcome(why));
    }
    if (errcode !== 0) {
      const reaction = reactionTo(errcode);
      const known = reaction.kind === 'end' && reaction.outcome.kind === 'later' ? reaction.outcome.afterMs : 60_000;
      return none({ kind: 'later', afterMs: known, why: `no token: errcode ${errcode}`, holdTarget: false });
    }
    const { access_token: token, expires_in: seconds } = fields;
    if (typeof token !== 'string' || token === '' || typeof seconds !== 'number' || !(seconds > 0))
      return none({ kind: 'later', afterMs: 60_000, why: 'no token in the answer', holdTarget: false });
    const lifeMs = seconds * 1000;
    const useForMs = Math.max(lifeMs - renewBeforeMs, Math.floor(lifeMs / 2));
    const stored: Stored = { token, useUntilMs: nowMs + useForMs };
    own = { stored, refusedUntilMs: 0 };
    await shared(() => deps.state.set(key, JSON.stringify(stored), useForMs));
    return { kind: 'token', token };
  }

  async function obtain(nowMs: number): Promise<TokenResult> {
    const owner = randomUUID();
    const waitUntil = performance.now() + lockMs;
    while (true) {
      const found = await shared(async () => ({
        stored: storedIn(await deps.state.get(key)),
        refused: await deps.state.get(refusedKey),
      }));
      if (found === null) return obtainAlone(nowMs);
      const token = fresh(found.value.stored, nowMs);
      if (token !== null) return { kind: 'token', token };
      if (found.value.refused !== null) return none(refusedOutcome(found.value.refused));
      const lock = await shared(() => deps.state.setIfAbsent(lockKey, owner, lockMs));
      if (lock === null) return obtainAlone(nowMs);
      if (lock.value) {
        try {
          // Between the look and the lock another instance may have been through.
          const again = await shared(() => deps.state.get(key));
          const theirs = fresh(storedIn(again?.value ?? null), nowMs);
          return theirs === null ? await fetchToken(nowMs) : { kind: 'token', token: theirs };
        } finally {
          await shared(() => deps.state.deleteIf(lockKey, owner));
        }
      }
      if (performance.now() > waitUntil)
        return none({ kind: 'later', afterMs: 5_000, why: 'no token: another instance is at it', holdTarget: false });
      await sleep(waitStepMs);
    }
  }

  async function obtainAlone(nowMs: number): Promise<TokenResult> {
    const token = fresh(own.stored, nowMs);
    if (token !== null) return { kind: 'token', token };
    if (own.refusedUntilMs > nowMs) return none(refusedOutcome('wrong corp id or secret'));
    return fetchToken(nowMs);
  }

  function shareObtaining(nowMs: number): Promise<TokenResult> {
    inFlight ??= obtain(nowMs).finally(() => {
      inFlight = null;
    });
    return inFlight;
  }

  return {
    async get(nowMs, refused) {
      const found = await shareObtaining(nowMs);
      return found.kind === 'token' && found.token === refused ? shareObtaining(nowMs) : found;
    },
    async forget(token) {
      if (own.stored?.token === token) own = { ...own, stored: null };
      await shared(async () => {
        const text = await deps.state.get(key);
        if (text !== null && storedIn(text)?.token === token) await deps.state.deleteIf(key, text);
      });
    },
    async refusal() {
      const found = await shared(() => deps.state.get(refusedKey));
      return found?.value ?? null;
    },
  };
}
