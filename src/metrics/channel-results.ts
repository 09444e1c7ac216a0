import { type RawBuilder, sql } from 'kysely';
import type { Moment } from '../calendar/clock.ts';
import { addDays, type Day, daysBetween, startOf } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Crm, QueryParts } from '../crm/crm.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Scope } from '../crm/scope.ts';
import { countIf } from '../database/dialect.ts';
import type { Rate } from '../figures/rate.ts';
import { whole } from './stage-position.ts';

/** What a period's leads cost and became, by channel or campaign. Money is integer fen; null = not known. */
export interface ChannelResult {
  /** The channel's name or the campaign's id; null where the CRM does not say. */
  readonly key: string | null;
  readonly name: string;
  /** null where no campaign with a cost stands behind it: free is not the same as not recorded. */
  readonly costFen: number | null;
  readonly leads: number;
  readonly converted: number;
  /** Leads whose customer signed within the lag. */
  readonly wonLeads: number;
  /** Customers won, each counted once, for the first lead that brought it. */
  readonly wonCustomers: number;
  readonly revenueFen: number;
  /** How much of it the campaigns say themselves, where no lead carries the trace; the customers behind that are not known. */
  readonly recordedFen: number;
  /** The days in which its leads may still become customers are over. */
  readonly settled: boolean;
}

export interface ChannelRequest {
  readonly scope: Scope;
  readonly filter: RowFilter;
  /** Each is looked at on its own. */
  readonly periods: readonly Period[];
  readonly by: 'channel' | 'campaign';
  /** Days after the period in which a lead may still become a customer. */
  readonly lagDays: number;
  /** They have all passed. */
  readonly settled: boolean;
  readonly moment: Moment;
  /** Costs are the company's: they fit only where all of its leads are looked at. */
  readonly withCosts: boolean;
}

export const cplOf = ({ costFen, leads }: ChannelResult): number | null =>
  costFen === null || leads === 0 ? null : costFen / leads;
export const cacOf = ({ costFen, wonCustomers }: ChannelResult): number | null =>
  costFen === null || wonCustomers === 0 ? null : costFen / wonCustomers;
/** Without a customer yet nothing has come back that could be measured: not known, not a total loss. */
export const roiOf = ({ costFen, revenueFen, settled }: ChannelResult): number | null =>
  costFen === null || costFen <= 0 || (revenueFen <= 0 && !settled) ? null : (revenueFen - costFen) / costFen;
/** 1 元换回: revenue for each yuan spent. */
export const returnOf = ({ costFen, revenueFen, settled }: ChannelResult): number | null =>
  costFen === null || costFen <= 0 || (revenueFen <= 0 && !settled) ? null : revenueFen / costFen;
export const wonRateOf = ({ wonLeads, leads }: ChannelResult): Rate => ({ numerator: wonLeads, denominator: leads });

interface LeadRow {
  readonly period_no: number;
  /** 1 = not of a part: a campaign (part_id) that leads of the period carry the trace of. */
  readonly trace: number;
  readonly part_id: string | null;
  readonly leads: number;
  readonly converted: number;
  readonly won: number;
  readonly customers: number;
  readonly revenue: number;
}
interface CampaignRow {
  readonly campaign_id: string;
  readonly name: string | null;
  readonly channel: string | null;
  readonly starts: Day | null;
  readonly ends: Day | null;
  readonly cost: number | null;
  readonly revenue: number | null;
}

/**
 * What the leads of each period cost and became. Two queries: the leads with the contracts that they brought, and the
 * campaigns that ran.
 */
export async function readChannels(crm: Crm, request: ChannelRequest): Promise<ChannelResult[][]> {
  const { scope, periods, by, withCosts } = request;
  const [leads, campaigns] = await Promise.all([
    crm.read<LeadRow>(scope, (parts) => {
      const members = periods.flatMap((period, p) => leadMembers(parts, request, period, p));
      return sql<LeadRow>`${sql.join(members, sql` union all `)}`;
    }),
    withCosts || by === 'campaign'
      ? crm.read<CampaignRow>(scope, ({ rows, sql: bridge }): RawBuilder<CampaignRow> => {
          const ran = periods.map(
            ({ from, to }) => sql`(t.starts_on <= ${to} and (t.ends_on is null or t.ends_on >= ${from}))`,
          );
          return sql`select t.campaign_id as campaign_id, t.name as name, t.type as channel, ${bridge.day(sql`t.starts_on`)} as starts, ${bridge.day(sql`t.ends_on`)} as ends, ${bridge.fen(sql`coalesce(t.actual_cost, t.budget)`)} as cost, ${bridge.fen(sql`t.actual_revenue`)} as revenue from ${rows.open('cm_campaigns')} as t where ${sql.join(ran, sql` or `)}`;
        })
      : [],
  ]);
  return periods.map((period, p) => {
    const ran = campaigns.filter(
      ({ starts, ends }) => starts !== null && starts <= period.to && (ends === null || ends >= period.from),
    );
    const own = leads.filter((row) => Number(row.period_no) === p);
    return combine(request, period, own, ran);
  });
}

