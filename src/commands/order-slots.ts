import { addDays } from '../calendar/day.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import type { Intent, ParseContext } from './command.ts';
import { meantPeriod } from './comparison.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';
import { metricsIn } from './facts.ts';
import { intentOfWord, vocabularyWords } from './rank-intents.ts';
import { fillReportSlots } from './report-slots.ts';
import type { Scan } from './scan.ts';

const reportOf = (ranked: readonly Intent[]): Intent | null =>
  ranked.find(
    (intent) =>
      !/^(?:subscription|alert|export|help|metric_definition|refine|drill|action|silent_feedback|feedback|scope|customer_detail)/.test(
        intent,
      ),
  ) ?? null;

/** Report names where an order is about a report that is no intent of its own. */
function reportName(facts: Facts, ranked: readonly Intent[]): string | null {
  if (/日报|早报|晨报|简报/.test(facts.skeleton)) return 'digest_daily';
  if (/周报/.test(facts.skeleton)) return 'digest_weekly';
  if (/月报/.test(facts.skeleton)) return 'digest_monthly';
  if (
    /客户(?:清单|名单|列表|资料|表|信息|手机|电话|数据)|所有客户|全部客户|的客户(?:$| )/.test(facts.skeleton) &&
    !/沉默|流失|高价值|新/.test(facts.skeleton)
  )
    return 'customer_list';
  const report = reportOf(ranked);
  return report;
}

const copy = (from: Draft, to: Draft, keys: readonly string[]): void => {
  for (const key of keys) if (from[key] !== undefined) to[key] = from[key];
};

