import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTwins, type Place, type Twins } from './twin-company.ts';

let twins: Twins;
beforeAll(async () => {
  twins = await openTwins(60);
});
afterAll(() => twins.close());

const understood = async (account: string, question: string, place: Place = 'private'): Promise<string> =>
  (await twins.ask(account, place, question)).words.split('\n')[1] ?? '';

// u010 王磊 sells in 华东一组, u004 周建国 leads it, u003 沈国平 the region, u002 陈志远 directs.
describe('what the figures of a part are called', () => {
  it('is the name of the question only where the asker sees all of it', async () => {
    expect(await understood('u002', '业绩 今年 华东')).toMatch(/· 华东$/);
    expect(await understood('u003', '业绩 今年 华东')).toMatch(/· 华东$/);
    expect(await understood('u004', '业绩 今年 华东')).toMatch(/· 华东一组$/);
    for (const question of [
      '业绩 今年 华东',
      '业绩 今年 华东一组',
      '业绩 今年 公司',
      '业绩 今年 我们组',
      '业绩 今年 老周那组',
    ])
      expect.soft(await understood('u010', question), question).toMatch(/· 王磊本人$/);
    expect(await understood('u002', '业绩 今年 销售部', 'east')).toMatch(/· 华东$/);
  });

  it('says whom it leaves out, and that a team is not its head', async () => {
    expect(await understood('u003', '业绩 今年 华东 华南')).toMatch(/· 华东 · 不含看不到的华南$/);
    expect(await understood('u002', '业绩 今年 老周那组')).toMatch(/· 周建国的团队$/);
    const { status, words } = await twins.ask('u003', 'private', '业绩 今年 李强');
    expect([status, words]).toEqual(['denied', expect.stringContaining('李强不在你能看的范围')]);
  });
});
