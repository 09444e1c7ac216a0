import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { epochMsOf, type Moment, momentAt } from '../../src/calendar/clock.ts';
import { addDays, type Day, type WallTime } from '../../src/calendar/day.ts';
import type { Period } from '../../src/calendar/period.ts';
import type { Dimension } from '../../src/commands/command.ts';
import { crmOver } from '../../src/crm/crm.ts';
import { emptyCrm } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import { mintScope, type Scope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import type { Database } from '../../src/database/connect.ts';
import { connectRate, followedCustomers, followupCount } from '../../src/metrics/activity.ts';
import { paymentAmount, paymentOverdueAmount, paymentRate } from '../../src/metrics/collection.ts';
import { newCustomers } from '../../src/metrics/customers.ts';
import { type Cell, measure, type Source, total } from '../../src/metrics/engine.ts';
import { openAmount, openCustomers } from '../../src/metrics/funnel.ts';
import { leadConversion } from '../../src/metrics/marketing.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { avgOrderValue, salesCycle, winRate, wonAmount, wonCount, wonCustomers } from '../../src/metrics/sales.ts';
import { describeOnBoth } from '../database/databases.ts';
import { type CompanyRows, company } from '../fixtures/company.ts';

const moment: Moment = momentAt(epochMsOf('2024-03-10 10:30:00' as WallTime, 'Asia/Shanghai'), 'Asia/Shanghai');
const everyone = mintScope('everyone', '全公司');

/** Around the leap day, the turn of the month and now, at midnight and its neighbours. */
const wallTime = fc
  .tuple(
    fc.constantFrom(
      '2023-12-31',
      '2024-01-31',
      '2024-02-28',
      '2024-02-29',
      '2024-03-01',
      '2024-03-09',
      '2024-03-10',
      '2024-03-11',
    ),
    fc.constantFrom('00:00:00', '00:00:01', '10:30:00', '10:30:01', '23:59:59'),
  )
  .map(([day, time]) => `${day} ${time}`);
const day = wallTime.map((at) => at.slice(0, 10));
const owner = fc.constantFrom('u1', 'u2', 'left', 'deleted', null);
const amount = fc.constantFrom(null, 0, 0.01, 33.33, 100_000, 199_999.99, -500.5);
const customerId = fc.constantFrom('c1', 'c2', 'c3', null);

const customers = fc.tuple(
  ...['c1', 'c2', 'c3'].map((customer_id) =>
    fc.record({
      customer_id: fc.constant(customer_id),
      industry: fc.constantFrom('制造业', '医疗', '', null),
      source: fc.constantFrom('展会', '官网', null),
      owner_user_id: owner,
      created_at: wallTime,
    }),
  ),
);
const contracts = fc.array(
  fc.record({
    customer_id: customerId,
    owner_user_id: owner,
    amount,
    status: fc.constantFrom('effective', 'completed', 'draft', 'void'),
    signed_on: fc.option(day, { nil: null }),
  }),
  { maxLength: 12 },
);
const lines = fc.array(
  fc.record({ contract_id: fc.constantFrom('k1', 'k2', 'k3'), product_id: fc.constantFrom('p1', 'p2'), amount }),
  { maxLength: 6 },
);
const opportunities = fc.array(
  fc
    .record({
      customer_id: customerId,
      owner_user_id: owner,
      outcome: fc.constantFrom('open', 'won', 'lost', 'invalid'),
      amount,
      created_at: wallTime,
      closed_at: wallTime,
      source: fc.constantFrom('展会', '官网', null),
    })
    .map((row) => (row.outcome === 'open' ? { ...row, closed_at: null } : row)),
  { maxLength: 12 },
);
const activities = fc.array(
  fc.record({
    user_id: owner,
    customer_id: customerId,
    kind: fc.constantFrom('call', 'visit', 'note'),
    occurred_at: wallTime,
    is_connected: fc.constantFrom(0, 1, null),
  }),
  { maxLength: 12 },
);
const leads = fc.array(
  fc.record({
    owner_user_id: owner,
    source: fc.constantFrom('展会', '官网', null),
    status: fc.constantFrom('open', 'converted', 'dead'),
    created_at: wallTime,
    converted_at: fc.option(wallTime, { nil: null }),
  }),
  { maxLength: 12 },
);
const payments = fc.array(
  fc.record({ owner_user_id: owner, amount, paid_on: day, status: fc.constantFrom('confirmed', 'pending') }),
  { maxLength: 8 },
);
const plans = fc.array(
  fc.record({
    owner_user_id: owner,
    amount: fc.constantFrom(0, 100, 250.5),
    paid_amount: fc.constantFrom(null, 0, 100, 300),
    due_on: day,
    status: fc.constantFrom('due', 'paid', 'void'),
  }),
  { maxLength: 8 },
);

interface Drawn {
  readonly customers: readonly Record<string, unknown>[];
  readonly contracts: readonly Record<string, unknown>[];
  readonly lines: readonly Record<string, unknown>[];
  readonly opportunities: readonly Record<string, unknown>[];
  readonly activities: readonly Record<string, unknown>[];
  readonly leads: readonly Record<string, unknown>[];
  readonly payments: readonly Record<string, unknown>[];
  readonly plans: readonly Record<string, unknown>[];
}
const data = fc.record({ customers, contracts, lines, opportunities, activities, leads, payments, plans });

const people: CompanyRows = {
  departments: [
    { department_id: 'd1', name: '公司' },
    { department_id: 'd2', parent_id: 'd1', name: '华东区', region: '华东' },
    { department_id: 'd3', parent_id: 'd2', name: '华东一组' },
    { department_id: 'd4', parent_id: 'd1', name: '华南区', region: '华南' },
  ],
  users: [
    { user_id: 'u1', name: '王磊', department_id: 'd3' },
    { user_id: 'u2', name: '李强', department_id: 'd4' },
    { user_id: 'left', name: '孙走', department_id: 'd4', is_active: 0 },
  ],
  products: [
    { product_id: 'p1', name: '订阅', category: 'SaaS' },
    { product_id: 'p2', name: '网关', category: '硬件' },
  ],
};
const regionOfOwner: Readonly<Record<string, string>> = { u1: '华东', u2: '华南', left: '华南' };

/** The plain way: one loop, no SQL. Gives [numerator, denominator] by part, or [sum] where it is a sum. */
function slowly(
  metric: Metric,
  drawn: Drawn,
  scope: Scope,
  period: Period,
  by: Dimension | null,
): Map<string, number[]> {
  const until = period.to < moment.today ? `${addDays(period.to, 1)} 00:00:00` : '2024-03-10 10:30:01';
  const lastDay = period.to < moment.today ? period.to : moment.today;
  const inTime = (at: unknown) => typeof at === 'string' && at >= `${period.from} 00:00:00` && at < until;
  const inDays = (at: unknown) => typeof at === 'string' && at >= period.from && at <= lastDay;
  const fen = (value: unknown) => Math.round(Number(value ?? 0) * 100);
  const matured = period.to < moment.today ? `${addDays(period.to, 1)} 00:00:00` : '2024-03-11 00:00:00';
  const out = new Map<string, number[]>();
  const distinct = new Map<string, Set<unknown>>();
  const customerOf = (row: Record<string, unknown>) => drawn.customers.find((c) => c.customer_id === row.customer_id);
  const add = (row: Record<string, unknown>, ends: number[], once?: unknown, part?: string) => {
    const owner_ = (row.owner_user_id ?? row.user_id ?? null) as string | null;
    if (scope.owners !== 'everyone' && (owner_ === null || !scope.owners.includes(owner_))) return;
    const attribute = (own: unknown, other: unknown) => String((own === undefined ? other : own) || 'none');
    const key =
      part ??
      (by === null
        ? 'all'
        : by === 'owner'
          ? (owner_ ?? 'none')
          : by === 'region'
            ? (regionOfOwner[owner_ ?? ''] ?? 'none')
            : by === 'industry'
              ? attribute(row.industry, customerOf(row)?.industry)
              : attribute(row.source, customerOf(row)?.source));
    const seen = distinct.get(key) ?? new Set();
    if (once !== undefined) {
      if (once === null || seen.has(once)) {
        if (!out.has(key))
          out.set(
            key,
            ends.map(() => 0),
          );
        return;
      }
      seen.add(once);
      distinct.set(key, seen);
    }
    const sums = out.get(key) ?? ends.map(() => 0);
    out.set(
      key,
      sums.map((sum, i) => sum + ends[i]!),
    );
  };
  const signed = drawn.contracts.filter(
    (k) => ['effective', 'completed'].includes(String(k.status)) && inDays(k.signed_on),
  );
  const closed = drawn.opportunities.filter((o) => ['won', 'lost'].includes(String(o.outcome)) && inTime(o.closed_at));
  const seconds = (a: unknown, b: unknown) =>
    (Date.parse(`${String(b).replace(' ', 'T')}Z`) - Date.parse(`${String(a).replace(' ', 'T')}Z`)) / 1000;
  const reached = drawn.activities.filter((a) => a.kind !== 'note' && inTime(a.occurred_at));
  const due = drawn.plans.filter((p) => p.status !== 'void' && inDays(p.due_on));
  const paid = (p: Record<string, unknown>) => Math.min(Math.max(fen(p.paid_amount), 0), fen(p.amount));
  switch (metric) {
    case wonAmount:
      for (const k of signed) add(k, [fen(k.amount)]);
      break;
    case wonCount:
      for (const k of signed) add(k, [1]);
      break;
    case wonCustomers:
      for (const k of signed) add(k, [1], k.customer_id);
      break;
    case avgOrderValue:
      for (const k of signed) add(k, [fen(k.amount), 1]);
      break;
    case winRate:
      for (const o of closed) add(o, [o.outcome === 'won' ? 1 : 0, 1]);
      break;
    case salesCycle:
      for (const o of closed) add(o, o.outcome === 'won' ? [seconds(o.created_at, o.closed_at), 1] : [0, 0]);
      break;
    case newCustomers:
      for (const c of drawn.customers) if (inTime(c.created_at)) add(c, [1]);
      break;
    case followupCount:
      for (const a of reached) add(a, [1]);
      break;
    case followedCustomers:
      for (const a of reached) add(a, [1], a.customer_id);
      break;
    case connectRate:
      for (const a of reached) add(a, a.is_connected === null ? [0, 0] : [Number(a.is_connected), 1]);
      break;
    case paymentAmount:
      for (const p of drawn.payments) if (p.status === 'confirmed' && inDays(p.paid_on)) add(p, [fen(p.amount)]);
      break;
    case paymentRate:
      for (const p of due) add(p, [paid(p), fen(p.amount)]);
      break;
    case paymentOverdueAmount:
      for (const p of due) add(p, [String(p.due_on) < moment.today ? fen(p.amount) - paid(p) : 0]);
      break;
    case leadConversion:
      for (const l of drawn.leads) {
        if (!inTime(l.created_at)) continue;
        const done = l.status === 'converted' && (l.converted_at === null || String(l.converted_at) < matured);
        add(l, [done ? 1 : 0, 1]);
      }
      break;
    case openAmount:
      for (const o of drawn.opportunities) if (o.outcome === 'open') add(o, [fen(o.amount)]);
      break;
    case openCustomers:
      for (const o of drawn.opportunities) if (o.outcome === 'open') add(o, [1], o.customer_id);
      break;
    default:
      throw new Error(`no reference for ${metric.id}`);
  }
  return out;
}

const metrics = [
  wonAmount,
  wonCount,
  wonCustomers,
  avgOrderValue,
  winRate,
  salesCycle,
  newCustomers,
  followupCount,
  followedCustomers,
  connectRate,
  paymentAmount,
  paymentRate,
  paymentOverdueAmount,
  leadConversion,
  openAmount,
  openCustomers,
];
const dimensions: Record<string, readonly Metric[]> = {
  owner: metrics,
  region: metrics,
  industry: metrics.filter((m) => ![paymentAmount, paymentRate, paymentOverdueAmount, leadConversion].includes(m)),
  channel: metrics.filter((m) => ![paymentAmount, paymentRate, paymentOverdueAmount].includes(m)),
};

const period = (from: string, to: string): Period => ({ label: 'range', from: from as Day, to: to as Day });
const periods = [
  period('2024-02-01', '2024-02-29'),
  period('2024-03-01', '2024-03-31'),
  period('2023-12-31', '2023-12-31'),
  period('2023-02-01', '2023-02-28'),
];

describeOnBoth('the metric engine', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let source: Source;
  let fixed: { counter: { readonly queriesRun: number } };

  const fill = async (rows: CompanyRows) => {
    await emptyCrm(database);
    await company({ ...people, customer_last_touch: [], stage_events: [], ...rows }).into(database);
  };
  const rowsOf = (drawn: Drawn): CompanyRows =>
    ({
      customers: drawn.customers,
      contracts: drawn.contracts.map((row, i) => ({ contract_id: `k${i + 1}`, ends_on: null, ...row })),
      contract_lines: drawn.lines,
      opportunities: drawn.opportunities,
      activities: drawn.activities,
      leads: drawn.leads,
      payments: drawn.payments,
      payment_plans: drawn.plans,
    }) as CompanyRows;

  beforeAll(async () => {
    database = await open<CrmTables>();
    await company({ ...people }).into(database);
    const crm = crmOver(database);
    fixed = { counter: crm };
    source = { crm, directory: await readDirectory(database), stages: await readStages(database, null, 7) };
  });
  afterAll(() => database.drop());

  const shown = (cells: readonly Cell[]): Record<string, number[]> =>
    Object.fromEntries(
      cells.map((cell) => [
        cell.parts[0] === undefined ? 'all' : (cell.parts[0].key ?? 'none'),
        cell.metric.computation.kind === 'ratio' ? [cell.numerator!, cell.denominator!] : [cell.value!],
      ]),
    );
  /** A part of which every table says zero may be there or not. */
  const withoutZeros = (values: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(values).filter(([, ends]) => ends.some((end) => end !== 0)));

  it('equals a slow loop over the rows, for every metric, cut and period', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        data,
        fc.constantFrom(everyone, mintScope(['u1', 'left'], '两人'), mintScope([], '没有人')),
        async (random, scope) => {
          const drawn = random as unknown as Drawn;
          await fill(rowsOf(drawn));
          const common = { filter: {}, periods, moment };
          const whole = await measure(source, scope, { ...common, metrics, groupings: [total] });
          for (const metric of metrics) {
            for (const [p, one] of periods.entries()) {
              if (p > 0 && (metric === openAmount || metric === openCustomers)) continue;
              const slow =
                slowly(metric, drawn, scope, one, null).get('all') ??
                (metric.computation.kind === 'ratio' ? [0, 0] : [0]);
              expect(shown([whole.total(metric, p)]), `${metric.id} ${one.from}`).toEqual({ all: slow });
              const value = whole.total(metric, p).value;
              if (metric.computation.kind === 'ratio' && slow[1] === 0) expect(value, metric.id).toBeNull();
            }
          }
          for (const [dimension, fitting] of Object.entries(dimensions)) {
            const by = dimension as Dimension;
            const cut = await measure(source, scope, { ...common, metrics: fitting, groupings: [{ by: [by] }] });
            for (const metric of fitting) {
              for (const [p, one] of periods.entries()) {
                if (p > 0 && (metric === openAmount || metric === openCustomers)) continue;
                const slow = Object.fromEntries(slowly(metric, drawn, scope, one, by));
                expect(withoutZeros(shown(cut.of(metric, 0, p))), `${metric.id} by ${by} ${one.from}`).toEqual(
                  withoutZeros(slow),
                );
              }
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('counts lines for products, by month where asked, and names parts as people do', async () => {
    await fill({
      customers: [{ customer_id: 'c1' }],
      contracts: [
        { contract_id: 'k1', amount: 900, signed_on: '2024-02-29', ends_on: null, owner_user_id: null },
        { contract_id: 'k2', amount: 100, signed_on: '2024-01-31', owner_user_id: 'left' },
        { contract_id: 'k3', amount: 50, signed_on: '2024-02-01', owner_user_id: 'deleted' },
      ],
      contract_lines: [
        { contract_id: 'k1', product_id: 'p1', amount: 600 },
        { contract_id: 'k1', product_id: 'p2', amount: 250 },
        { contract_id: 'k2', product_id: 'p2', amount: 100 },
      ],
    });
    const quarter = [period('2024-01-01', '2024-03-31')];
    const request = { metrics: [wonAmount, wonCount], filter: {}, periods: quarter, moment };
    const byLine = await measure(source, everyone, { ...request, groupings: [{ by: ['product_line'] }] });
    expect(shown(byLine.of(wonAmount, 0))).toEqual({ SaaS: [60_000], 硬件: [35_000] });
    expect(shown(byLine.of(wonCount, 0))).toEqual({ SaaS: [1], 硬件: [2] });
    const filtered = await measure(source, everyone, {
      ...request,
      filter: { productIds: ['p2'] },
      groupings: [total],
    });
    expect(filtered.total(wonAmount).value).toBe(35_000);
    const months = await measure(source, everyone, {
      ...request,
      groupings: [{ by: [], grain: 'month' }, { by: ['owner'] }],
    });
    expect(months.of(wonAmount, 0).map((cell) => [cell.bucket, cell.value])).toEqual(
      expect.arrayContaining([
        ['2024-01', 10_000],
        ['2024-02', 95_000],
      ]),
    );
    expect(
      months
        .of(wonAmount, 1)
        .map((cell) => cell.parts[0]!.name)
        .sort(),
    ).toEqual(['孙走', '已删除的账号(deleted)', '无负责人'].sort());
    const quarters = await measure(source, everyone, { ...request, groupings: [{ by: [], grain: 'quarter' }] });
    expect(quarters.of(wonAmount, 0).map((cell) => cell.bucket)).toEqual(['2024-Q1']);
  });

  it('asks once for each table and time column, whatever the periods and cuts', async () => {
    const before = fixed.counter.queriesRun;
    await measure(source, everyone, {
      metrics: [wonAmount, wonCount, avgOrderValue, winRate, salesCycle],
      filter: {},
      periods,
      moment,
      groupings: [total, { by: ['region'] }, { by: ['owner', 'industry'] }, { by: [], grain: 'week' }],
    });
    expect(fixed.counter.queriesRun - before).toBe(2);
  });

  it('refuses three dimensions and a cut that a metric does not have', async () => {
    const request = { metrics: [wonAmount], filter: {}, periods, moment };
    await expect(
      measure(source, everyone, { ...request, groupings: [{ by: ['owner', 'region', 'industry'] }] }),
    ).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(measure(source, everyone, { ...request, groupings: [{ by: ['lost_reason'] }] })).rejects.toMatchObject(
      {
        kindly: expect.stringContaining('成交金额不能按丢单原因'),
      },
    );
  });
});
