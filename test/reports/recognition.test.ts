import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import type { Database } from '../../src/database/connect.ts';
import type { WonCase } from '../../src/metrics/won-cases.ts';
import { recognitionReport } from '../../src/reports/recognition.ts';
import { medianDays, pickCases } from '../../src/reports/recognition-cases.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';
import { asking, at, days, smallCompany } from './small-company.ts';

const won = (opportunityId: string, amountFen: number | null, days: number, wonBack = false): WonCase => ({
  opportunityId,
  name: opportunityId,
  customer: null,
  ownerId: 'wang',
  amountFen,
  days,
  followUps: 3,
  quotes: 1,
  wonBack,
});
const pickedOf = (cases: readonly WonCase[]) =>
  pickCases(cases).map(({ why, won: { opportunityId } }) => [why, opportunityId]);

describe('which deals are told as cases', () => {
  it('the largest, the one won back, the fastest of a usual size; each once', () => {
    const cases = [
      won('big', 900, 40),
      won('back', 300, 50, true),
      won('fast', 500, 10),
      won('small', 20, 5),
      won('usual', 300, 44),
    ];
    expect(medianDays(cases)).toBe(40);
    expect(pickedOf(cases)).toEqual([
      ['最大的单', 'big'],
      ['丢了又赢回来', 'back'],
      ['签得最快', 'fast'],
    ]);
  });

  it('the longest fight where nothing was won back; nobody is fast or slow among three', () => {
    const cases = [won('big', 900, 40), won('long', 300, 90), won('a', 300, 30), won('b', 310, 35)];
    expect(pickedOf(cases)).toEqual([
      ['最大的单', 'big'],
      ['最难啃的单', 'long'],
    ]);
    expect(pickedOf(cases.slice(0, 3))).toEqual([['最大的单', 'big']]);
    expect(pickedOf([won('unknown', null, 3)])).toEqual([]);
    expect(pickedOf([])).toEqual([]);
  });
});

describe('a month with a renewal and without a won opportunity', () => {
  it('is not called a month without a deal', async () => {
    const company = await smallCompany('sqlite', {
      cm_contracts: [
        ['k0', '2026-09-10', null],
        ['k1', '2026-10-16', 'k0'],
      ].map(([contract_id, signed_on, renews_contract_id]) => ({
        contract_id: contract_id!,
        customer_id: 'c1',
        owner_user_id: 'wang',
        amount: 442_000 as never,
        status: 'effective' as const,
        signed_on: signed_on!,
        renews_contract_id: renews_contract_id ?? null,
      })),
    });
    const found = await recognitionReport.run(
      company,
      asking(at('2026-11-18 10:30:00'), {
        period: days('2026-10-01', '2026-10-31', 'last_month'),
        scope: mintScope(['wang'], '王磊'),
        viewer: { userId: 'wang', name: '王磊', role: 'rep', departmentId: 'd1', region: '华东' },
      }),
    );
    await company.drop();
    expect(found.title).toBe('上月没有可写的案例');
    expect(wordsOf(found)).toContain('成交 44.2 万(1 单),都是续约,没有赢下商机');
    expect(wordsOf(found)).not.toContain('没有成交');
  });
});

