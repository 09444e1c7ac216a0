import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/commands/command.ts';
import { dimensionNames, groupingWords } from '../../src/metrics/dimensions.ts';
import { intentName } from '../../src/replies/phrases.ts';
import { reports } from '../../src/reports/catalogue.ts';
import { type ChatWorld, type Heard, openWorld } from './chat.ts';

let world: ChatWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
});

/** Orders and definitions; nobody was reminded in this company, so there is nothing to break down. */
const without = /^(?:metric_definition|feedback_wrong_number|wake_rate)$/;
const questions = reports
  .filter(({ intent }) => !without.test(intent))
  .map((report) => ({
    intent: report.intent,
    asked: [
      report.intent === 'metric_query' ? '报价次数' : intentName(report.intent),
      /^(?:customer_detail|interaction_timeline)$/.test(report.intent) ? '中科星图' : '',
      report.onlyNow !== undefined && report.onlyNow.where === undefined ? '' : '今年',
    ]
      .filter((part) => part !== '')
      .join(' '),
  }));
const dimensions = Object.entries(dimensionNames) as [Dimension, string][];
const grains = ['按天', '按周', '按月', '按季度'];

/** What is said under the head, without buttons. */
const body = ({ text }: Heard): string =>
  text
    .split('\n')
    .slice(1)
    .filter((line) => !line.startsWith('['))
    .join('\n');

/** The steps of a funnel are its stages, a list of the stuck and of who has not updated is by person anyway. */
const always: Readonly<Record<string, readonly Dimension[]>> = {
  funnel: ['stage'],
  funnel_bottleneck: ['stage'],
  stage_conversion: ['stage'],
  stale_reps: ['owner'],
};

describe('a breakdown that was said is shown, or told that it is not', () => {
  it.each(questions)('$asked by every dimension', async ({ intent, asked }) => {
    const director = world.person('陈志远');
    const silent: string[] = [];
    for (const [dimension, word] of dimensions) {
      const heard = await director.says(`${asked} 按${word}`);
      if (heard.reply.status !== 'answered' || heard.command?.intent !== intent) continue;
      if (heard.figures.length === 0 || always[intent]?.includes(dimension) === true) continue;
      const by = heard.command.slots.group_by?.[0] ?? dimension;
      if (!heard.figures.some(({ dims }) => dims !== undefined && by in dims)) silent.push(word);
      if (!heard.text.split('\n')[0]!.includes(`按${groupingWords(by)}`) && by !== 'grade' && by !== 'stage')
        silent.push(`${word} is not in the head`);
    }
    expect(silent, asked).toEqual([]);
  });

  it.each(questions)('$asked by day, week, month and quarter', async ({ asked }) => {
    const director = world.person('陈志远');
    const whole = body(await director.says(asked));
    const silent: string[] = [];
    for (const grain of grains) {
      const heard = await director.says(`${asked} ${grain}`);
      const [head] = heard.text.split('\n');
      if (heard.reply.status === 'asked-back') {
        heard.sees(/不能按|「.+」/);
        expect(heard.figures).toEqual([]);
        for (const choice of heard.reply.choices)
          expect((await director.says(choice.command)).reply.status, `${asked} ${grain} → ${choice.command}`).toBe(
            'answered',
          );
        continue;
      }
      // The trend of the year is by month without being asked.
      if (body(heard) === whole && !(asked.startsWith('业绩走势') && grain === '按月')) silent.push(grain);
      if (!head!.includes(grain)) silent.push(`${grain} is not in the head`);
    }
    expect(silent, asked).toEqual([]);
  });

  it('the ones that were dropped', async () => {
    const director = world.person('陈志远');
    (await director.says('漏斗 按月')).sees('「漏斗」不能按月看', '[漏斗 本月]');
    (await director.says('NPS 今年 按月')).sees('「NPS」不能按月看', '[NPS 今年]');
    (await director.says('业绩走势 按大区')).sees('走势一次只画合计的', '[业绩 今年 按大区]');
    (await director.says('赢单率 今年 按人 按月')).sees('[赢单率 今年 按人]', '[赢单率 今年 按月]');
    const lines = await director.says('业绩 上月 按产品线');
    lines.sees(/ · 按产品线/);
    expect(lines.figures.some(({ dims }) => dims?.product_line !== undefined)).toBe(true);
    // Where a report has neither, it says so by the word for both.
    (await director.says('停留时间 今年 按产品线')).sees('不能按产品');
    await director.says('业绩 今年');
    (await director.says('按月看')).sees(/^业绩走势 · 今年/, ' · 按月');
  });
});
