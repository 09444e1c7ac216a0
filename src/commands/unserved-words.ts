import type { Day } from '../calendar/day.ts';
import type { Intent } from './command.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';

/** Words that narrow a question in a way no slot holds, with what is offered instead. */
const unserved: readonly {
  readonly words: RegExp;
  /** The reports that they leave unanswered. */
  readonly under: RegExp;
  readonly instead: readonly Intent[];
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
  {
    words: /(?:最近|上|最后)一?次/,
    under: /^(?:sales_|ranking|opportunity_|payment_|funnel|stage_)/,
    instead: ['sales_performance', 'opportunity_list'],
  },
];

/** What a reading would pass over: its words, and the readings that can be had. Null where it holds all that was said. */
export function unservedWords(
  intent: Intent,
  text: string,
  facts: Facts,
  today: Day,
): { words: string; instead: readonly Intent[] } | null {
  for (const { words, under, instead } of unserved) {
    const found = under.test(intent) ? words.exec(text) : null;
    if (found !== null) return { words: found[0], instead };
  }
  const others = /别的(?!人)|其他|其它/.exec(text);
  if (others !== null && Object.keys(facts.excluded).length === 0) return { words: others[0], instead: [intent] };
  const period = facts.periods[0]?.period;
  // 明天要拜访谁: what has not happened has no figures.
  if (period != null && period.from > today && lookingBack.test(intent))
    return { words: text.slice(facts.periods[0]!.start, facts.periods[0]!.end), instead: ['forecast', 'renewal_due'] };
  return null;
}

const lookingBack =
  /^(?:followups|sales_performance|sales_trend|ranking|payment_rate|new_|lead_|churn_rate|churn_analysis|service_|csat|nps|win_rate|wake_rate|repurchase_rate|stage_conversion|stage_duration|sales_cycle|avg_order_value|interaction_timeline)/;

/** What an order lacks before it can be carried out; null where it is whole. */
export function incompleteOrder(intent: Intent, slots: Draft): string | null {
  if (intent === 'subscription_create' && slots.report === undefined && slots.schedule === undefined)
    return '订阅哪张报表、几点发?比如:订阅 漏斗 华东 工作日 9:00。';
  if (intent === 'alert_create' && slots.metric === undefined && slots.report === undefined)
    return '盯哪个数、到多少提醒?比如:华东转化率低于15%就告诉我。';
  return null;
}
