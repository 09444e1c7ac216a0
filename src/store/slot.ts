import { foldedKey } from './row-id.ts';

/** Names what the clock owes for ever: the same name is never sent twice. */
export interface SlotName {
  readonly job: string;
  /** Business day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly target: string;
  readonly part: string;
}

export interface PlannedSlot extends SlotName {
  /** When it is to go out, milliseconds since 1970 by the company's clock. */
  readonly plannedAt: number;
  /** Lower is prepared first. */
  readonly priority: number;
}

/** A slot in the hands of one owner until its lease ends. */
export interface SlotClaim extends PlannedSlot {
  readonly slotId: string;
  /** 1 for the first claim. */
  readonly attempt: number;
  /** What its outbox rows are marked with. */
  readonly cause: string;
  /** Names this claim; what an owner of an older one writes is not taken. */
  readonly holder: string;
}

/** What became of a slot, for metrics and for people. */
export interface EndedSlot extends PlannedSlot {
  readonly slotId: string;
  readonly state: 'sent' | 'failed' | 'missed' | 'void';
  readonly why: string | null;
  /** When its last message was accepted, by the database's clock; null where none was. */
  readonly finishedAt: number | null;
}

/** What is known of a slot before it is planned. */
export interface KnownSlot {
  readonly day: string;
  readonly target: string;
  readonly part: string;
  readonly state: string;
}

export interface LastSent {
  readonly day: string;
  readonly plannedAt: number;
  /** As it was given to `fulfil`; null where the one before kept nothing. */
  readonly memory: unknown;
}

/** What the outbox rows of a slot are marked with. */
export const causeOf = ({ job, day, target, part }: SlotName): string => foldedKey(job, day, target, part);

/** The states of a slot before its messages are in the outbox. */
export const openSlotStates = ['due', 'working'] as const;
