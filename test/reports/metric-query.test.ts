import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Dimension } from '../../src/commands/command.ts';
import { createParser } from '../../src/commands/parser.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import { dimensionNames } from '../../src/metrics/dimensions.ts';
import { canGroup } from '../../src/metrics/engine.ts';
import { metricWords } from '../../src/metrics/vocabulary.ts';
import { novemberMorning } from '../commands/november-morning.ts';
import { describeOnBoth } from '../database/databases.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { amountOf, figureOf, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';

const parser = createParser(demoEntities);
const read = (text: string) => {
  const got = parser.understand(text, novemberMorning);
  return got.kind === 'command' ? got.command : got;
};
const free = metricWords.filter(({ intent }) => intent === 'metric_query');

it('every metric that the engine counts can be asked by its name, and is printed as it is asked', () => {
  expect(free.length).toBeGreaterThan(15);
  for (const { id, name } of free) {
    const command = read(`${name} 上月 按人`);
    expect('intent' in command, name).toBe(true);
    if (!('intent' in command) || command.intent !== 'metric_query') continue;
    expect(command.slots.metric, name).toBe(id);
    expect(read(parser.print(command))).toEqual(command);
  }
});

it('what a metric means can be asked by its very name', () => {
  const missed = metrics.filter(({ id, name }) => {
    const command = read(`口径 ${name}`);
    return !('intent' in command) || command.intent !== 'metric_definition' || command.slots.metric !== id;
  });
  expect(missed.map(({ id }) => id)).toEqual([]);
});

it('no other metric of the dictionary is left without a command', () => {
  const askable = new Set(metricWords.map(({ id }) => id));
  expect(metrics.filter(({ id, computation }) => computation.kind !== 'derived' && !askable.has(id))).toEqual([]);
});

describeOnBoth('any metric by any dimension equals plain SQL', (_dialect, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let demo: GeneratedCompany;
  beforeAll(async () => {
    database = await open<CrmTables>();
    demo = await generatedCompany(database, 160);
  }, 120_000);
  afterAll(() => database.drop());

  const asked = (metric: string, more: Parameters<GeneratedCompany['ask']>[1] = {}) =>
    demo.ask('metric_query', { slots: { metric }, ...more });
  const inOctober = (column: string) => `${column} >= '2026-10-01' and ${column} < '2026-11-01'`;

  it('报价次数 上月 按人, 丢单数 上月 按行业, 接通率 上月 按跟进方式', async () => {
    const quotes = await asked('quote_count', { period: 'last_month', groupBy: ['owner'] });
    const byOwner = await demo.rows<{ k: string; v: number }>(
      `select owner_user_id as k, count(*) as v from cm_quotes where ${inOctober('sent_at')} group by owner_user_id`,
    );
    expect(byOwner.length).toBeGreaterThan(1);
    for (const { k, v } of byOwner)
      expect(amountOf(quotes, 'quote_count', { owner: demo.directory.person(k)!.name })).toBe(Number(v));

    const lost = await asked('lost_opportunities', { period: 'last_month', groupBy: ['industry'] });
    const byIndustry = await demo.rows<{ k: string | null; v: number }>(
      `select c.industry as k, count(*) as v from cm_opportunities o join cm_customers c on c.customer_id = o.customer_id where o.outcome = 'lost' and ${inOctober('o.closed_at')} group by c.industry`,
    );
    for (const { k, v } of byIndustry)
      expect(amountOf(lost, 'lost_opportunities', { industry: k ?? '未填写' })).toBe(Number(v));
    expect(lost.table?.rows.length).toBeGreaterThanOrEqual(byIndustry.length);

    const connected = await asked('connect_rate', { period: 'last_month', groupBy: ['followup_type'] });
    const calls = `from cm_activities where kind = 'call' and ${inOctober('occurred_at')}`;
    expect(figureOf(connected, 'connect_rate', { followup_type: '电话' })).toMatchObject({
      numerator: await demo.number(`select count(*) ${calls} and is_connected = 1`),
      denominator: await demo.number(`select count(*) ${calls} and is_connected is not null`),
    });
  });

  it('a metric without a period is counted as of now', async () => {
    const found = await asked('customers', { groupBy: ['grade'] });
    expect(amountOf(found, 'customers')).toBe(await demo.number('select count(*) from cm_customers'));
    expect(amountOf(found, 'customers', { grade: 'A 级' })).toBe(
      await demo.number(`select count(*) from cm_customers where level = 'A'`),
    );
    expect(found.notes.join('')).toContain('不分期间');
  });

  it('every free metric answers by every dimension that it has, and says which where it has not', async () => {
    for (const metric of metrics) {
      if (!free.some(({ id }) => id === metric.id)) continue;
      for (const dimension of Object.keys(dimensionNames) as Dimension[]) {
        const found = await asked(metric.id, { period: 'this_quarter', groupBy: [dimension] });
        const fits = canGroup(metric, dimension, demo.company);
        expect(found.title.includes('不能按'), `${metric.id} ${dimension}`).toBe(!fits);
        if (!fits) {
          expect(wordsOf(found)).toContain('能按');
          expect(found.choices.length).toBeGreaterThan(0);
        }
      }
    }
  }, 60_000);

  it('a period that has not begun, lies before the data or has none is told, with what works instead', async () => {
    const ahead = await asked('quote_count', { period: 'next_month' });
    expect(ahead.title).toContain('还没开始');
    const before = await asked('quote_count', { period: { label: 'year', from: '2019-01-01', to: '2019-12-31' } });
    expect(wordsOf(before)).toContain('在数据之前');
    expect(before.choices[0]?.command).toMatch(/^报价次数 \d{4}年\d+月$/);
  });

  it('what a CRM does not record is said', async () => {
    const company = { ...demo.company, capabilities: new Map([['quotes', { level: 'none', note: null }]]) };
    const { metricQueryReport } = await import('../../src/reports/metric-query.ts');
    const { asking, at, days } = await import('./small-company.ts');
    const found = await metricQueryReport.run(
      company,
      asking(at('2026-11-18 10:30:00'), { period: days('2026-11-01', '2026-11-30'), slots: { metric: 'quote_count' } }),
    );
    expect(wordsOf(found)).toContain('没有记录报价次数');
  });
});
