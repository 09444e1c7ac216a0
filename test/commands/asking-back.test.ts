import { expect, test } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import { metricWords } from '../../src/metrics/vocabulary.ts';
import { type ReportWords, reportWords } from '../../src/reports/vocabulary.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { novemberMorning } from './november-morning.ts';

const parser = createParser(demoEntities);
const read = (text: string) => parser.understand(text, novemberMorning);

test.each([
  ['新客户转化率', 'ambiguous_intent'],
  ['漏斗里的客户满意度', 'ambiguous_intent'],
  ['回款和业绩对比', 'ambiguous_intent'],
  ['本月业绩增长率', 'unread_words'],
  ['华东客户投诉处理的成本', 'unread_words'],
  ['人均业绩 本月', 'unserved_words'],
  ['明天要拜访谁', 'unserved_words'],
  ['今天该跟进哪些客户', 'unserved_words'],
  ['别的大区业绩呢', 'unserved_words'],
  ['最近一次成交', 'unserved_words'],
  ['昨天谁没来', 'missing_report'],
  ['合同数 本月', 'missing_report'],
  ['毛利率 上月', 'missing_report'],
  ['转化率低于20%的大区', 'unserved_words'],
  ['业绩超过100万的销售', 'unserved_words'],
  ['改一下王磊的目标', 'unserved_words'],
  ['让王磊联系宏达机械', 'unserved_words'],
  ['签单最快的人', 'unserved_words'],
  ['新建客户 测试公司', 'not_understood'],
  ['超过50万的客户提醒', 'incomplete_order'],
  ['下周一提醒我联系宏达机械', 'incomplete_order'],
  ['核对一下 漏斗 本月', 'incomplete_order'],
  ['漏斗 前1.5', 'unread_words'],
  ['漏斗 12345', 'unread_words'],
  ['漏斗 2026-11-18 10:30', 'unserved_words'],
  ['分级 Z级', 'unread_words'],
  ['业绩 中位数 本月', 'unread_words'],
  ['业绩 同比 环比', 'unserved_words'],
  ['漏斗 本月 上月', 'unserved_words'],
  ['目标 按客户', 'unserved_words'],
  ['续费到期 0天', 'unserved_words'],
  ['沉默客户 60天 90天', 'unserved_words'],
  ['商机列表 100万到1万', 'unserved_words'],
  ['转化率 成交 潜在客户', 'unserved_words'],
  ['排行 成交额 回款', 'unserved_words'],
  ['业绩 大客户', 'ambiguous_intent'],
  ['张姐的业绩', 'unserved_words'],
  ['王总的业绩', 'ambiguous_name'],
  ['口径 OI', 'unread_words'],
])('no confident answer to another question: %s', (text, reason) => {
  const got = read(text);
  expect(got.kind).toBe('ask-back');
  expect('command' in got && got.command.slots.reason).toBe(reason);
  if (got.kind === 'ask-back' && reason !== 'incomplete_order') expect(got.readings.length).toBeGreaterThan(0);
});

test.each([
  ['现在漏斗里有多少钱', 'pipeline_value'],
  ['下个月预测准不准', 'forecast'],
  ['9点的日报呢', 'digest'],
  ['转化率 表格', 'stage_conversion'],
  ['数据核对', 'feedback_wrong_number'],
  ['签单周期今年按月看看', 'sales_cycle'],
  ['流失率 华东咋样', 'churn_rate'],
  ['客户 价值', 'clv'],
  ['漏斗瓶颈是什么', 'funnel_bottleneck'],
  ['流失原因是什么', 'churn_analysis'],
  ['丢单金额 上月', 'opportunity_list'],
  ['超过一个月没推进的单子 华东', 'stage_stuck'],
  ['2号订阅不要了', 'subscription_cancel'],
  ['杨帆这周打了多少电话', 'followups'],
])('a word of an order or another report within a question does not carry it away: %s', (text, intent) => {
  const got = read(text);
  expect(got.kind === 'command' && got.command.intent).toBe(intent);
});

test('two limits make a range, and days ahead a period', () => {
  const slotsOf = (text: string) => {
    const got = read(text);
    return got.kind === 'command' ? got.command.slots : got.kind;
  };
  expect(slotsOf('商机列表 大于100万 小于500万')).toEqual({
    filters: { amount: { op: 'between', from: 1_000_000, to: 5_000_000 } },
  });
  expect(slotsOf('续费到期 60天')).toMatchObject({ period: { from: '2026-11-19', to: '2027-01-17' } });
  expect(slotsOf('漏斗 不是华东')).toMatchObject({ filters_not: { region: ['华东'] } });
});

test('every day is every work day, and is told', () => {
  const got = read('订阅 漏斗 每天9点');
  expect(got.kind === 'command' && got.assumed).toMatchObject({ schedule: 'cn_workday' });
  const said = read('订阅 漏斗 工作日 9:00');
  expect(said.kind === 'command' && said.assumed).not.toHaveProperty('schedule');
});

test('占比 上月 is a share of last month: nothing is held against it', () => {
  const ratios = [...metricWords, ...Object.values<ReportWords>(reportWords)]
    .flatMap(({ name, aliases }) => [name, ...aliases])
    .map((word) => word.toLowerCase())
    .filter((word) => /[^同环对]比$/.test(word));
  expect(ratios).toContain('投产比');
  const said = [...ratios, '成交额占比', '投诉占比', '沉默占比', 'a级占比', '各行业成交占比', '赢单占比', '新客户占比'];
  for (const words of new Set(said)) {
    for (const [when, label] of [
      [' 上月', 'last_month'],
      ['上月', 'last_month'],
      [' 去年', 'last_year'],
      [' 昨天', 'yesterday'],
    ] as const) {
      const got = read(`${words}${when}`);
      const commands =
        got.kind === 'command' ? [got.command] : got.kind === 'ask-back' ? got.readings.map((one) => one.command) : [];
      expect(commands.length, words).toBeGreaterThan(0);
      for (const { slots } of commands) {
        expect(slots.compare, `${words}${when}`).toBeUndefined();
        expect(slots.period?.label, `${words}${when}`).toBe(label);
      }
    }
  }
  // Held against is what is said to be.
  expect(read('成交额占比 按大区 比上月')).toMatchObject({ command: { slots: { compare: 'mom' } } });
});

test('a share says of what: without it the parts are offered', () => {
  const got = read('成交额占比 上月');
  expect(got).toMatchObject({ kind: 'ask-back', command: { slots: { reason: 'unserved_words' } } });
  expect(got.kind === 'ask-back' && got.readings.map((one) => one.words)).toEqual([
    '业绩 成交额 上月 按大区',
    '业绩 成交额 上月 按产品',
    '业绩 成交额 上月 按人',
  ]);
});
