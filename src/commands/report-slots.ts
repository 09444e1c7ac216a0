import { addDays } from '../calendar/day.ts';
import type { Dimension, FilterField, Intent, ParseContext } from './command.ts';
import { beside, meantPeriod, readComparison } from './comparison.ts';
import { defaultPeriods, defaultThresholds, periodOf } from './default-slots.ts';
import { dimensionUnder } from './dimension-words.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';
import { metricFor, viewFor } from './metric-slots.ts';
import { special } from './special-slots.ts';

const present = (record: Readonly<Record<string, unknown>>): boolean => Object.keys(record).length > 0;

const filterFields: readonly FilterField[] = [
  'region',
  'city',
  'owner',
  'team_of',
  'department',
  'customer',
  'contact',
  'industry',
  'channel',
  'campaign',
  'product_line',
  'product',
  'grade',
  'stage',
];

function filtersFor(intent: Intent, facts: Facts): Draft {
  const filters: Draft = {};
  for (const field of filterFields) {
    const names = facts.named[field];
    if (names !== undefined && !(field === 'stage' && intent === 'stage_conversion')) filters[field] = names;
  }
  const stageful = intent === 'stage_stuck' || intent === 'opportunity_list' || intent === 'stage_duration';
  if (stageful && filters.stage === undefined) {
    const stages = facts.shortStages.filter((stage) => stage !== '成交' && stage !== '线索');
    if (stages.length > 0) filters.stage = stages;
  }
  if (facts.me && !/^(?:help|data_quality|dashboard|metric_definition)$/.test(intent))
    filters.owner = [...(facts.named.owner ?? []), '@me'];
  if (facts.amount !== null) filters.amount = facts.amount.test;
  const { skeleton } = facts;
  if (intent === 'health_score' || intent === 'churn_risk') {
    const colours = [/红/, /黄/, /绿/].flatMap((colour, at) =>
      colour.test(skeleton) ? [['red', 'yellow', 'green'][at]!] : [],
    );
    if (colours.length > 0) filters.health = colours;
  }
  if (intent === 'opportunity_list' || intent === 'win_probability') {
    if (
      /没签|未签|没成|未成交|在谈|在跟|进行中|没关|未关|手上|手里|手头|没拿下|还没|没丢|开着|快要?签|快成/.test(
        skeleton,
      )
    )
      filters.status = ['open'];
    else if (/丢|输/.test(skeleton)) filters.status = ['lost'];
    else if (/赢单|赢了|赢下|已签|签了的|已成交|成交的|拿下的|成交了的/.test(skeleton)) filters.status = ['won'];
  }
  if (intent === 'win_probability' && present(filters) && filters.customer !== undefined) delete filters.status;
  return filters;
}

/** Dimensions that a bare word stands for under these reports: 客户分布 行业, 流失分析 行业 规模. */
const takesBareDimension: ReadonlySet<Intent> = new Set([
  'customer_profile',
  'churn_analysis',
  'ranking',
  'campaign_roi',
  'sales_performance',
  'lead_conversion',
  'win_rate',
  'churn_rate',
  'service_metrics',
  'new_leads',
  'new_customers',
]);

/** 除了华东其他区的…: reports that then show the others one by one. */
const comparesTheOthers: ReadonlySet<Intent> = new Set([
  'sales_performance',
  'payment_rate',
  'win_rate',
  'target_attainment',
  'new_customers',
  'new_leads',
  'lead_conversion',
  'stage_conversion',
  'funnel',
  'churn_rate',
  'avg_order_value',
  'sales_cycle',
]);

