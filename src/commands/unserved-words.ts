import type { Day } from '../calendar/day.ts';
import type { Dimension, Intent } from './command.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';

/** Words that narrow a question in a way no slot holds, with what is offered instead. */
const unserved: readonly {
  readonly words: RegExp;
  /** The reports that they leave unanswered. */
  readonly under: RegExp;
  readonly instead: readonly Intent[];
  /** What is said of it; that there is no such figure where nothing else is. */
  readonly why?: string;
}[] = [
  { words: /人均|人效/, under: /./, instead: ['ranking', 'sales_performance'] },
  {
    words: /老客户|存量客户/,
    under: /^(?:sales_|ranking|payment_|avg_|target_|funnel|stage_|forecast|win_|new_)/,
    instead: ['sales_performance', 'repurchase_rate', 'renewal_rate'],
  },
  {
    words: /新客户?(?!户?(?:数|来源))/,
    under: /^(?:sales_|payment_|avg_|target_|funnel|forecast)/,
    instead: ['sales_performance', 'new_customers'],
  },
  {
    words: /客户数|(?:几|多少)(?:个|家)客户/,
    under: /^sales_performance$/,
    instead: ['sales_performance', 'new_customers'],
  },
  {
    words: /[该待](?:要|去)?(?:跟进?|拜访|联系|回访)|计划/,
    under: /^followups$/,
    instead: ['silent_customers', 'stage_stuck', 'followups'],
  },
  // The CRM is read, never written: what is to be changed there is changed there.
  {
    words: /改成|改为|改一下|修改|删除|删掉|新建|添加|创建|设成|设为|(?<![没未不重复])录入(?=跟进|客户|线索|商机)/,
    under: /./,
    instead: [],
    why: 'CRM 里的数据这里只看不改,要看这个吗?',
  },
  {
    words: /关掉|停掉|暂停|停一?下|加上|加个/,
    under: /^digest$/,
    instead: [],
    why: '要改推送,打:修改订阅;不要了,打:退订。还是要看这份?',
  },
  { words: /不想看|不看/, under: /./, instead: [], why: '不看的话不用管它;不要再推,打:退订。还是要看这个?' },
  {
    words: /excel|xlsx?|csv|pdf/,
    under: /^(?!export|drill_down|refine)/,
    instead: ['export'],
    why: '要导出来吗?',
  },
  { words: /最[快慢]/, under: /^(?:sales_performance|ranking)$/, instead: ['sales_cycle', 'ranking'] },
  { words: /[好差高低大多]的客户/, under: /^sales_performance$/, instead: ['clv', 'sales_performance'] },
  {
    words: /(?<!最)[高低差]的(?:客户|大区|区|人|销售|行业|渠道|产品|城市|团队)/,
    under: /^(?:health_score|csat|nps|funnel$|stage_conversion|.*_rate|avg_|sales_cycle|target_)/,
    instead: [],
    why: '高低的界线这里没有,先看全部的?',
  },
  {
    words: /多久|多长时间|(?<![这那好])几天|多少天/,
    under: /^(?:stage_conversion|funnel|sales_performance|win_rate|opportunity_list|lead_conversion)$/,
    instead: ['stage_duration', 'sales_cycle'],
  },
  {
    words: /(?:最近|上|最后)一?次/,
    under: /^(?:sales_|ranking|opportunity_|payment_|funnel|stage_)/,
    instead: ['sales_performance', 'opportunity_list'],
  },
];

/** What a reading would pass over, as it is said to the asker, and what can be had instead. */
export interface Unserved {
  readonly why: string;
  readonly instead: readonly Intent[];
  /** Broken down by each of these, where that is what can be had. */
  readonly by?: readonly Dimension[];
}

