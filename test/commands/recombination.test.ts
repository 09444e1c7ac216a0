import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Understanding } from '../../src/commands/command.ts';
import { createParser } from '../../src/commands/parser.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { novemberMorning } from './november-morning.ts';
import { periods } from './phrases.ts';
import { sameJson } from './same-json.ts';

const parser = createParser(demoEntities);
const read = (text: string): Understanding => parser.understand(text, novemberMorning);

/** Ways to say each part, and the slot that it must become: whatever is put together has a known meaning. */
const said = {
  report: {
    funnel: ['漏斗', '销售漏斗', '商机漏斗', '漏斗情况'],
    sales_performance: ['业绩', '销售业绩', '战绩', '业绩情况'],
    payment_rate: ['回款率', '回款', '回款情况', '收款率'],
    win_rate: ['赢单率', '成交率', '胜率'],
    avg_order_value: ['客单价', '平均客单价', '平均订单金额'],
    new_customers: ['新增客户', '新客户', '新客'],
    new_leads: ['新增线索', '新线索', '线索数'],
    churn_rate: ['流失率', '客户流失率'],
    renewal_rate: ['续约率', '续费率', '续签率'],
    repurchase_rate: ['复购率', '回购率'],
    csat: ['满意度', '客户满意度'],
    nps: ['NPS', '净推荐值'],
    sales_cycle: ['成交周期', '签单周期', '销售周期'],
  },
  period: {
    this_month: ['本月', '这个月', '这月', '当月'],
    last_month: ['上月', '上个月'],
    this_week: ['本周', '这周', '这个星期'],
    last_week: ['上周', '上个礼拜', '上星期'],
    this_quarter: ['本季度', '这个季度', '这季度'],
    Q3: ['Q3', '三季度', '第三季度', '3季度'],
    oct: ['10月', '十月份', '10月份', '2026年10月', '202610'],
    this_year: ['今年', '2026年'],
    last_year: ['去年', '2025年'],
    first_half: ['上半年', '今年上半年'],
    last_30_days: ['近30天', '最近30天', '近三十天', '过去30天'],
    last_90_days: ['近90天', '最近90天'],
    'oct1-15': ['10.1-10.15', '10月1日到15日', '20261001-20261015', '10月1号到10月15号'],
    last_friday: ['上周五', '2026-11-13', '20261113', '11月13号', '11/13'],
  },
  filter: {
    region: { 华东: ['华东', '华东区', '华东大区'], 华南: ['华南', '华南区'] },
    owner: { 王磊: ['王磊', '老王'], 李强: ['李强', '小李'], 林晓燕: ['林晓燕', '晓燕'] },
    industry: { 制造业: ['制造业', '制造'], 医疗: ['医疗', '医疗行业'] },
    channel: { 展会: ['展会'], 百度竞价: ['百度竞价'] },
    city: { 上海: ['上海', '上海市'], 武汉: ['武汉'] },
    grade: { A: ['A级', 'A类', 'A级客户'], B: ['B级'] },
  },
  group: {
    region: ['按大区', '按区域', '各大区', '分大区'],
    owner: ['按人', '按销售', '每个人'],
    industry: ['按行业', '各行业'],
    city: ['按城市'],
    product: ['按产品'],
  },
  compare: { mom: ['环比'], yoy: ['同比'] },
} as const;

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const wayOf = (ways: Readonly<Record<string, readonly string[]>>) =>
  oneOf(Object.entries(ways)).chain(([key, words]) => oneOf(words).map((word) => ({ key, word })));
const filters = oneOf(Object.entries(said.filter)).chain(([field, names]) =>
  wayOf(names as Readonly<Record<string, readonly string[]>>).map(({ key, word }) => ({ field, key, word })),
);
const some = <T>(part: fc.Arbitrary<T>) => fc.option(part, { nil: null });

