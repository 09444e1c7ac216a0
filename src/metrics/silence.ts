import { type RawBuilder, sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, startOf } from '../calendar/day.ts';
import type { Threshold } from '../commands/command.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf, type Expr } from '../database/dialect.ts';
import { lookedUpOnce, whole } from './stage-position.ts';

/** After how many whole days without interaction a customer is silent (decision 6). */
export interface SilenceLimits {
  readonly default: number;
  readonly byGrade: Readonly<Record<string, number>>;
}

/** `60天` for everyone where it was said, else the company's setting; `超 60 天` is 61 whole days or more. */
export function silenceLimits(threshold: Threshold | undefined, setting: SilenceLimits): SilenceLimits {
  if (threshold === undefined || !('days' in threshold)) return setting;
  return { default: threshold.op === '>' ? threshold.days + 1 : threshold.days, byGrade: {} };
}

export interface SilenceAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  readonly limits: SilenceLimits;
}

/** The customers of one person in one grade. */
export interface SilenceGroup {
  readonly ownerId: string | null;
  readonly grade: string | null;
  /** Active and assigned. */
  readonly customers: number;
  readonly silent: number;
  /** Open opportunities of the silent ones. */
  readonly openFen: number;
  readonly contractFen: number;
  readonly withStake: number;
}

export type SilenceOrder = 'stake' | 'grade' | 'longest' | 'shortest';

/** A silent customer and what is at stake with it. */
export interface SilentNow {
  readonly customerId: string;
  readonly name: string;
  readonly grade: string | null;
  readonly industry: string | null;
  readonly ownerId: string;
  /** Whole company days since the last interaction, or since it was created where there was none. */
  readonly days: number;
  /** null = never any interaction. */
  readonly lastTouchAt: string | null;
  readonly openFen: number;
  readonly openCount: number;
  /** Contracts in force now. */
  readonly contractFen: number;
  readonly contractCount: number;
}

/** Who followed up last, and how. */
export interface LastFollowUp {
  readonly at: string;
  readonly by: string | null;
  readonly kind: string;
}

export interface SilentCustomer extends SilentNow {
  /** null where no follow-up is on record. */
  readonly lastFollowUp: LastFollowUp | null;
}

/**
 * Active, assigned customers as `w`, each with the day its silence counts from and whether it is silent: no interaction
 * for the whole days of its grade, and not younger than that itself. Bounds stand on the bare time columns.
 */
export function customerRows({ rows, sql: bridge }: QueryParts, ask: SilenceAsk): Expr {
  const { today, wall } = ask.moment;
  const before = (days: number) => startOf(addDays(today, 1 - days));
  const grades = Object.entries(ask.limits.byGrade);
  const limit: Expr =
    grades.length === 0
      ? sql`${before(ask.limits.default)}`
      : sql`case c.level ${sql.join(
          grades.map(([grade, days]) => sql`when ${grade} then ${before(days)}`),
          sql` `,
        )} else ${before(ask.limits.default)} end`;
  const since = sql`coalesce(t.last_touch_at, c.created_at)`;
  return sql`(
    select c.customer_id, c.name, c.level, c.industry, c.owner_user_id, t.last_touch_at,
      ${bridge.days(since, sql`${today}`)} as days,
      case when c.created_at < ${limit} and ${since} < ${limit} then 1 else 0 end as is_silent
    from ${rows.of('cm_customers', ask.filter)} as c
    left join ${rows.of('cm_customer_last_touch')} as t on t.customer_id = c.customer_id
    where c.lifecycle = 'active' and c.owner_user_id is not null and c.owner_user_id <> '' and c.created_at <= ${wall}
  )`;
}

/** What is at stake with a customer, by customer: open opportunities, and contracts in force. Gathered once, not customer by customer. */
function stakes({ rows, sql: bridge }: QueryParts, ask: SilenceAsk): { readonly open: Expr; readonly contracts: Expr } {
  const { today } = ask.moment;
  return {
    open: sql`(select o.customer_id, count(*) as open_count, ${bridge.sumFen(sql`o.amount`)} as open_fen
      from ${rows.of('cm_opportunities')} as o where o.outcome = 'open' group by o.customer_id ${lookedUpOnce})`,
    contracts: sql`(select k.customer_id, count(*) as contract_count, ${bridge.sumFen(sql`k.amount`)} as contract_fen
      from ${rows.of('cm_contracts')} as k
      where k.status = 'effective' and (k.ends_on is null or k.ends_on >= ${today}) group by k.customer_id ${lookedUpOnce})`,
  };
}

