import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { RawRequest } from '../platform.ts';
import type { WecomAibotSettings, WecomAppSettings } from './config.ts';
import { aibotKeys } from './receive-aibot.ts';
import { appKeys } from './receive-app.ts';
import { type CallbackKeys, decrypt, encrypt, encryptBytes, signatureHolds, signatureOf } from './signature.ts';
import { cdata, parseXml } from './xml.ts';

/** WeCom's side of a callback, for `npm run say` and the tests. */
export interface Said {
  readonly userId: string;
  readonly text: string;
  readonly messageId: string;
  readonly nowMs: number;
}

function sealed(keys: CallbackKeys, content: string | Buffer, nowMs: number) {
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = randomBytes(8).toString('hex');
  const encrypted = typeof content === 'string' ? encrypt(keys, content) : encryptBytes(keys, content);
  return {
    encrypted,
    query: { msg_signature: signatureOf(keys.token, timestamp, nonce, encrypted), timestamp, nonce },
  };
}

/** Any clear text (or bytes) as a callback of the app. */
export function sealAppContent(settings: WecomAppSettings, content: string | Buffer, nowMs: number): RawRequest {
  const { encrypted, query } = sealed(appKeys(settings), content, nowMs);
  return {
    method: 'POST',
    path: '/callbacks/wecom/app',
    query,
    headers: { 'content-type': 'text/xml' },
    body: Buffer.from(
      `<xml><ToUserName>${cdata(settings.corpId)}</ToUserName><AgentID>${cdata(String(settings.agentId))}</AgentID>` +
        `<Encrypt>${cdata(encrypted)}</Encrypt></xml>`,
    ),
  };
}

/** A text that a member wrote to the app. */
export const sealAppCallback = (settings: WecomAppSettings, said: Said): RawRequest =>
  sealAppContent(
    settings,
    `<xml><ToUserName>${cdata(settings.corpId)}</ToUserName><FromUserName>${cdata(said.userId)}</FromUserName>` +
      `<CreateTime>${Math.floor(said.nowMs / 1000)}</CreateTime><MsgType>${cdata('text')}</MsgType>` +
      `<Content>${cdata(said.text)}</Content><MsgId>${said.messageId}</MsgId><AgentID>${settings.agentId}</AgentID></xml>`,
    said.nowMs,
  );

/** Any clear text (or bytes) as a callback of 智能机器人. */
export function sealAibotContent(settings: WecomAibotSettings, content: string | Buffer, nowMs: number): RawRequest {
  const { encrypted, query } = sealed(aibotKeys(settings), content, nowMs);
  return {
    method: 'POST',
    path: '/callbacks/wecom/aibot',
    query,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ encrypt: encrypted })),
  };
}

export interface AibotChat {
  /** null in a private chat. */
  readonly groupId: string | null;
  readonly responseUrl?: string;
}

const aibotShell = (settings: WecomAibotSettings, userId: string, groupId: string | null) => ({
  aibotid: settings.botId ?? 'aibot',
  ...(groupId === null ? { chattype: 'single' } : { chattype: 'group', chatid: groupId }),
  from: { userid: userId },
});

/** A text that a member wrote to 智能机器人, in a group with the mention that WeCom leaves in it. */
export function sealAibotCallback(settings: WecomAibotSettings, said: Said & AibotChat): RawRequest {
  const mention = said.groupId === null ? '' : `@${settings.botName ?? '晨报'} `;
  const content = {
    msgid: said.messageId,
    ...aibotShell(settings, said.userId, said.groupId),
    ...(said.responseUrl === undefined ? {} : { response_url: said.responseUrl }),
    msgtype: 'text',
    text: { content: `${mention}${said.text}` },
  };
  return sealAibotContent(settings, JSON.stringify(content), said.nowMs);
}

