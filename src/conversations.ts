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

/** What was pushed: its choices are read only by whoever answers, and with their own words and rights. */
const pushedSchema = z.object({ command: commandSchema, choices: z.array(z.string()) });

/** How far 上一个 goes back. */
const kept = 5;

/** What was last said, per person and chat: in a group, two people's threads never mix. */
export interface Conversation {
  /** What was said, or where that is long ago, what was pushed; `read` gives the command of a pushed choice. */
  last(read: (words: string, otherwise: Command) => Command): Promise<Previous | null>;
  /** `previous` is what `last` gave: it becomes what 上一个 goes back to. */
  remember(command: Command, offered: readonly Reading[], previous: Previous | null): Promise<void>;
  /** The bot spoke first: a bare number answers its choices. */
  pushed(command: Command, choices: readonly Choice[]): Promise<void>;
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
    last: async (read) => {
      const said = await state.get(talk);
      if (said !== null) {
        const parsed = memorySchema.safeParse(JSON.parse(said));
        return parsed.success ? parsed.data : null;
      }
      const spoken = await state.get(push);
      const parsed = spoken === null ? null : pushedSchema.safeParse(JSON.parse(spoken));
      if (parsed?.success !== true) return null;
      const { command, choices } = parsed.data;
      return { command, offered: choices.map((words) => ({ words, command: read(words, command) })), before: [] };
    },
    remember: (command, offered, previous) => {
      const before = previous === null ? [] : [previous.command, ...(previous.before ?? [])].slice(0, kept);
      return state.set(talk, JSON.stringify({ command, offered, before }), memoryMs);
    },
    pushed: (command, choices) =>
      state.set(push, JSON.stringify({ command, choices: choices.map(({ command: words }) => words) }), pushedMs),
  };
}

/** What a bare number stands for: each choice read as if it had been typed. */
export const readingsOf = (
  parser: Parser,
  context: ParseContext,
  choices: readonly Choice[],
  otherwise: Command,
): Reading[] => choices.map(({ command: words }) => ({ words, command: readingOf(parser, context)(words, otherwise) }));

/** A choice as it would be read had it been typed; `otherwise` where it is no command. */
export const readingOf =
  (parser: Parser, context: ParseContext) =>
  (words: string, otherwise: Command): Command => {
    const read = parser.understand(words, { ...context, previous: null });
    return read.kind === 'command' ? read.command : otherwise;
  };
