import { call } from '../http.ts';
import type { SendOutcome } from '../platform.ts';
import type { DingtalkSettings } from './config.ts';
import { judgeNewApi, judgeOldApi, type Verdict } from './outcomes.ts';
import { refusalHoldMs, type TokenSource } from './token.ts';

/** What is left once tokens are dealt with. */
export type ApiAnswer =
  | { readonly kind: 'accepted'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'stale-media'; readonly why: string }
  | Exclude<SendOutcome, { kind: 'sent' }>;

/** DingTalk's OpenAPI with the app's token; a stale token is renewed once and the call repeated once. */
export interface Openapi {
  /** A path of the new API, e.g. `/v1.0/robot/groupMessages/send`. */
  post(path: string, body: Readonly<Record<string, unknown>>, nowMs: number): Promise<ApiAnswer>;
  /** `media/upload` of the old API (dingtalk.md 5.4); `body.media_id` is the id. */
  uploadImage(png: Buffer, nowMs: number): Promise<ApiAnswer>;
}

export function createOpenapi(settings: DingtalkSettings, tokens: TokenSource, timeoutMs: number): Openapi {
  async function withToken(nowMs: number, attempt: (token: string) => Promise<Verdict>): Promise<ApiAnswer> {
    let why = '';
    for (let tries = 0; tries < 2; tries += 1) {
      const answer = await tokens.current(nowMs);
      if (answer.kind === 'refused') {
        return { kind: 'later', afterMs: refusalHoldMs, why: answer.why, holdTarget: false };
      }
      if (answer.kind === 'unavailable') return { kind: 'later', afterMs: 5_000, why: answer.why, holdTarget: false };
      const verdict = await attempt(answer.token);
      if (verdict.kind === 'session-over') return { kind: 'never', why: verdict.why, tellAdmin: true };
      if (verdict.kind !== 'stale-token') return verdict;
      await tokens.drop(answer.token);
      why = verdict.why;
    }
    // A token bought a moment ago is not accepted either: more of them would not be.
    return { kind: 'later', afterMs: 60_000, why: `new token refused too: ${why}`, holdTarget: true };
  }

  return {
    post: (path, body, nowMs) =>
      withToken(nowMs, async (token) =>
        judgeNewApi(
          await call({
            method: 'POST',
            url: `${settings.apiBase}${path}`,
            headers: { 'x-acs-dingtalk-access-token': token },
            body,
            timeoutMs,
          }),
        ),
      ),

    uploadImage: (png, nowMs) =>
      withToken(nowMs, async (token) => {
        const form = new FormData();
        form.append('media', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'chart.png');
        form.append('type', 'image');
        const outcome = await call({
          method: 'POST',
          url: `${settings.oapiBase}/media/upload`,
          query: { access_token: token, type: 'image' },
          body: form,
          timeoutMs,
        });
        return judgeOldApi(outcome, 'media');
      }),
  };
}
