import { union } from '../../access/authorise.ts';
import type { Moment } from '../../calendar/clock.ts';
import type { Day } from '../../calendar/day.ts';
import type { Person } from '../../crm/directory.ts';
import type { Scope } from '../../crm/scope.ts';
import type { SilentNow } from '../../metrics/silence.ts';
import { dearestFirst, readStakes, type SilentRow, type Stake } from '../../metrics/silence-of-many.ts';
import type { Reply } from '../../replies/reply.ts';
import type { Company } from '../../reports/report.ts';
import type { NewRecall, Recall, Recalls, Silence } from '../../store/recalls.ts';
import { type Chosen, chooseRecalls, silenceKey, silenceOf, standingOf } from './choose-recalls.ts';
import type { RecallSettings } from './config.ts';
import { type KnownDealings, nothingKnown, readLastDealings } from './last-dealings.ts';
import { type OpeningLine, openingLine } from './opening-line.ts';
import { type Recipient, scopeOfOwners } from './recipient.ts';
import { mostInFull, type Reminded, reminderReply } from './reminder.ts';
import type { SilenceInCompany } from './silence-in-company.ts';

/** Somebody to be reminded of their own silent customers and of those of people who left. */
export interface ToRemind {
  readonly recipient: Recipient;
  readonly left: readonly Person[];
}

/** What one person is to be told; the silences in it are taken in the ledger. */
export interface Reminder {
  readonly recipient: Recipient;
  readonly silences: readonly Silence[];
  /** Puts it into words; throws where that cannot be done for this one. */
  reply(): Reply;
}

interface OneOf extends ToRemind {
  readonly scope: Scope;
  readonly chosen: Chosen;
  /** Everything chosen that is to be told, the dearest first. */
  readonly customers: readonly SilentNow[];
  readonly openings: ReadonlyMap<string, OpeningLine>;
}

/**
 * The reminders of some hundred people as of now, their silences taken in the ledger for the slot `cause`. What is known
 * of their customers is asked once for all of them, with the union of their rights; each is told what lies in their own.
 * Prepared again after a crash the same customers come again, and no other slot has them.
 */
