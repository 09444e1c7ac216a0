import { addDays, type Day, daysBetween } from '../../src/calendar/day.ts';
import type { Period } from '../../src/calendar/period.ts';
import type { CrmTableName, CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';

/** All rows of the tables that these references loop over, as they come from the database. */
export type PlainRows = { readonly [T in CrmTableName]: readonly CrmTables[T][] };

const tables: readonly CrmTableName[] = [
  'cm_opportunities',
  'cm_stage_events',
  'cm_activities',
  'cm_customers',
  'cm_customer_last_touch',
  'cm_contracts',
  'cm_payments',
  'cm_tickets',
  'cm_stages',
];

export async function plainRows(database: Database<CrmTables>): Promise<PlainRows> {
  const all: Partial<Record<CrmTableName, unknown>> = {};
  for (const table of tables) all[table] = await database.kysely.selectFrom(table).selectAll().execute();
  return all as PlainRows;
}

type Opportunity = CrmTables['cm_opportunities'];
type StageEvent = CrmTables['cm_stage_events'];

/** Position by stage id, from the names of the five standard stages. */
export const positions = (rows: PlainRows): Map<string, number> =>
  new Map(
    rows.cm_stages.flatMap(({ stage_id, name }) => {
      const position = ['潜在客户', '需求诊断', '方案演示', '报价谈判', '成交'].indexOf(name);
      return position < 0 ? [] : [[stage_id, position] as const];
    }),
  );

export const fen = (amount: unknown): number => (amount === null ? 0 : Math.round(Number(amount) * 100));

const inPeriod = (at: string | null, period: Period): boolean =>
  at !== null && at.slice(0, 10) >= period.from && at.slice(0, 10) <= period.to;

/** How far each opportunity of a cohort came by a moment; written without a look at the query it checks. */
export function plainCohort(
  rows: PlainRows,
  period: Period,
  until: string,
  counts: (opportunity: Opportunity) => boolean = () => true,
) {
  const place = positions(rows);
  const eventsOf = new Map<string, StageEvent[]>();
  for (const event of rows.cm_stage_events) {
    const list = eventsOf.get(event.opportunity_id) ?? [];
    list.push(event);
    eventsOf.set(event.opportunity_id, list);
  }
  const reached = [0, 0, 0, 0, 0];
  const lostHere = [0, 0, 0, 0, 0];
  const amount = [0, 0, 0, 0, 0];
  const customers: Set<string | null>[] = [new Set(), new Set(), new Set(), new Set(), new Set()];
  for (const o of rows.cm_opportunities) {
    if (!inPeriod(o.created_at, period) || o.created_at >= until || !counts(o)) continue;
    let deepest: number | null = null;
    const see = (stage: string | null) => {
      const at = stage === null ? undefined : place.get(stage);
      if (at !== undefined) deepest = Math.max(deepest ?? 0, Math.min(at, 3));
    };
    for (const event of eventsOf.get(o.opportunity_id) ?? []) {
      if (event.occurred_at >= until) continue;
      see(event.from_stage_id);
      see(event.to_stage_id);
    }
    if ((o.stage_entered_at ?? o.created_at) < until) see(o.stage_id);
    if (o.outcome === 'won' && (o.closed_at === null || o.closed_at < until)) deepest = 4;
    if (deepest === null && o.outcome !== 'open') deepest = 0;
    if (deepest === null) continue;
    for (let n = 0; n <= deepest; n += 1) {
      reached[n]! += 1;
      amount[n]! += fen(o.amount);
      if (o.customer_id !== null) customers[n]!.add(o.customer_id);
    }
    const lost = ['lost', 'invalid'].includes(o.outcome) && (o.closed_at === null || o.closed_at < until);
    if (lost) lostHere[deepest]! += 1;
  }
  return { reached, lostHere, amount, customers: customers.map((set) => set.size) };
}

/** States of one opportunity in order: 0-3 open stages, 4 won, -1 lost, -2 a stage outside the funnel. */
function history(o: Opportunity, events: readonly StageEvent[], place: Map<string, number>) {
  const openAt = (stage: string | null) => Math.min((stage === null ? undefined : place.get(stage)) ?? -2, 3);
  const order = (type: string) => (type === 'create' ? 0 : type === 'close' ? 2 : 1);
  const known = events
    .filter((event) => event.event_type !== 'leave' && (event.to_stage_id !== null || event.outcome !== 'open'))
    .sort(
      (a, b) =>
        a.occurred_at.localeCompare(b.occurred_at) ||
        order(a.event_type) - order(b.event_type) ||
        (a.event_id < b.event_id ? -1 : 1),
    );
  const states = known.map((event) => ({
    at: event.occurred_at,
    state: event.outcome === 'won' ? 4 : event.outcome === 'open' ? openAt(event.to_stage_id) : -1,
  }));
  const first = known[0];
  // Without any telling event the opportunity itself says where it was from its creation.
  if (first === undefined) states.push({ at: o.created_at, state: o.outcome === 'open' ? openAt(o.stage_id) : 0 });
  // A history that does not begin with the creation began in the stage that its first move came from.
  if (first !== undefined && !known.some((event) => event.event_type === 'create') && o.created_at <= first.occurred_at)
    states.unshift({ at: o.created_at, state: first.from_stage_id === null ? 0 : openAt(first.from_stage_id) });
  return { states };
}

/** The flow of a period by walking every history from its beginning. */
export function plainFlow(
  rows: PlainRows,
  period: Period,
  now: string,
  counts: (opportunity: Opportunity) => boolean = () => true,
) {
  const place = positions(rows);
  const steps = [0, 1, 2, 3].map(() => ({
    atStart: 0,
    entered: 0,
    advanced: 0,
    lost: 0,
    movedBack: 0,
    leftFunnel: 0,
    still: 0,
  }));
  const totals = { created: 0, won: 0, lost: 0, reopened: 0, movedBack: 0 };
  for (const o of rows.cm_opportunities) {
    if (!counts(o)) continue;
    const own = rows.cm_stage_events.filter((event) => event.opportunity_id === o.opportunity_id);
    const { states } = history(o, own, place);
    let state: number | null = null;
    let atStart: number | null = null;
    for (const next of states) {
      if (next.at > now || next.at.slice(0, 10) > period.to) break;
      if (next.at.slice(0, 10) < period.from) {
        state = next.state;
        atStart = state;
        continue;
      }
      if (next.state === state) continue;
      const was: number | null = state;
      const became: number = next.state;
      state = became;
      if (was === null) totals.created += 1;
      if (became === 4) totals.won += 1;
      if (became === -1) totals.lost += 1;
      if ((was === -1 || was === 4) && became >= 0 && became < 4) totals.reopened += 1;
      if (became >= 0 && became < 4) steps[became]!.entered += 1;
      if (was !== null && was >= 0 && was < 4) {
        const from = steps[was]!;
        if (became === -1) from.lost += 1;
        else if (became === -2) from.leftFunnel += 1;
        else if (became > was) from.advanced += 1;
        else {
          from.movedBack += 1;
          totals.movedBack += 1;
        }
      }
    }
    if (atStart !== null && atStart >= 0 && atStart < 4) steps[atStart]!.atStart += 1;
    if (state !== null && state >= 0 && state < 4) steps[state]!.still += 1;
  }
  return { steps, totals };
}

/** Open opportunities with the whole days since their last follow-up (or since they entered their stage). */
export function plainStuck(rows: PlainRows, today: Day, now: string, overDays: number) {
  const place = positions(rows);
  const found: { id: string; stage: number; owner: string | null; fen: number; days: number }[] = [];
  for (const o of rows.cm_opportunities) {
    const stage = o.stage_id === null ? undefined : place.get(o.stage_id);
    if (o.outcome !== 'open' || stage === undefined) continue;
    let last = '';
    for (const a of rows.cm_activities) {
      const own = a.opportunity_id === o.opportunity_id;
      const general = a.opportunity_id === null && a.customer_id !== null && a.customer_id === o.customer_id;
      if ((own || general) && a.occurred_at <= now && a.occurred_at > last) last = a.occurred_at;
    }
    const since = last === '' ? (o.stage_entered_at ?? o.created_at) : last;
    const days = daysBetween(since.slice(0, 10) as Day, today);
    if (days > overDays)
      found.push({ id: o.opportunity_id, stage: Math.min(stage, 3), owner: o.owner_user_id, fen: fen(o.amount), days });
  }
  return found;
}

/** Customers without any interaction for so many whole days. */
export function plainSilent(rows: PlainRows, today: Day, limitOf: (grade: string | null) => number) {
  const touched = new Map(rows.cm_customer_last_touch.map((row) => [row.customer_id, row.last_touch_at]));
  return rows.cm_customers.filter((c) => {
    if (c.lifecycle !== 'active' || c.owner_user_id === null || c.owner_user_id === '') return false;
    const latest = addDays(today, -limitOf(c.level));
    return c.created_at.slice(0, 10) <= latest && (touched.get(c.customer_id) ?? c.created_at).slice(0, 10) <= latest;
  });
}

/** Length of every stay in an open stage that began in the period, and whether it is over. */
export function plainStays(rows: PlainRows, period: Period, now: string) {
  const place = positions(rows);
  const stays: { stage: number; seconds: number; over: boolean }[] = [];
  const seconds = (a: string, b: string) =>
    (Date.parse(`${b.replace(' ', 'T')}Z`) - Date.parse(`${a.replace(' ', 'T')}Z`)) / 1000;
  for (const o of rows.cm_opportunities) {
    const own = rows.cm_stage_events.filter((event) => event.opportunity_id === o.opportunity_id);
    const states = history(o, own, place).states.filter(({ at }) => at <= now);
    const changes = states.filter((state, i) => i === 0 || state.state !== states[i - 1]!.state);
    changes.forEach((change, i) => {
      if (change.state < 0 || change.state > 3 || !inPeriod(change.at, period)) return;
      const end =
        changes[i + 1]?.at ?? (o.outcome !== 'open' && o.closed_at !== null && o.closed_at <= now ? o.closed_at : null);
      stays.push({ stage: change.state, seconds: seconds(change.at, end ?? now), over: end !== null });
    });
  }
  return stays;
}
