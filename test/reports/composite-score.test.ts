import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { compositeScoreReport } from '../../src/reports/composite-score.ts';
import { reportSettingsSchema } from '../../src/reports/settings.ts';
import { describeOnBoth } from '../database/databases.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, morning, wordsOf } from './generated-company.ts';
import { asking } from './small-company.ts';

describeOnBoth('综合得分 equals the formula over plain SQL', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
  }, 120_000);
  afterAll(() => database.drop());

  const byOwner = async (text: string) =>
    new Map((await demo.rows<{ k: string; v: number }>(text)).map(({ k, v }) => [k, Number(v)]));

  it('the last quarter, person by person, by the usual weights', async () => {
    const [from, to, next] = ['2026-07-01', '2026-09-30', '2026-10-01'];
    const between = (column: string) => `${column} >= '${from}' and ${column} < '${next}'`;
    const won = await byOwner(
      `select owner_user_id as k, sum(round(amount * 100)) as v from cm_contracts where status in ('effective', 'completed') and signed_on between '${from}' and '${to}' group by owner_user_id`,
    );
    const plans = `from cm_payment_plans where status <> 'void' and due_on between '${from}' and '${to}' group by owner_user_id`;
    const due = await byOwner(`select owner_user_id as k, sum(round(amount * 100)) as v ${plans}`);
    const paid = await byOwner(
      `select owner_user_id as k, sum(round(case when paid_amount > amount then amount else coalesce(paid_amount, 0) end * 100)) as v ${plans}`,
    );
    const customers = await byOwner(
      `select owner_user_id as k, count(*) as v from cm_customers where ${between('created_at')} group by owner_user_id`,
    );
    const followups = await byOwner(
      `select user_id as k, count(*) as v from cm_activities where kind <> 'note' and ${between('occurred_at')} group by user_id`,
    );
    const surveys = `from cm_surveys s join cm_customers c on c.customer_id = s.customer_id where s.kind = 'csat' and s.score is not null and ${between('s.surveyed_at')}`;
    const answers = await byOwner(`select c.owner_user_id as k, count(*) as v ${surveys} group by c.owner_user_id`);
    const content = await byOwner(
      `select c.owner_user_id as k, count(*) as v ${surveys} and s.score >= 4 group by c.owner_user_id`,
    );
    const rate = (over: Map<string, number>, under: Map<string, number>, id: string): number | null =>
      (under.get(id) ?? 0) === 0 ? null : (over.get(id) ?? 0) / under.get(id)!;
    const reps = demo.directory.people.filter((p) => p.active && p.roles.includes('rep'));
    const values = reps.map(({ id }) => [
      won.get(id) ?? 0,
      rate(paid, due, id),
      customers.get(id) ?? 0,
      followups.get(id) ?? 0,
      rate(content, answers, id),
    ]);
    const weights = [40, 20, 15, 15, 10];
    const best = weights.map((_, i) => Math.max(...values.map((row) => row[i] ?? 0)));
    const found = await demo.ask('composite_score', { period: 'last_quarter' });
    let scored = 0;
    reps.forEach((person, r) => {
      const own = values[r]!;
      let [sum, borne] = [0, 0];
      own.forEach((value, i) => {
        if (value === null || best[i] === 0) return;
        sum += (weights[i]! * 100 * value) / best[i]!;
        borne += weights[i]!;
      });
      const expected = borne < 50 ? null : sum / borne;
      const shown = amountOf(found, 'composite_score', { owner: person.name });
      if (expected === null) expect(shown, person.name).toBeNull();
      else {
        expect(shown, person.name).toBeCloseTo(expected, 8);
        scored += 1;
      }
    });
    expect(scored).toBeGreaterThan(8);
    expect(figureOf(found, 'composite_score', { owner: found.headline[0]!.dims!.owner! })?.value).toBe(
      Math.max(...found.headline.map(({ value }) => value ?? 0)),
    );
  });

  it.each(['region', 'department'] as const)('a %s has the mean of its people, large or small', async (kind) => {
    const people = await demo.ask('composite_score', { period: 'last_quarter' });
    const sums = new Map<string, number[]>();
    for (const person of demo.directory.people.filter((p) => p.active && p.roles.includes('rep'))) {
      const own = amountOf(people, 'composite_score', { owner: person.name });
      const team =
        kind === 'region' ? person.region : (demo.directory.department(person.departmentId ?? '')?.name ?? null);
      if (own === null || own === undefined || team === null) continue;
      sums.set(team, [...(sums.get(team) ?? []), own]);
    }
    expect(sums.size).toBeGreaterThan(2);
    const means = [...sums].map(([team, own]) => [team, own.reduce((a, b) => a + b, 0) / own.length] as const);
    const before = demo.crm.queriesRun;
    const found = await demo.ask('composite_score', { period: 'last_quarter', groupBy: [kind] });
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(6);
    for (const [team, mean] of means) {
      expect(amountOf(found, 'composite_score', { [kind]: team }), team).toBeCloseTo(mean, 9);
      expect(amountOf(found, 'scored_people', { [kind]: team }), team).toBe(sums.get(team)!.length);
    }
    const [best] = [...means].sort((a, b) => b[1] - a[1]);
    expect(found.title).toContain(`${best![0]}第一`);
    expect(found.table?.rows.map((row) => row[1])).toEqual(
      [...means].sort((a, b) => b[1] - a[1]).map(([team]) => team),
    );
    expect(found.advice[0]?.due).toMatch(/^2026-/);
  });

  it('weights come from the settings: by follow-ups alone, whoever follows up most is first', async () => {
    const company = {
      ...demo.company,
      settings: { ...demo.company.settings, scoreWeights: [{ metric: 'followup_count', weight: 1 }] },
    };
    const period = { label: 'month', from: '2026-10-01', to: '2026-10-31' } as const;
    const before = demo.crm.queriesRun;
    const found = await compositeScoreReport.run(company, asking(morning, { period }));
    expect(demo.crm.queriesRun - before).toBe(1);
    const [most] = await demo.rows<{ k: string }>(
      `select user_id as k from cm_activities a join cm_users u using (user_id) where a.kind <> 'note' and a.occurred_at >= '2026-10-01' and a.occurred_at < '2026-11-01' and u.is_active = 1 and u.roles like '%rep%' group by user_id order by count(*) desc limit 1`,
    );
    expect(found.headline[0]).toMatchObject({ value: 100, dims: { owner: demo.directory.person(most!.k)!.name } });
  });

  it('a setting that cannot be scored is refused by name, and one person has nobody to be compared with', async () => {
    const parsed = reportSettingsSchema.safeParse({ scoreWeights: [{ metric: 'churn_rate', weight: 1 }] });
    expect(parsed.error?.issues[0]?.message).toContain('不是可以打分的指标');
    const alone = await demo.ask('composite_score', { people: ['王磊'], as: '陈志远' });
    expect(wordsOf(alone)).toContain('没有同事可比');
    const one = await demo.ask('composite_score', { region: '华东', period: 'last_quarter', groupBy: ['region'] });
    expect(one.title).toBe('只有一个大区有综合得分');
  });
});
