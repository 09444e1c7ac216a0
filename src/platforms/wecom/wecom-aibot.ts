import { createHash } from 'node:crypto';
import type { SharedState } from '../../store/shared-state.ts';
import type { Address, OutboundPart, Platform, RawResponse, SendContext, SendOutcome } from '../platform.ts';
import type { WecomAibotSettings } from './config.ts';
import { type AibotReceived, readAibotAddress, receiveAibot, type StreamFrame } from './receive-aibot.ts';
import { renderAibot } from './render.ts';
import { respond } from './response-url.ts';
import { createStreams, streamLifeMs } from './stream.ts';

export interface WecomAibotDeps {
  readonly state: SharedState;
  /** The bytes of a picture of an answer; rejects when it is gone. */
  loadPicture(pictureId: string): Promise<Buffer>;
  readonly log?: (event: string, fields: Readonly<Record<string, unknown>>) => void;
  /** How long one call to WeCom may take; 10 s by default. */
  readonly timeoutMs?: number;
}

/** What a finishing frame takes of one picture, before base64 (wecom.md 2.4). */
const pictureLimitBytes = 10 << 20;

type Poll = Extract<AibotReceived, { kind: 'poll' }>;

/** 智能机器人 in callback mode: answers are streams that WeCom polls (wecom.md 2). */
export function createWecomAibot(settings: WecomAibotSettings, deps: WecomAibotDeps): Platform {
  const timeoutMs = deps.timeoutMs ?? 10_000;
  const log = deps.log ?? (() => undefined);
  const streams = createStreams(deps.state);

  async function pictureItem(pictureId: string): Promise<StreamFrame['msg_item']> {
    try {
      const png = await deps.loadPicture(pictureId);
      if (png.length === 0 || png.length > pictureLimitBytes) return undefined;
      const md5 = createHash('md5').update(png).digest('hex');
      return [{ msgtype: 'image', image: { base64: png.toString('base64'), md5 } }];
    } catch {
      log('wecom stream without its picture', { pictureId });
      return undefined;
    }
  }

  async function answerPoll({ streamId, owner, frame }: Poll, nowMs: number): Promise<RawResponse> {
    const working = (): RawResponse => frame({ id: streamId, finish: false, content: '正在查询…' });
    const ended = (content: string): RawResponse => frame({ id: streamId, finish: true, content });
    try {
      const state = await streams.read(streamId, owner);
      if (state === null) return ended('这次的回答找不到了,请再问一次。');
      if (state.answer !== null) {
        const { content, pictureId } = state.answer;
        const items = pictureId === null ? undefined : await pictureItem(pictureId);
        return frame({ id: streamId, finish: true, content, ...(items === undefined ? {} : { msg_item: items }) });
      }
      if (nowMs - state.startedAtMs < streamLifeMs || !(await streams.expire(streamId))) return working();
      return ended(
        state.laterPossible ? '查得比平时久,好了单独发出来。' : '这次查得太久,没有等到结果。请稍后再问一次。',
      );
    } catch {
      // The shared state does not answer; the next poll may find it again.
      log('wecom poll without shared state', {});
      return working();
    }
  }

  async function send(part: OutboundPart, address: Address, context: SendContext): Promise<SendOutcome> {
    const to = readAibotAddress(address);
    if (to === null) return { kind: 'never', why: 'the address is not of 智能机器人', tellAdmin: true };
    const content = String(part.body.content ?? '');
    const { streamId, responseUrl, startedAtMs, userId, chatId } = to;
    if (streamId !== null && context.nowMs - startedAtMs < streamLifeMs) {
      const answer = { content, pictureId: part.pictureId };
      const state = { userId, chatId, startedAtMs, laterPossible: responseUrl !== null, answer };
      if (await streams.finish(streamId, state, context.idempotencyKey)) return { kind: 'sent', receipt: streamId };
    }
    if (responseUrl === null)
      return { kind: 'never', why: 'the stream is over and the message had no response_url', tellAdmin: false };
    const withoutPicture = part.pictureId === null ? '' : '\n\n图没有一起发出来,再问一次就能看到。';
    return respond(
      { state: deps.state, apiBase: settings.apiBase, timeoutMs },
      { url: responseUrl, startedAtMs, content: `${content}${withoutPicture}` },
      context,
    );
  }

  return {
    name: 'wecom-aibot',
    callbackPath: '/callbacks/wecom/aibot',
    async receive(request, nowMs) {
      const received = receiveAibot(settings, request, nowMs);
      switch (received.kind) {
        case 'done':
          return received.received;
        case 'poll': {
          const poll = received;
          return { kind: 'poll', streamId: poll.streamId, answer: () => answerPoll(poll, nowMs) };
        }
        case 'message': {
          const { streamId, userId, chatId, startedAtMs, responseUrl } = received.address;
          if (streamId === null) return received.received;
          try {
            await streams.open(streamId, { userId, chatId, startedAtMs, laterPossible: responseUrl !== null });
          } catch {
            // The answer opens it again; only polls before it find nothing.
            log('wecom stream not opened', {});
          }
          return received.received;
        }
      }
    },
    render: (reply) => renderAibot(reply),
    async send(part, address, context) {
      try {
        return await send(part, address, context);
      } catch {
        return { kind: 'later', afterMs: 2_000, why: 'the shared state does not answer', holdTarget: false };
      }
    },
    // A stream shows its last state however often it is written; a response_url takes one call.
    repeatsAreSafe: () => true,
    allowances: [
      { limit: 25, windowMs: 60_000, key: (address) => address.target },
      { limit: 950, windowMs: 3_600_000, key: (address) => address.target },
    ],
    health: async () => ({ ready: true, why: null }),
    close: async () => undefined,
  };
}
