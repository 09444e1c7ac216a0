import { sql } from 'kysely';
import type { Expr, SqlBridge } from '../database/dialect.ts';
import type { Measure, Spread } from './metric.ts';

/** Logarithms are summed in millionths, so that both databases give whole numbers. */
export const logScale = 1e6;

// Squares of fen pass what a BIGINT holds; both databases keep these digits.
const whole = (value: Expr) => sql<number>`cast(coalesce(${value}, 0) as decimal(38, 0))`;

/** Number, sum and squares of the amounts that a sum of money is made of. */
export function spreadOfAmounts(of: Measure): Spread {
  const lines = of.perLine;
  return {
    cases: {
      ...of,
      value: () => sql<number>`count(t.amount)`,
      ...(lines === undefined ? {} : { perLine: () => sql<number>`count(l.amount)` }),
    },
    sum: of,
    squares: {
      ...of,
      value: () => whole(sql`sum(t.amount * t.amount * 10000)`),
      ...(lines === undefined ? {} : { perLine: () => whole(sql`sum(l.amount * l.amount * 10000)`) }),
    },
  };
}

/** The same of the logarithms of the amounts, for a mean of money: sizes have a long tail as well. */
export function spreadOfSizes(of: Measure): Spread {
  const column = (alias: 't' | 'l') =>
    sql`case when ${sql.ref(`${alias}.amount`)} > 0 then ln(${sql.ref(`${alias}.amount`)}) end`;
  const lines = (value: () => ReturnType<typeof whole>) => (of.perLine === undefined ? {} : { perLine: value });
  return {
    cases: {
      ...of,
      value: () => sql<number>`count(${column('t')})`,
      ...lines(() => sql<number>`count(${column('l')})`),
    },
    sum: {
      ...of,
      value: () => whole(sql`sum(${column('t')} * 1000000)`),
      ...lines(() => whole(sql`sum(${column('l')} * 1000000)`)),
    },
    squares: {
      ...of,
      value: () => whole(sql`sum(${column('t')} * ${column('t')} * 1000000)`),
      ...lines(() => whole(sql`sum(${column('l')} * ${column('l')} * 1000000)`)),
    },
  };
}

/** The same of the logarithms of times: waits and cycles have a long tail, and one slow case must not speak for all. */
export function spreadOfTimes(of: Measure, seconds: (db: SqlBridge) => Expr): Spread {
  // A minute more keeps what was answered at once on the scale.
  const log = (db: SqlBridge) => sql`ln(1 + ${seconds(db)} / 60.0)`;
  return {
    cases: { ...of, value: (db) => sql<number>`count(${seconds(db)})` },
    sum: { ...of, value: (db) => whole(sql`sum(${log(db)} * 1000000)`) },
    squares: { ...of, value: (db) => whole(sql`sum(${log(db)} * ${log(db)} * 1000000)`) },
  };
}
