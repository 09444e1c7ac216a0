import type { Moment } from '../../calendar/clock.ts';
import type { Day } from '../../calendar/day.ts';
import type { Period } from '../../calendar/period.ts';
import type { ChartSpec } from '../../charts/spec.ts';
import type { Command } from '../../commands/command.ts';
import type { Scope } from '../../crm/scope.ts';
import type { Figure } from '../../figures/figure.ts';
import type { Choice } from '../../replies/reply.ts';
import type { Company } from '../../reports/report.ts';

/** What a digest is about: equal ones are computed once, however many groups and people get them. */
export interface DigestAsk {
  readonly scope: Scope;
  readonly moment: Moment;
  /** The whole days behind the last digest, both included. */
  readonly covers: Period;
  /** No earlier digest is there to compare with: what was open at the start of `covers` is read from the history. */
  readonly first: boolean;
  /** The work day before: a CRM that has nothing newer than that has perhaps stopped being copied. */
  readonly lastWorkDay: Day;
}

/** The one before to the same target, as it really arrived. */
export interface Earlier {
  readonly day: Day;
  readonly memory: unknown;
}

/** A digest for one target: what the template is given, and the numbers behind it. */
export interface DigestView {
  /** One line, for notifications. */
  readonly title: string;
  readonly view: Readonly<Record<string, unknown>>;
  readonly figures: readonly Figure[];
  /** Owners of what is to be asked about, by CRM id. */
  readonly ownersToAsk: readonly string[];
  /** Where to go on from here, for people in their own chats. */
  readonly choices: readonly Choice[];
}

/** A kind of digest. `Computed` is shared by all targets of one scope, the view is each target's own. */
export interface Digest<Computed> {
  /** As settings name it: `funnel`. */
  readonly what: string;
  readonly title: string;
  /** The command that it answers: what is said next is about that. */
  readonly about: Command;
  /** Template in `templates/messages`. */
  readonly template: string;
  /** Tables without which it cannot be computed: where the CRM records none, that is said instead of zeros. */
  readonly needs: readonly string[];
  compute(company: Company, ask: DigestAsk): Promise<Computed>;
  /** null = words only. */
  chart(computed: Computed, ask: DigestAsk): ChartSpec | null;
  view(company: Company, computed: Computed, ask: DigestAsk, earlier: Earlier | null): DigestView;
  /** What the next digest to the same target compares with. */
  memory(computed: Computed): unknown;
}