describeOnBoth('复盘之星 equals plain SQL', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
  }, 120_000);
  afterAll(() => database.drop());

  const reps = `u.is_active = 1 and u.roles like '%rep%'`;
  const top = async (text: string) => {
    const [first] = await demo.rows<{ k: string; v: number }>(`${text} order by v desc limit 1`);
    return { owner: demo.directory.person(first!.k)!.name, value: Number(first!.v) };
  };

  it('who sold most, was paid most and followed up most in the last quarter', async () => {
    const found = await demo.ask('recognition', { period: 'last_quarter' });
    const sold = await top(
      `select owner_user_id as k, sum(round(amount * 100)) as v from cm_contracts join cm_users u on u.user_id = owner_user_id where ${reps} and status in ('effective', 'completed') and signed_on between '2026-07-01' and '2026-09-30' group by owner_user_id`,
    );
    expect(amountOf(found, 'won_amount', { owner: sold.owner, star: '业绩之星' })).toBe(sold.value);
    const paid = await top(
      `select owner_user_id as k, sum(round(amount * 100)) as v from cm_payments p join cm_users u on u.user_id = p.owner_user_id where ${reps} and p.status = 'confirmed' and p.paid_on between '2026-07-01' and '2026-09-30' group by owner_user_id`,
    );
    expect(amountOf(found, 'payment_amount', { owner: paid.owner, star: '回款之星' })).toBe(paid.value);
    // Praised only where the second is clearly behind.
    const followups = await demo.rows<{ k: string; v: number }>(
      `select a.user_id as k, count(*) as v from cm_activities a join cm_users u on u.user_id = a.user_id where ${reps} and a.kind <> 'note' and a.occurred_at >= '2026-07-01' and a.occurred_at < '2026-10-01' group by a.user_id order by v desc limit 2`,
    );
    const [a, b] = [Number(followups[0]!.v), Number(followups[1]!.v)];
    const busy = found.figures.find(({ dims }) => dims?.star === '勤奋之星');
    if ((a - b) ** 2 > 3.8415 * (a + b)) expect(busy?.value).toBe(a);
    else expect(busy).toBeUndefined();
    expect(found.advice.length).toBeGreaterThan(0);
  });

  it.each(['last_month', 'last_quarter', 'last_year'] as const)(
    '%s: who praises leads whom they praise',
    async (period) => {
      const { advice, figures } = await demo.ask('recognition', { period });
      const praises = advice.filter(({ text }) => text.includes('点名'));
      const named = figures
        .filter(({ dims }) => dims?.star === '业绩之星' || dims?.star === '进步之星')
        .map(({ dims }) => dims!.owner!);
      for (const name of named) {
        const praise = praises.find(({ text }) => text.includes(name));
        const [leader] = await demo.rows<{ name: string }>(
          `select m.name from cm_users u join cm_departments d on d.department_id = u.department_id join cm_users m on m.user_id = d.manager_user_id where u.name = '${name}'`,
        );
        expect(praise?.who, `${name}: ${JSON.stringify(praises)}`).toBe(leader!.name);
      }
      expect(praises.length).toBeGreaterThan(0);
    },
  );

  it('a step about oneself is not handed to one’s leader, in a group either', async () => {
    const asked = {
      period: 'this_quarter',
      people: ['王磊'],
      as: '王磊',
      groupBy: ['owner'],
      audience: 'group',
    } as const;
    const { advice } = await demo.ask('target_attainment', asked);
    expect(advice.length).toBeGreaterThan(0);
    for (const { text, who } of advice) {
      expect(text).not.toContain('和王磊');
      expect(who === null || who === '王磊').toBe(true);
    }
  });

  it('the cases are wins of the period with their days and follow-ups', async () => {
    const found = await demo.ask('recognition', { period: 'last_quarter' });
    const [largest] = await demo.rows<{
      id: string;
      created_at: string;
      closed_at: string;
      amount: number;
      customer_id: string;
    }>(
      `select opportunity_id as id, created_at, closed_at, amount, customer_id from cm_opportunities where outcome = 'won' and closed_at >= '2026-07-01' and closed_at < '2026-10-01' order by amount desc, opportunity_id limit 1`,
    );
    const dims = { opportunity: largest!.id };
    expect(amountOf(found, 'case_amount', dims)).toBe(Math.round(Number(largest!.amount) * 100));
    const day = (at: string) => Date.parse(at.slice(0, 10));
    expect(amountOf(found, 'case_days', dims)).toBe((day(largest!.closed_at) - day(largest!.created_at)) / 86_400_000);
    expect(figureOf(found, 'case_followups', dims)?.value).toBe(
      await demo.number(
        `select count(*) from cm_activities where kind <> 'note' and occurred_at between '${largest!.created_at}' and '${largest!.closed_at}' and (opportunity_id = '${largest!.id}' or (opportunity_id is null and customer_id = '${largest!.customer_id}'))`,
      ),
    );
  });

  it('a rep alone sees the own cases and no star; the queries are few', async () => {
    const before = demo.crm.queriesRun;
    const own = await demo.ask('recognition', { period: 'this_year', people: ['王磊'], as: '王磊' });
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(6);
    expect(own.figures.some(({ dims }) => dims?.star !== undefined)).toBe(false);
    expect(own.sections?.map(({ title }) => title)).toEqual(['优秀案例']);
  });
});
