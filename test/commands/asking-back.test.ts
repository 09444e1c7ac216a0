import { expect, test } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
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

test('every day is every work day, and is told', () => {
  const got = read('订阅 漏斗 每天9点');
  expect(got.kind === 'command' && got.assumed).toMatchObject({ schedule: 'cn_workday' });
  const said = read('订阅 漏斗 工作日 9:00');
  expect(said.kind === 'command' && said.assumed).not.toHaveProperty('schedule');
});
