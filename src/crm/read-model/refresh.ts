import { sql } from 'kysely';
import type { Day } from '../../calendar/day.ts';
import type { Database } from '../../database/connect.ts';
import { Failure } from '../../failure.ts';
import { type CrmTableName, type CrmTables, crmSchema } from '../schema.ts';

/** The bot's own memory: written by a refresh, never copied. */
const ownMemory: CrmTableName = 'cm_opportunity_daily';

/**
 * Copies the read model out of mapping views into indexed tables of its own, all or nothing: readers see the old rows until
 * the new ones are whole. Then keeps today's open opportunities, which makes dwell times and "yesterday" exact whatever the
 * CRM's own log misses. `database` is where the tables are; `from` the schema of the views on the same server.
 * Throws `bad-input` when a view is missing or its rows do not fit (a key twice): nothing is changed then.
 */
export async function refreshReadModel(
  database: Database<CrmTables>,
  from: string,
  today: Day,
): Promise<Readonly<Partial<Record<CrmTableName, number>>>> {
  if (database.dialect !== 'mysql')
    throw new Failure('bad-input', 'not a MySQL database', '只有 MySQL/MariaDB 上的视图才需要刷新。');
  if (!/^[\w$-]{1,64}$/.test(from))
    throw new Failure('bad-input', 'not a schema name', '库名只能有字母、数字、下划线、减号。');
  const rows: Partial<Record<CrmTableName, number>> = {};
  let at: CrmTableName = 'cm_departments';
  try {
    await database.kysely.transaction().execute(async (transaction) => {
      for (const [name, shape] of Object.entries(crmSchema)) {
        at = name as CrmTableName;
        if (at === ownMemory) continue;
        const columns = sql.join(Object.keys(shape.columns).map((column) => sql.ref(column)));
        await sql`delete from ${sql.table(at)}`.execute(transaction);
        const { numAffectedRows } = await sql`
          insert into ${sql.table(at)} (${columns}) select ${columns} from ${sql.table(`${from}.${at}`)}`.execute(
          transaction,
        );
        rows[at] = Number(numAffectedRows ?? 0);
      }
      at = ownMemory;
      const { numAffectedRows } = await sql`
        insert ignore into cm_opportunity_daily (day, opportunity_id, pipeline_id, stage_id, outcome, amount, owner_user_id)
        select ${today}, opportunity_id, pipeline_id, stage_id, outcome, amount, owner_user_id
        from cm_opportunities where outcome = 'open'`.execute(transaction);
      rows[at] = Number(numAffectedRows ?? 0);
    });
  } catch (error) {
    const code = (error as { readonly code?: string }).code ?? 'unknown';
    throw new Failure(
      'bad-input',
      `${at} could not be copied: ${code}`,
      code === 'ER_DUP_ENTRY'
        ? `${at} 里有重复的主键,没有刷新。先运行 npm run read-model -- check 看映射哪里重复。`
        : `${at} 复制不过来(${code}),没有刷新。`,
      error,
    );
  }
  return rows;
}
