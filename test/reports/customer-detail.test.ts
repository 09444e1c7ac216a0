import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintScope } from '../../src/crm/scope.ts';
import { customerDetailReport } from '../../src/reports/customer-detail.ts';
import { interactionTimelineReport } from '../../src/reports/interaction-timeline.ts';
import { describeOnBoth } from '../database/databases.ts';
import { asking, at, days, figureOf, type SmallCompany, smallCompany, textOf } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const wang = mintScope(['wang'], '王磊');
const named = (name: string, ...customerIds: string[]) => ({
  filter: { customerIds },
  slots: { filters: { customer: [name] } },
});

describeOnBoth('the card of one customer', (dialect) => {
  let company: SmallCompany;
  beforeAll(async () => {
    const customer = { lifecycle: 'active', created_at: '2026-01-05 10:00:00' };
    company = await smallCompany(dialect, {
      cm_customers: [
        {
          ...customer,
          customer_id: 'c1',
          name: '宏达机械',
          level: 'A',
          industry: '制造业',
          city: '苏州',
          owner_user_id: 'wang',
        },
        { ...customer, customer_id: 'c2', name: '顺通物流', city: '深圳', owner_user_id: 'li' },
        { ...customer, customer_id: 'c3', name: '顺通物流', city: '苏州', owner_user_id: 'wang' },
      ],
      cm_contacts: [
        {
          contact_id: 'x1',
          customer_id: 'c1',
          name: '张丽',
          title: '采购',
          mobile: '13800138000',
          email: 'zhang@example.com',
          is_primary: 1,
        },
      ],
      cm_opportunities: [
        {
          opportunity_id: 'o1',
          customer_id: 'c1',
          owner_user_id: 'wang',
          name: '二期',
          stage_id: 's4',
          outcome: 'open',
          amount: 300_000,
          created_at: '2026-09-01 10:00:00',
        },
      ],
      cm_contracts: [
        {
          contract_id: 'k1',
          customer_id: 'c1',
          owner_user_id: 'wang',
          amount: 100_000,
          status: 'effective',
          signed_on: '2026-02-01',
          ends_on: '2026-12-20',
        },
        {
          contract_id: 'k2',
          customer_id: 'c1',
          owner_user_id: 'wang',
          amount: 999_999,
          status: 'void',
          signed_on: '2026-02-02',
        },
      ],
      cm_payments: [
        {
          payment_id: 'y1',
          contract_id: 'k1',
          customer_id: 'c1',
          owner_user_id: 'wang',
          amount: 40_000,
          paid_on: '2026-03-01',
          status: 'confirmed',
        },
        {
          payment_id: 'y2',
          contract_id: 'k1',
          customer_id: 'c1',
          owner_user_id: 'wang',
          amount: 10_000,
          paid_on: '2026-03-02',
          status: 'pending',
        },
      ],
      cm_activities: [
        // A colleague's call counts for the customer too.
        {
          activity_id: 'a1',
          kind: 'call',
          subject_type: 'customer',
          customer_id: 'c1',
          contact_id: 'x1',
          user_id: 'li',
          occurred_at: '2026-11-10 09:30:00',
          is_connected: 1,
          duration_minutes: 12,
          summary: '问到货时间,回电 13800138000',
        },
        {
          activity_id: 'a2',
          kind: 'visit',
          subject_type: 'customer',
          customer_id: 'c1',
          user_id: 'wang',
          occurred_at: '2026-11-01 00:00:00',
        },
      ],
      cm_customer_last_touch: [{ customer_id: 'c1', last_touch_at: '2026-11-10 09:30:00' }],
    });
  });
  afterAll(() => company.drop());

  it('has deals, contracts, payments and the last follow-up, telephone numbers by mask', async () => {
    const question = asking(now, { ...named('宏达机械', 'c1'), scope: wang });
    const found = await customerDetailReport.run(company, question);
    expect(figureOf(found.figures, 'open_amount')).toBe(30_000_000);
    expect(figureOf(found.figures, 'customer_contract_amount')).toBe(10_000_000);
    expect(figureOf(found.figures, 'customer_paid_amount')).toBe(4_000_000);
    expect(figureOf(found.figures, 'silent_days')).toBe(8);
    expect(textOf(found.narrative)).toContain('上次跟进是 2026-11-10 李强 电话,记的是「问到货时间,回电 138****8000」');
    expect(found.notes.join()).toContain('张* 采购 138****8000');
    const clear = { phones: 'clear', emails: 'clear', contactNames: 'clear' } as const;
    const open = await customerDetailReport.run(company, { ...question, mask: clear });
    expect(open.notes.join()).toContain('张丽 采购 13800138000 zhang@example.com');
    expect(found.advice.map((advice) => advice.text).join()).toContain('2026-12-20 到期');
  });

  it('tells who was last in touch and about what', async () => {
    const question = asking(now, { ...named('宏达机械', 'c1'), slots: { view: 'last_interaction' } });
    const found = await customerDetailReport.run(company, question);
    expect(found.title).toBe('宏达机械上次是李强联系的,8 天前');
    expect(textOf(found.narrative)).toContain('2026-11-10 09:30 李强电话 12 分钟,接通了,对方是张*');
  });

  it('gives a group no personal data at all', async () => {
    for (const slots of [{}, { view: 'last_interaction' }]) {
      const clear = { phones: 'clear', emails: 'clear', contactNames: 'clear' } as const;
      const question = asking(now, { ...named('宏达机械', 'c1'), audience: 'group', mask: clear, slots });
      const found = await customerDetailReport.run(company, question);
      const told = await interactionTimelineReport.run(company, {
        ...question,
        period: days('2026-09-01', '2026-11-18'),
      });
      expect(JSON.stringify([found, told])).not.toMatch(/张|1380013|example\.com|到货/);
    }
  });

  it('answers a customer outside the scope exactly like one that does not exist', async () => {
    const outside = await customerDetailReport.run(company, asking(now, { ...named('顺通物流', 'c2'), scope: wang }));
    const nowhere = await customerDetailReport.run(company, asking(now, { ...named('顺通物流', 'nope'), scope: wang }));
    const unresolved = await customerDetailReport.run(
      company,
      asking(now, { slots: { filters: { customer: ['顺通物流'] } }, scope: wang }),
    );
    expect(outside).toEqual(nowhere);
    expect(outside).toEqual(unresolved);
    expect(outside.title).toBe('没有找到「顺通物流」');
  });

  it('offers a choice where several have the name', async () => {
    const found = await customerDetailReport.run(company, asking(now, named('顺通物流', 'c2', 'c3')));
    expect(found.title).toBe('找到 2 家,要看哪一家');
    expect(found.choices.map((choice) => choice.command)).toEqual(['客户 顺通物流 李强', '客户 顺通物流 王磊']);
    const own = await customerDetailReport.run(company, asking(now, { ...named('顺通物流', 'c2', 'c3'), scope: wang }));
    expect(own.title).toBe('顺通物流已沉默 317 天,没有在跟商机');
  });

  it('lists what happened, and says when nothing did', async () => {
    const all = await interactionTimelineReport.run(
      company,
      asking(now, { ...named('宏达机械', 'c1'), period: days('2026-01-01', '2026-11-18') }),
    );
    expect(figureOf(all.figures, 'customer_events')).toBe(4);
    expect(figureOf(all.figures, 'longest_gap')).toBe(9);
    const early = await interactionTimelineReport.run(
      company,
      asking(now, { ...named('宏达机械', 'c1'), period: days('2026-11-01', '2026-11-01', 'day') }),
    );
    expect(figureOf(early.figures, 'customer_followups')).toBe(1);
    // What comes after the period is no gap within it.
    expect(figureOf(early.figures, 'longest_gap')).toBe(0);
    const none = await interactionTimelineReport.run(
      company,
      asking(now, { ...named('宏达机械', 'c1'), period: days('2026-10-01', '2026-10-31', 'month') }),
    );
    expect(textOf(none.narrative)).toContain('最近一次是 2026-11-10,8 天前');
  });
});
