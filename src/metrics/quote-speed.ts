import { sql } from 'kysely';
import { epochMsOf, type Moment, wallTimeAt } from '../calendar/clock.ts';
import { addDays, startOf, type WallTime } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import type { Rate } from '../figures/rate.ts';
import { lookedUpOnce, whole } from './stage-position.ts';

export interface QuoteAsk {
  readonly scope: Scope;
  readonly filter: RowFilter;
  readonly moment: Moment;
  /** Hours within which a quote is in time. */
  readonly limitHours: number;
}

/** How fast the quotes of one period were sent. */
export interface QuoteSpeed {
  /** Whole hours, begun ones counted; null where none was sent. */
  readonly medianHours: number | null;
  readonly onTime: Rate;
}

/** A quote that should be out already. */
export interface LateQuote {
  readonly quoteId: string;
  readonly customer: string | null;
  readonly opportunity: string | null;
  readonly ownerId: string | null;
  readonly amountFen: number | null;
  readonly requestedAt: WallTime;
  readonly hours: number;
}

/** Opportunities closed in a window by how fast their first quote came. */
export interface WonBySpeed {
  /** Hours up to which each band reaches, its end included; the last band has none. */
  readonly edges: readonly number[];
  /** One more than the edges. */
  readonly bands: readonly Rate[];
  readonly window: Period;
}

/** A single quarter closes too few: the window reaches at least so far back from the end of the period asked for. */
export const speedWindowDays = 180;

/** Half a working day, a day's work, the natural days after it, and the company's own limit. */
const speedEdges = (limitHours: number): number[] => [...new Set([4, 8, 24, 48, 72, limitHours])].sort((a, b) => a - b);

/** The period asked for as far as it has run, longer where it is shorter than the window. */
function speedWindow(period: Period, { today }: Moment): Period {
  const to = period.to < today ? period.to : today;
  const from = addDays(to, 1 - speedWindowDays);
  return period.from <= from ? { ...period, to } : { label: 'range', from, to };
}

/** So many hours before now by the company's clock. */
const hoursAgo = (moment: Moment, hours: number): WallTime =>
  wallTimeAt(moment.epochMs - hours * 3_600_000, moment.zone);

/** The quotes asked for in each period by the whole hours they took. One query. */
export async function readQuoteSpeed(crm: Crm, ask: QuoteAsk, periods: readonly Period[]): Promise<QuoteSpeed[]> {
  const due = hoursAgo(ask.moment, ask.limitHours);
  const rows = await crm.read<{ period_no: number; hours: number | null; is_due: number; quotes: number }>(
    ask.scope,
    ({ rows: source, sql: bridge }) => {
      const taken = sql`(${bridge.seconds(sql`q.requested_at`, sql`q.sent_at`)} + 3599)`;
      const members = periods.map(
        (period, p) => sql`
          select ${whole(p)} as period_no, (${taken} - ${taken} % 3600) / 3600 as hours,
            case when q.requested_at < ${due} then 1 else 0 end as is_due, count(*) as quotes
          from ${source.of('cm_quotes', ask.filter)} as q
          where q.requested_at >= ${startOf(period.from)} and q.requested_at < ${startOf(addDays(period.to, 1))}
            and q.requested_at <= ${ask.moment.wall}
          group by hours, is_due`,
      );
      return sql`${sql.join(members, sql` union all `)}`;
    },
  );
  return periods.map((_, p) => {
    const own = rows
      .filter((row) => Number(row.period_no) === p)
      .map((row) => ({
        hours: row.hours === null ? null : Number(row.hours),
        due: Number(row.is_due) === 1,
        quotes: Number(row.quotes),
      }));
    const sent = own.flatMap(({ hours, quotes }) => (hours === null ? [] : [{ hours, quotes }]));
    const count = (list: readonly { readonly quotes: number }[]) => list.reduce((all, { quotes }) => all + quotes, 0);
    return {
      medianHours: medianOf(sent),
      onTime: {
        numerator: count(sent.filter(({ hours }) => hours <= ask.limitHours)),
        denominator: count(sent) + count(own.filter(({ hours, due: isDue }) => hours === null && isDue)),
      },
    };
  });
}

