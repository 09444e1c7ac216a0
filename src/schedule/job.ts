import type { IdentityPlatform } from '../access/identity.ts';
import type { Moment } from '../calendar/clock.ts';
import type { Day } from '../calendar/day.ts';
import type { Picture } from '../charts/spec.ts';
import type { Command } from '../commands/command.ts';
import type { Address, OutboundPart } from '../platforms/platform.ts';
import type { Choice } from '../replies/reply.ts';
import type { SlotClaim } from '../store/slot.ts';
import type { TimetableLine } from './due.ts';

/** Remembers the choices of a push to a person; `about` is the command that the push answers. */
export type Pushed = (
  to: { readonly identity: IdentityPlatform; readonly account: string },
  choices: readonly Choice[],
  about: Command,
) => Promise<void>;

/** What one slot is asked to prepare. */
export interface SlotTask {
  readonly job: string;
  readonly day: Day;
  readonly target: string;
  readonly part: string;
  /** When it was to go out, milliseconds since 1970. */
  readonly plannedAt: number;
  /** Now: a run that catches up is later than planned. */
  readonly moment: Moment;
}

/** What a slot came to, rendered: from here on it is the outbox's. */
export type Preparation =
  | {
      readonly kind: 'ready';
      readonly messages: readonly {
        readonly address: Address;
        readonly parts: readonly OutboundPart[];
        /** Spreads many messages over a short while, as the platforms ask. */
        readonly afterMs?: number;
      }[];
      readonly pictures: readonly Picture[];
      /** Kept with the slot for the next one to the same target (`Slots.lastSent`), as JSON. */
      readonly memory: unknown;
    }
  /** There is nothing to say, which is as it should be. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** It can never be said as things are set up: an administrator reads `kindly`, once. */
  | { readonly kind: 'refused'; readonly why: string; readonly kindly: string };

/** Something that the clock owes: who gets it when, and how one of them is prepared. */
export interface Job {
  /** Unique and for ever: it is part of the slots' names. At most 64 characters. */
  readonly name: string;
  /** As people call it in notices: 漏斗晨报. */
  readonly title: string;
  /** A run of it that was missed is no news to anybody. */
  readonly quietWhenMissed?: boolean;
  /** Who gets it when, as things are now. Asked at start, at every planned time and every few minutes. */
  timetable(moment: Moment): Promise<readonly TimetableLine[]>;
  /** Rights are checked anew in here. Throws where it may work later: it is tried again within the catch-up window. */
  prepare(task: SlotTask): Promise<Preparation>;
}

export const taskOf = (claim: SlotClaim, moment: Moment): SlotTask => ({
  job: claim.job,
  day: claim.day as Day,
  target: claim.target,
  part: claim.part,
  plannedAt: claim.plannedAt,
  moment,
});
