import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import type { Rate } from '../figures/rate.ts';
import { largeBudget, type ProspectSigns, potentialPoints } from '../predictions/potential.ts';
import { valid } from './lost-customers.ts';
import { whole } from './stage-position.ts';

export interface ProspectAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
}

/** A customer that has not signed and is in touch, with what speaks for them. */
export interface Prospect {
  readonly customerId: string;
  readonly name: string;
  readonly ownerId: string | null;
  readonly signs: ProspectSigns;
  readonly openFen: number;
  readonly score: number;
}

/** In touch = any interaction within so many days; who is not is silent, whatever their budget. */
export const inTouchDays = 90;
/** So many prospects are scored, the latest in touch first. */
const mostScored = 5_000;

const never = ({ rows }: QueryParts): Expr =>
  sql`not exists (select 1 from ${rows.contractAttributes()} as k where k.customer_id = c.customer_id and ${valid('k')})`;

/** 潜力客户 (item 131): who has not signed yet and was in touch within 90 days, scored, the best first. One query. */
export async function readProspects(crm: Crm, ask: ProspectAsk): Promise<Prospect[]> {
  const { today, wall } = ask.moment;
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const { rows: source, sql: bridge } = parts;
    // What speaks for them is looked up for those alone that are scored.
    return sql`
      select c.*,
        (select count(*) from ${source.followUpAttributes()} as a where a.customer_id = c.customer_id and a.direction = 'in'
          and a.occurred_at >= ${startOf(addDays(today, 1 - inTouchDays))} and a.occurred_at <= ${wall}) as came,
        (select count(*) from ${source.of('cm_opportunities')} as o where o.customer_id = c.customer_id and o.outcome = 'open') as open_count,
        (select ${bridge.sumFen(sql`o.amount`)} from ${source.of('cm_opportunities')} as o
          where o.customer_id = c.customer_id and o.outcome = 'open') as open_fen,
        (select count(*) from ${source.of('cm_contacts')} as p where p.customer_id = c.customer_id and p.is_decision_maker = 1) as deciders
      from (
        select c.customer_id, c.name, c.owner_user_id, c.level, ${bridge.fen(sql`coalesce(c.annual_budget, 0)`)} as budget_fen,
          c.has_clear_decision_chain as clear_chain,
          case when lt.last_touch_at >= ${startOf(addDays(today, -29))} then 1 else 0 end as is_active
        from ${source.of('cm_customers', ask.filter)} as c
        join ${source.of('cm_customer_last_touch')} as lt on lt.customer_id = c.customer_id
        where c.lifecycle = 'active' and lt.last_touch_at >= ${startOf(addDays(today, 1 - inTouchDays))} and ${never(parts)}
        order by lt.last_touch_at desc, c.customer_id limit ${whole(mostScored)}
      ) as c`;
  });
  return rows
    .map((row): Prospect => {
      const signs: ProspectSigns = {
        grade: row.level as string | null,
        budgetFen: Number(row.budget_fen),
        active: Number(row.is_active) === 1,
        came: Number(row.came) > 0,
        hasOpportunity: Number(row.open_count) > 0,
        reachesDecider: Number(row.deciders) > 0 || Number(row.clear_chain ?? 0) === 1,
      };
      return {
        customerId: String(row.customer_id),
        name: String(row.name),
        ownerId: row.owner_user_id as string | null,
        signs,
        openFen: Number(row.open_fen ?? 0),
        score: potentialPoints(signs),
      };
    })
    .sort((a, b) => b.score - a.score || b.openFen - a.openFen || a.customerId.localeCompare(b.customerId));
}

/**
 * Whether grade and budget tell who signs: of the customers created between two years and 90 days ago, those who have
 * either (A, B, or 200 thousand a year and more) beside the rest. One query.
 */
export async function readSigningByFit(
  crm: Crm,
  ask: ProspectAsk,
): Promise<{ readonly fit: Rate; readonly rest: Rate }> {
  const { today } = ask.moment;
  const rows = await crm.read<{ is_fit: number; customers: number; signed: number }>(
    ask.scope,
    (parts) => sql`
      select case when c.level in ('A', 'B') or c.annual_budget >= ${whole(largeBudget.some / 100)} then 1 else 0 end as is_fit,
        count(*) as customers, ${countIf(sql`not (${never(parts)})`)} as signed
      from ${parts.rows.of('cm_customers', ask.filter)} as c
      where c.lifecycle = 'active' and c.created_at >= ${startOf(addDays(today, -730))} and c.created_at < ${startOf(addDays(today, -89))}
      group by is_fit`,
  );
  const of = (fit: number): Rate => {
    const row = rows.find((one) => Number(one.is_fit) === fit);
    return { numerator: Number(row?.signed ?? 0), denominator: Number(row?.customers ?? 0) };
  };
  return { fit: of(1), rest: of(0) };
}
