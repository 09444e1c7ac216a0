import { addMonths, type Day, endOfMonth } from '../calendar/day.ts';
import { isRunning, type Period, precedingPeriod, samePeriodLastYear } from '../calendar/period.ts';
import type { Dimension, FilterField, Intent, ParseContext } from './command.ts';
import { defaultPeriods, defaultThresholds, looksAhead, periodOf } from './default-slots.ts';
import { dimensionUnder } from './dimension-words.ts';
import type { Facts } from './facts.ts';
import type { PeriodMark } from './period-words.ts';

/** Slots while they are being put together; `Slots` when done. */
export type Draft = Record<string, unknown>;

const present = (record: Readonly<Record<string, unknown>>): boolean => Object.keys(record).length > 0;

/** The period that is meant: for reports that look ahead, the coming one. */
export const meantPeriod = (mark: PeriodMark, intent: Intent): Period | null =>
  looksAhead.has(intent) && mark.upcoming !== undefined ? mark.upcoming : mark.period;

const comparing = /(?:比|对比|相比|较|跟|和|与|vs)/;

/** 同比, 环比, 比上月, 上周比上上周, 今年跟去年同期比. */
export function readComparison(
  facts: Facts,
  periods: readonly Period[],
  today: Day,
): { compare?: unknown; main: Period | null } {
  const { skeleton } = facts;
  const [first, second] = periods;
  if (/同期/.test(skeleton)) {
    // 去年同期 is no period of its own: the days of the main period, a year earlier.
    const main = periods.find((period) => period.label !== 'last_year') ?? null;
    if (main !== null && /this_year|year_to_date/.test(main.label)) {
      return {
        main,
        compare: { period: { label: 'range', from: addMonths(main.from, -12), to: addMonths(today, -12) } },
      };
    }
    if (/上(?:个?月|月)同期/.test(skeleton)) return { main, compare: 'mom' };
    return { main, compare: 'yoy' };
  }
  if (/同比|比去年|跟去年比|和去年比|较去年/.test(skeleton)) return { main: first ?? null, compare: 'yoy' };
  if (/环比/.test(skeleton)) return { main: first ?? null, compare: 'mom' };
  if (
    first !== undefined &&
    second !== undefined &&
    comparing.test(skeleton) &&
    /P.{0,8}(?:比|对比|相比|较|跟|和|与|vs).{0,4}P|(?:对比|比较).{0,4}P.{0,3}P/.test(skeleton)
  ) {
    const before = precedingPeriod(first, today);
    const yearAgo = samePeriodLastYear(first, today);
    if (
      isRunning(first, today) &&
      /^last_|^month$|^quarter$|^yesterday$/.test(second.label) &&
      second.from === before.from
    )
      return { main: first, compare: 'mom' };
    if (
      isRunning(first, today) &&
      /^(?:month|quarter|last_year)$/.test(second.label) &&
      second.from === yearAgo.from &&
      second.to === endOfMonth(yearAgo.to)
    )
      return { main: first, compare: 'yoy' };
    return { main: first, compare: { period: second } };
  }
  if (
    first !== undefined &&
    second === undefined &&
    /(?:比|对比|相比|较|跟|和|与) ?P.{0,2}(?:比|对比|相比|差|如何|怎么样|咋样|涨|跌|降|多|少|$)/.test(skeleton) &&
    /(?:比|较)/.test(skeleton)
  ) {
    // 漏斗跟上个月比: the running period against the one before, over the same days.
    if (/^last_(?:month|week|quarter)$|^yesterday$/.test(first.label)) return { main: null, compare: 'mom' };
    if (first.label === 'last_year') return { main: null, compare: 'yoy' };
    return { main: null, compare: { period: first } };
  }
  const changed =
    /(?:掉|降|跌|涨|升|变|提高|下滑|增加|减少|多|少)(?:了|过)?(?:没有?|吗|多少|几个点|些|不少|了吗)$|(?:是不是|有没有)(?:掉|降|跌|涨|升|下滑|变)|怎么.{0,3}(?:掉|降|跌|涨|少|下滑)|(?:变化|波动|涨跌|掉了没|涨了没|降了没|涨没涨|降没降|掉没掉|环比)/.test(
      skeleton,
    );
  return changed && facts.grain === null ? { main: first ?? null, compare: 'mom' } : { main: first ?? null };
}

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

