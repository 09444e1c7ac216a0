import { sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import type { Crm } from '../crm/crm.ts';
import type { Scope } from '../crm/scope.ts';
import { customerRows, type SilenceAsk, type SilentNow } from './silence.ts';

/** Silent customers of many people at once, for a run over a whole company: few queries, split by owner in code. */

type Row = Record<string, string | number | null>;

export type SilentRow = Omit<SilentNow, 'openFen' | 'openCount' | 'contractFen' | 'contractCount'>;

/** All silent customers of a scope, in no order. One query. */
export async function readSilentRows(crm: Crm, ask: SilenceAsk): Promise<SilentRow[]> {
  const rows = await crm.read<Row>(
    ask.scope,
    (parts) => sql`select w.* from ${customerRows(parts, ask)} as w where w.is_silent = 1`,
  );
  return rows.map((row) => ({
    customerId: String(row.customer_id),
    name: String(row.name),
    grade: row.level as string | null,
    industry: row.industry as string | null,
    ownerId: String(row.owner_user_id),
    days: Number(row.days),
    lastTouchAt: row.last_touch_at as string | null,
  }));
}

/** What one owner has at stake with one customer. */
export interface Stake {
  readonly customerId: string;
  readonly ownerId: string;
  readonly openFen: number;
  readonly openCount: number;
  readonly contractFen: number;
  readonly contractCount: number;
}

/** Customers in one statement. */
const chunk = 1_000;

/** Open opportunities and contracts in force of some customers, by their own owners within the scope. */
export async function readStakes(
  crm: Crm,
  scope: Scope,
  customerIds: readonly string[],
  { today }: Moment,
): Promise<Stake[]> {
  const stakes: Stake[] = [];
  for (let from = 0; from < customerIds.length; from += chunk) {
    const filter = { customerIds: customerIds.slice(from, from + chunk) };
    const rows = await crm.read<Row>(
      scope,
      ({ rows: of, sql: bridge }) => sql`
        select o.customer_id, o.owner_user_id, count(*) as open_count, ${bridge.sumFen(sql`o.amount`)} as open_fen,
          0 as contract_count, 0 as contract_fen
        from ${of.of('cm_opportunities', filter)} as o where o.outcome = 'open' group by o.customer_id, o.owner_user_id
        union all
        select k.customer_id, k.owner_user_id, 0, 0, count(*), ${bridge.sumFen(sql`k.amount`)}
        from ${of.of('cm_contracts', filter)} as k
        where k.status = 'effective' and (k.ends_on is null or k.ends_on >= ${today})
        group by k.customer_id, k.owner_user_id`,
    );
    for (const row of rows)
      stakes.push({
        customerId: String(row.customer_id),
        ownerId: String(row.owner_user_id),
        openFen: Number(row.open_fen),
        openCount: Number(row.open_count),
        contractFen: Number(row.contract_fen),
        contractCount: Number(row.contract_count),
      });
  }
  return stakes;
}

/** The order `stake` of `readSilentCustomers`. */
export function dearestFirst(a: SilentNow, b: SilentNow): number {
  const byText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    b.openFen + b.contractFen - (a.openFen + a.contractFen) ||
    Number(a.grade === null) - Number(b.grade === null) ||
    byText(a.grade ?? '', b.grade ?? '') ||
    b.days - a.days ||
    byText(a.customerId, b.customerId)
  );
}