/** The middle of counted values; between two of them, their mean. */
function medianOf(counted: readonly { readonly hours: number; readonly quotes: number }[]): number | null {
  const sorted = [...counted].sort((a, b) => a.hours - b.hours);
  const all = sorted.reduce((sum, { quotes }) => sum + quotes, 0);
  if (all === 0) return null;
  const at = (place: number): number => {
    let seen = 0;
    for (const { hours, quotes } of sorted) {
      seen += quotes;
      if (seen > place) return hours;
    }
    return sorted.at(-1)!.hours;
  };
  return (at(Math.floor((all - 1) / 2)) + at(Math.floor(all / 2))) / 2;
}

/** 报价延迟预警 (items 16, 89): asked for longer ago than the limit and still not out, the longest wait first. One query. */
export async function readLateQuotes(crm: Crm, ask: QuoteAsk): Promise<LateQuote[]> {
  const now = ask.moment.epochMs;
  const rows = await crm.read<Record<string, string | number | null>>(
    ask.scope,
    ({ rows: source, sql: bridge }) => sql`
      select q.quote_id, c.name as customer, o.name as opportunity, q.owner_user_id, q.requested_at,
        case when coalesce(q.amount, o.amount) is null then null else ${bridge.fen(sql`coalesce(q.amount, o.amount)`)} end as amount_fen
      from ${source.of('cm_quotes', ask.filter)} as q
      left join ${source.of('cm_opportunities')} as o on o.opportunity_id = q.opportunity_id
      left join ${source.customerAttributes()} as c on c.customer_id = q.customer_id
      where q.sent_at is null and q.status = 'draft' and q.requested_at < ${hoursAgo(ask.moment, ask.limitHours)}
        and (o.outcome is null or o.outcome = 'open')
      order by q.requested_at, q.quote_id limit 200`,
  );
  return rows.map((row) => ({
    quoteId: String(row.quote_id),
    customer: row.customer as string | null,
    opportunity: row.opportunity as string | null,
    ownerId: row.owner_user_id as string | null,
    amountFen: row.amount_fen === null ? null : Number(row.amount_fen),
    requestedAt: String(row.requested_at) as WallTime,
    hours: (now - epochMsOf(String(row.requested_at) as WallTime, ask.moment.zone)) / 3_600_000,
  }));
}

/** Whether fast quotes win more: closed opportunities by how long their first quote took, from asked to sent. One query. */
export async function readWonBySpeed(crm: Crm, ask: QuoteAsk, period: Period): Promise<WonBySpeed> {
  const window = speedWindow(period, ask.moment);
  const edges = speedEdges(ask.limitHours);
  const rows = await crm.read<{ band: number; closed: number; won: number }>(
    ask.scope,
    ({ rows: source, sql: bridge }) => {
      // The first quote is looked up for each closed one: the quotes of all years are many more.
      const first = sql`(select ${bridge.seconds(sql`q.requested_at`, sql`q.sent_at`)} from ${source.of('cm_quotes')} as q
        where q.opportunity_id = o.opportunity_id and q.requested_at is not null
        order by q.requested_at, q.sent_at, q.quote_id limit 1)`;
      const bands = edges.map((hours, band) => sql`when w.taken <= ${whole(hours * 3_600)} then ${whole(band)}`);
      return sql`
        select case ${sql.join(bands, sql` `)} else ${whole(edges.length)} end as band,
          count(*) as closed, ${countIf(sql`w.outcome = 'won'`)} as won
        from (
          select o.outcome, ${first} as taken from ${source.of('cm_opportunities', ask.filter)} as o
          where o.outcome in ('won', 'lost') and o.closed_at >= ${startOf(window.from)}
            and o.closed_at < ${startOf(addDays(window.to, 1))} and o.closed_at <= ${ask.moment.wall} ${lookedUpOnce}
        ) as w
        where w.taken >= 0
        group by band`;
    },
  );
  const bands = [...edges, null].map((_, band): Rate => {
    const row = rows.find((one) => Number(one.band) === band);
    return { numerator: Number(row?.won ?? 0), denominator: Number(row?.closed ?? 0) };
  });
  return { edges, bands, window };
}
