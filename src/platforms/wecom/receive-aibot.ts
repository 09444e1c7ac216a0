import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Address, RawRequest, RawResponse, Received } from '../platform.ts';
import type { WecomAibotSettings } from './config.ts';
import { withoutMention } from './mention.ts';
import { emptyOk, isUserId, openCallback, refused, sealAnswer } from './receive.ts';
import { isResponseUrl } from './response-url.ts';
import type { CallbackKeys } from './signature.ts';
import type { StreamOwner } from './stream.ts';

/** The receiver of 智能机器人 is the empty text (wecom.md 2.1). */
export const aibotKeys = (settings: WecomAibotSettings): CallbackKeys => ({
  token: settings.token,
  aesKey: settings.aesKey,
  receiverId: '',
});

const content = z.object({ content: z.string() });
const callbackSchema = z.object({
  // Numbers are refused: beyond 2^53 neighbours would be one.
  msgid: z.string().min(1).max(128),
  aibotid: z.string().optional(),
  chatid: z.string().min(1).max(128).optional(),
  chattype: z.enum(['single', 'group']).optional(),
  from: z.object({ userid: z.string() }),
  response_url: z.string().max(2048).optional(),
  msgtype: z.string().max(40),
  text: content.optional(),
  voice: content.optional(),
  mixed: z
    .object({ msg_item: z.array(z.object({ msgtype: z.string(), text: content.optional() })).max(100) })
    .optional(),
  quote: z.object({ msgtype: z.string(), text: content.optional(), voice: content.optional() }).optional(),
  stream: z.object({ id: z.string().regex(/^[\w-]{1,128}$/) }).optional(),
  event: z
    .object({
      eventtype: z.string().max(60),
      template_card_event: z.object({ event_key: z.string().min(1).max(1024) }).optional(),
    })
    .optional(),
});
type Callback = z.output<typeof callbackSchema>;

/** Where an answer goes: into the stream while it lasts, afterwards to the message's `response_url`. */
const addressSchema = z.object({
  userId: z.string(),
  chatId: z.string().nullable(),
  streamId: z.string().nullable(),
  responseUrl: z.string().nullable(),
  startedAtMs: z.number(),
});
export type AibotAddress = z.output<typeof addressSchema>;

export const readAibotAddress = (address: Address): AibotAddress | null =>
  addressSchema.safeParse(address.data).data ?? null;

export interface StreamFrame {
  readonly id: string;
  readonly finish: boolean;
  readonly content: string;
  readonly msg_item?: readonly Readonly<Record<string, unknown>>[];
}

/** What a callback of 智能机器人 is, before anything is looked up. */
export type AibotReceived =
  | { readonly kind: 'done'; readonly received: Received }
  | {
      readonly kind: 'message';
      readonly received: Extract<Received, { kind: 'message' }>;
      readonly address: AibotAddress;
    }
  | {
      readonly kind: 'poll';
      readonly streamId: string;
      readonly owner: StreamOwner;
      frame(frame: StreamFrame): RawResponse;
    };

const done = (received: Received): AibotReceived => ({ kind: 'done', received });

/** What was said, the mention of the bot away; null for kinds of message that carry no words. */
function wordsOf(callback: Callback, botName: string | null): string | null {
  const chat = callback.chattype ?? 'single';
  const said = (text: string | undefined): string => withoutMention(text ?? '', chat, botName);
  switch (callback.msgtype) {
    case 'text': {
      const own = said(callback.text?.content);
      // A mention alone with a quote: the question is what was quoted.
      return own === '' ? said(callback.quote?.text?.content ?? callback.quote?.voice?.content) : own;
    }
    case 'voice':
      return said(callback.voice?.content);
    case 'mixed': {
      const texts = callback.mixed?.msg_item.flatMap((item) => (item.text === undefined ? [] : [item.text.content]));
      return said(texts?.join(' ')) || null;
    }
    default:
      return null;
  }
}

