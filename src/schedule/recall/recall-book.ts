import type { AccessSettings } from '../../access/settings.ts';
import type { Directory, Person } from '../../crm/directory.ts';
import type { ChatStore } from '../../delivery/chat-store.ts';
import type { Platform, PlatformName } from '../../platforms/platform.ts';
import type { Reply } from '../../replies/reply.ts';
import type { Recalls } from '../../store/recalls.ts';
import { reachOver } from './reach-over.ts';
import { recipientOf } from './recipient.ts';

/** The ledger, and the way to tell a colleague. */
export interface RecallBook {
  readonly ledger: Recalls;
  /** Sends a message to a person as a push; false where they have no account. The same key a second time sends nothing. */
  tell(person: Person, directory: Directory, reply: Reply, key: string): Promise<boolean>;
}

/** Between an answer and the morning's pushes: a colleague is told while both still think of it. */
const priority = 5;

export function recallBookOver(
  store: Pick<ChatStore, 'recalls' | 'outbox'>,
  access: AccessSettings,
  platforms: ReadonlyMap<PlatformName, Pick<Platform, 'render'>>,
): RecallBook {
  const reaching = reachOver(access, platforms);
  return {
    ledger: store.recalls,
    tell: async (person, directory, reply, key) => {
      const recipient = recipientOf(person, directory, access, reaching);
      if (recipient === null) return false;
      const { address, render } = recipient.reach;
      await store.outbox.enqueue([{ address, parts: render(reply), idempotencyKeyBase: key, cause: key, priority }]);
      return true;
    },
  };
}
