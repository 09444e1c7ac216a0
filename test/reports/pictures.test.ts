import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftOf } from '../../src/charts/draft-of.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { openEmpty } from '../database/databases.ts';
import { type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';

const textsOf = (spec: ChartSpec): string[] => {
  const draft = draftOf(spec);
  return [...draft.under, ...draft.over].flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
};

describe('pictures of the generated company', () => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await openEmpty<CrmTables>('sqlite');
    demo = await generatedCompany(database, 300);
  }, 120_000);
  afterAll(() => database.drop());

  it('活动效果: places follow the bars, campaigns can be told apart, and the rest is counted', async () => {
    const found = await demo.ask('campaign_roi', { period: 'last_year', groupBy: ['campaign'] });
    const { chart } = found;
    if (chart?.kind !== 'ranking') throw new Error('no ranking');
    const known = chart.rows.flatMap(({ value }) => (value === null ? [] : [value]));
    expect(known.length).toBeGreaterThan(3);
    expect(known).toEqual([...known].sort((a, b) => a - b));
    expect(chart.rows.slice(known.length).every(({ value }) => value === null)).toBe(true);
    const campaigns = found.table!.rows.length - 1;
    expect(campaigns).toBeGreaterThan(chart.rows.length);
    expect(textsOf(chart)).toContain(`另有 ${campaigns - chart.rows.length} 个未画出`);
    const drawn = textsOf(chart).join('\n');
    for (const { label } of chart.rows) expect(drawn.replaceAll(/[\s\n]/g, '')).toContain(label.replaceAll(' ', ''));
  });

  it.each([
    ['sales_performance', 'last_month'],
    ['sales_performance', 'last_year'],
    ['win_rate', 'last_year'],
    ['payment_rate', 'last_quarter'],
    ['new_customers', 'last_quarter'],
  ] as const)(
    '%s %s 按人: who is named in the words stands in the picture, and the rest is counted',
    async (intent, period) => {
      const found = await demo.ask(intent, { period, groupBy: ['owner'] });
      const texts = textsOf(found.chart!);
      const words = wordsOf(found);
      const everybody = found.table!.rows.map((row) => row[0]!);
      expect(everybody.length).toBeGreaterThan(12);
      const drawn = everybody.filter((name) => texts.includes(name));
      for (const name of everybody.filter((name) => words.includes(name))) expect(drawn, words).toContain(name);
      const left = everybody.length - drawn.length;
      const said = texts.map((text) => /另有 (\d+) 人未画出/.exec(text)?.[1]).find((count) => count !== undefined);
      expect(Number(said ?? 0)).toBe(left);
    },
  );

  it.each([
    ['win_rate', {}],
    ['ranking', { slots: { metric: '赢单率' } }],
  ] as const)('%s: a rate stands beside its cases, 100 %% of 2 is not 60 %% of 50', async (intent, more) => {
    const { chart, figures } = await demo.ask(intent, { period: 'last_year', groupBy: ['owner'], ...more });
    const texts = textsOf(chart!);
    const owners = figures.filter(({ metric, dims }) => metric === 'win_rate' && dims?.owner !== undefined);
    const shown = owners.filter(({ dims }) => texts.includes(dims!.owner!));
    expect(shown.length).toBeGreaterThan(10);
    for (const { numerator, denominator } of shown) expect(texts).toContain(`${numerator}/${denominator}`);
  });

  it.each(['this_month', 'last_year'] as const)(
    '目标 %s: who lags stands beside who leads, and the colours are told',
    async (period) => {
      const found = await demo.ask('target_attainment', { period });
      if (found.chart?.kind !== 'progress') throw new Error('no progress');
      const texts = textsOf(found.chart);
      const everybody = found.table!.rows.map((row) => row[0]!);
      expect(everybody.length).toBeGreaterThan(10);
      const drawn = everybody.filter((name) => texts.includes(name));
      for (const name of everybody.filter((one) => wordsOf(found).includes(one))) expect(drawn).toContain(name);
      const left = everybody.length - drawn.length;
      expect(left).toBeLessThan(4);
      if (left > 0) expect(texts).toContain(`… 另有 ${left} 人未画出`);
      const used = new Set(found.chart.bars.map(({ tone }) => tone));
      for (const { tone, label } of found.chart.tones!) expect(texts.includes(label), label).toBe(used.has(tone));
      expect(used.size).toBeGreaterThan(1);
    },
  );

  it('业绩 上月 按人 hands on a step about whoever signed before and nothing since, to who leads them', async () => {
    const [gone] = await demo.rows<{ name: string; leader: string }>(
      `select u.name, m.name as leader from cm_users u join cm_departments d on d.department_id = u.department_id join cm_users m on m.user_id = d.manager_user_id
       join (select owner_user_id, sum(case when signed_on < '2026-10-01' then amount else 0 end) as was, sum(case when signed_on >= '2026-10-01' then amount else 0 end) as is_now
             from cm_contracts where status in ('effective', 'completed') and signed_on between '2026-09-01' and '2026-10-31' group by owner_user_id) k on k.owner_user_id = u.user_id
       where u.is_active = 1 and u.roles like '%rep%' and is_now = 0 and was > 0 order by was desc limit 1`,
    );
    expect(gone).toBeDefined();
    const { advice } = await demo.ask('sales_performance', { period: 'last_month', groupBy: ['owner'] });
    expect(advice).toMatchObject([{ who: gone!.leader, command: `漏斗 当前 ${gone!.name}` }]);
    const old = await demo.ask('sales_performance', { period: 'last_year', groupBy: ['owner'] });
    expect(old.advice).toEqual([]);
  });
});
