import { createHash } from 'node:crypto';
import type { SharedState } from '../../store/shared-state.ts';
import { call } from '../http.ts';
import type { SendContext, SendOutcome } from '../platform.ts';
import { reactionTo, readAnswer } from './outcomes.ts';

/** A `response_url` lives one hour (wecom.md 2.6); a minute is left for the way. */
const lifeMs = 59 * 60_000;

/**
 * Whether an address is WeCom's: scheme, host and port are those of the configured base. The payload names it, so
 * whoever could forge one would have this server call where they like.
 */
export function isResponseUrl(text: string, apiBase: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.origin === new URL(apiBase).origin && url.username === '' && url.password === '';
}

export interface Response {
  readonly url: string;
  readonly startedAtMs: number;
  /** Markdown within 20,480 bytes; pictures do not go this way. */
  readonly content: string;
}

export interface ResponseDeps {
  readonly state: SharedState;
  readonly apiBase: string;
  readonly timeoutMs: number;
}

/**
 * Delivers an answer to the one place a message has for a late one. It takes one successful call, so a repeat after an
 * unknown outcome cannot show twice. Rejects when the shared state does.
 */
export async function respond(deps: ResponseDeps, response: Response, context: SendContext): Promise<SendOutcome> {
  const never = (why: string): SendOutcome => ({ kind: 'never', why, tellAdmin: false });
  if (!isResponseUrl(response.url, deps.apiBase)) return never('the response_url is not WeCom’s');
  if (context.nowMs - response.startedAtMs > lifeMs) return never('the response_url is over an hour old');
  const place = `wecom:response:${createHash('sha256').update(response.url).digest('hex').slice(0, 40)}`;
  const isMine =
    (await deps.state.setIfAbsent(place, context.idempotencyKey, lifeMs + 120_000)) ||
    (await deps.state.get(place)) === context.idempotencyKey;
  if (!isMine) return never('the response_url was used for another answer');
  const answer = readAnswer(
    await call({
      method: 'POST',
      url: response.url,
      body: { msgtype: 'markdown', markdown: { content: response.content } },
      timeoutMs: deps.timeoutMs,
    }),
  );
  if (answer.kind === 'failed') return answer.outcome;
  if (answer.errcode === 0) return { kind: 'sent', receipt: null };
  const reaction = reactionTo(answer.errcode);
  if (reaction.kind === 'end' && reaction.outcome.kind !== 'later') return reaction.outcome;
  // Used, expired or unknown to us: only WeCom's own haste is worth another try here.
  const isPassing = [-1, 45009, 45033].includes(answer.errcode);
  return isPassing && reaction.kind === 'end' ? reaction.outcome : never(`errcode ${answer.errcode} of response_url`);
}