/** A question put together from parts, in any order, as one types it; `slots` is what it must mean. */
const questions = fc
  .record({
    report: wayOf(said.report),
    period: wayOf(said.period),
    filter: some(filters),
    group: some(wayOf(said.group)),
    compare: some(wayOf(said.compare)),
    order: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
    before: oneOf(['', '', '帮我看下', '看看', '@晨报 ', '老板要 ', '给我查一下']),
    after: oneOf(['', '', ' 急', ' 谢谢', '咋样', '怎么样', '🙏']),
    glued: fc.boolean(),
  })
  // A级客户转化率 is a report of its own.
  .filter(({ report, filter }) => report.key !== 'win_rate' || filter?.field !== 'grade')
  .map(({ report, period, filter, group, compare, order, before, after, glued }) => {
    const parts = [report, period, filter, group, compare].filter((part) => part !== null).map(({ word }) => word);
    const shuffled = parts
      .map((word, number) => ({ word, at: order[number]! }))
      .sort((a, b) => a.at - b.at)
      .map(({ word }) => word);
    // In one breath the report stands last: 上个月华东的业绩.
    const [first, ...rest] = parts;
    const words =
      glued && group === null && compare === null && !/\d$/.test(rest.at(-1)!)
        ? `${rest.join('')}的${first}`
        : shuffled.join(' ');
    return {
      text: `${before}${words}${after}`,
      intent: report.key,
      slots: {
        period: periods[period.key],
        ...(filter === null ? {} : { filters: { [filter.field]: [filter.key] } }),
        ...(group === null ? {} : { group_by: [group.key] }),
        ...(compare === null ? {} : { compare: compare.key }),
      },
    };
  });

const isExact = (got: Understanding, intent: string, slots: unknown): boolean =>
  got.kind === 'command' && got.command.intent === intent && sameJson(got.command.slots, slots);

test('questions put together at random are read exactly, or asked about', () => {
  const lines = fc.sample(questions, { numRuns: 800, seed: 20261118 });
  const misses: string[] = [];
  const counts = { exact: 0, wrong: 0, asked: 0 };
  for (const { text, intent, slots } of lines) {
    const got = read(text);
    if (isExact(got, intent, slots)) counts.exact++;
    else {
      counts[got.kind === 'command' ? 'wrong' : 'asked']++;
      misses.push(`${text} → ${got.kind} ${'command' in got ? JSON.stringify(got.command) : ''}`);
    }
  }
  console.log(
    `put together: exact ${counts.exact}/${lines.length} · wrong ${counts.wrong} · asked back ${counts.asked}`,
  );
  expect(counts.exact / lines.length, misses.join('\n')).toBeGreaterThanOrEqual(0.98);
  expect(counts.wrong / lines.length, misses.join('\n')).toBeLessThanOrEqual(0.01);
});

/** What no command of ours has a place for: figures we do not keep, half dates, numbers without a meaning, codes, other letters. */
const junk = [
  '毛利',
  '库存',
  '含税',
  '紫色',
  '净额',
  '中位数',
  '黑名单',
  '二手',
  '外包',
  '试用',
  'foo',
  'xyz',
  '7734',
  '12345',
  '18-33-2026',
  '19/11/18/3',
  '前1.5',
  '25:61',
  'Z级',
  'F类',
  '第99个人',
  '大于',
  '公元',
  '火星',
  '南极洲',
  '越权',
  '按客户',
  '按星座',
  '标准差',
  '去税',
] as const;
const clean = ['second', 'third', 'fourth', 'fifth'].flatMap((name) =>
  readFileSync(new URL(`../fixtures/utterances.${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"style": "plain"'))
    .map((line) => JSON.parse(line) as { text: string; intent: string }),
);
const reports = clean.filter(
  ({ intent }) =>
    !/clarify|reject|out_of_scope|refine|drill|action_item|help|alert_|feedback|scope|subscription|customer_detail|interaction|win_probability|digest/.test(
      intent,
    ),
);

test('a word that explains nothing is never passed over, wherever it stands', () => {
  const passed: string[] = [];
  let tried = 0;
  for (const [at, { text }] of reports.entries()) {
    for (const [number, word] of junk.entries()) {
      if ((at + number) % 7 !== 0) continue;
      const words = text.split(' ');
      const place = (at + number) % (words.length + 1);
      const noisy = [...words.slice(0, place), word, ...words.slice(place)].join(' ');
      tried++;
      const got = read(noisy);
      // 星座 is declined as no matter of the CRM: no answer either.
      if (got.kind === 'command' && got.command.intent !== 'out_of_scope')
        passed.push(`${noisy} → ${JSON.stringify(got.command)}`);
    }
  }
  console.log(`with a word too many: ${tried} tried, ${passed.length} answered`);
  expect(tried).toBeGreaterThan(1000);
  expect(passed.length / tried, passed.join('\n')).toBeLessThanOrEqual(0.002);
});
