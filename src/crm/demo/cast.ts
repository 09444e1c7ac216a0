import type { Mood } from './after-sale.ts';
import type { Grade } from './market.ts';

/** What is settled about a customer in advance; everything else is drawn. */
export interface Cast {
  readonly name?: string;
  readonly industry?: string;
  readonly city?: string;
  readonly grade?: Grade;
  readonly channel?: string;
  readonly owner?: string;
  readonly contact?: string;
  readonly createdDaysAgo?: number;
  readonly mood?: Mood;
  readonly firstDeal?: { readonly outcome: 'won' | 'lost' };
  /** The latest interaction, exactly so many days back. */
  readonly lastTouchDaysAgo?: number;
  /** No opportunity and no follow-up at all. */
  readonly noStory?: boolean;
  readonly pool?: boolean;
}

const silent = (lastTouchDaysAgo: number, grade: Grade, owner: string, city: string): Cast => ({
  lastTouchDaysAgo,
  grade,
  owner,
  city,
  createdDaysAgo: 330,
  firstDeal: { outcome: 'lost' },
});

/**
 * Customers that are always there, by number: those whom the documentation names, and those on both sides of a limit
 * (silence of 89, 90 and 91 days, decision 6; new ones without contact; one without an owner; one in the red).
 */
const roles: Readonly<Record<number, Cast>> = {
  1: {
    name: '中科星图',
    industry: '制造业',
    city: '上海',
    grade: 'A',
    channel: '行业峰会',
    owner: '王磊',
    createdDaysAgo: 520,
    mood: 'content',
    firstDeal: { outcome: 'won' },
  },
  3: {
    name: '宏达机械',
    industry: '制造业',
    city: '苏州',
    grade: 'A',
    channel: '百度竞价',
    owner: '李娜',
    createdDaysAgo: 410,
    mood: 'red',
    firstDeal: { outcome: 'won' },
  },
  5: {
    name: '顺通物流',
    industry: '物流',
    city: '深圳',
    grade: 'B',
    channel: '转介绍',
    owner: '李强',
    contact: '张丽',
    createdDaysAgo: 300,
    mood: 'content',
    firstDeal: { outcome: 'won' },
  },
  7: silent(89, 'B', '王磊', '杭州'),
  9: silent(90, 'A', '王磊', '上海'),
  11: silent(91, 'C', '李娜', '苏州'),
  13: silent(90, 'B', '李强', '广州'),
  15: { createdDaysAgo: 10, owner: '王磊', city: '上海', grade: 'B', channel: '官网', noStory: true },
  17: { createdDaysAgo: 400, city: '北京', grade: 'C', channel: '官网', noStory: true, pool: true },
  19: { createdDaysAgo: 380, city: '武汉', grade: 'A', channel: '展会', mood: 'red', firstDeal: { outcome: 'won' } },
};

/** The least number of customers with everybody in it. */
export const leastCustomers = 20;

export const castFor = (index: number): Cast | null => roles[index] ?? null;
