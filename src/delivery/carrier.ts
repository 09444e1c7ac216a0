import type { ChatStore } from './chat-store.ts';
import type { Courier } from './courier.ts';
import type { InboxWorker } from './inbox-worker.ts';

/**
 * Carries word of new rows to whoever works them. The rows are the truth: word that is lost costs the seconds until
 * the next sweep, never a message.
 */
export interface Carrier {
  close(): Promise<void>;
}

export interface CarrierParts {
  readonly store: Pick<ChatStore, 'inbox' | 'outbox'>;
  readonly courier: Pick<Courier, 'wake' | 'deliver'>;
  readonly worker: Pick<InboxWorker, 'wake' | 'work'>;
}

/** For a single process: what it wrote it works itself. Couriers and workers sweep for what others left. */
export function carryInProcess({ store, courier, worker }: CarrierParts): Carrier {
  let open = true;
  store.inbox.onRemembered(() => {
    if (open) worker.wake();
  });
  store.outbox.onEnqueued(() => {
    if (open) courier.wake();
  });
  return {
    close: async () => {
      open = false;
    },
  };
}
