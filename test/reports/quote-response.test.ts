import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { quoteResponseReport } from '../../src/reports/quote-response.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, type SmallCompany, smallCompany } from './small-company.ts';

const hour = 3_600_000;
const ms = (wall: string): number => Date.parse(`${wall.replace(' ', 'T')}Z`);

describeOnBoth('报价响应 equals loops over the quotes', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  let quotes: readonly CrmTables['cm_quotes'][];
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
    quotes = await database.kysely.selectFrom('cm_quotes').selectAll().execute();
  }, 120_000);
  afterAll(() => database.drop());

  it('mean, median, in time and late of the quarter, and of each person', async () => {
    const found = await demo.ask('quote_response', { period: 'this_quarter' });
    const now = '2026-11-18 10:30:00';
    const own = quotes.filter(
      (q) => q.requested_at !== null && q.requested_at >= '2026-10-01' && q.requested_at <= now,
    );
    const taken = own
      .flatMap((q) => (q.sent_at === null ? [] : [(ms(q.sent_at) - ms(q.requested_at!)) / hour]))
      .sort((a, b) => a - b);
    expect(taken.length).toBeGreaterThan(3);
    expect(amountOf(found, 'quote_response_time')).toBeCloseTo(taken.reduce((a, b) => a + b, 0) / taken.length, 9);
    const whole = taken.map(Math.ceil);
    const n = whole.length;
    const median = n % 2 === 1 ? whole[(n - 1) / 2]! : (whole[n / 2 - 1]! + whole[n / 2]!) / 2;
    expect(amountOf(found, 'quote_response_median')).toBe(median);
    const overdue = own.filter((q) => q.sent_at === null && ms(now) - ms(q.requested_at!) > 24 * hour).length;
    expect(figureOf(found, 'quote_on_time_rate')).toMatchObject({
      numerator: taken.filter((hours) => hours <= 24).length,
      denominator: n + overdue,
    });
    expect(amountOf(found, 'quotes_requested')).toBe(own.length);

    const people = await demo.ask('quote_response', { period: 'this_quarter', groupBy: ['owner'] });
    const owners = new Set(own.flatMap(({ owner_user_id }) => (owner_user_id === null ? [] : [owner_user_id])));
    for (const owner of owners) {
      const theirs = own
        .filter((q) => q.owner_user_id === owner && q.sent_at !== null)
        .map((q) => (ms(q.sent_at!) - ms(q.requested_at!)) / hour);
      if (theirs.length === 0) continue;
      expect(amountOf(people, 'quote_response_time', { owner: demo.directory.person(owner)!.name }), owner).toBeCloseTo(
        theirs.reduce((a, b) => a + b, 0) / theirs.length,
        9,
      );
    }
  });

  it('the win rate by the speed of the first quote', async () => {
    const found = await demo.ask('quote_response', { period: 'this_quarter' });
    const names = ['4 小时内', '4–8 小时', '8–24 小时', '24–48 小时', '48–72 小时', '超过 72 小时'];
    const bands = names.map(() => ({ won: 0, closed: 0 }));
    const opportunities = await database.kysely.selectFrom('cm_opportunities').selectAll().execute();
    for (const o of opportunities) {
      if (!['won', 'lost'].includes(o.outcome) || o.closed_at === null || o.closed_at < '2026-05-23') continue;
      const first = quotes
        .filter((q) => q.opportunity_id === o.opportunity_id && q.requested_at !== null)
        .sort((a, b) => ms(a.requested_at!) - ms(b.requested_at!))[0];
      if (first === undefined || first.sent_at === null) continue;
      const hours = (ms(first.sent_at) - ms(first.requested_at!)) / hour;
      const band = bands[[4, 8, 24, 48, 72].filter((edge) => hours > edge).length]!;
      band.closed += 1;
      if (o.outcome === 'won') band.won += 1;
    }
    expect(bands.filter(({ closed }) => closed > 0).length).toBeGreaterThan(3);
    names.forEach((speed, i) => {
      expect(figureOf(found, 'quote_speed_win_rate', { speed }), speed).toMatchObject({
        numerator: bands[i]!.won,
        denominator: bands[i]!.closed,
      });
    });
  });

  it('a quote that waits is named with who has it; at exactly the limit it is not late yet', async () => {
    const now = at('2026-11-18 10:30:00');
    const quote = (id: string, requested: string, more: Record<string, unknown> = {}) => ({
      quote_id: id,
      opportunity_id: `o-${id}`,
      customer_id: `c-${id}`,
      owner_user_id: 'wang',
      amount: 120_000,
      requested_at: requested,
      sent_at: null,
      status: 'draft',
      created_at: requested,
      ...more,
    });
    const made = [
      quote('late', '2026-11-15 10:30:00'),
      quote('edge', '2026-11-17 10:30:00'),
      quote('over', '2026-11-17 10:29:59', { owner_user_id: 'li' }),
      quote('closed', '2026-11-10 10:00:00'),
      quote('sent', '2026-11-10 10:00:00', { sent_at: '2026-11-11 10:00:00', status: 'sent' }),
    ];
    const company: SmallCompany = await smallCompany(dialect, {
      cm_customers: made.map((q) => ({
        customer_id: q.customer_id,
        name: `客户${q.quote_id}`,
        lifecycle: 'active',
        owner_user_id: 'wang',
        created_at: '2026-01-01 09:00:00',
      })),
      cm_opportunities: made.map((q) => ({
        opportunity_id: q.opportunity_id,
        customer_id: q.customer_id,
        owner_user_id: 'wang',
        stage_id: 's3',
        outcome: q.quote_id === 'closed' ? 'lost' : 'open',
        closed_at: q.quote_id === 'closed' ? '2026-11-12 09:00:00' : null,
        created_at: '2026-10-01 09:00:00',
      })),
      cm_quotes: made as never,
    });
    try {
      const month = { period: days('2026-11-01', '2026-11-30', 'this_month') };
      const before = company.crm.queriesRun;
      const found = await quoteResponseReport.run(company, asking(now, month));
      expect(company.crm.queriesRun - before).toBeLessThanOrEqual(6);
      expect(amountOf(found, 'late_quotes')).toBe(2);
      expect(found.table?.rows.map((row) => row[0])).toEqual(['客户late', '客户over']);
      expect(wordsOf(found)).toContain('客户late,等了 3 天,王磊负责');
      expect(found.advice[0]).toMatchObject({ who: '王磊', due: '2026-11-18', command: '客户 客户late' });
      // 24 hours sharp is in time; what waits for less than that counts on neither side.
      expect(figureOf(found, 'quote_on_time_rate')).toMatchObject({ numerator: 1, denominator: 4 });
      const slower = await quoteResponseReport.run(
        { ...company, settings: { ...company.settings, quoteHours: 72 } },
        asking(now, month),
      );
      expect(amountOf(slower, 'late_quotes')).toBe(0);
      // Nothing was asked for in May, and what waits is told all the same.
      const may = await quoteResponseReport.run(
        company,
        asking(now, { period: days('2026-05-01', '2026-05-31', 'month') }),
      );
      expect(amountOf(may, 'late_quotes')).toBe(2);
    } finally {
      await company.drop();
    }
  });
});
