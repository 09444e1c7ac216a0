import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Period } from '../../src/calendar/period.ts';
import type { Intent } from '../../src/commands/command.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import type { Database } from '../../src/database/connect.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import type { Findings } from '../../src/reports/report.ts';
import { openEmpty } from '../database/databases.ts';
import { type Asked, type GeneratedCompany, generatedCompany, wordsOf } from './generated-company.ts';

const range = (from: string, to: string): Period => ({ label: 'range', from, to }) as Period;

/** As the phrases of the development set say them, from several people. */
const questions: readonly (readonly [Intent, Asked])[] = [
  ['sales_performance', { period: 'this_month' }],
  ['sales_performance', { period: 'last_quarter', groupBy: ['owner'] }],
  ['sales_performance', { period: 'first_half', groupBy: ['product'] }],
  ['sales_performance', { period: 'last_month', groupBy: ['region', 'industry'] }],
  ['sales_performance', { period: 'last_month', people: ['李娜'] }],
  ['sales_performance', { period: 'last_month', people: ['王磊'], as: '王磊' }],
  ['sales_performance', { period: range('2026-11-11', '2026-11-11'), slots: { metric: 'won_count' } }],
  [
    'sales_performance',
    {
      people: ['王磊', '李娜'],
      period: 'last_month',
      groupBy: ['owner'],
      slots: { comparison: 'entities', metric: 'won_amount' },
    },
  ],
  ['sales_performance', { period: 'this_quarter', filter: { industries: ['制造业'] }, filterWords: ['制造业'] }],
  ['sales_trend', { period: 'last_90_days', slots: { grain: 'week', metric: 'won_amount' } }],
  ['sales_trend', { period: 'this_year' }],
  ['sales_trend', { period: 'last_year' }],
  ['ranking', { period: 'this_month', top: 10, slots: { metric: 'won_amount' } }],
  ['ranking', { period: 'this_week', slots: { metric: 'followup_count' } }],
  ['ranking', { period: 'last_month', slots: { metric: 'payment_amount' } }],
  ['ranking', { period: 'last_quarter', groupBy: ['region'] }],
  ['ranking', { period: 'last_month', people: ['王磊'], as: '王磊' }],
  ['target_attainment', { period: 'this_month' }],
  ['target_attainment', { period: 'this_quarter', region: '华东', groupBy: ['owner'] }],
  ['target_attainment', { period: 'this_month', people: ['王磊'], as: '王磊', slots: { metric: 'gap' } }],
  ['target_attainment', { period: 'next_month' }],
  ['new_customers', { period: 'yesterday' }],
  ['new_customers', { period: 'this_month', groupBy: ['channel'] }],
  ['new_leads', { period: 'last_week', groupBy: ['channel'] }],
  ['lead_conversion', { period: 'last_month', groupBy: ['channel'] }],
  ['lead_conversion', { period: 'year_to_date', filter: { channels: ['展会'] }, filterWords: ['展会'] }],
  ['campaign_roi', { period: range('2026-05-19', '2026-11-18') }],
  ['campaign_roi', { period: 'last_year', groupBy: ['channel'], slots: { metric: 'roi' } }],
  ['campaign_roi', { period: 'last_quarter', region: '华南' }],
  ['campaign_roi', { period: 'last_quarter', groupBy: ['campaign'] }],
  ['win_rate', { period: 'last_quarter', groupBy: ['region'] }],
  ['win_rate', { period: 'this_quarter', groupBy: ['lost_reason'] }],
  ['avg_order_value', { period: range('2025-11-19', '2026-11-18') }],
  ['sales_cycle', { period: 'first_half', groupBy: ['industry'] }],
  ['sales_cycle', { period: range('2026-05-19', '2026-11-18'), slots: { grain: 'month' } }],
  ['payment_rate', { period: 'this_quarter' }],
  ['payment_rate', { period: 'last_month', slots: { metric: 'payment_amount' } }],
  ['followups', { period: 'this_week', people: ['王磊'], as: '王磊' }],
  ['followups', { period: 'last_month', groupBy: ['owner', 'followup_type'] }],
  ['metric_definition', { slots: { metric: 'churn_rate' } }],
  ['metric_definition', { slots: { metric: 'yoy' } }],
  ['metric_definition', {}],
];

const name = ([intent, asked]: readonly [Intent, Asked]) => `${intent} ${JSON.stringify(asked)}`;
const spans = (findings: Findings) => [
  findings.title,
  wordsOf(findings),
  ...findings.notes,
  ...findings.advice.map((one) => one.text),
];

let database: Database<CrmTables> & { drop(): Promise<void> };
let demo: GeneratedCompany;
beforeAll(async () => {
  database = await openEmpty<CrmTables>('sqlite');
  demo = await generatedCompany(database);
}, 120_000);
afterAll(() => database.drop());

