import { createHash } from 'node:crypto';
import { wholeCompany } from '../../access/authorise.ts';
import type { Moment } from '../../calendar/clock.ts';
import type { Directory, Person } from '../../crm/directory.ts';
import { noFilter } from '../../crm/rows.ts';
import { readSilentOwners } from '../../metrics/silence-of-many.ts';
import type { Company } from '../../reports/report.ts';
import { turns } from '../turns.ts';
import { heirOf } from './recipient.ts';

/** Somebody who is told of silent customers: their own, and those of people who left and whose work falls to them. */
export interface Heir {
  readonly person: Person;
  readonly left: readonly Person[];
  /** A number of 32 bits made from their id: which slot is theirs, the same when others join. */
  readonly place: number;
}

/** Who has how many silent customers over the whole company; found once for all slots of a morning. */
export interface SilenceInCompany {
  readonly owners: Awaited<ReturnType<typeof readSilentOwners>>;
  readonly customers: number;
  readonly heirs: readonly Heir[];
}

export async function readSilenceInCompany(company: Company, moment: Moment): Promise<SilenceInCompany> {
  const owners = await readSilentOwners(company.crm, {
    scope: wholeCompany(),
    filter: noFilter,
    moment,
    limits: company.settings.silentDays,
  });
  return {
    owners,
    customers: owners.reduce((sum, { silent }) => sum + silent, 0),
    heirs: await heirsOf(owners, company.directory),
  };
}

async function heirsOf(owners: SilenceInCompany['owners'], directory: Directory): Promise<Heir[]> {
  const heirs = new Map<string, { person: Person; left: Person[]; place: number }>();
  const others = turns();
  for (const { ownerId } of owners) {
    await others.next();
    const heir = heirOf(ownerId, directory);
    if (heir === null) continue;
    const entry = heirs.get(heir.id) ?? { person: heir, left: [], place: placeOf(heir) };
    const owner = directory.person(ownerId);
    if (owner !== undefined && owner.id !== heir.id) entry.left.push(owner);
    heirs.set(heir.id, entry);
  }
  return [...heirs.values()];
}

const placeOf = ({ id }: Person): number => createHash('sha256').update(id).digest().readUInt32BE(0);
