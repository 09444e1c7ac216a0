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
