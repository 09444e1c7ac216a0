import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { returnAnalysisReport } from '../../src/reports/return-analysis.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

describeOnBoth('退货 equals loops over the tickets, and is followed to where it lies', (dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 220);
  }, 300_000);
  afterAll(() => database.drop());

  it('the count, each level, and the share of customers', async () => {
    const found = await demo.ask('return_analysis', { period: 'last_90_days' });
    const tickets = (await database.kysely.selectFrom('cm_tickets').selectAll().execute()).filter(
      (t) => t.kind === 'return' && t.created_at >= '2026-08-21' && t.created_at <= '2026-11-18 10:30:00',
    );
    expect(tickets.length).toBeGreaterThan(2);
    expect(amountOf(found, 'return_count')).toBe(tickets.length);
    const carriers = new Set(tickets.map(({ carrier }) => carrier));
    for (const carrier of carriers)
      expect(amountOf(found, 'return_part_count', { carrier: carrier ?? '没有记', level: '物流商' })).toBe(
        tickets.filter((t) => t.carrier === carrier).length,
      );
    const customers = await database.kysely.selectFrom('cm_customers').selectAll().execute();
    const owners = new Map(customers.map((c) => [c.customer_id, c.owner_user_id]));
    for (const region of demo.directory.regions) {
      const own = tickets.filter(
        (t) => demo.directory.person(owners.get(t.customer_id!) ?? '')?.region === region,
      ).length;
      expect(amountOf(found, 'return_part_count', { region, level: '大区' }) ?? 0, region).toBe(own);
    }
    const contracts = await database.kysely.selectFrom('cm_contracts').selectAll().execute();
    const holding = new Set(
      contracts
        .filter(
          (k) =>
            ['effective', 'completed'].includes(k.status) &&
            k.signed_on! <= '2026-11-18' &&
            (k.starts_on ?? k.signed_on!) <= '2026-11-18' &&
            (k.ends_on === null || k.ends_on >= '2026-11-18'),
        )
        .map((k) => k.customer_id),
    );
    expect(figureOf(found, 'return_rate')).toMatchObject({
      numerator: [...holding].filter((id) => tickets.some((t) => t.customer_id === id)).length,
      denominator: holding.size,
    });
  });

  const people = { 华东: 'wang', 华南: 'li' } as const;
  const ticket = (
    id: number,
    region: keyof typeof people,
    carrier: string | null,
    product: string,
    reason: string | null,
    day: string,
  ) => ({
    ticket_id: `t${id}`,
    customer_id: `c-${people[region]}`,
    kind: 'return',
    subject: '开不了机',
    created_at: `${day} 10:00:00`,
    product_id: product,
    carrier,
    reason,
  });

  // The same rise laid in two places: the path must follow the data.
  for (const [region, carrier, product, reason] of [
    ['华南', '德邦', 'p1', '与描述不符'],
    ['华东', '顺丰', 'p2', '运输破损'],
  ] as const) {
    it(`a rise in ${region} is told down to ${reason}`, async () => {
      const calm = (['华东', '华南'] as const).flatMap((place, r) =>
        ['2026-10-05', '2026-11-05'].flatMap((day, d) =>
          (['德邦', '顺丰'] as const).map((one, i) =>
            ticket(100 + r * 20 + d * 4 + i, place, one, i === 0 ? 'p2' : 'p1', '质量问题', day),
          ),
        ),
      );
      const rise = Array.from({ length: 20 }, (_, i) => ticket(i, region, carrier, product, reason, '2026-11-10'));
      const company = await smallCompany(dialect, {
        cm_customers: Object.values(people).map((owner) => ({
          customer_id: `c-${owner}`,
          name: `客户${owner}`,
          owner_user_id: owner,
          lifecycle: 'active',
          created_at: '2026-01-01 09:00:00',
        })),
        cm_products: ['p1', 'p2'].map((id) => ({ product_id: id, name: `产品${id}`, is_active: 1 })),
        cm_tickets: [...calm, ...rise] as never,
      });
      try {
        const found = await returnAnalysisReport.run(
          company,
          asking(at('2026-11-18 10:30:00'), { period: days('2026-11-01', '2026-11-30', 'this_month') }),
        );
        expect(amountOf(found, 'return_count')).toBe(24);
        const said = wordsOf(found);
        expect(said).toContain(`大区是${region}(22/24`);
        expect(said).toContain(`物流商是${carrier}(21/22`);
        expect(said).toContain(`说法是${reason}`);
        expect(said).not.toContain('波动以内');
        expect(found.advice.map(({ text }) => text).join()).toContain(carrier);
      } finally {
        await company.drop();
      }
    });
  }

  it('what the CRM does not record is passed over and said; a wording stands in for a reason', async () => {
    const company = await smallCompany(dialect, {
      cm_customers: [
        {
          customer_id: 'c-wang',
          name: '客户',
          owner_user_id: 'wang',
          lifecycle: 'active',
          created_at: '2026-01-01 09:00:00',
        },
      ],
      cm_tickets: Array.from({ length: 6 }, (_, i) => ({
        ...ticket(i, '华东', null, 'p9', null, '2026-11-10'),
        subject: i < 5 ? '开不了机' : '颜色不对',
      })) as never,
    });
    try {
      const found = await returnAnalysisReport.run(
        company,
        asking(at('2026-11-18 10:30:00'), { period: days('2026-11-01', '2026-11-30', 'this_month') }),
      );
      expect(found.notes.join('')).toContain('CRM 没有记物流商');
      expect(wordsOf(found)).toContain('说法是开不了机(5/6');
    } finally {
      await company.drop();
    }
  });
});
