import { sql } from 'kysely';
import type { Crm } from '../crm/crm.ts';
import type { StageModel } from '../crm/stages.ts';
import { countIf } from '../database/dialect.ts';
import { type CohortAsk, cohortRows } from './funnel-cohort.ts';
import { lookedUpOnce, positionOf, whole } from './stage-position.ts';

/** What was done for the opportunities that went no further than one stage, by the person who has them. */
export interface StepReach {
  /** null = nobody's. */
  readonly ownerId: string | null;
  readonly stopped: number;
  /** Contacted at least once after they entered the stage. */
  readonly contacted: number;
  /** Contacted within 48 hours of entering it (item 19). */
  readonly within48Hours: number;
  /** In the stage for 48 hours or already contacted: whose 48 hours can be judged. */
  readonly judged: number;
  /** Of the stopped ones, still open and never contacted since. */
  readonly openUntouched: number;
}

const fortyEightHours = 48 * 3600;

/**
 * Follow-up at the step where a cohort stops: how many of those were contacted again. A contact is any follow-up record
 * on the opportunity, or on its customer where it names no opportunity, that was not a failed call.
 */
export async function readStepReach(
  crm: Crm,
  model: StageModel,
  ask: CohortAsk & { readonly position: number },
): Promise<StepReach[]> {
  const rows = await crm.read<{
    owner_user_id: string | null;
    stopped: number;
    contacted: number;
    within_48_hours: number;
    judged: number;
    open_untouched: number;
  }>(ask.scope, (parts) => {
    const { rows: from, sql: bridge } = parts;
    const here = positionOf(sql`e.to_stage_id`, model);
    const entered = sql`(
      select c.*, coalesce((
        select min(e.occurred_at) from ${from.stageEventAttributes()} as e
        where e.opportunity_id = c.opportunity_id and ${here} = ${whole(ask.position)}
      ), c.created_at) as entered_at
      from ${cohortRows(parts, model, ask)} as c where c.reached = ${whole(ask.position)} ${lookedUpOnce}
    )`;
    const firstContact = (condition: ReturnType<typeof sql>) => sql`(
      select min(a.occurred_at) from ${from.followUpAttributes()} as a
      where ${condition} and a.occurred_at > w.entered_at and a.occurred_at < ${ask.until}
        and (a.is_connected is null or a.is_connected = 1)
    )`;
    const contacts = sql`(
      select w.*, ${firstContact(sql`a.opportunity_id = w.opportunity_id`)} as own_contact,
        ${firstContact(sql`a.customer_id = w.customer_id and a.opportunity_id is null`)} as customer_contact
      from ${entered} as w ${lookedUpOnce}
    )`;
    const first = sql`case when x.own_contact is null then x.customer_contact
      when x.customer_contact is null or x.own_contact <= x.customer_contact then x.own_contact
      else x.customer_contact end`;
    return sql`select y.owner_user_id, count(*) as stopped, count(y.first_contact) as contacted,
        ${countIf(sql`${bridge.seconds(sql`y.entered_at`, sql`y.first_contact`)} <= ${whole(fortyEightHours)}`)} as within_48_hours,
        ${countIf(sql`y.first_contact is not null or ${bridge.seconds(sql`y.entered_at`, sql`${ask.until}`)} >= ${whole(fortyEightHours)}`)} as judged,
        ${countIf(sql`y.outcome = 'open' and y.first_contact is null`)} as open_untouched
      from (select x.*, ${first} as first_contact from ${contacts} as x) as y
      group by y.owner_user_id order by stopped desc, y.owner_user_id`;
  });
  return rows.map((row) => ({
    ownerId: row.owner_user_id,
    stopped: Number(row.stopped),
    contacted: Number(row.contacted),
    within48Hours: Number(row.within_48_hours),
    judged: Number(row.judged),
    openUntouched: Number(row.open_untouched),
  }));
}