/** The slots of orders to the bot: subscriptions, alerts, action items, exports, definitions. */
export function fillOrderSlots(
  intent: Intent,
  facts: Facts,
  scan: Scan,
  ranked: readonly Intent[],
  context: ParseContext,
): { slots: Draft; assumed: Draft } {
  const slots: Draft = {};
  const assumed: Draft = {};
  const { skeleton } = facts;
  const report = reportOf(ranked);
  const about: Draft =
    report === null
      ? fillReportSlots('customer_detail', facts, context).slots
      : fillReportSlots(report, facts, context).slots;
  const period = facts.periods[0] === undefined ? null : meantPeriod(facts.periods[0], intent);
  switch (intent) {
    case 'subscription_create': {
      const name = reportName(facts, ranked);
      if (name !== null) slots.report = name;
      if (facts.schedule?.schedule !== null && facts.schedule !== null) slots.schedule = facts.schedule.schedule;
      else if (facts.schedule?.time != null) slots.schedule = { kind: 'cn_workday', time: facts.schedule.time };
      // 每天 is every work day (decision 17): said, because it was not asked so.
      if (facts.schedule?.schedule?.kind === 'cn_workday' && !/工作日|上班/.test(scan.text))
        assumed.schedule = 'cn_workday';
      copy(about, slots, ['filters', 'filters_not', 'group_by', 'metric', 'scope', 'top', 'top_percent', 'compare']);
      if (period !== null) slots.period = period;
      if (facts.days !== null && report !== null && about.threshold !== undefined) slots.threshold = about.threshold;
      if (/(?:变化|变了|变动|有更新).{0,4}(?:才|再|时|就)?/.test(skeleton) && /才|只|有变/.test(skeleton))
        slots.condition = 'only_when_changed';
      if (/(?:这个|本|咱们?|我们)?群/.test(skeleton)) {
        slots.target = 'this_group';
        slots.permission = 'manager_only';
      } else if (/(?:发|推|给|送)(?:给|到)?我/.test(skeleton)) slots.target = '@me';
      if (facts.format !== null) slots.format = facts.format;
      break;
    }
    case 'subscription_update': {
      const name = reportName(
        facts,
        ranked.filter((one) => one !== 'subscription_update'),
      );
      const id = idOf(facts, skeleton);
      if (id !== null) slots.id = id;
      else if (name !== null && /日报|周报|月报|晨报|早报|简报/.test(skeleton)) slots.report = name;
      else if (name !== null && report !== null) slots.report = report;
      else slots.context = 'last_subscription';
      if (facts.schedule !== null)
        slots.schedule = facts.schedule.schedule ?? { kind: 'cn_workday', time: facts.schedule.time };
      if (/变化|变了|变动|没变|不变|有更新/.test(skeleton)) slots.condition = 'only_when_changed';
      copy(about, slots, ['filters', 'filters_not', 'group_by']);
      break;
    }
    case 'subscription_cancel': {
      const id = idOf(facts, skeleton) ?? bareNumber(scan.text);
      const name = reportName(facts, ranked);
      if (/全部|所有|都/.test(skeleton)) slots.clarify = 'confirm';
      else if (id !== null) slots.id = id;
      else if (name !== null) {
        slots.report = name;
        copy(about, slots, ['filters']);
      } else slots.context = 'last_subscription';
      break;
    }
    case 'subscription_list':
    case 'help':
      if (intent === 'help') {
        const topic = topicIn(skeleton);
        if (topic !== null) slots.topic = topic;
      }
      break;
    case 'alert_create': {
      const metric = alertMetric(facts);
      if (metric !== null) slots.metric = metric;
      copy(about, slots, ['filters', 'scope', 'group_by']);
      if (facts.share !== null) slots.threshold = facts.share;
      else if (facts.days !== null)
        slots.threshold = 'days' in facts.days ? { ...facts.days, op: facts.days.op } : facts.days;
      else if (facts.amount !== null && 'value' in facts.amount.test) {
        slots.threshold = { op: facts.amount.test.op, value: facts.amount.test.value };
        dropAmount(slots);
      } else {
        const count = /(超过|大于|高于|多于|少于|小于|低于|不到|>|<) ?(\d+)/.exec(scan.text);
        if (count !== null)
          slots.threshold = { op: /超过|大于|高于|多于|>/.test(count[1]!) ? '>' : '<', value: Number(count[2]) };
      }
      if (metric === null && report !== null) slots.report = report;
      slots.target = /(?:群里?|大家|本群)/.test(skeleton) ? 'this_group' : '@me';
      break;
    }
    case 'alert_ack':
      slots.context = 'last_alert';
      if (/我(?:来|去|马上|负责|这就|跟|处理|在|盯)/.test(skeleton)) slots.owner = '@me';
      break;
    case 'alert_mute': {
      const metric = alertMetric(facts);
      if (metric !== null && !/^(?:funnel)$/.test(metric)) slots.metric = metric;
      else slots.context = 'last_alert';
      copy(about, slots, ['filters']);
      dropMe(slots);
      const until = muteUntil(facts, skeleton, context);
      if (until !== null) slots.until = until;
      break;
    }
    case 'action_item_create':
      actionItem(facts, scan, slots, context);
      break;
    case 'action_item_done': {
      const id = idOf(facts, skeleton) ?? bareNumber(scan.text);
      if (id !== null) slots.id = id;
      break;
    }
    case 'export': {
      const name = reportName(facts, ranked);
      if (name === 'customer_list') {
        slots.report = name;
        copy(about, slots, ['filters']);
        if (/手机|电话|联系方式|号码/.test(skeleton)) slots.field = 'phone';
        if (/全部|所有|全公司|手机|电话/.test(skeleton))
          slots.permission = /手机|电话|联系方式/.test(skeleton) ? 'director_only' : 'manager_only';
      } else if (name !== null) {
        slots.report = name;
        if (period !== null) slots.period = period;
        copy(about, slots, ['filters', 'filters_not', 'group_by', 'compare', 'metric', 'scope', 'top', 'top_percent']);
        if (facts.days !== null && about.threshold !== undefined) slots.threshold = about.threshold;
      } else {
        slots.context = 'last_report';
        if (period !== null) slots.period = period;
      }
      slots.format = facts.format === null || facts.format === 'table' ? 'xlsx' : facts.format;
      if (facts.format === null) assumed.format = 'xlsx';
      if (/(?:发|给|传)(?:到|给)?我|我(?:一份|一个)/.test(skeleton)) slots.target = '@me';
      else if (/(?:发|传)(?:到)?(?:群|本群|这个群)/.test(skeleton)) slots.target = 'this_group';
      break;
    }
    case 'metric_definition': {
      const exact = metricNamed(skeleton);
      const metric = exact ?? metricsIn(skeleton)[0] ?? null;
      if (metric !== null) slots.metric = metric;
      if (metric === null || /是?(?:跟|和|与)(?:啥|什么|哪)|这个|上面|刚才/.test(skeleton))
        slots.context = 'last_report';
      break;
    }
    case 'feedback_wrong_number': {
      slots.context = 'last_report';
      const claimed =
        /(?:签|成交|跟进|做|卖|拜访|回款|成|有|是|就|才|只|应该是?|明明)了?.{0,3}?(\d+|[一二两三四五六七八九十]+) ?(?:单|个|家|次|条|笔)/.exec(
          scan.text,
        );
      if (claimed !== null) {
        const value = Number(claimed[1]) || '零一二三四五六七八九十'.indexOf(claimed[1]!.replace('两', '二'));
        if (value > 0) slots.claimed = value;
      }
      // 我这边就3个 tells where the other number comes from.
      if (facts.me && !/我这[边里儿]/.test(skeleton)) slots.filters = { owner: ['@me'] };
      else if (!facts.me) copy(about, slots, ['filters']);
      if (period !== null) slots.period = period;
      break;
    }
    case 'scope_request':
      if (/全公司|整个公司|公司全部|全国|所有人|全部|公司/.test(skeleton)) slots.scope = 'company';
      copy(about, slots, ['filters']);
      dropMe(slots);
      slots.permission = 'deny_unless_manager';
      break;
    case 'silent_feedback':
      silentFeedback(facts, slots, context);
      break;
    default:
      break;
  }
  return { slots, assumed };
}

