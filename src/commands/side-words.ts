import { metrics } from '../metrics/catalogue.ts';
import { metricWords } from '../metrics/vocabulary.ts';
import type { Intent } from './command.ts';
import type { Draft } from './draft.ts';

/** Words that are no report's own: what they say stands in a slot, or is told by the report anyway. */
interface SideWord {
  readonly words: string;
  /** Where they are taken up; everywhere when absent. */
  readonly taken?: (intent: Intent, slots: Draft) => boolean;
}

const has =
  (...slots: readonly string[]) =>
  (_: Intent, said: Draft): boolean =>
    slots.some((slot) => said[slot] !== undefined);
const under =
  (intents: RegExp) =>
  (intent: Intent): boolean =>
    intents.test(intent);
const either =
  (...tests: readonly ((intent: Intent, slots: Draft) => boolean)[]) =>
  (intent: Intent, slots: Draft): boolean =>
    tests.some((test) => test(intent, slots));
const groupedBy =
  (dimension: string) =>
  (_: Intent, slots: Draft): boolean =>
    Array.isArray(slots.group_by) && slots.group_by.includes(dimension);

const rates =
  /_rate$|conversion$|roi$|^(?:customer_profile|win_probability|target_attainment|data_quality|customer_grades|csat|nps|service_metrics|ranking|refine|drill_down)$/;
/** Reports that are a share themselves, or go on from a report that was. */
const ownShares =
  /^(?:customer_profile|customer_grades|win_rate|churn_rate|data_quality|csat|nps|target_attainment|drill_down)$/;
const sharesOut = (_: Intent, { metric }: Draft): boolean => metric === 'share' || metric === 'share_of_revenue';
const deals = /^(?:opportunity_|pipeline_|stage_|funnel|win_|sales_cycle|avg_order)/;
const goingOn = /^(?:refine|drill_down|clarify)$/;