/** WeCom asking how far a stream is. */
export const sealAibotPoll = (
  settings: WecomAibotSettings,
  poll: { readonly streamId: string; readonly userId: string; readonly groupId: string | null; readonly nowMs: number },
): RawRequest =>
  sealAibotContent(
    settings,
    JSON.stringify({
      msgid: `poll-${randomBytes(8).toString('hex')}`,
      ...aibotShell(settings, poll.userId, poll.groupId),
      msgtype: 'stream',
      stream: { id: poll.streamId },
    }),
    poll.nowMs,
  );

/** The verification of a callback address; the right answer is `message` (wecom.md 1.2). */
export function sealUrlCheck(
  to: { readonly path: string; readonly keys: CallbackKeys },
  message: string,
  nowMs: number,
): RawRequest {
  const { encrypted, query } = sealed(to.keys, message, nowMs);
  return {
    method: 'GET',
    path: to.path,
    query: { ...query, echostr: encrypted },
    headers: {},
    body: Buffer.alloc(0),
  };
}

function opened(keys: CallbackKeys, encrypted: string, signature: string, timestamp: string, nonce: string): string {
  if (!signatureHolds(signatureOf(keys.token, timestamp, nonce, encrypted), signature))
    throw new Failure('bad-input', 'the signature of the answer does not hold', '回答的签名不对。');
  const decrypted = decrypt(keys, encrypted);
  if (decrypted.kind === 'broken')
    throw new Failure('bad-input', `the answer cannot be decrypted: ${decrypted.why}`, '回答解不开。');
  return decrypted.text;
}

const invalidAnswer = (): Failure => new Failure('bad-input', 'the answer has another shape', '回答的格式不对。');

/** The JSON in an answer of 智能机器人, null for an empty one. Throws `bad-input` for what WeCom would not take. */
export function openAibotAnswer(settings: WecomAibotSettings, body: string): Readonly<Record<string, unknown>> | null {
  if (body === '') return null;
  const answer: unknown = JSON.parse(body);
  if (typeof answer !== 'object' || answer === null) throw invalidAnswer();
  const { encrypt: encrypted, msgsignature, timestamp, nonce } = { ...answer } as Readonly<Record<string, unknown>>;
  if (typeof encrypted !== 'string' || typeof msgsignature !== 'string' || typeof nonce !== 'string')
    throw invalidAnswer();
  if (typeof timestamp !== 'number') throw invalidAnswer();
  const clear: unknown = JSON.parse(opened(aibotKeys(settings), encrypted, msgsignature, String(timestamp), nonce));
  return typeof clear === 'object' && clear !== null ? { ...clear } : null;
}

const streamSchema = z.object({
  msgtype: z.literal('stream'),
  stream: z.object({
    id: z.string(),
    finish: z.boolean(),
    content: z.string(),
    msg_item: z.array(z.object({ image: z.object({ base64: z.string() }) })).default([]),
  }),
});

/** One frame of a stream as its reader sees it. */
export interface ShownStream {
  readonly id: string;
  readonly finish: boolean;
  readonly content: string;
  readonly pictures: readonly Buffer[];
}

/** The frame in an answer that `openAibotAnswer` gave, null when it is none. */
export function shownStream(answer: Readonly<Record<string, unknown>> | null): ShownStream | null {
  const read = streamSchema.safeParse(answer);
  if (!read.success) return null;
  const { id, finish, content, msg_item: items } = read.data.stream;
  return { id, finish, content, pictures: items.map(({ image }) => Buffer.from(image.base64, 'base64')) };
}

/** The text of a passive answer of the app, null for an empty one. Throws `bad-input` for what WeCom would not take. */
export function openAppAnswer(settings: WecomAppSettings, body: string): string | null {
  if (body === '') return null;
  const fields = parseXml(body);
  const [encrypted, signature, timestamp, nonce] = ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'].map((name) =>
    fields?.get(name),
  );
  if (encrypted === undefined || signature === undefined || timestamp === undefined || nonce === undefined)
    throw invalidAnswer();
  const inner = parseXml(opened(appKeys(settings), encrypted, signature, timestamp, nonce));
  return inner?.get('Content') ?? null;
}