/** The report or order whose own word stands in the text. */
function topicIn(skeleton: string): string | null {
  const words = [...vocabularyWords].filter((word) => skeleton.includes(word)).sort((a, b) => b.length - a.length);
  return words.map(intentOfWord).find((intent) => intent !== null && intent !== 'help') ?? null;
}

/** 别吵我, 我没权限: the asker is no filter there. */
function dropMe(slots: Draft): void {
  const { owner, ...rest } = (slots.filters ?? {}) as Draft;
  const others = Array.isArray(owner) ? owner.filter((name) => name !== '@me') : [];
  if (others.length > 0) rest.owner = others;
  if (Object.keys(rest).length > 0) slots.filters = rest;
  else delete slots.filters;
}

function dropAmount(slots: Draft): void {
  const { amount: _, ...rest } = (slots.filters ?? {}) as Draft;
  if (Object.keys(rest).length > 0) slots.filters = rest;
  else delete slots.filters;
}

const idOf = (facts: Facts, skeleton: string): number | null => {
  if (facts.ordinals[0] !== undefined) return facts.ordinals[0];
  const bare = /(?:订阅|退订|行动项|待办|任务|编号) ?(\d{1,9})(?!\d|:|点)/.exec(skeleton);
  return bare === null ? null : Number(bare[1]);
};

const bareNumber = (text: string): number | null => {
  const number = /(?<![\d:.])(\d{1,9})(?![\d:.%])/.exec(text);
  return number === null ? null : Number(number[1]);
};

function alertMetric(facts: Facts): string | null {
  const { skeleton } = facts;
  if (/转化/.test(skeleton) && !/线索/.test(skeleton)) return 'conversion_rate';
  if (/流失/.test(skeleton)) return 'churn_rate';
  if (/投诉/.test(skeleton)) return /率/.test(skeleton) ? 'complaint_rate' : 'complaint_count';
  if (/业绩|成交|销售额/.test(skeleton) && facts.metric === null) return 'won_amount';
  if (/(?:没|不|未)(?:更新|填|录)/.test(skeleton)) return 'stale_reps';
  if (/(?:没|不|未)(?:跟进|动|推进)/.test(skeleton) || /卡/.test(skeleton))
    return /客户/.test(skeleton) ? 'silent_customers' : 'stage_stuck';
  return facts.metric;
}

/** The day up to which nothing is said: 静音一周 is seven days from today. */
function muteUntil(facts: Facts, skeleton: string, context: ParseContext): string | null {
  const today = context.moment.today;
  if (facts.daysTyped !== null) return addDays(today, facts.daysTyped);
  const mark = facts.periods[0];
  if (mark !== undefined) {
    const period = mark.upcoming ?? mark.period;
    if (period === null) return null;
    // 这周别提醒 lasts the week; 到下周三 until that day; 下周再说 until it begins.
    return /再(?:说|提醒|发)/.test(skeleton) ? period.from : period.to;
  }
  return null;
}