function groupFor(intent: Intent, facts: Facts): Dimension[] {
  const { skeleton } = facts;
  const groups = facts.dimensions.map((dimension) => dimensionUnder(intent, dimension));
  if (takesBareDimension.has(intent)) {
    for (const dimension of facts.looseDimensions) {
      const under = dimensionUnder(intent, dimension);
      if (
        under === 'owner' ||
        under === 'agent' ||
        under === 'lost_reason' ||
        (intent === 'campaign_roi' && under === 'campaign') ||
        (intent === 'win_rate' && under === 'stage')
      )
        continue;
      if (!groups.includes(under)) groups.push(under);
    }
  }
  const add = (dimension: Dimension, when: boolean): void => {
    if (when && !groups.includes(dimension)) groups.push(dimension);
  };
  add(
    'agent',
    intent === 'service_metrics' && groups.length === 0 && /(?:哪|谁)个?位?客服|客服.{0,6}(?:谁|最)/.test(skeleton),
  );
  if (comparesTheOthers.has(intent) && groups.length === 0) {
    const others = /其他|其它|别的/.test(skeleton);
    add('region', facts.excluded.region !== undefined && (others || /区/.test(skeleton)));
    add('product', facts.excluded.product_line !== undefined && others);
    add('industry', facts.excluded.industry !== undefined && others);
    add('channel', facts.excluded.channel !== undefined && others);
    add('city', facts.excluded.city !== undefined && others);
    add('owner', facts.excluded.owner !== undefined && (others || /别人|大家|各人/.test(skeleton)));
  }
  switch (intent) {
    case 'followups':
      add(
        'followup_type',
        /方式|(?:电话|拜访|微信|上门|短信|邮件).{0,2}(?:电话|拜访|微信|上门|短信|邮件).{0,2}各/.test(skeleton),
      );
      break;
    case 'campaign_roi':
      add('channel', /渠道(?!E|H)/.test(skeleton) && facts.named.channel === undefined);
      break;
    case 'lead_conversion':
      add('channel', /渠道转化|哪个渠道|哪些渠道|各渠道|哪个来源/.test(skeleton) && facts.named.channel === undefined);
      break;
    case 'grade_conversion':
      add('grade', facts.named.grade?.length !== 1 || /abc|各级|各等级/.test(skeleton));
      break;
    case 'wake_rate':
      add('recall_method', /方式/.test(skeleton) || /(?:短信|电话|优惠券|微信).{0,6}(?:哪个|哪种|效果)/.test(skeleton));
      break;
    case 'customer_profile':
      add('industry', groups.length === 0 && /行业/.test(skeleton));
      add('region', groups.length === 0 && /大区|区域|地区/.test(skeleton));
      add('city', groups.length === 0 && /城市|在哪|哪儿|哪里|热力/.test(skeleton));
      add('channel', groups.length === 0 && /来源/.test(skeleton));
      add('grade', groups.length === 0 && /等级/.test(skeleton));
      break;
    case 'sales_performance':
      add('owner', facts.named.owner !== undefined && facts.named.owner.length >= 2 && beside.test(skeleton));
      add(
        'region',
        facts.named.region !== undefined &&
          facts.named.region.length >= 2 &&
          groups.length === 0 &&
          (beside.test(skeleton) || /R ?(?:和|跟|与|vs) ?R/.test(skeleton)),
      );
      break;
    default:
      break;
  }
  return groups;
}

/** Reports that set names side by side: 李娜赢单率高还是王磊高, SaaS和硬件哪个卖得好. */
const comparesNames =
  /^(?:sales_performance|win_rate|payment_rate|stage_conversion|lead_conversion|churn_rate|renewal_rate|repurchase_rate|avg_order_value|sales_cycle|target_attainment|new_customers|followups|csat|nps)$/;

/** Rates and sums that have causes: 为啥华南转化率这么低. */
const explains =
  /^(?:stage_conversion|sales_performance|payment_rate|avg_order_value|sales_cycle|lead_conversion|win_rate|churn_rate|churn_risk|renewal_rate|repurchase_rate|csat|nps|target_attainment|funnel|new_customers|new_leads|return_analysis|quote_response|order_conversion)$/;