/** Two names are set side by side; 环比 and 占比 are other words. */
const beside = /谁|pk|哪个|还是|对比|(?<![环同占])比(?!例)/;

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
  switch (intent) {
    case 'followups':
      add('followup_type', /方式/.test(skeleton));
      break;
    case 'campaign_roi':
      add('channel', /渠道(?!E|H)/.test(skeleton) && facts.named.channel === undefined);
      break;
    case 'lead_conversion':
      add('channel', /渠道转化|哪个渠道|哪些渠道|各渠道|哪个来源/.test(skeleton) && facts.named.channel === undefined);
      break;
    case 'grade_conversion':
      add('grade', facts.named.grade === undefined || /abc|各级|各等级/.test(skeleton));
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
      add('owner', facts.named.owner !== undefined && facts.named.owner.length >= 2);
      add(
        'region',
        facts.named.region !== undefined &&
          facts.named.region.length >= 2 &&
          groups.length === 0 &&
          (beside.test(skeleton) || /R ?(?:和|跟|与|vs) ?R/.test(skeleton)),
      );
      add(
        'region',
        facts.excluded.region !== undefined && /其他|其它|别的|各区|区/.test(skeleton) && groups.length === 0,
      );
      break;
    default:
      break;
  }
  return groups;
}

function metricFor(intent: Intent, facts: Facts): string | null {
  const { skeleton, metric } = facts;
  const amountWords =
    /成交额|成交金额|销售额|签约额|签单额|签单金额|合同额|合同金额|营业额|营收|收入|流水|业绩额|多少钱|卖了多少|签了多少|成交了?多少(?!单|个单|笔)|做了多少|签得多|签的多|卖得多|卖得好|签单|开单|成交/;
  const countWords = /(?:几|多少)(?:个)?(?:单|笔|个单)|单数|成交量|签单量|单量|订单数|成交数|成单数|赢单数|出了?几单/;
  switch (intent) {
    case 'sales_performance':
      if (countWords.test(skeleton)) return 'won_count';
      return amountWords.test(skeleton.replace(/成交情况|成交周期/g, ''))
        ? 'won_amount'
        : metric === 'won_amount' || metric === 'won_count'
          ? metric
          : null;
    case 'sales_trend':
      if (/单数|单量|成交量|签单量|订单数|几单/.test(skeleton)) return 'won_count';
      return metric !== null && !/won_|funnel|forecast|yoy|mom/.test(metric) && !/业绩|成交|销售/.test(skeleton)
        ? metric
        : 'won_amount';
    case 'ranking':
      if (/跟进|勤|拜访|打电话|跑得/.test(skeleton)) return 'followup_count';
      if (/回款|收款|到账|收钱/.test(skeleton)) return /回款率/.test(skeleton) ? 'payment_rate' : 'payment_amount';
      if (countWords.test(skeleton) || /签?单(?:子)?(?:数|最多)|开单最多|成单最多|出单/.test(skeleton))
        return 'won_count';
      if (/转化/.test(skeleton)) return 'conversion_rate';
      if (/流失/.test(skeleton)) return 'churn_rate';
      if (metric !== null && !/won_|funnel|yoy|mom|gap/.test(metric)) return metric;
      if (/目标|完成率|达成/.test(skeleton)) return 'target_attainment';
      if (/新客|新增客户|拉新/.test(skeleton)) return 'new_customers';
      return 'won_amount';
    case 'target_attainment':
      return /差多少|差几|缺多少|还差|缺口|差距|剩多少|还剩/.test(skeleton) ? 'gap' : null;
    case 'service_metrics':
      if (/首响|响应|回复|多久回|回得/.test(skeleton)) return 'first_response_time';
      if (/投诉率|客诉率/.test(skeleton)) return 'complaint_rate';
      if (/解决率|处理率/.test(skeleton)) return 'resolution_rate';
      if (/投诉|客诉|骂|抱怨|吐槽/.test(skeleton)) return 'complaint_count';
      return /工单(?:数|量|多少|几)/.test(skeleton) ? 'ticket_count' : null;
    case 'campaign_roi':
      if (/roi|投产|回报|投入产出/.test(skeleton)) return 'roi';
      if (/cpl|线索成本|线索.{0,4}(?:多少钱|成本|贵|便宜|单价)/.test(skeleton)) return 'cpl';
      if (/cac|获客成本|(?:一个|每个)客户.{0,4}(?:成本|多少钱)/.test(skeleton)) return 'cac';
      return /贡献/.test(skeleton) ? 'share_of_revenue' : null;
    case 'clv':
      return /贡献|占.{0,3}(?:收入|营收|业绩|多少)|收入占比/.test(skeleton) ? 'share_of_revenue' : null;
    case 'customer_grades':
      if (/占比|比例|占多少|百分之/.test(skeleton)) return 'share';
      return /多少|几个|几家|数量/.test(skeleton) ? 'count' : null;
    case 'silent_customers':
      return /多少|有?几(?:个|家)(?!月|天|周|星期|年)|数量/.test(skeleton) ? 'count' : null;
    default:
      return null;
  }
}

