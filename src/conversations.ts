import { z } from 'zod';
import {
  type Command,
  intents,
  type ParseContext,
  type Parser,
  type Previous,
  type Reading,
} from './commands/command.ts';
import type { Choice } from './replies/reply.ts';
import type { SharedState } from './store/shared-state.ts';

/** How long 那上个月呢 still knows what it is about. */
const memoryMs = 10 * 60_000;

/** What was pushed in the morning is answered by number until the evening. */
const pushedMs = 12 * 3_600_000;

const commandSchema = z.object({ intent: z.enum(intents), slots: z.record(z.string(), z.unknown()) });
const memorySchema = z.object({
  command: commandSchema,
  offered: z.array(z.object({ words: z.string(), command: commandSchema })),
  before: z.array(commandSchema).default([]),
});

/** How far 上一个 goes back. */
const kept = 5;

/** What was last said, per person and chat: in a group, two people's threads never mix. */
export interface Conversation {
  /** What was said, or where that is long ago, what was pushed. */
  last(): Promise<Previous | null>;
  /** `previous` is what `last` gave: it becomes what 上一个 goes back to. */
  remember(command: Command, offered: readonly Reading[], previous: Previous | null): Promise<void>;
  /** The bot spoke first: a bare number answers its choices. */
  pushed(command: Command, offered: readonly Reading[]): Promise<void>;
}

export function conversationOf(
  state: SharedState,
  platform: string,
  groupId: string | null,
  account: string,
): Conversation {
  const place = JSON.stringify([platform, groupId, account]);
  const [talk, push] = [`talk:${place}`, `pushed:${place}`];
  return {
    last: async () => {
      const said = (await state.get(talk)) ?? (await state.get(push));
      if (said === null) return null;
      const parsed = memorySchema.safeParse(JSON.parse(said));
      return parsed.success ? parsed.data : null;
    },
    remember: (command, offered, previous) => {
      const before = previous === null ? [] : [previous.command, ...(previous.before ?? [])].slice(0, kept);
      return state.set(talk, JSON.stringify({ command, offered, before }), memoryMs);
    },
    pushed: (command, offered) => state.set(push, JSON.stringify({ command, offered }), pushedMs),
  };
}

/** What a bare number stands for: each choice read as if it had been typed. */
export function readingsOf(
  parser: Parser,
  context: ParseContext,
  choices: readonly Choice[],
  otherwise: Command,
): Reading[] {
  return choices.map(({ command: words }) => {
    const read = parser.understand(words, { ...context, previous: null });
    return { words, command: read.kind === 'command' ? read.command : otherwise };
  });
}