/** 成交额占比 says of what but not of which part: what each report is broken down by first. */
const sharesBy: Readonly<Partial<Record<Intent, readonly Dimension[]>>> = {
  sales_performance: ['region', 'product', 'owner'],
  ranking: ['region', 'owner'],
  new_customers: ['channel', 'industry', 'region'],
  new_leads: ['channel', 'region', 'owner'],
  followups: ['followup_type', 'owner', 'region'],
  service_metrics: ['product', 'agent'],
};

const noFigure = (words: string): string => `「${words}」这里没有现成的数,要看哪个?`;

/** What a reading would pass over, and the readings that can be had. Null where it holds all that was said. */
export function unservedWords(intent: Intent, text: string, facts: Facts, today: Day): Unserved | null {
  for (const { words, under, instead, why } of unserved) {
    const found = under.test(intent) ? words.exec(text) : null;
    if (found !== null) return { why: why ?? noFigure(found[0]), instead: instead.length > 0 ? instead : [intent] };
  }
  const by =
    /占比/.test(text) && facts.dimensions.length + facts.looseDimensions.length === 0 ? sharesBy[intent] : null;
  if (by != null) return { why: '「占比」是按什么拆开看?', instead: [intent], by };
  // 让王磊联系宏达机械 is an order to a person.
  if (/^(?:让|叫|安排|派|请|提醒|通知)/.test(text) && facts.named.owner !== undefined)
    return { why: '要记成行动项,还是看报表?', instead: ['action_item_create', intent] };
  const limit = limitLeftOut(intent, facts, text);
  if (limit !== null) return { why: `还不能按「${limit.trim()}」来筛,先看全部的?`, instead: [intent] };
  const others = /别的(?!人)|其他|其它/.exec(text);
  if (others !== null && Object.keys(facts.excluded).length === 0)
    return { why: `「${others[0]}」是除了谁?`, instead: [intent] };
  const period = facts.periods[0]?.period;
  // 明天要拜访谁: what has not happened has no figures.
  if (period != null && period.from > today && lookingBack.test(intent))
    return {
      why: noFigure(text.slice(facts.periods[0]!.start, facts.periods[0]!.end)),
      instead: ['forecast', 'renewal_due'],
    };
  return null;
}

/** A limit that the report does not filter by: 转化率低于20%的大区, 业绩超过100万的销售. */
function limitLeftOut(intent: Intent, facts: Facts, text: string): string | null {
  if (facts.share !== null) return percent.exec(text)?.[0] ?? '%';
  if (facts.amount !== null && !/^(?:opportunity_|pipeline_|stage_|funnel|win_|payment_overdue)/.test(intent))
    return amount.exec(text)?.[0] ?? '金额';
  return null;
}
const percent = /(?:低于|高于|超过|大于|小于|不到|不足|<|>)? ?[\d.一二三四五六七八九十百分之]+ ?(?:%|成|个点)?/;
const amount =
  /(?:低于|高于|超过|大于|小于|不到|不足|<|>)? ?[\d.一二三四五六七八九十百千]+ ?(?:万|w|k|千|亿|元)?(?:以上|以下)?/;

const lookingBack =
  /^(?:followups|sales_performance|sales_trend|ranking|payment_rate|new_|lead_|churn_rate|churn_analysis|service_|csat|nps|win_rate|wake_rate|repurchase_rate|stage_conversion|stage_duration|sales_cycle|avg_order_value|interaction_timeline)/;

/** What an order lacks before it can be carried out; null where it is whole. */
export function incompleteOrder(intent: Intent, slots: Draft): string | null {
  if (intent === 'subscription_create' && slots.report === undefined && slots.schedule === undefined)
    return '订阅哪张报表、几点发?比如:订阅 漏斗 华东 工作日 9:00。';
  if (intent === 'alert_create' && slots.metric === undefined && slots.report === undefined)
    return '盯哪个数、到多少提醒?比如:华东转化率低于15%就告诉我。';
  if (intent === 'alert_create' && slots.threshold === undefined && slots.metric === undefined)
    return '到多少提醒?比如:华东转化率低于15%就告诉我。要记一件事,打:加个行动项。';
  return null;
}
