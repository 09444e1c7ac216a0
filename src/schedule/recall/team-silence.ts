import { union } from '../../access/authorise.ts';
import type { Moment } from '../../calendar/clock.ts';
import { noFilter } from '../../crm/rows.ts';
import type { Scope } from '../../crm/scope.ts';
import { readSilenceGroups, readSilentCustomers, type SilentNow } from '../../metrics/silence.ts';
import { dearestFirst, readSilentRows, readStakes } from '../../metrics/silence-of-many.ts';
import type { Company } from '../../reports/report.ts';
import { ownRows } from './prepare-recall.ts';

/** The silent customers of a manager's people. */
export interface TeamSilence {
  readonly byOwner: ReadonlyMap<string, { readonly silent: number; readonly stakeFen: number }>;
  /** The dearest ones. */
  readonly top: readonly SilentNow[];
}

const inTop = 3;
/** Teams of at most so many people are read together, up to so many people. */
const smallTeam = 60;
const peopleAtOnce = 500;

type Owner = { silent: number; stakeFen: number };

function added(owners: Map<string, Owner>, ownerId: string, silent: number, stakeFen: number): void {
  const owner = owners.get(ownerId) ?? { silent: 0, stakeFen: 0 };
  owners.set(ownerId, { silent: owner.silent + silent, stakeFen: owner.stakeFen + stakeFen });
}

/** Scopes that are read together; a large one stays alone, so that what is in memory is bounded. */
export function together(scopes: readonly Scope[]): (readonly Scope[])[] {
  const batches: Scope[][] = [];
  let last: Scope[] = [];
  let people = 0;
  for (const scope of scopes) {
    if (scope.owners === 'everyone' || scope.owners.length > smallTeam) {
      batches.push([scope]);
      continue;
    }
    if (last.length === 0 || people + scope.owners.length > peopleAtOnce) {
      last = [];
      people = 0;
      batches.push(last);
    }
    last.push(scope);
    people += scope.owners.length;
  }
  return batches;
}

/** What every one of some scopes has, as if it had been read for that scope alone. */
export async function readTeams(
  company: Company,
  scopes: readonly Scope[],
  moment: Moment,
): Promise<ReadonlyMap<Scope, TeamSilence>> {
  const { crm, settings } = company;
  const teams = new Map<Scope, TeamSilence>();
  const ask = { filter: noFilter, moment, limits: settings.silentDays };
  const [only] = scopes;
  if (scopes.length === 1 && only !== undefined) {
    const byOwner = new Map<string, Owner>();
    for (const { ownerId, silent, openFen, contractFen } of await readSilenceGroups(crm, { ...ask, scope: only }))
      added(byOwner, ownerId ?? '', silent, openFen + contractFen);
    const top = await readSilentCustomers(crm, { ...ask, scope: only, order: 'stake', limit: inTop });
    return teams.set(only, { byOwner, top });
  }
  const all = union(scopes);
  const silent = await readSilentRows(crm, { ...ask, scope: all });
  const ids = silent.map(({ customerId }) => customerId);
  const within = ownRows(silent, ids.length === 0 ? [] : await readStakes(crm, all, ids, moment));
  for (const scope of scopes) {
    const mine = within(scope).sort(dearestFirst);
    const byOwner = new Map<string, Owner>();
    for (const { ownerId, openFen, contractFen } of mine) added(byOwner, ownerId, 1, openFen + contractFen);
    teams.set(scope, { byOwner, top: mine.slice(0, inTop) });
  }
  return teams;
}