function viewFor(intent: Intent, facts: Facts): string | null {
  const { skeleton } = facts;
  switch (intent) {
    case 'customer_detail':
    case 'interaction_timeline':
      return /上次|上一次|上回|最近一次|最后一次|最近(?:联系|跟进|沟通|拜访)|最后联系/.test(skeleton)
        ? 'last_interaction'
        : null;
    case 'ranking':
      return /(?:我|自己).{0,4}(?:排(?!行|名(?!第))|名次|第几)|我的(?:排名|名次)|排(?:在)?第几/.test(skeleton) &&
        (facts.me || facts.named.owner === undefined)
        ? 'my_rank'
        : null;
    case 'target_attainment':
      return /赶得上|赶不上|跟得上|来得及|节奏|能不能(?:完成|达|到)|能否(?:完成|达)|能(?:完成|达标|达成)|完得成|完不成|冲得上|够不够|按(?:现在|这个|目前).{0,4}(?:速度|进度)|进度(?:正常|够|落后|快|慢)|时间进度|完成得了|完成不了/.test(
        skeleton,
      )
        ? 'pace'
        : null;
    case 'forecast':
      return /区间|范围|最少最多|最坏|最好|上下限|保底/.test(skeleton) ? 'interval' : null;
    case 'followups':
      return /间隔|隔多久|多久跟一次|几天跟一次/.test(skeleton)
        ? 'interval'
        : /明细|详细|具体|逐条/.test(skeleton)
          ? 'detail'
          : null;
    case 'action_items_list':
      return /逾期|过期|超期|(?:做完|完成|落实)了?没|没做|没完成|未完成|没落实|还剩|没动/.test(skeleton)
        ? 'overdue_and_open'
        : null;
    case 'sales_performance':
    case 'new_customers':
    case 'new_leads':
    case 'silent_customers':
    case 'service_metrics':
    case 'payment_rate':
    case 'payment_overdue':
    case 'funnel':
      return /明细|逐条|逐单|详细(?:数据|名单|列表)/.test(skeleton) ? 'detail' : null;
    default:
      return null;
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
  special(intent, facts, slots, filters, groups, context);
  if (present(filters)) slots.filters = filters;
  if (present(facts.excluded)) slots.filters_not = facts.excluded;
  if (groups.length > 0) slots.group_by = groups;
  if (/发到?(?:群|本群|这个群)/.test(skeleton)) slots.target = 'this_group';
  return { slots, assumed };
}

/** What only one report has. */
function special(
  intent: Intent,
  facts: Facts,
  slots: Draft,
  filters: Draft,
  groups: Dimension[],
  context: ParseContext,
): void {
  const { skeleton } = facts;
  switch (intent) {
    case 'grade_conversion':
      // 各级 asked beside one grade: all of them are meant.
      if (/abc|各级|各等级/.test(skeleton)) delete filters.grade;
      break;
    case 'stage_conversion':
      if (facts.stagePair !== null) [slots.from_stage, slots.to_stage] = facts.stagePair;
      else if (facts.named.stage !== undefined) filters.stage = facts.named.stage;
      break;
    case 'lead_conversion':
      if (
        facts.stagePair !== null &&
        facts.stagePair[0] === '线索' &&
        /到|转/.test(skeleton) &&
        /商机|签约/.test(skeleton)
      )
        delete slots.metric;
      break;
    case 'pipeline_changes':
      if (
        /(?:新增|新来|进|新客|增加|加)/.test(skeleton) &&
        /(?:丢|流失|掉|跑|走|减少|出去)/.test(skeleton) &&
        /几|多少|流失|客户/.test(skeleton)
      ) {
        slots.metrics = ['new_customers', 'lost_customers'];
      }
      break;
    case 'sales_performance':
      if (
        beside.test(skeleton) &&
        ((facts.named.owner?.length ?? 0) >= 2 ||
          (facts.named.region?.length ?? 0) >= 2 ||
          (facts.named.team_of?.length ?? 0) >= 2)
      )
        slots.comparison = 'entities';
      break;
    case 'sales_trend':
      slots.grain ??= /周/.test(skeleton) ? 'week' : 'month';
      break;
    case 'ranking': {
      const lowest =
        /倒序|升序|从低到高/.test(skeleton) ||
        facts.last ||
        /最(?:少|差|低|慢|懒|弱|拉胯|不行)|倒数|垫底|吊车尾|拖后腿|末位/.test(skeleton);
      if (lowest) slots.order = 'asc';
      if (slots.view === 'my_rank') {
        filters.owner = ['@me'];
        break;
      }
      if (slots.top === undefined) {
        if (/销冠|第一名?|冠军|状元|榜首|倒数第一|最.{1,4}的?(?:是谁|那个|是哪个)|垫底的?是?谁/.test(skeleton))
          slots.top = 1;
        else if (/谁.{0,8}最|最.{1,4}谁/.test(skeleton)) slots.top = 5;
        else if (/前几|倒数几/.test(skeleton)) slots.top = 5;
      }
      if (groups.length === 0) {
        const asked = /哪(?:个|些)?(?:大区|区域|区)/.test(skeleton)
          ? 'region'
          : /哪(?:个|些)?城/.test(skeleton)
            ? 'city'
            : /大区|区域/.test(skeleton)
              ? 'region'
              : /团队|小组|部门/.test(skeleton) && !facts.myTeam
                ? 'department'
                : null;
        if (asked !== null) groups.push(asked);
      }
      break;
    }
    case 'target_attainment':
      if (
        filters.owner === undefined &&
        filters.region === undefined &&
        filters.team_of === undefined &&
        !facts.myTeam &&
        !facts.company &&
        slots.metric === 'gap' &&
        groups.length === 0 &&
        !/我们|公司|整体|团队|大家|谁/.test(skeleton)
      )
        filters.owner = ['@me'];
      if (/谁/.test(skeleton) && groups.length === 0) groups.push('owner');
      break;
    case 'customer_profile':
      slots.chart ??=
        groups.length > 0 ? (groups[0] === 'city' && /热力|热图|地图/.test(skeleton) ? 'heatmap' : 'pie') : 'pie';
      break;
    case 'customer_detail':
      if (/电话|手机|联系方式|号码/.test(skeleton)) {
        slots.field = 'phone';
        slots.privacy = 'mask_in_group';
      }
      break;
    case 'silent_customers':
      if (/(?:G|a级).{0,4}(?:先|优先|排前|靠前)|按(?:等级|级别)排|(?:先|优先).{0,4}G/.test(skeleton))
        slots.order = 'grade';
      break;
    case 'wake_rate':
      if (/这批|上批|这波|上次推|刚推|推的|刚才那批|那批/.test(skeleton)) {
        slots.context = 'last_silent_push';
        if (facts.periods.length === 0) delete slots.period;
      }
      break;
    case 'churn_risk':
      if (/为什么|为啥|原因|理由/.test(skeleton)) slots.with_reasons = true;
      break;
    case 'win_rate':
      if (/为什么|为啥|原因|理由/.test(skeleton)) slots.with_reasons = true;
      break;
    case 'renewal_due':
      if (/风险|悬|危险|会不会(?:续|跑)|能不能续|稳不稳|要跑/.test(skeleton)) slots.with_risk = true;
      break;
    case 'forecast':
      if (/加权|按概率|管道/.test(skeleton)) slots.method = 'weighted_pipeline';
      break;
    case 'pipeline_value':
      if (/加权|按概率/.test(skeleton)) slots.method = 'weighted_pipeline';
      break;
    case 'data_quality':
      if (/重复|重名|撞单|重了|撞了/.test(skeleton)) slots.check = 'duplicates';
      else if (/手机|电话|联系方式|号码/.test(skeleton)) slots.check = 'missing_phone';
      break;
    case 'action_items_list':
      if (/复盘|会上|上次会|开会|上次的?(?:行动项|待办)/.test(skeleton)) slots.context = 'last_review';
      break;
    case 'review_report': {
      const count =
        /(?:列出?|说|找|给|挑|指出)?(\d|[一二两三四五六七八九十])(?:个|条|大)(?:主要)?(?:问题|原因|建议|要点|教训|改进)/.exec(
          skeleton,
        );
      if (count !== null && slots.top === undefined)
        slots.top =
          '一二三四五六七八九'.indexOf(count[1]!) + 1 ||
          (count[1] === '两' ? 2 : count[1] === '十' ? 10 : Number(count[1]));
      break;
    }
    case 'digest':
      digestSlots(facts, slots, context);
      break;
    case 'clv':
      if (
        /最值钱|最有价值|价值最高|贡献最大/.test(skeleton) &&
        slots.top === undefined &&
        slots.top_percent === undefined &&
        /哪个|是谁/.test(skeleton)
      )
        slots.top = 1;
      break;
    case 'opportunity_list':
      if (/最大的?(?:一单|一个|单|那单)/.test(skeleton) && facts.top === null) slots.top = 1;
      if (facts.amount?.loose === true) slots.clarify = 'amount_range';
      break;
    default:
      break;
  }
}

function digestSlots(facts: Facts, slots: Draft, context: ParseContext): void {
  const { skeleton } = facts;
  const today = context.moment.today;
  const cadence = /周报/.test(skeleton)
    ? 'weekly'
    : /月报/.test(skeleton)
      ? 'monthly'
      : /季报/.test(skeleton)
        ? 'quarterly'
        : 'daily';
  slots.cadence = cadence;
  if (/没收到|再发|重发|补发|补一|重新发/.test(skeleton)) {
    slots.action = 'resend';
    if (cadence === 'daily') {
      // 昨天的日报 is the one that came yesterday; 日报没收到 is today's.
      const said = facts.periods[0]?.period;
      delete slots.period;
      if (said !== undefined && said !== null) slots.date = said.from;
      return;
    }
  }
  slots.period ??= periodOf(
    cadence === 'daily'
      ? 'yesterday'
      : cadence === 'weekly'
        ? 'last_week'
        : cadence === 'monthly'
          ? 'last_month'
          : 'last_quarter',
    today,
  );
}
