import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintScope } from '../../src/crm/scope.ts';
import { silentCustomersReport } from '../../src/reports/silent-customers.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, figureOf, type SmallCompany, smallCompany, textOf } from './small-company.ts';

const now = at('2026-11-18 10:30:00');

const customer = (id: string, more: Record<string, unknown> = {}) => ({
  customer_id: id,
  name: `客户${id}`,
  owner_user_id: 'wang',
  lifecycle: 'active',
  level: 'B',
  created_at: '2026-01-05 10:00:00',
  ...more,
});

describeOnBoth('case S7: silent customers', (dialect) => {
  let company: SmallCompany;
  beforeAll(async () => {
    company = await smallCompany(dialect, {
      cm_customers: [
        customer('89'),
        customer('90', { level: 'A' }),
        customer('90-late'),
        customer('91', { owner_user_id: 'gone' }),
        customer('never'),
        customer('new', { created_at: '2026-11-08 10:00:00' }),
        customer('old-import', { created_at: '2026-11-08 10:00:00' }),
        customer('nobody', { owner_user_id: null }),
        customer('pool', { lifecycle: 'pool' }),
        customer('grade-c', { level: 'C' }),
      ],
      cm_customer_last_touch: [
        { customer_id: '89', last_touch_at: '2026-08-21 00:00:00' },
        { customer_id: '90', last_touch_at: '2026-08-20 00:00:00' },
        { customer_id: '90-late', last_touch_at: '2026-08-20 23:59:59' },
        { customer_id: '91', last_touch_at: '2026-08-19 12:00:00' },
        { customer_id: 'old-import', last_touch_at: '2020-01-01 00:00:00' },
        { customer_id: 'nobody', last_touch_at: '2026-01-10 00:00:00' },
        { customer_id: 'pool', last_touch_at: '2026-01-10 00:00:00' },
        { customer_id: 'grade-c', last_touch_at: '2026-10-01 00:00:00' },
      ],
      cm_opportunities: [
        {
          opportunity_id: 'o1',
          customer_id: '90',
          owner_user_id: 'wang',
          outcome: 'open',
          stage_id: 's2',
          amount: 120_000,
          created_at: '2026-05-01 10:00:00',
        },
      ],
      cm_activities: [
        {
          activity_id: 'a1',
          kind: 'call',
          subject_type: 'customer',
          customer_id: '90',
          user_id: 'li',
          occurred_at: '2026-08-20 00:00:00',
        },
      ],
    });
  });
  afterAll(() => company.drop());

  const silent = async (question: Parameters<typeof asking>[1] = {}) => {
    const found = await silentCustomersReport.run(company, asking(now, question));
    return { found, names: found.table?.rows.map(([name]) => name) };
  };

  it('are exactly those of 90 whole days and more, the dearest first', async () => {
    const { found, names } = await silent();
    expect(names).toEqual(['客户90', '客户never', '客户91', '客户90-late']);
    expect(figureOf(found.figures, 'silent_customers')).toBe(4);
    expect(figureOf(found.figures, 'silent_days', { customer: '客户90-late' })).toBe(90);
    expect(found.table?.rows[0]).toEqual(['客户90', 'A', '90 天', '2026-08-20 李强 电话', '12 万', '—', '王磊']);
    expect(found.table?.rows[2]?.at(-1)).toBe('孙走(已离职)');
    expect(textOf(found.narrative)).toContain('最要紧的是客户90(A 级),90 天没动静,在跟 12 万');
  });

  it('follow the days that were said, the grade, and the order', async () => {
    expect((await silent({ slots: { threshold: { op: '>', days: 90 } } })).names).toEqual(['客户never', '客户91']);
    expect((await silent({ filter: { grades: ['A'] } })).names).toEqual(['客户90']);
    expect((await silent({ slots: { order: 'asc' } })).names?.slice(0, 2)).toEqual(['客户90', '客户90-late']);
    const byGrade = { ...company, settings: { ...company.settings, silentDays: { default: 400, byGrade: { C: 48 } } } };
    const found = await silentCustomersReport.run(byGrade, asking(now));
    expect(found.table?.rows.map(([name]) => name)).toEqual(['客户grade-c']);
  });

  it('are told to their own owner, and nothing is invented where there are none', async () => {
    const wang = { userId: 'wang', name: '王磊', role: 'rep', departmentId: 'd1', region: '华东' } as const;
    const { found } = await silent({ viewer: wang, scope: mintScope(['wang'], '王磊') });
    expect(textOf(found.narrative)).toMatch(/^你有 3 家客户/);
    const { found: none } = await silent({ scope: mintScope(['li'], '李强') });
    expect(none.headline).toEqual([]);
    expect(textOf(none.narrative)).toContain('没有分配到人的在管客户');
  });
});
