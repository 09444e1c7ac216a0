import { sql } from 'kysely';
import type { Moment } from '../../calendar/clock.ts';
import { type Day, dayOfWallTime } from '../../calendar/day.ts';
import type { Crm } from '../../crm/crm.ts';
import type { Scope } from '../../crm/scope.ts';
import type { Expr } from '../../database/dialect.ts';
import type { LastFollowUp } from '../../metrics/silence.ts';
import type { Dealings } from './opening-line.ts';

/** Last product, last follow-up, last talk and main contact of some customers; phones and names as the CRM has them. */
export interface KnownDealings extends Dealings {
  readonly mobile: string | null;
  /** null where no follow-up is on record. */
  readonly lastFollowUp: LastFollowUp | null;
}

export const nothingKnown: KnownDealings = {
  contact: null,
  mobile: null,
  product: null,
  talk: null,
  lastFollowUp: null,
};

type Row = Record<string, string | number | null>;

/** Customers in one statement. */
const chunk = 1_000;

/** Three queries for a thousand of them. */
export async function readLastDealings(
  crm: Crm,
  scope: Scope,
  customerIds: readonly string[],
  moment: Moment,
): Promise<ReadonlyMap<string, KnownDealings>> {
  const all = new Map<string, KnownDealings>();
  for (let from = 0; from < customerIds.length; from += chunk)
    for (const [id, known] of await dealingsOf(crm, scope, customerIds.slice(from, from + chunk), moment))
      all.set(id, known);
  return all;
}

async function dealingsOf(
  crm: Crm,
  scope: Scope,
  customerIds: readonly string[],
  moment: Moment,
): Promise<ReadonlyMap<string, KnownDealings>> {
  const filter = { customerIds };
  const [contacts, products, talks] = await Promise.all([
    crm.read<Row>(
      scope,
      ({ rows }) => sql`select * from (
        select x.customer_id, x.name, x.title, x.mobile,
          row_number() over (partition by x.customer_id order by coalesce(x.is_decision_maker, 0) + 2 * coalesce(x.is_primary, 0) desc, x.contact_id) as place
        from ${rows.of('cm_contacts', filter)} as x where x.name is not null and x.name <> ''
      ) as p where p.place = 1`,
    ),
    crm.read<Row>(
      scope,
      ({ rows }) => sql`select * from (
        select k.customer_id, d.name, k.signed_on,
          row_number() over (partition by k.customer_id order by k.signed_on desc, l.amount desc, l.line_id) as place
        from ${rows.of('cm_customers', filter)} as c
        join ${rows.contractAttributes()} as k on k.customer_id = c.customer_id
        join ${rows.contractLineAttributes()} as l on l.contract_id = k.contract_id
        join ${rows.open('cm_products')} as d on d.product_id = l.product_id
        where k.status in ('effective', 'completed') and k.signed_on <= ${moment.today} and d.name is not null
      ) as p where p.place = 1`,
    ),
    crm.read<Row>(scope, ({ rows }) => {
      // The newest one is the end of the index of the customer: nothing else of the history is read.
      const newest = (condition: Expr) => sql`(
        select a.activity_id from ${rows.followUpAttributes()} as a
        where a.customer_id = c.customer_id and a.occurred_at <= ${moment.wall} and ${condition}
        order by a.occurred_at desc, a.activity_id desc limit 1)`;
      const talked = sql`a.summary is not null and a.summary <> '' and (a.is_connected is null or a.is_connected = 1)`;
      return sql`
        select k.customer_id, l.occurred_at as followed_at, l.user_id as followed_by_id,
          l.kind as followed_kind, t.summary, t.occurred_at
        from (
          select c.customer_id, ${newest(sql`1 = 1`)} as last_id, ${newest(talked)} as talk_id
          from ${rows.of('cm_customers', filter)} as c
        ) as k
        left join ${rows.followUpAttributes()} as l on l.activity_id = k.last_id
        left join ${rows.followUpAttributes()} as t on t.activity_id = k.talk_id`;
    }),
  ]);
  const by = (rows: readonly Row[]) => new Map(rows.map((row) => [String(row.customer_id), row]));
  const [contactOf, productOf, talkOf] = [by(contacts), by(products), by(talks)];
  return new Map(
    customerIds.map((id) => {
      const [contact, product, talk] = [contactOf.get(id), productOf.get(id), talkOf.get(id)];
      return [
        id,
        {
          contact: contact === undefined ? null : { name: String(contact.name), title: contact.title as string | null },
          mobile: (contact?.mobile ?? null) as string | null,
          product:
            product === undefined ? null : { name: String(product.name), since: String(product.signed_on) as Day },
          talk:
            talk === undefined || talk.summary === null
              ? null
              : { summary: String(talk.summary), on: dayOfWallTime(String(talk.occurred_at)) },
          lastFollowUp:
            talk === undefined || talk.followed_at === null
              ? null
              : {
                  at: String(talk.followed_at),
                  by: talk.followed_by_id as string | null,
                  kind: String(talk.followed_kind),
                },
        },
      ];
    }),
  );
}
