import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../../failure.ts';
import type { Block, Choice, Reply } from '../../replies/reply.ts';
import type { Address, InboundMessage, OutboundPart, Platform } from '../platform.ts';

/** A chat of the simulator: a group with a scope, or one person with the bot. */
export interface SimulatedChat {
  readonly id: string;
  readonly title: string;
  readonly kind: 'group' | 'private';
  /** Who is in it: the one person of a private chat, the members of a group. */
  readonly members: readonly string[];
}

/** A line in a chat, as the page draws it. */
export interface ChatLine {
  readonly id: string;
  readonly chatId: string;
  /** A CRM user id, or `bot`. */
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string | null;
  readonly blocks: readonly Block[];
  readonly pictureId: string | null;
  readonly pictureAlt: string | null;
  readonly choices: readonly Choice[];
}

const bodySchema = z.object({
  blocks: z.array(z.unknown()),
  choices: z.array(z.object({ label: z.string(), command: z.string() })),
  altText: z.string().nullable(),
});

/** How many lines a chat keeps: it is a show, not a record. */
const keepLines = 200;

/** The chat platform of the demo: the same line as WeCom and DingTalk, with a page instead of their servers. */
export interface Simulator extends Platform {
  readonly chats: readonly SimulatedChat[];
  /** Takes what a person typed; throws `bad-input` for a chat or person that the simulator does not have. */
  say(chatId: string, userId: string, text: string, nowMs: number): InboundMessage;
  lines(chatId?: string): readonly ChatLine[];
  /** Calls back for every new line until the returned function is called. */
  listen(onLine: (line: ChatLine) => void): () => void;
}

export function createSimulator(chats: readonly SimulatedChat[], clock: { now(): number }): Simulator {
  const kept: ChatLine[] = [];
  const listeners = new Set<(line: ChatLine) => void>();
  const delivered = new Set<string>();

  const add = (line: ChatLine): void => {
    kept.push(line);
    const ofChat = kept.filter((one) => one.chatId === line.chatId);
    if (ofChat.length > keepLines) kept.splice(kept.indexOf(ofChat[0] as ChatLine), 1);
    for (const listener of listeners) listener(line);
  };

  return {
    name: 'simulator',
    callbackPath: null,
    chats,
    lines: (chatId) => kept.filter((line) => chatId === undefined || line.chatId === chatId),
    listen: (onLine) => {
      listeners.add(onLine);
      return () => listeners.delete(onLine);
    },
    say: (chatId, userId, text, nowMs) => {
      const chat = chats.find((one) => one.id === chatId);
      if (chat === undefined || !chat.members.includes(userId)) {
        throw new Failure('bad-input', 'no such chat or person in the simulator', '模拟器里没有这个聊天。');
      }
      const messageId = randomUUID();
      add({
        id: messageId,
        chatId,
        from: userId,
        at: nowMs,
        text,
        blocks: [],
        pictureId: null,
        pictureAlt: null,
        choices: [],
      });
      return {
        platform: 'simulator',
        messageId,
        userId,
        chat: chat.kind === 'private' ? { kind: 'private' } : { kind: 'group', groupId: chat.id, title: chat.title },
        text,
        address: addressOf(chatId),
      };
    },
    receive: async () => ({
      kind: 'refused',
      why: 'the simulator has no callback',
      response: { status: 404, contentType: 'text/plain', body: '' },
    }),
    render: (reply: Reply): OutboundPart[] => [
      {
        kind: 'card',
        body: { blocks: reply.blocks, choices: reply.choices, altText: reply.picture?.altText ?? null },
        pictureId: reply.picture?.id ?? null,
      },
    ],
    send: async (part, address, context) => {
      if (delivered.has(context.idempotencyKey)) return { kind: 'sent', receipt: null };
      delivered.add(context.idempotencyKey);
      const body = bodySchema.parse(part.body);
      add({
        id: context.idempotencyKey,
        chatId: address.target,
        from: 'bot',
        at: clock.now(),
        text: null,
        blocks: body.blocks as Block[],
        pictureId: part.pictureId,
        pictureAlt: body.altText,
        choices: body.choices,
      });
      return { kind: 'sent', receipt: null };
    },
    repeatsAreSafe: () => true,
    allowances: [],
    health: async () => ({ ready: true, why: null }),
    close: async () => {
      listeners.clear();
    },
  };
}

export const addressOf = (chatId: string): Address => ({ platform: 'simulator', target: chatId, data: {} });
