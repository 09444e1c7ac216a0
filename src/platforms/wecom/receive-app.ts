import { createHash } from 'node:crypto';
import type { Address, RawRequest, RawResponse, Received } from '../platform.ts';
import type { WecomAppSettings } from './config.ts';
import { emptyOk, isUserId, openCallback, refused, sealAnswer } from './receive.ts';
import type { CallbackKeys } from './signature.ts';
import { cdata, parseXml } from './xml.ts';

export const appKeys = (settings: WecomAppSettings): CallbackKeys => ({
  token: settings.token,
  aesKey: settings.aesKey,
  receiverId: settings.corpId,
});

/** Where messages to a member go, whether or not they ever wrote. Throws nothing: the id was checked at the door. */
export const appAddress = (userId: string): Address => ({
  platform: 'wecom-app',
  // WeCom's ids are the same without regard to case.
  target: `wecom-app:${userId.toLowerCase()}`,
  data: { userId },
});

/** One callback of the self-built app (wecom.md 1.5 and 1.6). Pure: nothing leaves, nothing is stored. */
export function receiveApp(settings: WecomAppSettings, request: RawRequest, nowMs: number): Received {
  const keys = appKeys(settings);
  const opened = openCallback(request, keys, nowMs, (body) => parseXml(body)?.get('Encrypt') ?? null);
  if (opened.kind === 'answer') return opened.received;
  const fields = parseXml(opened.text);
  if (fields === null) return refused('content is not the XML of a message', 400);
  const field = (name: string): string => fields.get(name) ?? '';
  const userId = field('FromUserName');
  // The outer names are not signed; these are.
  if (field('ToUserName') !== settings.corpId) return refused('for another company');
  if (field('AgentID').trim() !== String(settings.agentId)) return refused('for another app');
  if (userId === 'sys') return { kind: 'ignored', why: 'system message', response: emptyOk };
  if (!isUserId(userId)) return refused('no sender', 400);

  const say = (text: string): RawResponse =>
    passiveText(keys, { corpId: settings.corpId, userId, text, nonce: opened.nonce, nowMs });
  const message = (messageId: string, text: string): Received => ({
    kind: 'message',
    message: {
      platform: 'wecom-app',
      messageId,
      userId,
      chat: { kind: 'private' },
      text,
      address: appAddress(userId),
    },
    acknowledge: () => emptyOk,
    busy: () => say('系统正忙,请稍后再试。'),
  });

  const type = field('MsgType').toLowerCase();
  if (type === 'text') {
    const messageId = field('MsgId');
    if (!/^[\w-]{1,64}$/.test(messageId)) return refused('no message id', 400);
    return message(messageId, field('Content'));
  }
  if (type === 'event') {
    const event = field('Event').toLowerCase();
    const command = field('EventKey');
    if ((event === 'template_card_event' || event === 'click') && command !== '')
      return message(eventId(fields), command);
    return { kind: 'ignored', why: `event ${/^\w{1,40}$/.test(event) ? event : 'unnamed'}`, response: emptyOk };
  }
  return {
    kind: 'ignored',
    why: `message of type ${/^\w{1,20}$/.test(type) ? type : 'unnamed'}`,
    response: say('我现在只看得懂文字。发“帮助”,看看可以问什么。'),
  };
}

/** Events have no id, and sender and second alone collide for real users (wecom.md 1.8). */
function eventId(fields: ReadonlyMap<string, string>): string {
  const parts = ['AgentID', 'FromUserName', 'CreateTime', 'Event', 'EventKey', 'TaskId', 'ResponseCode'];
  const rich = JSON.stringify(parts.map((name) => fields.get(name) ?? ''));
  return `event-${createHash('sha256').update(rich).digest('hex').slice(0, 40)}`;
}

interface PassiveText {
  readonly corpId: string;
  readonly userId: string;
  readonly text: string;
  readonly nonce: string;
  readonly nowMs: number;
}

/** A text in the response itself (wecom.md 1.7). */
function passiveText(keys: CallbackKeys, { corpId, userId, text, nonce, nowMs }: PassiveText): RawResponse {
  const inner =
    `<xml><ToUserName>${cdata(userId)}</ToUserName><FromUserName>${cdata(corpId)}</FromUserName>` +
    `<CreateTime>${Math.floor(nowMs / 1000)}</CreateTime><MsgType>${cdata('text')}</MsgType>` +
    `<Content>${cdata(text)}</Content></xml>`;
  const sealed = sealAnswer(keys, inner, nonce, nowMs);
  return {
    status: 200,
    contentType: 'application/xml; charset=utf-8',
    body:
      `<xml><Encrypt>${cdata(sealed.encrypted)}</Encrypt><MsgSignature>${cdata(sealed.signature)}</MsgSignature>` +
      `<TimeStamp>${sealed.timestamp}</TimeStamp><Nonce>${cdata(sealed.nonce)}</Nonce></xml>`,
  };
}
