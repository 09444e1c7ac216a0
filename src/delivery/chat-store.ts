import type { Address, InboundMessage, OutboundPart } from '../platforms/platform.ts';
import { openStore, type Store, type StoreOptions } from '../store/store.ts';

/** The bot's own tables, holding the platforms' messages. */
export type ChatStore = Store<InboundMessage, OutboundPart, Address>;

/** `mysql://…` or `sqlite:PATH`; see `openStore`. */
export const openChatStore = (url: string, options?: StoreOptions): Promise<ChatStore> =>
  openStore<InboundMessage, OutboundPart, Address>(url, options);
