import { randomUUID } from 'node:crypto';
import type { RawRequest } from '../platform.ts';
import type { DingtalkSettings } from './config.ts';
import { robotSign } from './signature.ts';

export const dingtalkCallbackPath = '/callbacks/dingtalk/robot';

/** What somebody says to the robot, for `npm run say` and tests. */
export interface SaidToDingtalk {
  readonly settings: DingtalkSettings;
  /** staffId of who says it. */
  readonly userId: string;
  readonly text: string;
  /** Private chat unless a group's openConversationId is given. */
  readonly conversation?: { readonly groupId: string; readonly title?: string };
  readonly messageId?: string;
  readonly nowMs: number;
  /** Where DingTalk would take the answer for 90 minutes; without one the answer goes by OpenAPI. */
  readonly sessionWebhook?: string;
}

/** The callback DingTalk would send, correctly signed: the reverse of `receiveRobotCallback`. */
export function sealDingtalkCallback(said: SaidToDingtalk): RawRequest {
  const { settings, conversation } = said;
  const body = {
    msgtype: 'text',
    text: { content: conversation === undefined ? said.text : ` ${said.text}` },
    msgId: said.messageId ?? `msg${randomUUID()}==`,
    createAt: said.nowMs,
    conversationType: conversation === undefined ? '1' : '2',
    conversationId: conversation?.groupId ?? `cid-private-${said.userId}==`,
    ...(conversation === undefined ? {} : { conversationTitle: conversation.title ?? conversation.groupId }),
    senderId: `$:LWCP_v1:$${said.userId}`,
    senderStaffId: said.userId,
    senderNick: said.userId,
    senderCorpId: 'ding-corp',
    chatbotCorpId: 'ding-corp',
    chatbotUserId: '$:LWCP_v1:$robot',
    isInAtList: true,
    robotCode: settings.robotCode,
    ...(said.sessionWebhook === undefined
      ? {}
      : { sessionWebhook: said.sessionWebhook, sessionWebhookExpiredTime: said.nowMs + 5_400_000 }),
  };
  return signDingtalkRequest(JSON.stringify(body), settings, said.nowMs);
}

/** Signs any body as DingTalk would. */
export function signDingtalkRequest(body: string, settings: DingtalkSettings, nowMs: number): RawRequest {
  const timestamp = String(nowMs);
  return {
    method: 'POST',
    path: dingtalkCallbackPath,
    query: {},
    headers: {
      'content-type': 'application/json; charset=utf-8',
      timestamp,
      sign: robotSign(timestamp, settings.clientSecret),
    },
    body: Buffer.from(body),
  };
}
