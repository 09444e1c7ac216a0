import { type Day, parseDay } from '../../calendar/day.ts';
import type { Database } from '../../database/connect.ts';
import type { CrmTables } from '../schema.ts';

/** How the generated company came to be; kept beside it, so that data of one's own is never overwritten or mixed with it. */
const entity = 'demo_company';

/** The demo company of a read model: up to which day it was generated, null = it was not finished. */
export interface DemoCompany {
  readonly until: Day | null;
}

/** The demo company in this read model; null = it holds none. */
export async function demoCompanyIn({ kysely }: Pick<Database<CrmTables>, 'kysely'>): Promise<DemoCompany | null> {
  const marker = await kysely
    .selectFrom('cm_capabilities')
    .select('note')
    .where('entity', '=', entity)
    .executeTakeFirst();
  return marker === undefined ? null : { until: marker.note === null ? null : parseDay(marker.note) };
}

export async function markDemoCompany({ kysely }: Database<CrmTables>, { until }: DemoCompany): Promise<void> {
  await kysely.deleteFrom('cm_capabilities').where('entity', '=', entity).execute();
  await kysely.insertInto('cm_capabilities').values({ entity, level: 'full', note: until }).execute();
}
