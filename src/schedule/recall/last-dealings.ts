import { sql } from 'kysely';
import type { Moment } from '../../calendar/clock.ts';
import { type Day, dayOfWallTime } from '../../calendar/day.ts';
import type { Crm } from '../../crm/crm.ts';
import type { Scope } from '../../crm/scope.ts';
import type { Dealings } from './opening-line.ts';

/** Last product, last talk and main contact of some customers; phones and names as the CRM has them. */
export interface KnownDealings extends Dealings {
  readonly mobile: string | null;
}

type Row = Record<string, string | number | null>;

/** Three queries for all of them together. */
export async function readLastDealings(
  crm: Crm,
  scope: Scope,
  customerIds: readonly string[],
  moment: Moment,
): Promise<ReadonlyMap<string, KnownDealings>> {
  if (customerIds.length === 0) return new Map();
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
    crm.read<Row>(
      scope,
      ({ rows }) => sql`select * from (
        select a.customer_id, a.summary, a.occurred_at,
          row_number() over (partition by a.customer_id order by a.occurred_at desc, a.activity_id desc) as place
        from ${rows.of('cm_customers', filter)} as c
        join ${rows.followUpAttributes()} as a on a.customer_id = c.customer_id
        where a.occurred_at <= ${moment.wall} and a.summary is not null and a.summary <> '' and (a.is_connected is null or a.is_connected = 1)
      ) as p where p.place = 1`,
    ),
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
            talk === undefined ? null : { summary: String(talk.summary), on: dayOfWallTime(String(talk.occurred_at)) },
        },
      ];
    }),
  );
}
