import { sql } from 'kysely';
import type { SqlDialect } from '../../database/dialect.ts';
import type { Migrations } from '../../database/migrate.ts';
import { day, decimal, id, table, text } from '../../database/table.ts';
import { readModel20261121 } from './2026-11-21-read-model.ts';

const { columns } = readModel20261121.cm_tickets;

/** Why something came back, and who carried it there (item 67); NULL where the CRM does not say. */
export const ticketCauses20261122 = {
  cm_tickets: table(
    {
      ...columns,
      /** As the company writes it: 质量问题, 运输破损, 与描述不符, 发错货. */
      reason: text(255),
      /** 物流商: 顺丰, 德邦 … */
      carrier: text(64),
    },
    {
      primaryKey: ['ticket_id'],
      indexes: {
        created: ['created_at'],
        customer: ['customer_id', 'created_at'],
        assignee: ['assignee_user_id', 'created_at'],
      },
    },
  ),
} as const;

/** Scores from 0 to 100 that another system gives a customer, such as a learning platform: what an index is made of (item 61). */
export const customerScores20261122 = {
  cm_customer_scores: table(
    {
      customer_id: id.must,
      /** As the company calls it: 完课率, 测验成绩, 互动. */
      component: text(64).must,
      day: day.must,
      score: decimal.must,
    },
    { primaryKey: ['customer_id', 'component', 'day'], indexes: { day: ['day', 'component', 'score'] } },
  ),
} as const;

export const ticketCauseMigrations = (dialect: SqlDialect): Migrations => ({
  '2026-11-22-ticket-causes': {
    up: async (db) => {
      const added = [sql`reason varchar(255)`, sql`carrier varchar(64)`];
      // MySQL has no transactions around DDL: both columns or neither. The embedded database adds one at a time.
      const statements =
        dialect === 'mysql'
          ? [sql.join(added.map((one) => sql`add column ${one}`))]
          : added.map((one) => sql`add column ${one}`);
      for (const statement of statements) await sql`alter table cm_tickets ${statement}`.execute(db);
    },
  },
});
