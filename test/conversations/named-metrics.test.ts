import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import { reportShowing, shownMetrics } from '../../src/metrics/shown-by.ts';
import { novemberMorning } from '../commands/november-morning.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { type ChatWorld, type Heard, openWorld } from './chat.ts';

let world: ChatWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
});

const plain = (words: string): string => words.toLowerCase().replace(/[\s·()（）]/g, '');

/** Terms without a number, everyday words, a report's own words (赢单 is the list of them), and what only who has a target lacks. */
const notNumbers =
  /^(?:往前|进入|退回|进度|赢单|销售漏斗|漏斗|到期合同|缺口|还差多少|同比|环比|yoy|mom|与去年同期比|与上期比|名次|样本少|个百分点)$/i;
/** The deals' own conversion goes by both names. */
const alike: Readonly<Record<string, string>> = { funnel_conversion: 'stage_conversion' };

/** Whether the reply has the number that was asked for, or its name. */
function tells(heard: Heard, word: string): boolean {
  const meant = metrics.filter(({ name, aliases }) => [name, ...aliases].some((one) => plain(one) === plain(word)));
  const text = plain(heard.text);
  return meant.some(
    ({ id, name, shownAs }) =>
      heard.figures.some(({ metric }) => metric === id || metric === alike[id]) ||
      [word, name, ...(shownAs ?? [])].some((one) => text.includes(plain(one))),
  );
}

describe('a name of the dictionary', () => {
  const words = metrics.flatMap(({ name, aliases }) => [name, ...aliases]).filter((word) => !notNumbers.test(word));
  it.each(['', ' 上月', ' 今年'])('is answered by that metric or asked back, whichever it is: …%s', async (when) => {
    const director = world.person('陈志远');
    const others: string[] = [];
    let asked = 0;
    for (const word of new Set(words)) {
      const heard = await director.says(`${word}${when}`);
      if (heard.reply.status === 'asked-back') asked++;
      else if (heard.figures.length > 0 && !tells(heard, word)) others.push(`${word} → ${heard.reply.title}`);
    }
    expect(others).toEqual([]);
    // Without a period next to nothing is asked back: what is in the dictionary can be had by its name.
    if (when === '') expect(asked).toBeLessThan(60);
  });

  it('leads the report that computes it, and is printed as it is asked', () => {
    const parser = createParser(demoEntities);
    for (const { id, name } of shownMetrics) {
      const got = parser.understand(`${name} 上月 宏达机械`, novemberMorning);
      if (got.kind !== 'command' || got.command.slots.metric !== id) continue;
      expect(got.command.intent).toBe(reportShowing(id));
      expect(parser.understand(parser.print(got.command), novemberMorning)).toMatchObject({ command: got.command });
    }
  });
});

describe('the metrics that another one stood for', () => {
  const rateOf = (heard: Heard, metric: string) => {
    const figure = heard.figures.find((one) => one.metric === metric && one.dims === undefined);
    return figure === undefined ? undefined : [figure.numerator, figure.denominator];
  };
  it('线索→成交转化率 is deals among leads, as 活动效果 shows it', async () => {
    const director = world.person('陈志远');
    for (const when of ['上月', '上季度']) {
      const shown = rateOf(await director.says(`活动效果 ${when}`), 'lead_win_rate');
      expect(shown).toBeDefined();
      for (const word of ['线索→成交转化率', '线索成交率', '线索到成交转化率']) {
        const heard = await director.says(`${word} ${when}`);
        heard.sees('线索→成交转化率');
        expect(rateOf(heard, 'lead_win_rate'), `${word} ${when}`).toEqual(shown);
        const list = heard.reply.blocks.find(({ kind }) => kind === 'list');
        expect(JSON.stringify(list?.kind === 'list' ? list.lines[0] : null)).toContain('线索→成交转化率');
      }
    }
  });

  it('客户留存率 is what 流失率 leaves, not 续约率', async () => {
    const director = world.person('陈志远');
    for (const word of ['客户留存率', '留存率']) {
      const heard = await director.says(`${word} 上月`);
      heard.sees('客户留存率').seesNo('续约率');
      const [lost, start] = rateOf(heard, 'churn_rate')!;
      expect(rateOf(heard, 'retention_rate')).toEqual([start! - lost!, start]);
    }
  });

  it('丢单率 is the lost part of what was closed', async () => {
    const director = world.person('陈志远');
    const won = rateOf(await director.says('赢单率 上月'), 'win_rate')!;
    const heard = await director.says('丢单率 上月');
    expect(heard.reply.title).toContain('丢单率');
    expect((await director.says('赢单率 上月')).reply.title).toContain('赢单率');
    // Also said in a sentence, and explained.
    (await director.says('上个月华东的丢单率怎么样')).sees(/### 上月丢单率/);
    (await director.says('丢单率 去年 按丢单原因')).sees('丢单');
    expect(rateOf(heard, 'loss_rate')).toEqual([won[1]! - won[0]!, won[1]]);
  });

  it('names with a period or another report in them are taken whole', async () => {
    const director = world.person('陈志远');
    (await director.says('本月预计成交')).sees(/^管道金额 · 本月预计成交/, /- 本月预计成交 \*{0,2}\d/);
    (await director.says('渠道带来的成交额 去年')).sees(/^活动效果 · 渠道带来的成交额 · 去年/, /- 渠道带来的成交额/);
    (await director.says('成交过的客户 去年')).sees('只看得到现在的').seesNo('业绩');
    (await director.says('累计签约 中科星图')).sees(/^客户 · 累计签约/, /- 累计签约/);
    (await director.says('累计签约')).sees('后面接上客户的名字');
    (await director.says('到期合同 上月')).sees(/^续约率 · 到期合同 · 上月/);
    (await director.says('到期合同')).sees(/^续费到期/);
    (await director.says('跟进间隔 上月 按人')).sees('打「互动记录」加客户名', '[跟进 上月 按人]').seesNo(/\d 次/);
  });
});
