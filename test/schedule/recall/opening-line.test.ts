import { describe, expect, it } from 'vitest';
import { type Dealings, openingLine, topicOf } from '../../../src/schedule/recall/opening-line.ts';

const today = '2026-11-18';
const nothing: Dealings = { contact: null, product: null, talk: null };
const line = (dealings: Partial<Dealings>) => openingLine({ ...nothing, ...dealings }, '王磊', today);

describe('the opening line', () => {
  it('takes up what was talked about, to the person by their title', () => {
    const said = line({
      contact: { name: '李志欣', title: '信息部经理' },
      product: { name: '云仓', since: '2025-01-01' },
      talk: { summary: '做了需求调研,主要痛点是库存对不上', on: '2026-08-20' },
    });
    expect(said).toEqual({
      text: '李经理您好,8 月 20 日我们聊到库存对不上的事,现在是什么情况?方便的话我这周打给您。',
      wording: 'personal',
    });
  });

  it('takes up the product where the note says nothing that can be said', () => {
    const said = line({
      product: { name: '云仓', since: '2025-11-01' },
      talk: { summary: '电话没接,稍后再打', on: '2026-08-20' },
    });
    expect(said.wording).toBe('personal');
    expect(said.text).toContain('云仓用了 12 个月了');
  });

  it('is a plain question without either, and is counted as that', () => {
    expect(line({}).wording).toBe('generic');
    expect(line({ talk: { summary: '顺便聊了明年的计划', on: '2024-03-07' } }).wording).toBe('generic');
    // 明年 said last year is this year.
    expect(line({ talk: { summary: '顺便聊了明年的计划', on: '2025-12-20' } }).wording).toBe('generic');
    expect(line({ talk: { summary: '聊了仓库搬迁', on: '2025-12-20' } }).text).toContain(
      '去年 12 月 20 日我们聊到仓库搬迁',
    );
  });

  it.each([
    '报价已发,对方觉得服务费偏高',
    '对方拿我们和另一家比较,关注实施周期',
    '采购要求再降 5 个点,已请示',
    '秘书接的,留了话',
    '确认了联系人和公司规模,预算还没定',
  ])('never says to the customer what was noted for colleagues: %s', (summary) => {
    expect(topicOf(summary)).toBeNull();
  });
});
