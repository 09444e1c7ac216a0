import { z } from 'zod';
import type { Address } from '../platform.ts';

/** Where a DingTalk answer goes. A push has no session and goes by OpenAPI alone: sessions expire (dingtalk.md 1.5). */
export type Destination =
  | {
      readonly chat: 'private';
      readonly userId: string;
      readonly session: string | null;
      readonly sessionUntilMs: number;
    }
  | {
      readonly chat: 'group';
      readonly conversationId: string;
      /** Who is addressed with @; null in a push. */
      readonly askerId: string | null;
      readonly session: string | null;
      readonly sessionUntilMs: number;
    };

/** Address of a person for pushes: `userId` is the staffId. */
export function personAddress(userId: string): Address {
  return addressOf({ chat: 'private', userId, session: null, sessionUntilMs: 0 });
}

/** Address of a group for pushes: `conversationId` is the openConversationId (`cid…==`) of an inbound message. */
export function groupAddress(conversationId: string): Address {
  return addressOf({ chat: 'group', conversationId, askerId: null, session: null, sessionUntilMs: 0 });
}

/** One target per conversation, the same for answers and pushes: order and limits are shared. */
export function targetOf(chat: 'private' | 'group', id: string): string {
  return chat === 'private' ? `user:${id}` : `group:${id}`;
}

export function addressOf(destination: Destination): Address {
  const id = destination.chat === 'private' ? destination.userId : destination.conversationId;
  return { platform: 'dingtalk', target: targetOf(destination.chat, id), data: { ...destination } };
}

const session = { session: z.string().nullable(), sessionUntilMs: z.number() };
const destinationSchema = z.discriminatedUnion('chat', [
  z.object({ chat: z.literal('private'), userId: z.string().min(1), ...session }),
  z.object({
    chat: z.literal('group'),
    conversationId: z.string().min(1),
    askerId: z.string().min(1).nullable(),
    ...session,
  }),
]);

/** Reads an address back from the outbox; null when it is not one of ours. */
export function destinationOf(address: Address): Destination | null {
  const parsed = destinationSchema.safeParse(address.data);
  return address.platform === 'dingtalk' && parsed.success ? parsed.data : null;
}