function sideBySide(intent: Intent, facts: Facts, slots: Draft, groups: Dimension[]): void {
  if (!comparesNames.test(intent) || !beside.test(facts.skeleton.replace(/P.{0,3}(?:比|对比).{0,3}P|比P/g, ''))) return;
  for (const [field, dimension] of [
    ['owner', 'owner'],
    ['region', 'region'],
    ['team_of', null],
    ['city', 'city'],
    ['industry', 'industry'],
    ['channel', 'channel'],
    ['product_line', 'product'],
    ['grade', 'grade'],
  ] as const) {
    if ((facts.named[field]?.length ?? 0) < 2) continue;
    slots.comparison = 'entities';
    if (dimension !== null && groups.length === 0) groups.push(dimension);
    return;
  }
}

/** The slots of a report intent. `assumed` holds what was neither said nor has its place in the slots. */
export function fillReportSlots(intent: Intent, facts: Facts, context: ParseContext): { slots: Draft; assumed: Draft } {
  const today = context.moment.today;
  const { skeleton } = facts;
  const slots: Draft = {};
  const assumed: Draft = {};
  const vague = facts.periods.length === 1 && facts.periods[0]!.vague === true;
  const periods = facts.periods.map((mark) => meantPeriod(mark, intent)).filter((period) => period !== null);
  const { compare, main } = readComparison(facts, periods, today);
  const usual = defaultPeriods[intent];
  if (vague && usual !== undefined) {
    slots.clarify = 'period';
  } else if (main !== null && !vague) {
    slots.period = main;
  } else if (intent === 'renewal_due' && facts.daysTyped !== null && facts.daysTyped > 0) {
    // 续费到期 60天: the days ahead.
    const ahead = facts.daysTyped;
    const label = ahead === 30 ? 'next_30_days' : 'range';
    slots.period = { label, from: addDays(today, 1), to: addDays(today, ahead) };
  } else if (usual !== undefined) {
    slots.period = periodOf(usual, today);
    assumed.period = usual;
  }
  if (compare !== undefined && !(/^(?:pipeline_changes|sales_trend)$/.test(intent) && !/环比|同比|比/.test(skeleton)))
    slots.compare = compare;
  const filters = filtersFor(intent, facts);
  const groups = groupFor(intent, facts);
  const metric = metricFor(intent, facts);
  const view = viewFor(intent, facts);
  if (metric !== null) slots.metric = metric;
  if (view !== null) slots.view = view;
  if (facts.top !== null) slots.top = facts.top;
  if (facts.topPercent !== null) slots.top_percent = facts.topPercent;
  if (facts.chart !== null) slots.chart = facts.chart;
  if (facts.grain !== null) slots.grain = facts.grain;
  if (facts.myTeam) slots.scope = 'my_team';
  else if (facts.company) slots.scope = 'company';
  const threshold = defaultThresholds[intent];
  if (threshold !== undefined) {
    slots.threshold =
      facts.days === null ? threshold : { op: threshold.op, days: 'days' in facts.days ? facts.days.days : 0 };
    if (facts.days === null) assumed.threshold = threshold;
  }
  if (groups.length > 0 && /^(?:stage_|funnel)/.test(intent)) {
    // 各阶段 is what these reports show anyway.
    const at = groups.indexOf('stage');
    if (at >= 0) groups.splice(at, 1);
  }
  if (intent === 'payment_overdue' && facts.days !== null) slots.threshold = facts.days;
  sideBySide(intent, facts, slots, groups);
  special(intent, facts, slots, filters, groups, context);
  if (explains.test(intent) && /为什么|为啥|什么原因|啥原因|怎么回事|咋回事/.test(skeleton)) slots.with_reasons = true;
  if (present(filters)) slots.filters = filters;
  if (present(facts.excluded)) slots.filters_not = facts.excluded;
  if (groups.length > 0) slots.group_by = groups;
  if (facts.format === 'table') slots.format = 'table';
  if (/发到?(?:群|本群|这个群)/.test(skeleton)) slots.target = 'this_group';
  return { slots, assumed };
}
