import { sql } from 'kysely';
import { wholeCompany } from '../../access/authorise.ts';
import type { WallTime } from '../../calendar/day.ts';
import type { Company } from '../../reports/report.ts';
import type { DigestAsk } from './digest.ts';

/**
 * When somebody last did something that the CRM records, anywhere in the company; null where it records nothing yet. A
 * time alone, of nobody: a copy of the CRM that has stopped is seen by it. One look at the end of three indexes.
 */
export async function readNewestRecord(company: Company, { moment }: DigestAsk): Promise<WallTime | null> {
  const rows = await company.crm.read<{ at: string | null }>(
    wholeCompany(),
    ({ rows: of }) => sql`select max(n.at) as at from (
        select max(occurred_at) as at from ${of.of('cm_activities')} as a where a.occurred_at <= ${moment.wall}
        union all select max(occurred_at) from ${of.of('cm_stage_events')} as e where e.occurred_at <= ${moment.wall}
        union all select max(created_at) from ${of.of('cm_opportunities')} as o where o.created_at <= ${moment.wall}
      ) as n`,
  );
  return (rows[0]?.at ?? null) as WallTime | null;
}