/** The leads of a period by part, and the customers and the money that they brought by the part of the first of them. */
function leadMembers(
  { rows, sql: bridge }: QueryParts,
  { filter, by, moment, lagDays, withCosts }: ChannelRequest,
  period: Period,
  p: number,
): RawBuilder<LeadRow>[] {
  const part = by === 'channel' ? sql`t.source` : sql`t.campaign_id`;
  const tomorrow = addDays(moment.today, 1);
  const end = period.to < moment.today ? addDays(period.to, 1) : tomorrow;
  const lagged = addDays(period.to, 1 + lagDays);
  const matured = lagged < tomorrow ? lagged : tomorrow;
  const created = sql`t.created_at >= ${startOf(period.from)} and t.created_at < ${startOf(end)}`;
  const [leads, contracts] = [rows.of('cm_leads', filter), rows.of('cm_contracts')];
  const signed = sql`k.status in ('effective', 'completed') and k.signed_on >= ${bridge.day(sql`t.created_at`)} and k.signed_on < ${matured}`;
  const converted = countIf(
    sql`t.status = 'converted' and (t.converted_at is null or t.converted_at < ${startOf(matured)})`,
  );
  const won = countIf(sql`exists (select 1 from ${contracts} as k where k.customer_id = t.customer_id and ${signed})`);
  // A customer with several leads is credited to the first of them, once.
  const place = bridge.concat(sql`t.created_at`, sql`t.lead_id`);
  const first = sql`(select t.customer_id, min(${place}) as first_lead from ${leads} as t where ${created} and t.customer_id is not null group by t.customer_id)`;
  return [
    sql`select ${whole(p)} as period_no, 0 as trace, ${part} as part_id, count(*) as leads, ${converted} as converted, ${won} as won, 0 as customers, 0 as revenue
      from ${leads} as t where ${created} group by ${part}`,
    sql`select ${whole(p)}, 0, ${part}, 0, 0, 0, count(distinct k.customer_id), ${bridge.sumFen(sql`k.amount`)}
      from ${first} as f join ${leads} as t on t.customer_id = f.customer_id and ${place} = f.first_lead
      join ${contracts} as k on k.customer_id = t.customer_id where ${created} and ${signed} group by ${part}`,
    ...(by === 'channel' && withCosts
      ? [
          sql<LeadRow>`select ${whole(p)}, 1, t.campaign_id, count(*), 0, 0, 0, 0
      from ${leads} as t where ${created} and t.campaign_id is not null group by t.campaign_id`,
        ]
      : []),
  ];
}

function combine(
  { by, moment, withCosts, settled, filter }: ChannelRequest,
  period: Period,
  counted: readonly LeadRow[],
  campaigns: readonly CampaignRow[],
): ChannelResult[] {
  const leads = counted.filter(({ trace }) => Number(trace) === 0);
  const traced = new Set(
    counted.filter(({ trace }) => by === 'campaign' || Number(trace) === 1).map(({ part_id }) => String(part_id)),
  );
  const asked = (channel: string | null, id: string): boolean =>
    (filter.channels === undefined || (channel !== null && filter.channels.includes(channel))) &&
    (filter.campaignIds === undefined || filter.campaignIds.includes(id)) &&
    !(channel !== null && filter.not?.channels?.includes(channel)) &&
    !filter.not?.campaignIds?.includes(id);
  const costs = new Map<string, { cost: number; revenue: number | null; name: string }>();
  for (const campaign of campaigns) {
    if (!asked(campaign.channel, campaign.campaign_id)) continue;
    const key = by === 'channel' ? campaign.channel : campaign.campaign_id;
    if (key === null) continue;
    const share = shareWithin(campaign, period, moment.today);
    const known = costs.get(key) ?? { cost: 0, revenue: null, name: by === 'channel' ? key : (campaign.name ?? key) };
    known.cost += Math.round(Number(campaign.cost ?? 0) * share);
    // What a campaign says itself counts only where no lead carries its trace: cut by campaign or by channel, the whole is the same.
    if (campaign.revenue !== null && !traced.has(String(campaign.campaign_id)))
      known.revenue = (known.revenue ?? 0) + Math.round(Number(campaign.revenue) * share);
    costs.set(key, known);
  }
  const textOf = (key: string | null): string | null => (key === null || key === '' ? null : String(key));
  const keys = new Set<string | null>([...leads.map((row) => textOf(row.part_id)), ...costs.keys()]);
  return [...keys].map((key): ChannelResult => {
    const own = leads.filter((row) => textOf(row.part_id) === key);
    const sum = (of: (row: LeadRow) => number): number => own.reduce((all, row) => all + Number(of(row)), 0);
    const cost = key === null ? undefined : costs.get(key);
    const count = sum((row) => row.leads);
    const brought = sum((row) => row.revenue);
    const recorded = withCosts ? (cost?.revenue ?? 0) : 0;
    return {
      key,
      name: cost?.name ?? key ?? (by === 'channel' ? '来源未填' : '不属于活动'),
      costFen: withCosts && cost !== undefined && cost.cost > 0 ? cost.cost : null,
      leads: count,
      converted: sum((row) => row.converted),
      wonLeads: sum((row) => row.won),
      wonCustomers: sum((row) => row.customers),
      revenueFen: brought + recorded,
      recordedFen: recorded,
      settled,
    };
  });
}

/** Which part of a campaign's days lies in the period; one without an end runs until today, one without days is its start. */
export function shareWithin(
  { starts, ends }: Pick<CampaignRow, 'starts' | 'ends'>,
  period: Period,
  today: Day,
): number {
  if (starts === null) return 0;
  const last = ends ?? (today > starts ? today : starts);
  const [from, to] = [starts > period.from ? starts : period.from, last < period.to ? last : period.to];
  if (to < from) return 0;
  return (daysBetween(from, to) + 1) / (daysBetween(starts, last) + 1);
}
