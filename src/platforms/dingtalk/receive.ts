import { isUtf8 } from 'node:buffer';
import type { Chat, InboundMessage, RawRequest, RawResponse, Received } from '../platform.ts';
import { addressOf, type Destination, targetOf } from './address.ts';
import type { DingtalkSettings } from './config.ts';
import { parseRobotBody, type RobotMessage } from './robot-body.ts';
import { lockSession, sessionOf } from './session.ts';
import { checkRobotSignature } from './signature.ts';

/** Events for the operator; no field carries a secret, a URL or what a person wrote. */
export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

const bodyLimitBytes = 1 << 20;

/** A callback's own answer may carry a message; used where nothing has to be looked up (dingtalk.md 1.4). */
const sentences = {
  busy: '系统正忙,请稍后再试。',
  stranger:
    '没有认出您的员工身份,所以不能回答。请用公司内部账号提问;如果已经是,请管理员发布机器人应用并把您加入可见范围。',
  wordless: '目前只看得懂文字和语音,请直接打字提问,例如:漏斗 本月。',
  empty: '在的。请直接说要看什么,例如:漏斗 本月;说“帮助”看全部命令。',
};

/** Turns a robot callback (HTTP mode) into what it means. Never throws. */
export function receiveRobotCallback(
  request: RawRequest,
  nowMs: number,
  settings: DingtalkSettings,
  log: Log,
): Received {
  if (request.method !== 'POST') return refused(405, 'not a POST');
  if (request.body.length > bodyLimitBytes) return refused(413, 'body is over 1 MiB');
  const signature = checkRobotSignature(request.headers, settings.clientSecret, nowMs);
  if (signature.kind === 'invalid') return refused(403, signature.why);
  if (!isUtf8(request.body)) return refused(400, 'body is not UTF-8');
  return receiveRobotJson(request.body.toString('utf8'), settings, log);
}

/** What an authentic robot message means; the entry for Stream frames too, whose `data` is the same JSON. */
export function receiveRobotJson(json: string, settings: DingtalkSettings, log: Log): Received {
  const body = parseRobotBody(json);
  if (body.kind === 'malformed') return refused(400, body.why);
  if (body.kind === 'quota-spent') {
    log('dingtalk monthly message quota is spent', { code: '20001' });
    return ignored('monthly message quota is spent', answer({ msgtype: 'empty' }));
  }
  const said = body.message;
  const { robotCode } = said;
  // `normal` comes from the console's debug group, none in the official HTTP samples (dingtalk.md 1.2).
  const ours = [null, 'normal', settings.robotCode, settings.clientId];
  if (!ours.includes(robotCode)) return refused(403, 'message is for another robot');
  if (said.senderCorpId !== null && said.chatbotCorpId !== null && said.senderCorpId !== said.chatbotCorpId) {
    return refused(403, 'sender belongs to another organisation');
  }
  const chat = chatOf(said);
  if (chat === null) return ignored('unknown conversation type', answer({ msgtype: 'empty' }));
  if (said.senderStaffId === null) return ignored('sender has no staff id', textAnswer(sentences.stranger));
  if (said.text === null) return ignored('message carries no words', textAnswer(sentences.wordless));
  if (said.text === '') return ignored('message is empty', textAnswer(sentences.empty));
  const message: InboundMessage = {
    platform: 'dingtalk',
    messageId: said.msgId,
    userId: said.senderStaffId,
    chat,
    text: said.text,
    address: addressOf(destinationOfSender(said, said.senderStaffId, chat, settings, log)),
  };
  return {
    kind: 'message',
    message,
    acknowledge: () => answer({ msgtype: 'empty' }),
    busy: () => textAnswer(sentences.busy),
  };
}

function chatOf(said: RobotMessage): Chat | null {
  if (said.conversationType === '1') return { kind: 'private' };
  if (said.conversationType === '2') {
    return { kind: 'group', groupId: said.conversationId, title: said.conversationTitle };
  }
  return null;
}

function destinationOfSender(
  said: RobotMessage,
  userId: string,
  chat: Chat,
  settings: DingtalkSettings,
  log: Log,
): Destination {
  const target = chat.kind === 'private' ? targetOf('private', userId) : targetOf('group', said.conversationId);
  const found = said.sessionWebhook === null ? null : sessionOf(said.sessionWebhook, settings.oapiBase);
  if (said.sessionWebhook !== null && found === null) {
    log('dingtalk session webhook is not on DINGTALK_OAPI_BASE, answering by OpenAPI', {});
  }
  const session = found === null ? null : lockSession(found, target, settings);
  const sessionUntilMs = session === null ? 0 : (said.sessionWebhookExpiredTimeMs ?? 0);
  return chat.kind === 'private'
    ? { chat: 'private', userId, session, sessionUntilMs }
    : { chat: 'group', conversationId: said.conversationId, askerId: userId, session, sessionUntilMs };
}

function answer(body: Readonly<Record<string, unknown>>): RawResponse {
  return { status: 200, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function textAnswer(content: string): RawResponse {
  return answer({ msgtype: 'text', text: { content } });
}

function ignored(why: string, response: RawResponse): Received {
  return { kind: 'ignored', why, response };
}

function refused(status: number, why: string): Received {
  return { kind: 'refused', why, response: { status, contentType: 'text/plain; charset=utf-8', body: 'refused' } };
}