const sideWords: readonly SideWord[] = [
  { words: '环比|同比', taken: either(has('compare', 'metric', 'context'), under(/^metric_definition$/)) },
  { words: '同期|对比|相比|比起来', taken: has('compare', 'comparison', 'group_by', 'grain') },
  {
    words: '比P|较P|P ?比|P?同期比',
    taken: has('compare', 'comparison'),
  },
  { words: '在谈|在跟|没签|未签|没成|没关|没丢|开着|快签|快成|丢单|赢单', taken: has('filters') },
  {
    words: '[\\d一二两三四五六七八九十]+(?=[个条大](?:主要)?(?:问题|原因|建议|要点|重点|结论|教训|改进|动作|点))',
    taken: has('top'),
  },
  { words: '红色|黄色|绿色|红灯|黄灯|红的', taken: either(has('filters'), under(goingOn)) },
  { words: '(?:移动|滑动)平均', taken: has('grain') },
  { words: '按概率|加权', taken: has('method') },
  { words: '除了|除外|以外|不含|不包括|排除|不是|非', taken: has('filters_not') },
  { words: '(?:其他|其它|别的)(?:产品线|产品|大区|区|行业|渠道|城市|等级|人)?', taken: has('filters_not') },
  { words: '全公司|整个公司', taken: has('scope', 'permission') },
  { words: '公司' },
  {
    words: '[我咱俺]们?组|团队|手下|他们组|[那这]个?组|组|那边|这边',
    taken: either(has('scope', 'filters'), groupedBy('department')),
  },
  { words: '表格|excel|pdf|图片', taken: has('format') },
  { words: '折线图?|饼图|柱状图|热力图|条线', taken: has('chart') },
  { words: '区间|范围', taken: has('view') },
  {
    words: '原因|理由|为什么|为啥',
    taken: either(
      has('with_reasons'),
      under(/^(?:churn_analysis|win_rate|drill_down|funnel_bottleneck|review_report)$/),
    ),
  },
  { words: '风险', taken: either(has('with_risk'), under(/^(?:churn_risk|health_score)$/)) },
  { words: '占比', taken: either(has('chart', 'group_by'), sharesOut, under(ownShares)) },
  { words: '比例', taken: either(has('metric', 'chart'), under(rates)) },
  { words: '贡献', taken: either(has('metric'), under(/^(?:campaign_roi|clv)$/)) },
  { words: '倒序|从低到高', taken: has('order') },
  {
    words: '排序|从高到低|优先|先给',
    taken: either(
      has('order', 'group_by'),
      under(/list$|customers$|^(?:ranking|clv|churn_risk|renewal_due|payment_overdue|stage_stuck)$/),
    ),
  },
  { words: '第一|最后', taken: either(has('top', 'view', 'order'), under(/^(?:ranking|refine)$/)) },
  {
    words: '最近',
    taken: either(has('view', 'period', 'clarify'), under(/^(?:customer_detail|interaction_timeline)$/)),
  },
  { words: '上次|上回|时候|联系|聊', taken: has('view', 'context', 'field') },
  {
    words: '整体|总体|累计|合计|一共|总共',
    taken: (_, slots) => slots.group_by === undefined || slots.metric !== undefined,
  },
  {
    words: '平均',
    taken: under(
      /^(?:stage_|sales_cycle|avg_|csat|nps|service_|followups|funnel|win_|lead_|renewal|clv|health|grade_|target_)/,
    ),
  },
  {
    words: '问题|建议|列出|重点',
    taken: under(/^(?:review_report|action_items?_|funnel|data_quality|drill_down|stage_)/),
  },
  { words: '方式', taken: either(groupedBy('followup_type'), groupedBy('recall_method')) },
  { words: '大单', taken: under(/^(?:opportunity_|pipeline_|stage_|win_)/) },
  { words: '单子|合同', taken: either(under(deals), under(/^(?:sales_|ranking|payment_|renewal_|drill_down)/)) },
  { words: '发群里|群里', taken: has('target') },
  {
    words: '是涨是跌|涨还是跌|变化|变动|涨|跌|升|降',
    taken: either(
      has('compare', 'grain', 'condition', 'threshold'),
      under(/^(?:pipeline_changes|sales_trend|customer_grades)$/),
    ),
  },
  {
    words: '电话|手机号?|联系方式|号码',
    taken: either(has('field', 'check'), groupedBy('recall_method'), under(/^(?:followups|silent_feedback|ranking)$/)),
  },
  { words: '重复', taken: either(has('check'), under(/^repurchase_rate$/)) },
  {
    words: '[卖签做干开成出拿赢][了出到下]*(?:几|多少)(?:单|笔|个单|个|钱)?|金额',
    taken: either(has('metric'), under(deals)),
  },
  { words: '变[好差长短快慢多少高低坏]|[几多少]+个?(?:百分)?点|有没有变', taken: has('compare') },
  { words: '(?:做|搞|弄|办)完|落实|定的?事?', taken: has('view', 'context') },
  { words: '收入|营收|业绩|成交额?', taken: (intent, slots) => intent === 'clv' && slots.metric !== undefined },
  { words: '(?:超过|大于|高于|多于|少于|小于|低于|不到|跌破|>|<) ?\\d+', taken: has('threshold') },
  { words: '最?差', taken: has('order') },
  { words: '[这那上]批|[这那]波', taken: has('context') },
  { words: '(?:按|照)(?:现在|目前|这个|当前)?的?(?:速度|进度|节奏)', taken: has('view') },
  {
    words: '跑(?=客户)|(?:没|未)?[碰动理](?=过|了|的)?',
    taken: under(/^(?:ranking|followups|silent_customers|stage_stuck)$/),
  },
  { words: '动静|消息', taken: under(/^(?:silent_customers|stage_stuck|interaction_timeline)$/) },
  { words: '老客户?', taken: under(/^(?:silent_customers|renewal_|repurchase_rate|churn_)/) },
  { words: '来源', taken: either(groupedBy('channel'), under(/^(?:campaign_roi|lead_conversion)$/)) },
  { words: '没?留(?=电话|手机)', taken: has('check') },
  { words: '[几\\d]+天|没写', taken: under(/^stale_reps$/) },
  { words: '(?:拿下|希望|有戏|能)成?|成$|握', taken: under(/^win_probability$/) },
  { words: '花了?(?:那么|这么)?多|[值]', taken: under(/^(?:campaign_roi|pipeline_value|clv)$/) },
  {
    words: '付款|欠款?|没?付|钱|款',
    taken: under(/^(?:payment_|sales_performance|pipeline_value|campaign_roi|avg_order_value)/),
  },
  { words: '停|卡|拖|待|呆|压', taken: under(/^(?:stage_|funnel_bottleneck)/) },
  { words: '(?:订阅|退订|行动项|待办|任务|编号) ?\\d{1,9}(?!\\d|:|点)', taken: has('id') },
  {
    words: metricWords
      .flatMap(({ name, aliases }) => [name, ...aliases])
      .map((word) => word.toLowerCase())
      .filter((word) => /^[一-龥a-z]+$/.test(word))
      .sort((a, b) => b.length - a.length)
      .join('|'),
    taken: under(/^(?:metric_definition|alert_create)$/),
  },
  {
    // Every entry of the dictionary can be asked what it means, also the ones that no question is about.
    words: metrics
      .flatMap(({ name, aliases }) => [name, ...aliases])
      .map((word) => word.toLowerCase())
      .filter((word) => /^[一-龥a-z\d %→-]+$/.test(word))
      .sort((a, b) => b.length - a.length)
      .join('|'),
    taken: under(/^metric_definition$/),
  },
  { words: '第[二2][次单]', taken: under(/^repurchase_rate$/) },
  {
    words: '短信|微信|优惠券',
    taken: either(groupedBy('recall_method'), groupedBy('followup_type'), under(/^silent_feedback$/)),
  },
  { words: '录入', taken: under(/^(?:data_quality|stale_reps)$/) },
  {
    words: '阶段|环节',
    taken: either(under(/^(?:stage_|funnel|opportunity_|pipeline_)/), groupedBy('stage'), has('filters')),
  },
  { words: '估一?[下个]', taken: under(/^forecast/) },
  { words: '完成|达成', taken: under(/^(?:target_|action_|forecast|review|ranking|refine)/) },
  { words: '差(?=多少|几)|还差|离|距离?', taken: either(has('metric'), groupedBy('grade'), under(/^target_/)) },
  { words: '再发一?[次遍份]|没收到', taken: has('action') },
  { words: '分布|构成', taken: under(/^(?:customer_|health_score|churn_)/) },
  { words: '(?:老板|领导|客户|那边)(?:在|正)?(?:催|等着?|急)|等着' },
  {
    words:
      '带原因|带来|[签拿]下来?|(?<=[比测推析查看发给搞弄列拉算导我来对说催])下(?![个周月季半旬])|以后|咋(?=定义|算|来|统计)|时候|一声|(?:多少|几)[起例宗件]|[哪那这]一?段时间|最后(?=能|成交|签|到|卖|做)|一般|[瞅看瞧查扫]一?[眼下遍]|这块|那块|里头|[这那]几天|好几天|什么样|[那这]么多|写[个份]|就行|用(?=表格|图)|拉个单子|按(?=加权|概率)|T内',
  },
  {
    words:
      '从头到尾|系统|[多最更太很不变]大|[最更太很变]小|有没有|大不大|准不准|准确|靠谱|这一?步|转了|高|低|多|少|快|慢|长|短|久|好|坏',
  },
];

const patterns = sideWords.map(({ words, taken }) => ({ pattern: new RegExp(words, 'g'), taken }));

/** Places of the skeleton that side words explain; with a command, only of those that it takes up. */
export function sidePlaces(skeleton: string, command?: { readonly intent: Intent; readonly slots: Draft }): number[] {
  const places: number[] = [];
  for (const { pattern, taken } of patterns) {
    if (command !== undefined && taken?.(command.intent, command.slots) === false) continue;
    for (const match of skeleton.matchAll(pattern))
      for (let step = 0; step < match[0].length; step++) places.push(match.index + step);
  }
  return places;
}
