import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf, type WallTime } from '../calendar/day.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import { whole } from './stage-position.ts';

/** A customer as found by name, within what the asker may see. */
export interface CustomerFound {
  readonly customer_id: string;
  readonly name: string;
  readonly grade: string | null;
  readonly industry: string | null;
  readonly city: string | null;
  readonly size: string | null;
  readonly source: string | null;
  readonly lifecycle: string;
  readonly owner_user_id: string | null;
  readonly created_at: string;
  readonly last_touch_at: string | null;
}

/** The customers that a question names, at most `limit`, in the order of their names. */
export const findCustomers = (crm: Crm, scope: Scope, filter: RowFilter, limit: number): Promise<CustomerFound[]> =>
  crm.read<CustomerFound>(
    scope,
    ({ rows }) => sql`select c.customer_id, c.name, c.level as grade, c.industry, c.city, c.size, c.source, c.lifecycle,
        c.owner_user_id, c.created_at, t.last_touch_at
      from ${rows.of('cm_customers', filter)} as c
      left join ${rows.of('cm_customer_last_touch')} as t on t.customer_id = c.customer_id
      order by c.name, c.customer_id limit ${whole(limit)}`,
  );

export interface CardOpportunity {
  readonly opportunity_id: string;
  readonly name: string | null;
  readonly stage_id: string | null;
  readonly outcome: string;
  readonly amount_fen: number | null;
  readonly owner_user_id: string | null;
  readonly created_at: string;
  readonly expected_close_date: string | null;
}

/** Open first, then the latest; at most 50. */
export const opportunitiesOf = (crm: Crm, scope: Scope, customerId: string): Promise<CardOpportunity[]> =>
  crm.read<CardOpportunity>(
    scope,
    ({
      rows,
      sql: bridge,
    }) => sql`select o.opportunity_id, o.name, o.stage_id, o.outcome, ${bridge.fen(sql`o.amount`)} as amount_fen,
        o.owner_user_id, o.created_at, o.expected_close_date
      from ${rows.of('cm_opportunities', { customerIds: [customerId] })} as o
      order by case when o.outcome = 'open' then 0 else 1 end, o.created_at desc, o.opportunity_id limit 50`,
  );

export interface CardContract {
  readonly contract_id: string;
  readonly name: string | null;
  readonly status: string;
  readonly amount_fen: number | null;
  readonly signed_on: string | null;
  readonly ends_on: string | null;
  readonly paid_fen: number;
}

/** Signed contracts with what was received for each (confirmed payments); the latest 50. */
export const contractsOf = (crm: Crm, scope: Scope, customerId: string, moment: Moment): Promise<CardContract[]> =>
  crm.read<CardContract>(
    scope,
    ({ rows, sql: bridge }) => sql`select k.contract_id, k.name, k.status, ${bridge.fen(sql`k.amount`)} as amount_fen,
        k.signed_on, k.ends_on, coalesce((
          select ${bridge.sumFen(sql`p.amount`)} from ${rows.of('cm_payments')} as p
          where p.contract_id = k.contract_id and p.status = 'confirmed' and p.paid_on <= ${moment.today}
        ), 0) as paid_fen
      from ${rows.of('cm_contracts', { customerIds: [customerId] })} as k
      where k.status in ('effective', 'completed') and k.signed_on <= ${moment.today}
      order by k.signed_on desc, k.contract_id limit 50`,
  );

export interface CardFollowUp {
  readonly at: string;
  readonly kind: string;
  readonly user_id: string | null;
  readonly contact_name: string | null;
  readonly is_connected: number | null;
  readonly duration_minutes: number | null;
  readonly summary: string | null;
}

/** The latest follow-ups by whomever, newest first. */
export const followUpsOf = (
  crm: Crm,
  scope: Scope,
  customerId: string,
  span: { readonly from?: WallTime; readonly until: WallTime; readonly limit: number },
): Promise<CardFollowUp[]> =>
  crm.read<CardFollowUp>(
    scope,
    ({
      rows,
    }) => sql`select a.occurred_at as ${sql.ref('at')}, a.kind, a.user_id, n.name as contact_name, a.is_connected,
        a.duration_minutes, a.summary
      from ${rows.of('cm_customers', { customerIds: [customerId] })} as c
      join ${rows.followUpAttributes()} as a on a.customer_id = c.customer_id
      left join ${rows.of('cm_contacts')} as n on n.contact_id = a.contact_id
      where a.occurred_at <= ${span.until} ${span.from === undefined ? sql`` : sql`and a.occurred_at >= ${span.from}`}
      order by a.occurred_at desc, a.activity_id desc limit ${whole(span.limit)}`,
  );

