import { z } from 'zod';
import { never } from '../../failure.ts';
import { call } from '../http.ts';
import type { Address, OutboundPart, SendContext, SendOutcome } from '../platform.ts';
import { type Destination, destinationOf } from './address.ts';
import type { DingtalkSettings } from './config.ts';
import type { ApiAnswer, Openapi } from './openapi.ts';
import { judgeOldApi, type Verdict } from './outcomes.ts';
import type { Pictures } from './pictures.ts';
import { type Session, sessionCall, unlockSession } from './session.ts';

/** A session webhook is not used any more this long before its end (dingtalk.md 11). */
const sessionMarginMs = 60_000;

const textBodySchema = z.object({ title: z.string(), text: z.string(), mention: z.boolean() });
const pictureBodySchema = z.object({ title: z.string() });

interface Message {
  readonly msgKey: 'sampleMarkdown' | 'sampleImageMsg';
  readonly msgParam: Readonly<Record<string, string>>;
}

/** Sends one part: words by the session webhook while it lasts, which can call the asker; everything else by OpenAPI. */
export function createSender(settings: DingtalkSettings, openapi: Openapi, pictures: Pictures, timeoutMs: number) {
  return async function send(part: OutboundPart, address: Address, context: SendContext): Promise<SendOutcome> {
    const destination = destinationOf(address);
    if (destination === null) return bug('address is not one of DingTalk');
    if (part.kind === 'picture' && part.pictureId !== null) {
      const body = pictureBodySchema.safeParse(part.body);
      if (!body.success) return bug('picture part is not one of DingTalk');
      return sendPicture(part.pictureId, body.data.title, destination, context);
    }
    const body = textBodySchema.safeParse(part.body);
    if (part.kind !== 'text' || !body.success) return bug('part is not one of DingTalk');
    const text = context.mayBeRepeat ? `(补发)\n\n${body.data.text}` : body.data.text;
    const session = liveSession(destination, address.target, context.nowMs);
    if (session !== null) {
      const mention = body.data.mention && destination.chat === 'group' ? mentionable(destination.askerId) : null;
      const verdict = await sendBySession(session, body.data.title, text, mention);
      if (verdict.kind !== 'session-over') return verdict;
    }
    const answer = await sendByOpenapi(
      { msgKey: 'sampleMarkdown', msgParam: { title: body.data.title, text } },
      destination,
      context.nowMs,
    );
    return answer.kind === 'stale-media' ? { kind: 'never', why: answer.why, tellAdmin: true } : answer;
  };

  function liveSession(destination: Destination, target: string, nowMs: number): Session | null {
    if (destination.session === null || nowMs >= destination.sessionUntilMs - sessionMarginMs) return null;
    return unlockSession(destination.session, target, settings);
  }

  async function sendBySession(
    session: Session,
    title: string,
    text: string,
    mention: string | null,
  ): Promise<SendOutcome | { kind: 'session-over' }> {
    const { url, query } = sessionCall(session, settings.oapiBase);
    const words = mention === null ? text : `@${mention}\n\n${text}`;
    const outcome = await call({
      method: 'POST',
      url,
      query,
      body: {
        msgtype: 'markdown',
        markdown: { title, text: words },
        ...(mention === null ? {} : { at: { atUserIds: [mention], isAtAll: false } }),
      },
      timeoutMs,
    });
    return sessionOutcome(judgeOldApi(outcome, 'session'));
  }

  async function sendPicture(
    pictureId: string,
    title: string,
    destination: Destination,
    context: SendContext,
  ): Promise<SendOutcome> {
    for (let tries = 0; tries < 2; tries += 1) {
      const uploaded = await pictures.mediaIdOf(pictureId, context);
      if (uploaded.kind !== 'media') return uploaded;
      const { mediaId } = uploaded;
      // A bare picture has no place for the mark, so a repeat travels inside Markdown (dingtalk.md 5.4).
      const message: Message = context.mayBeRepeat
        ? { msgKey: 'sampleMarkdown', msgParam: { title, text: `(补发)\n\n![${title}](${mediaId})` } }
        : { msgKey: 'sampleImageMsg', msgParam: { photoURL: mediaId } };
      const answer = await sendByOpenapi(message, destination, context.nowMs);
      if (answer.kind !== 'stale-media') return answer;
      await pictures.forget(pictureId, mediaId);
    }
    return { kind: 'never', why: 'DingTalk does not accept the picture', tellAdmin: true };
  }

  async function sendByOpenapi(
    message: Message,
    destination: Destination,
    nowMs: number,
  ): Promise<SendOutcome | { kind: 'stale-media'; why: string }> {
    const common = {
      robotCode: settings.robotCode,
      msgKey: message.msgKey,
      msgParam: JSON.stringify(message.msgParam),
    };
    if (destination.chat === 'group') {
      const body = { ...common, openConversationId: destination.conversationId };
      return apiOutcome(await openapi.post('/v1.0/robot/groupMessages/send', body, nowMs), null);
    }
    const body = { ...common, userIds: [destination.userId] };
    return apiOutcome(await openapi.post('/v1.0/robot/oToMessages/batchSend', body, nowMs), destination.userId);
  }
}

const staffIds = z.array(z.string()).nullish();
const deliverySchema = z.object({
  processQueryKey: z.string().nullish(),
  invalidStaffIdList: staffIds,
  flowControlledStaffIdList: staffIds,
});

/** Status 200 is not yet delivery: the lists name who got nothing (dingtalk.md 5.2). */
function apiOutcome(answer: ApiAnswer, userId: string | null): SendOutcome | { kind: 'stale-media'; why: string } {
  if (answer.kind !== 'accepted') return answer;
  const parsed = deliverySchema.safeParse(answer.body);
  if (!parsed.success) return { kind: 'unknown', why: 'answer has an unexpected shape' };
  const { processQueryKey, invalidStaffIdList, flowControlledStaffIdList } = parsed.data;
  if (userId !== null && invalidStaffIdList?.includes(userId)) {
    return { kind: 'gone', why: 'staff id is not valid or outside the visible range' };
  }
  if (userId !== null && flowControlledStaffIdList?.includes(userId)) {
    return { kind: 'later', afterMs: 60_000, why: 'person is flow controlled', holdTarget: true };
  }
  if (typeof processQueryKey !== 'string' || processQueryKey === '') {
    return { kind: 'unknown', why: 'answer confirms nothing' };
  }
  return { kind: 'sent', receipt: processQueryKey };
}

function sessionOutcome(verdict: Verdict): SendOutcome | { kind: 'session-over' } {
  switch (verdict.kind) {
    case 'accepted':
      return { kind: 'sent', receipt: null };
    // A session carries no token of ours: both codes can only mean that the session is not accepted.
    case 'stale-token':
    case 'session-over':
      return { kind: 'session-over' };
    case 'stale-media':
      return { kind: 'never', why: verdict.why, tellAdmin: true };
    case 'later':
    case 'unknown':
    case 'never':
    case 'gone':
      return verdict;
    default:
      return never(verdict);
  }
}

/** The id stands in the text as `@id`: only one that can be nothing but an id is written there. */
function mentionable(userId: string | null): string | null {
  return userId !== null && /^[A-Za-z0-9_.:$+=-]+$/.test(userId) && userId.toLowerCase() !== 'all' ? userId : null;
}

function bug(why: string): SendOutcome {
  return { kind: 'never', why, tellAdmin: true };
}