it.each(questions.map((question) => [name(question), question] as const))(
  'keeps its promises: %s',
  async (_name, [intent, asked]) => {
    const before = demo.crm.queriesRun;
    const found = await demo.ask(intent, asked);
    expect(demo.crm.queriesRun - before).toBeLessThanOrEqual(6);
    expect(found.headline.length).toBeLessThanOrEqual(5);
    expect(found.advice.length).toBeLessThanOrEqual(3);
    expect(found.choices.length).toBeLessThanOrEqual(4);
    for (const figure of [...found.headline, ...found.figures]) {
      const metric = metricById(figure.metric);
      expect(metric, `${figure.metric} is in the dictionary`).toBeDefined();
      if (figure.value === null) expect(figure.missing, `${figure.label} says why it is missing`).toBeTruthy();
      else expect(Number.isFinite(figure.value), figure.label).toBe(true);
      if (metric!.unit === 'ratio' && !['roi', 'target_attainment'].includes(figure.metric) && figure.value !== null) {
        expect(figure.value).toBeGreaterThanOrEqual(0);
        expect(figure.value).toBeLessThanOrEqual(1);
      }
    }
    // Each number once: two values under one name would leave a script to guess.
    const keys = found.figures.map(({ metric, dims }) => JSON.stringify([metric, dims ?? {}]));
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(found.narrative.length).toBeGreaterThanOrEqual(1);
    for (const line of found.narrative) {
      const last = line.at(-1)!;
      expect(typeof last === 'string' ? last : Object.values(last)[0]).toMatch(/。$/);
    }
    for (const text of spans(found)) {
      expect(text).not.toMatch(/NaN|undefined|null|Infinity|\[object|!|!/);
      expect(text).not.toMatch(/ {2}[^0-9并]|。。|,。|;。/);
    }
    for (const one of found.advice) {
      expect(one.command).toBeTruthy();
      expect(one.due).toMatch(/^2026-/);
    }
    if (found.table !== null) {
      for (const row of found.table.rows) expect(row.length).toBe(found.table.columns.length);
      expect(found.table.numeric.length).toBe(found.table.columns.length);
    }
    if (found.chart !== null) expect(found.chart.footer).toContain('11-18 10:30');
  },
);

it('speaks to a rep as 你, and names them in a group', async () => {
  const own = await demo.ask('sales_performance', { period: 'last_month', people: ['王磊'], as: '王磊' });
  expect(wordsOf(own)).toMatch(/^你上月成交/);
  const group = await demo.ask('sales_performance', {
    period: 'last_month',
    people: ['王磊'],
    as: '王磊',
    audience: 'group',
  });
  expect(wordsOf(group)).toMatch(/^王磊上月成交/);
});

it.each([
  ['a period that has not begun', { period: 'next_month' }, /还没到/, '业绩 本月'],
  ['a period before the data', { period: range('2019-01-01', '2019-12-31') }, /在数据之前.*开始有记录/, '业绩 今年'],
] as const)('says plainly: %s', async (_name, asked, words, offered) => {
  const found = await demo.ask('sales_performance', asked);
  expect(wordsOf(found)).toMatch(words);
  expect(found.choices.map((choice) => choice.command)).toContain(offered);
  expect(found.figures).toEqual([]);
});

it('says plainly: a scope without people', async () => {
  for (const intent of [
    'sales_performance',
    'ranking',
    'new_customers',
    'target_attainment',
    'campaign_roi',
  ] as const) {
    const found = await demo.ask(intent, { people: [] });
    expect(wordsOf(found), intent).toMatch(/没有在册的人/);
  }
});

it('answers 0 for a day without deals only where there are others to point to', async () => {
  const found = await demo.ask('sales_performance', {
    period: range('2026-10-01', '2026-10-01'),
    slots: { metric: 'won_count' },
  });
  expect(wordsOf(found)).toMatch(/没有成交/);
  expect(found.choices.length).toBeGreaterThan(0);
});

it('has no target where none is recorded, and says so', async () => {
  const found = await demo.ask('target_attainment', { period: range('2020-01-01', '2020-01-31') });
  expect(wordsOf(found)).toMatch(/没有.*目标/);
  expect(found.figures.find((figure) => figure.metric === 'target_attainment')).toMatchObject({
    value: null,
    missing: '没有记录目标',
  });
});

it('explains a metric under any of its names and offers the nearest for a wrong one', async () => {
  const known = await demo.ask('metric_definition', { slots: { metric: '成交额' } });
  expect(known.title).toContain('成交金额');
  expect(wordsOf(known)).toContain('签约日期');
  const wrong = await demo.ask('metric_definition', { slots: { metric: '回款绿' } });
  expect(wrong.choices.map((choice) => choice.command)).toContain('口径 回款率');
});