export interface CardContact {
  readonly name: string | null;
  readonly title: string | null;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly is_primary: number | null;
  readonly is_decision_maker: number | null;
}

/** The main contact first; at most 5. */
export const contactsOf = (crm: Crm, scope: Scope, customerId: string): Promise<CardContact[]> =>
  crm.read<CardContact>(
    scope,
    ({ rows }) => sql`select n.name, n.title, n.mobile, n.email, n.is_primary, n.is_decision_maker
      from ${rows.of('cm_contacts', { customerIds: [customerId] })} as n
      order by coalesce(n.is_primary, 0) desc, coalesce(n.is_decision_maker, 0) desc, n.contact_id limit 5`,
  );

export interface CardService {
  readonly tickets: number;
  readonly open_tickets: number;
  readonly complaints: number;
  readonly follow_ups: number;
}

/** Tickets and follow-ups of the last 90 days, and what is still open. */
export async function serviceOf(crm: Crm, scope: Scope, customerId: string, moment: Moment): Promise<CardService> {
  const from = startOf(addDays(moment.today, -89));
  const [row] = await crm.read<CardService>(scope, ({ rows }) => {
    const recent = sql`t.created_at >= ${from}`;
    return sql`select ${countIf(recent)} as tickets, ${countIf(sql`t.status in ('open', 'paused')`)} as open_tickets,
        ${countIf(sql`${recent} and t.kind = 'complaint'`)} as complaints,
        (select count(*) from ${rows.of('cm_customers', { customerIds: [customerId] })} as c
          join ${rows.followUpAttributes()} as a on a.customer_id = c.customer_id
          where a.occurred_at >= ${from} and a.occurred_at <= ${moment.wall}) as follow_ups
      from ${rows.of('cm_tickets', { customerIds: [customerId] })} as t where t.created_at <= ${moment.wall}`;
  });
  return {
    tickets: Number(row?.tickets ?? 0),
    open_tickets: Number(row?.open_tickets ?? 0),
    complaints: Number(row?.complaints ?? 0),
    follow_ups: Number(row?.follow_ups ?? 0),
  };
}

/** One thing that happened with a customer: a follow-up, a contract, a payment, a ticket. */
export interface CustomerEvent {
  readonly day: string;
  readonly at: string;
  readonly source: 'follow-up' | 'contract' | 'payment' | 'ticket';
  readonly kind: string;
  readonly user_id: string | null;
  readonly amount_fen: number | null;
  readonly words: string | null;
}

/** All that happened with a customer in a span, newest first, at most `limit`. One query over four indexes. */
export const eventsOf = (
  crm: Crm,
  scope: Scope,
  customerId: string,
  span: { readonly from: WallTime; readonly until: WallTime; readonly limit: number },
): Promise<CustomerEvent[]> =>
  crm.read<CustomerEvent>(scope, ({ rows, sql: bridge }) => {
    const own = { customerIds: [customerId] };
    const [fromDay, toDay] = [span.from.slice(0, 10), span.until.slice(0, 10)];
    return sql`select ${bridge.day(sql`e.happened_at`)} as day, e.happened_at as ${sql.ref('at')}, e.source, e.kind, e.user_id,
        e.amount_fen, e.words
      from (
        select a.occurred_at as happened_at, 'follow-up' as source, a.kind, a.user_id, null as amount_fen, a.summary as words
        from ${rows.of('cm_customers', own)} as c join ${rows.followUpAttributes()} as a on a.customer_id = c.customer_id
        where a.occurred_at >= ${span.from} and a.occurred_at <= ${span.until}
        union all
        select ${bridge.concat(bridge.day(sql`k.signed_on`), sql`' 00:00:00'`)}, 'contract', k.status, k.owner_user_id, ${bridge.fen(sql`k.amount`)}, k.name
        from ${rows.of('cm_contracts', own)} as k
        where k.status in ('effective', 'completed') and k.signed_on >= ${fromDay} and k.signed_on <= ${toDay}
        union all
        select ${bridge.concat(bridge.day(sql`p.paid_on`), sql`' 00:00:00'`)}, 'payment', p.status, p.owner_user_id, ${bridge.fen(sql`p.amount`)}, p.method
        from ${rows.of('cm_payments', own)} as p
        where p.status = 'confirmed' and p.paid_on >= ${fromDay} and p.paid_on <= ${toDay}
        union all
        select t.created_at, 'ticket', coalesce(t.kind, 'question'), t.assignee_user_id, null, t.subject
        from ${rows.of('cm_tickets', own)} as t where t.created_at >= ${span.from} and t.created_at <= ${span.until}
      ) as e order by e.happened_at desc, e.source, e.kind limit ${whole(span.limit)}`;
  });