/** 沉默客户 (item 52) by person and grade, with all active assigned customers beside. One query. */
export async function readSilenceGroups(crm: Crm, ask: SilenceAsk): Promise<SilenceGroup[]> {
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const silent = sql`w.is_silent = 1`;
    const { open, contracts } = stakes(parts, ask);
    const sum = (column: string) =>
      parts.sql.sumOf(sql`case when ${silent} then coalesce(${sql.ref(column)}, 0) else 0 end`);
    return sql`select w.owner_user_id, w.level, count(*) as customers, ${countIf(silent)} as silent,
        ${sum('p.open_fen')} as open_fen, ${sum('k.contract_fen')} as contract_fen,
        ${countIf(sql`${silent} and (p.open_count > 0 or k.contract_count > 0)`)} as with_stake
      from ${customerRows(parts, ask)} as w
      left join ${open} as p on p.customer_id = w.customer_id
      left join ${contracts} as k on k.customer_id = w.customer_id
      group by w.owner_user_id, w.level order by w.owner_user_id, w.level`;
  });
  return rows.map((row) => ({
    ownerId: row.owner_user_id as string | null,
    grade: row.level as string | null,
    customers: Number(row.customers),
    silent: Number(row.silent),
    openFen: Number(row.open_fen),
    contractFen: Number(row.contract_fen),
    withStake: Number(row.with_stake),
  }));
}

const orders: Readonly<Record<SilenceOrder, RawBuilder<unknown>>> = {
  stake: sql`coalesce(p.open_fen, 0) + coalesce(k.contract_fen, 0) desc, case when w.level is null then 1 else 0 end, w.level, w.days desc`,
  grade: sql`case when w.level is null then 1 else 0 end, w.level, coalesce(p.open_fen, 0) + coalesce(k.contract_fen, 0) desc, w.days desc`,
  longest: sql`w.days desc`,
  shortest: sql`w.days`,
};

/** The silent customers themselves, in the order asked, at most `limit`. One query. */
export async function readSilentCustomers(
  crm: Crm,
  ask: SilenceAsk & { readonly order: SilenceOrder; readonly limit: number },
): Promise<SilentCustomer[]> {
  const rows = await crm.read<Record<string, string | number | null>>(ask.scope, (parts) => {
    const { open, contracts } = stakes(parts, ask);
    const latest = (
      column: string,
    ) => sql`(select ${sql.ref(`a.${column}`)} from ${parts.rows.followUpAttributes()} as a
      where a.customer_id = s.customer_id and a.occurred_at <= ${ask.moment.wall} order by a.occurred_at desc, a.activity_id desc limit 1)`;
    // What was last done is looked up for the listed ones only.
    return sql`select s.*, ${latest('occurred_at')} as followed_at, ${latest('user_id')} as followed_by_id, ${latest('kind')} as followed_kind
      from (
        select w.*, coalesce(p.open_fen, 0) as open_fen, coalesce(p.open_count, 0) as open_count,
          coalesce(k.contract_fen, 0) as contract_fen, coalesce(k.contract_count, 0) as contract_count,
          row_number() over (order by ${orders[ask.order]}, w.customer_id) as place
        from ${customerRows(parts, ask)} as w
        left join ${open} as p on p.customer_id = w.customer_id
        left join ${contracts} as k on k.customer_id = w.customer_id
        where w.is_silent = 1
      ) as s where s.place <= ${whole(ask.limit)} order by s.place`;
  });
  return rows.map((row) => ({
    customerId: String(row.customer_id),
    name: String(row.name),
    grade: row.level as string | null,
    industry: row.industry as string | null,
    ownerId: String(row.owner_user_id),
    days: Number(row.days),
    lastTouchAt: row.last_touch_at as string | null,
    lastFollowUp:
      row.followed_at === null
        ? null
        : { at: String(row.followed_at), by: row.followed_by_id as string | null, kind: String(row.followed_kind) },
    openFen: Number(row.open_fen),
    openCount: Number(row.open_count),
    contractFen: Number(row.contract_fen),
    contractCount: Number(row.contract_count),
  }));
}
