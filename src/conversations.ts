import { z } from 'zod';
import { type Command, intents, type Previous, type Reading } from './commands/command.ts';
import type { SharedState } from './store/shared-state.ts';

/** How long 那上个月呢 still knows what it is about. */
const memoryMs = 10 * 60_000;

const commandSchema = z.object({ intent: z.enum(intents), slots: z.record(z.string(), z.unknown()) });
const memorySchema = z.object({
  command: commandSchema,
  offered: z.array(z.object({ words: z.string(), command: commandSchema })),
});

/** What was last said, per person and chat: in a group, two people's threads never mix. */
export interface Conversation {
  last(): Promise<Previous | null>;
  remember(command: Command, offered: readonly Reading[]): Promise<void>;
}

export function conversationOf(
  state: SharedState,
  platform: string,
  groupId: string | null,
  account: string,
): Conversation {
  const key = `talk:${JSON.stringify([platform, groupId, account])}`;
  return {
    last: async () => {
      const kept = await state.get(key);
      if (kept === null) return null;
      const parsed = memorySchema.safeParse(JSON.parse(kept));
      return parsed.success ? parsed.data : null;
    },
    remember: (command, offered) => state.set(key, JSON.stringify({ command, offered }), memoryMs),
  };
}