export async function prepareRecalls(
  { recalls, settings }: { readonly recalls: Recalls; readonly settings: RecallSettings },
  company: Company,
  people: readonly ToRemind[],
  cause: string,
  moment: Moment,
  { ofOwner, customers: silentInCompany }: Pick<SilenceInCompany, 'ofOwner' | 'customers'>,
): Promise<Reminder[]> {
  const { crm, directory } = company;
  const { today } = moment;
  const scopes = people.map(({ recipient, left }) => scopeOfOwners(recipient, left));
  const together = union(scopes);
  const owners = new Set(scopes.flatMap((scope) => (scope.owners === 'everyone' ? [...ofOwner.keys()] : scope.owners)));
  const silent = [...owners].flatMap((owner) => ofOwner.get(owner) ?? []);
  if (silent.length === 0) return [];
  const ledger = await recalls.ofCustomers(silent.map(({ customerId }) => customerId));
  const byKey = new Map(ledger.map((recall) => [silenceKey(recall), recall]));
  const known = (silence: Silence): Recall | undefined => byKey.get(silenceKey(silence));
  const open = silent.filter((row) => standingOf(known(silenceOf(row, today)), cause, today) !== 'settled');
  if (open.length === 0) return [];
  const ids = open.map(({ customerId }) => customerId);
  const within = ownRows(open, await readStakes(crm, together, ids, moment));
  const chosen = people.map((one, at) => {
    const scope = scopes[at] as Scope;
    const mine = within(scope).sort(dearestFirst);
    const choice = chooseRecalls(mine, known, cause, today, settings, silentInCompany);
    const told = new Set([...choice.mine, ...choice.again, ...choice.fresh.map(({ customer }) => customer)]);
    const heldOut = new Set(choice.fresh.flatMap(({ customer, heldOut }) => (heldOut ? [customer] : [])));
    return {
      ...one,
      scope,
      chosen: choice,
      customers: mine.filter((customer) => told.has(customer) && !heldOut.has(customer)),
    };
  });
  const full = chosen.flatMap(({ customers }) => customers.slice(0, mostInFull).map(({ customerId }) => customerId));
  const dealings = await readLastDealings(crm, together, full, moment);
  const each = chosen.map((one): OneOf => ({ ...one, openings: openingsOf(one, dealings, today) }));
  const recallOf = (one: OneOf, customer: SilentNow, heldOut: boolean): NewRecall => ({
    ...silenceOf(customer, today),
    ownerId: customer.ownerId,
    toldTo: one.recipient.person.id,
    grade: customer.grade,
    silentDays: customer.days,
    stakeFen: customer.openFen + customer.contractFen,
    wording: one.openings.get(customer.customerId)?.wording ?? 'none',
    heldOut,
    recalledAt: moment.wall,
  });
  const taken = await recalls.reserve(
    cause,
    each.flatMap((one) => one.chosen.fresh.map(({ customer, heldOut }) => recallOf(one, customer, heldOut))),
    each.flatMap((one) => one.chosen.again.map((customer) => recallOf(one, customer, false))),
  );
  // Whoever else was quicker tells the others.
  const ours = new Set(taken.map(silenceKey));
  return each.flatMap((one): Reminder[] => {
    const customers = one.customers.filter((customer) => ours.has(silenceKey(silenceOf(customer, today))));
    if (customers.length === 0) return [];
    const again = (customer: SilentNow): boolean =>
      one.chosen.again.includes(customer) && known(silenceOf(customer, today))?.untold === false;
    const reminded = customers.map((customer): Reminded => {
      const opening = one.openings.get(customer.customerId);
      return {
        customer,
        inFull: opening === undefined ? null : { opening, dealings: dealings.get(customer.customerId) ?? nothingKnown },
        again: again(customer),
      };
    });
    const { person, mask } = one.recipient;
    return [
      {
        recipient: one.recipient,
        silences: customers.map((customer) => silenceOf(customer, today)),
        reply: () =>
          reminderReply({ readerId: person.id, today, mask, reminded, waiting: one.chosen.waiting }, directory),
      },
    ];
  });
}

/**
 * Hands out the rows that were read for many by the scope of one: customers by their owner, and of what is at stake only
 * what belongs to an owner in the same scope, as if it had been read for that scope alone.
 */
export function ownRows(
  silent: readonly SilentRow[],
  stakes: readonly Stake[],
): (scope: Pick<Scope, 'owners'>) => SilentNow[] {
  const ofOwner = groupedBy(silent, ({ ownerId }) => ownerId);
  const ofCustomer = groupedBy(stakes, ({ customerId }) => customerId);
  return ({ owners }) => {
    const own = owners === 'everyone' ? null : new Set(owners);
    const rows = own === null ? silent : [...own].flatMap((owner) => ofOwner.get(owner) ?? []);
    return rows.map((row) => {
      const mine = (ofCustomer.get(row.customerId) ?? []).filter(({ ownerId }) => own === null || own.has(ownerId));
      const sum = (of: (stake: Stake) => number) => mine.reduce((total, stake) => total + of(stake), 0);
      return {
        ...row,
        openFen: sum(({ openFen }) => openFen),
        openCount: sum(({ openCount }) => openCount),
        contractFen: sum(({ contractFen }) => contractFen),
        contractCount: sum(({ contractCount }) => contractCount),
      };
    });
  };
}

function groupedBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}

function openingsOf(
  { recipient, customers }: { readonly recipient: Recipient; readonly customers: readonly SilentNow[] },
  dealings: ReadonlyMap<string, KnownDealings>,
  today: Day,
): Map<string, OpeningLine> {
  const clear = recipient.mask.contactNames === 'clear';
  return new Map(
    customers.slice(0, mostInFull).map(({ customerId }) => {
      const of = dealings.get(customerId) ?? nothingKnown;
      return [customerId, openingLine({ ...of, contact: clear ? of.contact : null }, recipient.person.name, today)];
    }),
  );
}
