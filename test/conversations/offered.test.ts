import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayAsk } from '../../src/access/permissions.ts';
import type { Role } from '../../src/access/viewer.ts';
import { intentName } from '../../src/replies/phrases.ts';
import { reports } from '../../src/reports/catalogue.ts';
import { type ChatWorld, openWorld } from './chat.ts';

let world: ChatWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
});

const people: readonly (readonly [string, Role])[] = [
  ['陈志远', 'director'],
  ['沈国平', 'regional_manager'],
  ['周建国', 'manager'],
  ['王磊', 'rep'],
  ['林雪', 'service'],
  ['苏婷', 'marketing'],
  ['钟明', 'admin'],
];
const names = reports.map(({ intent }) => intentName(intent));
/** What is asked by nobody's plan: nothing read, half read, refused, out of scope, small. */
const astray = [
  '今天天气怎么样',
  '阿巴阿巴',
  '毛利率 上月',
  '上月',
  '王磊',
  '人均业绩 本月',
  '那上个月呢',
  '帮助',
  '帮助 业绩',
  '客户',
];

describe('nothing is offered to whom it would be denied', () => {
  it.each(people)(
    '%s (%s): every choice of every report and of what goes astray',
    async (name, role) => {
      const person = world.person(name);
      const denied: string[] = [];
      let tapped = 0;
      const seen = new Set<string>();
      for (const asked of [...names, ...names.map((one) => `${one} 上月`), ...astray]) {
        const { reply } = await person.says(asked);
        for (const choice of reply.choices) {
          if (seen.has(choice.command) && !/为什么|展开|那|换/.test(choice.command)) continue;
          seen.add(choice.command);
          await person.says(asked);
          const heard = await person.says(choice.command);
          tapped++;
          if (heard.reply.status === 'denied' || heard.reply.status === 'failed' || /没读懂这句/.test(heard.text))
            denied.push(`${asked} → ${choice.command}: ${heard.reply.title}`);
        }
      }
      expect(denied).toEqual([]);
      expect(tapped).toBeGreaterThan(mayAsk(role, 'sales_performance') ? 100 : 20);
    },
    240_000,
  );

  it.each(people)('%s (%s): what help lists and shows can be asked', async (name) => {
    const person = world.person(name);
    const help = await person.says('帮助');
    const list = help.text.split('\n').find((line) => line.includes(' · '))!;
    const examples = /顺序不限：(.+?)。/.exec(help.text)![1]!.split('，');
    for (const word of [...list.split(' · '), ...examples]) {
      const heard = await person.says(word);
      expect(heard.reply.status, `${name} ${word}`).toMatch(/answered|asked-back/);
      heard.seesNo('没读懂这句');
    }
  });
});

it('what is not read is asked back with questions of the own role', async () => {
  const service = await world.person('林雪').says('阿巴阿巴');
  service.sees('没读懂这句', /\[客服 本周\]/).seesNo('业绩', '漏斗');
  expect((await world.person('林雪').says('1')).reply.status).toBe('answered');
  (await world.person('陈志远').says('阿巴阿巴')).sees('[业绩 本月]');
});

it('the nearest month with any is offered, not the first there ever was', async () => {
  const heard = await world.person('李娜').says('跟进 上周日');
  heard.sees('没有跟进', '前后有（2024-', '[跟进 2026年11月]').seesNo(/\[跟进 202[345]/);
});

it('客户 of the list asks which one', async () => {
  (await world.person('王磊').says('客户')).sees('看哪一家客户', '[客户分布]');
});
