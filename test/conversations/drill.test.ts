import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChatWorld, openWorld } from './chat.ts';

let world: ChatWorld;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(() => world.close());

it('answers 为什么 after a report with the reasons over the same period', async () => {
  const chen = world.person('陈志远');
  await chen.says('业绩 上月');
  const why = await chen.says('为什么');
  expect(why.reply.status, why.text).toBe('answered');
  why.sees('原因分析', '2026-10-01 至 10-31');
});

it('opens the first three of what was listed', async () => {
  const chen = world.person('陈志远');
  await chen.says('积压');
  const three = await chen.says('前3个展开');
  expect(three.reply.status, three.text).toBe('answered');
  three.sees('积压', '前 3');
});

it('asks what to open where nothing was asked before', async () => {
  const someone = world.person('周建国');
  const lost = await someone.says('为什么');
  expect(lost.reply.status, lost.text).toBe('asked-back');
});

it('lists what was counted and left out with the reason, each within their own rights', async () => {
  const wang = world.person('王磊');
  await wang.says('业绩 上月');
  const rows = await wang.says('你这数不对');
  expect(rows.reply.status, rows.text).toBe('answered');
  rows.sees(/算了 \d+ 份.没算 \d+ 份/, '2026-10-01 至 10-31', '别人名下的不在这里');
  rows.seesNo('李娜');
});
