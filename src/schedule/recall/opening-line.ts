import type { Day } from '../../calendar/day.ts';
import { dayOfMonth, daysBetween, monthOf } from '../../calendar/day.ts';
import type { Wording } from '../../store/recalls.ts';

/** What is on record of a customer that a conversation can begin with. */
export interface Dealings {
  /** As the reader may see it; null where there is none, or where names are masked. */
  readonly contact: { readonly name: string; readonly title: string | null } | null;
  readonly product: { readonly name: string; readonly since: Day } | null;
  /** The last conversation in which somebody was reached. */
  readonly talk: { readonly summary: string; readonly on: Day } | null;
}

export interface OpeningLine {
  readonly text: string;
  readonly wording: Wording;
}

/**
 * A first sentence to say or to type, made only from what is on record (item 54): what was talked about, else the
 * product they have, else a plain question. It promises nothing that the rep has not decided.
 */
export function openingLine({ contact, product, talk }: Dealings, rep: string, today: Day): OpeningLine {
  const hello = contact === null ? '您好' : `${addressed(contact)}您好`;
  const topic = talk === null || daysBetween(talk.on, today) > freshDays ? null : topicOf(talk.summary);
  const lastYear = talk !== null && talk.on.slice(0, 4) !== today.slice(0, 4);
  if (talk !== null && topic !== null && !(lastYear && ofItsYear.test(topic))) {
    const when = `${lastYear ? '去年 ' : ''}${monthOf(talk.on)} 月 ${dayOfMonth(talk.on)} 日`;
    return { text: `${hello},${when}我们聊到${topic},现在是什么情况?方便的话我这周打给您。`, wording: 'personal' };
  }
  if (product !== null) {
    const months = Math.floor(daysBetween(product.since, today) / 30);
    const used = months < 2 ? '' : months < 24 ? `用了 ${months} 个月了` : `用了 ${Math.floor(months / 12)} 年多了`;
    return {
      text: `${hello},${product.name}${used === '' ? '' : `${used},`}用得还顺手吗?有要我们处理的,您直接跟我说。`,
      wording: 'personal',
    };
  }
  return { text: `${hello},我是${rep},有阵子没联系了。您那边今年有什么新打算?方便时我打给您。`, wording: 'generic' };
}

/** Nobody remembers what was said longer ago. */
const freshDays = 365;
/** Said last year it means another year now. */
const ofItsYear = /[明今去]年|年底|年前|季度|本月|下月/;

/** 王总, 李经理, 张工: how one speaks to a title; with the whole name where the title says nothing. */
function addressed({ name, title }: { readonly name: string; readonly title: string | null }): string {
  const surname = /^(?:欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容)/.exec(name)?.[0] ?? [...name][0] ?? '';
  if (title === null || surname === '') return name;
  if (/董事长|总经理|总裁|总监|副总|老板|厂长/.test(title)) return `${surname}${/厂长/.test(title) ? '厂长' : '总'}`;
  if (/经理/.test(title)) return `${surname}经理`;
  if (/主任|主管|科长|部长|处长/.test(title)) return `${surname}${/(主任|主管|科长|部长|处长)/.exec(title)?.[0] ?? ''}`;
  if (/工程师|技术/.test(title)) return `${surname}工`;
  return name;
}

/** Notes are written for colleagues: what is said about the other side, or that nobody was reached, is not said to it. */
const forColleagues =
  /对方|客户|我们|公司|竞|另一家|没接|占线|不方便|改天|再打|秘书|没有.*计划|请示|偏高|再降|预算还没/;

/** What the last conversation was about, as it can be said to the customer; null where the note holds nothing such. */
export function topicOf(summary: string): string | null {
  const clauses = summary.split(/[,,。;;!!??\n]+/u).map((clause) => clause.trim());
  for (const clause of clauses) {
    const pain = /痛点是(.{2,20})$/u.exec(clause)?.[1];
    if (pain !== undefined && !forColleagues.test(pain)) return `${pain}的事`;
    const wish = /(?:希望|想要|想)(.{2,20})$/u.exec(clause)?.[1];
    if (wish !== undefined && !forColleagues.test(wish)) return `您希望${wish}`;
    const maybe = /可能要(.{2,20})$/u.exec(clause)?.[1];
    if (maybe !== undefined && !forColleagues.test(maybe)) return `您可能要${maybe}`;
    const due = /^提醒(.{2,10}?)时间$/u.exec(clause)?.[1];
    if (due !== undefined && !forColleagues.test(due)) return `${due}的事`;
    const next = /重点(?:在|是)(.{2,20})$/u.exec(clause)?.[1];
    if (next !== undefined && !forColleagues.test(next)) return next;
  }
  const talked = clauses
    .map((clause) => /^(?:顺便|还|又)?(?:聊了?|谈了?|讨论了?|沟通了?|问了?|谈到|聊到)(.{3,20})$/u.exec(clause)?.[1])
    .find((about) => about !== undefined && !forColleagues.test(about));
  return talked ?? null;
}
