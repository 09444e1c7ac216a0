import { type Kysely, type Migration, sql } from 'kysely';
import type { SqlDialect } from '../../database/dialect.ts';

/**
 * Indexes that answer a month without the table's own rows: looking a row up costs some twenty times reading it in its
 * index. Frozen: by table, the index's name without the table's, and its columns. An index of the same name is replaced.
 */
const covering: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // Follow-ups on a customer that name no opportunity are told apart from the index alone.
  cm_activities: { customer: ['customer_id', 'opportunity_id', 'occurred_at'] },
  cm_contracts: {
    signed_on: ['signed_on', 'status', 'owner_user_id', 'customer_id', 'amount', 'renews_contract_id'],
    ends: ['ends_on', 'status', 'customer_id', 'owner_user_id', 'starts_on', 'signed_on', 'amount'],
    customer: ['customer_id', 'status', 'signed_on', 'starts_on', 'ends_on', 'amount', 'renews_contract_id'],
    opportunity: ['opportunity_id', 'status', 'signed_on'],
  },
  cm_customer_usage: { day: ['day', 'logins', 'features_used'] },
  cm_customers: { created: ['created_at', 'owner_user_id', 'source', 'industry'] },
  cm_leads: {
    created: [
      'created_at',
      'source',
      'status',
      'owner_user_id',
      'customer_id',
      'campaign_id',
      'converted_at',
      'assigned_at',
      'first_contacted_at',
    ],
  },
  cm_opportunities: {
    open: [
      'outcome',
      'owner_user_id',
      'stage_id',
      'customer_id',
      'amount',
      'win_rate',
      'expected_close_date',
      'created_at',
      'stage_entered_at',
    ],
    closed: ['closed_at', 'outcome', 'owner_user_id', 'customer_id', 'source', 'created_at', 'amount'],
    created: [
      'created_at',
      'outcome',
      'owner_user_id',
      'customer_id',
      'source',
      'stage_id',
      'stage_entered_at',
      'closed_at',
      'amount',
    ],
  },
  cm_payment_plans: { due_on: ['due_on', 'status', 'owner_user_id', 'customer_id', 'amount', 'paid_amount'] },
  cm_payments: { paid: ['status', 'paid_on', 'owner_user_id', 'customer_id', 'amount'] },
  cm_quotes: {
    opportunity: ['opportunity_id', 'requested_at', 'sent_at'],
    requested: ['requested_at', 'sent_at', 'owner_user_id', 'opportunity_id', 'status'],
  },
  cm_stage_events: {
    opportunity: ['opportunity_id', 'occurred_at', 'event_type', 'outcome', 'from_stage_id', 'to_stage_id'],
    time: ['occurred_at', 'event_type', 'opportunity_id', 'outcome', 'to_stage_id', 'from_stage_id', 'actor_user_id'],
  },
  cm_tickets: {
    created: [
      'created_at',
      'kind',
      'status',
      'customer_id',
      'assignee_user_id',
      'first_response_at',
      'resolved_at',
      'satisfaction',
    ],
    customer: ['customer_id', 'created_at', 'kind'],
  },
};

/** One migration for each table: MySQL changes all of a table's indexes or none. */
export const coveringIndexes20261122 = (dialect: SqlDialect): Record<string, Migration> =>
  Object.fromEntries(
    Object.entries(covering).map(([table, indexes]) => [
      `2026-11-22-covering-indexes-${table}`,
      { up: (db: Kysely<unknown>) => replaceIndexes(db, dialect, table, indexes) },
    ]),
  );

/** The indexes of one table with other columns, under the names they have. Frozen. */
export async function replaceIndexes(
  db: Kysely<unknown>,
  dialect: SqlDialect,
  table: string,
  indexes: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const changes = Object.entries(indexes).map(([suffix, columns]) => ({
    index: sql.ref(`${table}_${suffix}`),
    columns: sql.join(columns.map((column) => sql.ref(column))),
  }));
  if (dialect === 'mysql') {
    const parts = changes.map(({ index, columns }) => sql`drop index ${index}, add index ${index} (${columns})`);
    await sql`alter table ${sql.table(table)} ${sql.join(parts)}`.execute(db);
    return;
  }
  for (const { index, columns } of changes) {
    await sql`drop index ${index}`.execute(db);
    await sql`create index ${index} on ${sql.table(table)} (${columns})`.execute(db);
  }
}
