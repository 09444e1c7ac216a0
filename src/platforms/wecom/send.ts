import { createHash } from 'node:crypto';
import type { SharedState } from '../../store/shared-state.ts';
import type { Uploads } from '../../store/uploads.ts';
import { call } from '../http.ts';
import type { Address, OutboundPart, SendContext, SendOutcome } from '../platform.ts';
import type { WecomAppSettings } from './config.ts';
import { createMedia, type PictureRequest } from './media.ts';
import { type Reaction, reactionTo, readAnswer, sentOutcome } from './outcomes.ts';
import type { Tokens } from './token.ts';

/** The longest that WeCom can tell a repeat by its body (wecom.md 5.2), in seconds. */
const duplicateCheckSeconds = 14_400;

const markAlphabet = ['\u200b', '\u200c', '\u200d', '\u2060'];
/** Bytes that `answerMark` adds. */
export const answerMarkBytes = 24;

/**
 * Eight invisible characters made from the idempotency key. WeCom drops a message whose body it has seen within four
 * hours: attempts at one answer must be equal to the byte, but the same answer to a question asked again must not be.
 */
export function answerMark(idempotencyKey: string): string {
  const [high = 0, low = 0] = createHash('sha256').update(idempotencyKey).digest();
  const bits = high * 256 + low;
  return Array.from({ length: 8 }, (_, index) => markAlphabet[(bits >> (2 * index)) & 3]).join('');
}

export interface AppSendDeps {
  readonly state: SharedState;
  readonly uploads: Uploads | null;
  readonly tokens: Tokens;
  readonly timeoutMs: number;
}

export type AppSend = (part: OutboundPart, address: Address, context: SendContext) => Promise<SendOutcome>;

/** `message/send` to one member, with its upload before it for pictures (wecom.md 5.2, 5.5). */
export function createAppSend(settings: WecomAppSettings, deps: AppSendDeps): AppSend {
  const media = createMedia(settings, deps);

  const frame = (touser: string): Record<string, unknown> => ({
    touser,
    agentid: settings.agentId,
    enable_duplicate_check: 1,
    duplicate_check_interval: duplicateCheckSeconds,
  });

  async function post(body: Readonly<Record<string, unknown>>, token: string): Promise<Reaction> {
    const answer = readAnswer(
      await call({
        method: 'POST',
        url: `${settings.apiBase}/cgi-bin/message/send`,
        query: { access_token: token },
        // As bytes of our own making: a repeat is told by them.
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: Buffer.from(JSON.stringify(body), 'utf8'),
        timeoutMs: deps.timeoutMs,
      }),
    );
    if (answer.kind === 'failed') return { kind: 'end', outcome: answer.outcome };
    if (answer.errcode !== 0) return reactionTo(answer.errcode, answer.fields.errmsg);
    return { kind: 'end', outcome: sentOutcome(answer.fields) };
  }

  async function attempt(
    part: OutboundPart,
    userId: string,
    context: SendContext,
    token: string,
  ): Promise<{ readonly reaction: Reaction; readonly mediaId: string | null }> {
    if (part.kind === 'picture' && part.pictureId !== null) {
      const found = await media.mediaId(pictureRequest(part.pictureId, userId, context), token);
      if (found.kind === 'none') return { reaction: found.reaction, mediaId: null };
      const body = { ...frame(userId), msgtype: 'image', image: { media_id: found.mediaId } };
      return { reaction: await post(body, token), mediaId: found.mediaId };
    }
    // Past the four hours a repeat may be shown twice: it says what it is.
    const content = `${context.mayBeRepeat ? '(补发)\n\n' : ''}${String(part.body.content)}`;
    const body = {
      ...frame(userId),
      msgtype: 'markdown',
      markdown: { content: `${content}${answerMark(context.idempotencyKey)}` },
    };
    return { reaction: await post(body, token), mediaId: null };
  }

  return async (part, address, context) => {
    const { userId } = address.data;
    if (typeof userId !== 'string') return { kind: 'never', why: 'the address names no member', tellAdmin: true };
    // One renewed token and one fresh upload at most, each once: no loop whatever WeCom answers.
    let refused: string | undefined;
    let uploadedAgain = false;
    while (true) {
      const got = await deps.tokens.get(context.nowMs, refused);
      if (got.kind === 'none') return got.outcome;
      const { reaction, mediaId } = await attempt(part, userId, context, got.token);
      switch (reaction.kind) {
        case 'end':
          return reaction.outcome;
        case 'renew-token':
          await deps.tokens.forget(got.token);
          if (refused !== undefined)
            return { kind: 'later', afterMs: 60_000, why: 'a fresh token was refused as well', holdTarget: false };
          refused = got.token;
          break;
        case 'upload-again':
          if (part.pictureId === null || uploadedAgain)
            return { kind: 'never', why: 'errcode 40007: media id not valid', tellAdmin: true };
          if (mediaId !== null) await media.forget(pictureRequest(part.pictureId, userId, context), mediaId);
          uploadedAgain = true;
          break;
      }
    }
  };
}

const pictureRequest = (pictureId: string, userId: string, context: SendContext): PictureRequest => ({
  pictureId,
  userId,
  idempotencyKey: context.idempotencyKey,
  loadPicture: context.loadPicture,
});
