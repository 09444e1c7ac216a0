import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChatWorld, openWorld } from './chat.ts';

let world: ChatWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
});

it.each([
  ['日报', '日报 ·'],
  ['周报', '周报 ·'],
  ['月报', '月报 ·'],
])('%s is headed by its own name', async (said, head) => {
  const { text } = await world.person('陈志远').says(said);
  expect(text.startsWith(head), text.slice(0, 20)).toBe(true);
});

it('a ranking of one rate says nothing of another', async () => {
  (await world.person('陈志远').says('排行 今年 回款率')).sees('回款率').seesNo('赢单率各家');
  (await world.person('陈志远').says('排行 今年 赢单率')).sees('赢单率');
});

it('nothing is said twice, and a number stands apart from the words before it', async () => {
  const director = world.person('陈志远');
  (await director.says('丢单列表 上月')).sees('全公司上月关闭的丢单商机有').seesNo('已丢单上月');
  (await director.says('商机列表 500万以上 上月')).sees('没有上月新建的 500 万以上的在跟商机').seesNo('没有5');
  for (const day of ['2026-11-15', '2026-11-08', '2026-11-17'])
    (await director.says(`日报 ${day}`)).seesNo('0 个（0 元）');
});