/** One callback of 智能机器人 in callback mode (wecom.md 2). Pure: the streams are the caller's. */
export function receiveAibot(settings: WecomAibotSettings, request: RawRequest, nowMs: number): AibotReceived {
  const keys = aibotKeys(settings);
  const opened = openCallback(request, keys, nowMs, sealedIn);
  if (opened.kind === 'answer') return done(opened.received);
  const read = callbackSchema.safeParse(jsonIn(opened.text));
  if (!read.success) return done(refused('content is not the JSON of a message', 400));
  const callback = read.data;
  const { msgid, from, chattype } = callback;
  if (settings.botId !== null && callback.aibotid !== undefined && callback.aibotid !== settings.botId)
    return done(refused('for another bot'));
  if (!isUserId(from.userid)) return done(refused('no sender', 400));
  const chatId = chattype === 'group' ? (callback.chatid ?? null) : null;
  if (chattype === 'group' && chatId === null) return done(refused('a group without an id', 400));

  const seal = (answer: Readonly<Record<string, unknown>>): RawResponse => {
    const sealed = sealAnswer(keys, JSON.stringify(answer), opened.nonce, nowMs);
    return {
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      body: JSON.stringify({
        encrypt: sealed.encrypted,
        msgsignature: sealed.signature,
        timestamp: Number(sealed.timestamp),
        nonce: sealed.nonce,
      }),
    };
  };
  const frame = (stream: StreamFrame): RawResponse => seal({ msgtype: 'stream', stream });

  if (callback.msgtype === 'stream') {
    if (callback.stream === undefined) return done(refused('a poll without a stream', 400));
    return { kind: 'poll', streamId: callback.stream.id, owner: { userId: from.userid, chatId }, frame };
  }

  // Made from the message's id: a repeated callback gets the same stream, and nobody can guess another's.
  const streamId = createHmac('sha256', settings.aesKey).update(`stream\n${msgid}`).digest('hex').slice(0, 40);
  const given = callback.response_url;
  const responseUrl = given !== undefined && isResponseUrl(given, settings.apiBase) ? given : null;
  const message = (text: string, ownStreamId: string | null): AibotReceived => {
    const address: AibotAddress = {
      userId: from.userid,
      chatId,
      streamId: ownStreamId,
      responseUrl,
      startedAtMs: nowMs,
    };
    return {
      kind: 'message',
      address,
      received: {
        kind: 'message',
        message: {
          platform: 'wecom-aibot',
          messageId: msgid,
          userId: from.userid,
          chat: chatId === null ? { kind: 'private' } : { kind: 'group', groupId: chatId, title: null },
          text,
          address: {
            platform: 'wecom-aibot',
            target: chatId === null ? `wecom-aibot:user:${from.userid.toLowerCase()}` : `wecom-aibot:group:${chatId}`,
            data: address,
          },
        },
        acknowledge: () =>
          ownStreamId === null ? emptyOk : frame({ id: ownStreamId, finish: false, content: '正在查询…' }),
        busy: () =>
          ownStreamId === null ? emptyOk : frame({ id: ownStreamId, finish: true, content: '系统正忙,请稍后再试。' }),
      },
    };
  };

  if (callback.msgtype === 'event') {
    const { eventtype = '', template_card_event: tapped } = callback.event ?? {};
    // A tap cannot be answered by a stream (wecom.md 2.3).
    if (tapped !== undefined && responseUrl !== null) return message(tapped.event_key, null);
    const why = `event ${/^\w{1,40}$/.test(eventtype) ? eventtype : 'unnamed'}`;
    return done({ kind: 'ignored', why, response: emptyOk });
  }
  const words = wordsOf(callback, settings.botName);
  if (words !== null) return message(words, streamId);
  return done({
    kind: 'ignored',
    why: `message of type ${/^\w{1,20}$/.test(callback.msgtype) ? callback.msgtype : 'unnamed'}`,
    response: frame({
      id: streamId,
      finish: true,
      content: '我现在只看得懂文字和语音。发“帮助”,看看可以问什么。',
    }),
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const sealedSchema = z.object({ encrypt: z.string() });

const sealedIn = (body: string): string | null => sealedSchema.safeParse(jsonIn(body)).data?.encrypt ?? null;
