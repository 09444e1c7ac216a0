import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Orders and definitions, which no period is about. */
const timeless = new Set(['metric_definition', 'metric_query']);
const questions = reports
  .filter(({ intent }) => !timeless.has(intent))
  .map((report) => ({
    report,
    asked: `${intentName(report.intent)}${/^(?:customer_detail|interaction_timeline)$/.test(report.intent) ? ' 中科星图' : ''}`,
  }));

/** What is said under the head, without the words of the period itself. */
const body = ({ text }: Heard): string =>
  text
    .split('\n')
    .slice(1)
    .filter((line) => !line.startsWith('['))
    .join('\n')
    .replaceAll(/上月|去年|（?20\d\d-\d\d-\d\d[^）]*）?/g, '');

describe('a period that was said', () => {
  it.each(questions)('$asked is about it, or says that it is not', async ({ asked }) => {
    const director = world.person('陈志远');
    const [lastMonth, lastYear] = [await director.says(`${asked} 上月`), await director.says(`${asked} 去年`)];
    for (const [words, heard] of [
      ['上月', lastMonth],
      ['去年', lastYear],
    ] as const) {
      if (heard.reply.status !== 'asked-back') continue;
      heard.sees(`只看得到现在的，看不到${words}的`).seesNo(/\d 家|万/);
      expect(heard.figures).toEqual([]);
      for (const choice of heard.reply.choices) {
        const tapped = await director.says(choice.command);
        expect(tapped.reply.status, choice.command).toBe('answered');
      }
    }
    // Two periods, two answers: a report that does not look at the period tells the same under either.
    if (lastMonth.figures.length > 0)
      expect(body(lastMonth), `${asked} 上月 is ${asked} 去年`).not.toBe(body(lastYear));
  });

  it.each(questions.filter(({ report }) => report.onlyNow !== undefined && report.onlyNow.where === undefined))(
    '$asked: the running month is now, and no month stands over it',
    async ({ asked }) => {
      const director = world.person('陈志远');
      const heard = await director.says(`${asked} 本月`);
      expect(heard.reply.status).toBe('answered');
      const [head] = heard.text.split('\n');
      expect(head).toContain(' · 现在 · ');
      expect(head).not.toContain('本月');
      expect(body(heard)).toBe(body(await director.says(asked)));
      for (const compared of ['环比', '同比', '比上月']) {
        const told = await director.says(`${asked} ${compared}`);
        expect(told.reply.status, `${asked} ${compared}`).toBe('asked-back');
        expect(told.figures).toEqual([]);
      }
    },
  );

  it('what is counted as of now by its name or mode is told like the reports', async () => {
    const director = world.person('陈志远');
    for (const asked of ['客户总数 去年', '当前漏斗 上月', '漏斗 现在 去年']) {
      const heard = await director.says(asked);
      expect(heard.reply.status, asked).toBe('asked-back');
      heard.sees('只看得到现在的');
      expect(heard.figures).toEqual([]);
    }
    (await director.says('当前漏斗 上月')).sees('「漏斗 当前」', '[漏斗 当前]', '[漏斗 上月]');
    (await director.says('管道金额 上月 华东')).sees('[管道金额 华东]', '[商机变动 上月 华东]');
    (await director.says('客户分布 去年 行业')).sees('[新增客户 去年 按行业]');
    (await director.says('赢率 下月')).sees('看不到下月的', '[预测 下月]');
  });

  it('what is offered is what the role may ask', async () => {
    (await world.person('陈志远').says('沉默客户 去年')).sees('[唤醒率 去年]', '[跟进 去年]');
    const marketing = await world.person('苏婷').says('客户分布 去年');
    marketing.sees('[新增客户 去年]');
  });
});
