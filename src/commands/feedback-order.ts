import { addDays, type Day } from '../calendar/day.ts';

/** An answer to a reminder as it is taught: the customer's name is whatever stands there, known or not. */
export interface FeedbackOrder {
  readonly action: 'contacted' | 'later' | 'handed_over';
  /** null where only the order was said. */
  readonly name: string | null;
  /** Of 转交 … 给 …, as typed. */
  readonly to: string | null;
}

const methods = [
  ['call', /打过?电话|通过?电话|电话|通话/gu],
  ['wechat', /企业微信|微信/gu],
  ['visit', /上门|拜访|见面|当面/gu],
  ['meeting', /开会|会议/gu],
  ['sms', /短信/gu],
  ['email', /邮件|邮箱/gu],
  ['coupon', /优惠券|代金券/gu],
] as const;

export type FeedbackMethod = (typeof methods)[number][0];

/** How somebody was contacted, said in passing: 已联系 宏达 电话. The customer's own name is to be left out before. */
export const methodIn = (text: string): FeedbackMethod | null =>
  methods.find(([, words]) => text.search(words) !== -1)?.[0] ?? null;

const bare = (text: string): string | null => {
  const name = text
    .replaceAll(/[,,。.!!;;::「」“”"]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return name === '' || /^(?:了|过|的|它|他们|这家|那家|客户|第 ?[一二三四五六七八九十\d]+ ?(?:个|家))$/u.test(name)
    ? null
    : name;
};

/** null where the text is no such order. */
export function feedbackOrder(text: string): FeedbackOrder | null {
  const said = text.trim();
  const contacted = /^已经?联系过?了?(.*)$/su.exec(said);
  if (contacted !== null) {
    let name = contacted[1] ?? '';
    for (const [, words] of methods)
      name = name.replaceAll(new RegExp(`(?:^|\\s)(?:${words.source})(?=\\s|$)`, 'gu'), ' ');
    return { action: 'contacted', name: bare(name), to: null };
  }
  // 稍后再说 alone is talk.
  const later = /^稍后(?:\s*[\d一二两三四五六七八九十]+\s*个?(?:天|周|星期|礼拜|月)后?|\s|$)(.*)$/su.exec(said);
  if (later !== null) return { action: 'later', name: bare(later[1] ?? ''), to: null };
  const handed = /^(?:转交|移交|转给)(.*?)(?:\s*[给到]\s*(\S+))?$/su.exec(said);
  if (handed !== null) return { action: 'handed_over', name: bare(handed[1] ?? ''), to: handed[2] ?? null };
  return null;
}

/** The day of 稍后 where the language read none: three days. */
export function untilIn(text: string, today: Day): Day {
  const found = /(\d{1,4})\s*天/u.exec(text)?.[1];
  return addDays(today, found === undefined ? 3 : Math.min(9_999, Number(found)));
}