function actionItem(facts: Facts, scan: Scan, slots: Draft, context: ParseContext): void {
  const mark = facts.periods.at(-1);
  if (mark !== undefined) {
    const period = mark.upcoming ?? mark.period;
    if (period !== null) slots.due = period.to;
  } else if (facts.daysTyped !== null) {
    slots.due = addDays(context.moment.today, facts.daysTyped);
  }
  const owners = facts.named.owner;
  if (owners !== undefined) slots.filters = { ...((slots.filters as Draft) ?? {}), owner: owners };
  else if (facts.me) slots.owner = '@me';
  if (facts.named.customer !== undefined)
    slots.filters = { ...((slots.filters as Draft) ?? {}), customer: facts.named.customer };
  const number = facts.ordinals[0] ?? Number(/(?:问题|建议) ?(\d{1,3})/.exec(scan.text)?.[1] ?? 0);
  if (number > 0 && /问题|建议|条/.test(facts.skeleton)) {
    slots.id = number;
    slots.context = 'last_review';
  }
  // What is left of the sentence is the problem: without the order, the person and the date.
  let rest = scan.text;
  for (const one of [...scan.marks].reverse()) {
    const drop =
      one.kind === 'period' ||
      one.kind === 'nickname' ||
      (one.kind === 'entity' && one.entity.field === 'owner') ||
      (one.kind === 'amount' && one.amount.kind === 'days');
    if (drop) rest = `${rest.slice(0, one.start)} ${rest.slice(one.end)}`;
  }
  const problem = rest
    .replace(
      /(?:帮我|麻烦|请)?(?:再)?(?:加|建|新建|新增|记|添加|创建|安排|派|提|开|转成|变成|设)(?:一?个|一?条|一?下|到)?(?:行动项|待办|任务|整改项?)?/,
      ' ',
    )
    .replace(
      /行动项|待办事项|待办|任务|整改项|截止|到期日|负责人|责任人|交给|(?<![一-龥])(?:让|叫|给|由|请)(?![一-龥])|完成$/g,
      ' ',
    )
    .replace(/(?:^| )(?:之前|以前|前|内|以内|让|给|由|叫|请)(?= |$)/g, ' ')
    .replace(/(?:^| )(?:之前|以前|前|内|以内)/g, ' ')
    .replace(/(?:^| )(?:让|给|由|叫|请|安排|派)(?= )/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (problem.length >= 2 && !/^把?(?:第)?.{0,2}问题.{0,3}$/.test(problem)) slots.problem = problem;
}

function silentFeedback(facts: Facts, slots: Draft, context: ParseContext): void {
  const { skeleton } = facts;
  if (facts.named.customer !== undefined) slots.filters = { customer: facts.named.customer };
  else slots.context = 'last_silent_push';
  if (facts.ordinals[0] !== undefined) slots.id = facts.ordinals[0];
  if (/转交|转给|交给|移交|转派|分给|给到/.test(skeleton)) {
    slots.action = 'handed_over';
    if (facts.named.owner?.[0] !== undefined) slots.owner = facts.named.owner[0];
  } else if (/稍后|晚点|过几天|推后|延后|以后再说|缓|先放|过T|T后|T再|放T|P再/.test(skeleton)) {
    slots.action = 'later';
    const mark = facts.periods[0];
    const days = facts.daysTyped;
    const until =
      days !== null
        ? addDays(context.moment.today, days)
        : mark === undefined
          ? null
          : (mark.upcoming ?? mark.period)?.from;
    if (until !== null && until !== undefined) slots.until = until;
  } else if (/不用联系|不用跟|不是沉默|忽略|倒闭|不做了|别推|无效|不联系了/.test(skeleton)) {
    slots.action = 'dismissed';
  } else {
    slots.action = 'contacted';
  }
}

/** A metric of the dictionary that is asked for by its very name: many are in a report and cannot be asked for alone. */
function metricNamed(skeleton: string): string | null {
  const rest = skeleton.replace(
    /(?:指标|统计|计算)?口径|指标(?:定义|说明)|的?(?:定义|含义|意思)|是(?:什么|啥)|怎么算的?|[\s「」?::]/g,
    '',
  );
  const metric = rest.length < 2 ? undefined : metricByWords(rest);
  return metric !== undefined && metric.name.toLowerCase().replace(/\s/g, '') === rest ? metric.id : null;
}
