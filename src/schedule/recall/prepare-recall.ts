import { wholeCompany } from '../../access/authorise.ts';
import type { Moment } from '../../calendar/clock.ts';
import type { Person } from '../../crm/directory.ts';
import { noFilter } from '../../crm/rows.ts';
import {
  readSilenceGroups,
  readSilentCustomers,
  type SilenceGroup,
  type SilentCustomer,
} from '../../metrics/silence.ts';
import type { Reply } from '../../replies/reply.ts';
import type { Company } from '../../reports/report.ts';
import type { NewRecall, Recalls } from '../../store/recalls.ts';
import { chooseRecalls, silenceKey, silenceOf } from './choose-recalls.ts';
import type { RecallSettings } from './config.ts';
import { type KnownDealings, readLastDealings } from './last-dealings.ts';
import { openingLine } from './opening-line.ts';
import { type Recipient, scopeOfOwners } from './recipient.ts';
import { type Reminded, reminderReply } from './reminder.ts';

/** More than this no one person has. */
const mostSilent = 20_000;

const nothingKnown: KnownDealings = { contact: null, mobile: null, product: null, talk: null };

/** Who has how many silent customers, over the whole company: whom the run looks at, and whether some are held out. */
export const silenceInCompany = (company: Company, moment: Moment): Promise<SilenceGroup[]> =>
  readSilenceGroups(company.crm, {
    scope: wholeCompany(),
    filter: noFilter,
    moment,
    limits: company.settings.silentDays,
  });

/**
 * The reminder for one person as of now, its silences taken in the ledger for the slot `cause`; null = nothing to say.
 * Prepared again after a crash it says the same customers again, and no other slot says them.
 */
export async function prepareRecall(
  { recalls, settings }: { readonly recalls: Recalls; readonly settings: RecallSettings },
  company: Company,
  recipient: Recipient,
  left: readonly Person[],
  cause: string,
  moment: Moment,
  silentInCompany: number,
): Promise<Reply | null> {
  const { crm, directory } = company;
  const { today } = moment;
  const scope = scopeOfOwners(recipient, left);
  const silent = await readSilentCustomers(crm, {
    scope,
    filter: noFilter,
    moment,
    limits: company.settings.silentDays,
    order: 'stake',
    limit: mostSilent,
  });
  if (silent.length === 0) return null;
  const known = await recalls.ofCustomers(silent.map(({ customerId }) => customerId));
  const chosen = chooseRecalls(silent, known, cause, today, settings, silentInCompany);
  const customers = [...chosen.mine, ...chosen.again, ...chosen.fresh.map(({ customer }) => customer)];
  if (customers.length === 0) return null;
  const dealings = await readLastDealings(
    crm,
    scope,
    customers.map(({ customerId }) => customerId),
    moment,
  );
  const clear = recipient.mask.contactNames === 'clear';
  const openings = new Map(
    customers.map((customer) => {
      const of = dealings.get(customer.customerId) ?? nothingKnown;
      const contact = clear ? of.contact : null;
      return [customer.customerId, openingLine({ ...of, contact }, recipient.person.name, today)];
    }),
  );
  const recallOf = (customer: SilentCustomer, heldOut: boolean): NewRecall => ({
    ...silenceOf(customer, today),
    ownerId: customer.ownerId,
    toldTo: recipient.person.id,
    grade: customer.grade,
    silentDays: customer.days,
    stakeFen: customer.openFen + customer.contractFen,
    wording: openings.get(customer.customerId)?.wording ?? 'generic',
    heldOut,
    recalledAt: moment.wall,
  });
  const taken = await recalls.reserve(
    cause,
    chosen.fresh.map(({ customer, heldOut }) => recallOf(customer, heldOut)),
    chosen.again.map((customer) => recallOf(customer, false)),
  );
  // Whoever else was quicker tells the others.
  const ours = new Set(taken.map(silenceKey));
  const putOff = new Set(chosen.again.map(({ customerId }) => customerId));
  const firstKnown = new Map(known.map((recall) => [silenceKey(recall), recall]));
  const reminded = customers
    .filter((customer) => ours.has(silenceKey(silenceOf(customer, today))))
    .sort((a, b) => silent.indexOf(a) - silent.indexOf(b))
    .flatMap((customer): Reminded[] => {
      const opening = openings.get(customer.customerId);
      if (opening === undefined) return [];
      const before = firstKnown.get(silenceKey(silenceOf(customer, today)));
      return [
        {
          customer,
          dealings: dealings.get(customer.customerId) ?? nothingKnown,
          opening,
          again: putOff.has(customer.customerId) && before?.untold === false,
        },
      ];
    });
  if (reminded.length === 0) return null;
  return reminderReply(
    { readerId: recipient.person.id, today, mask: recipient.mask, reminded, waiting: chosen.waiting },
    directory,
  );
}
