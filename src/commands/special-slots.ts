import type { Dimension, Intent, ParseContext } from './command.ts';
import { beside } from './comparison.ts';
import { periodOf } from './default-slots.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './facts.ts';

/** What only one report has. */
export function special(
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
        /最(?:少|差|低|慢|懒|弱|拉胯|不行)|倒数|垫底|吊车尾|拖后腿|末位|没(?:开单|开张|出单|签单)/.test(skeleton);
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
        !/[我咱]们|公司|整体|团队|大家|谁/.test(skeleton)
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
      if (/谁/.test(skeleton) && groups.length === 0 && slots.check === undefined) groups.push('owner');
      break;
    case 'action_items_list':
      if (/复盘|会上|上次会|开会|上次的?(?:行动项|待办)/.test(skeleton)) slots.context = 'last_review';
      break;
    case 'followups':
      if ((facts.named.owner?.length ?? 0) >= 2 && beside.test(skeleton)) {
        slots.comparison = 'entities';
        if (!groups.includes('owner')) groups.unshift('owner');
      }
      break;
    case 'review_report': {
      if (facts.periods.length === 0 && /季度?复盘/.test(skeleton))
        slots.period = periodOf('last_quarter', context.moment.today);
      else if (facts.periods.length === 0 && /年度?复盘/.test(skeleton))
        slots.period = periodOf('this_year', context.moment.today);
      const count =
        /(?:列出?|说|找|给|挑|指出)?(\d|[一二两三四五六七八九十])(?:个|条|大)(?:主要)?(?:问题|原因|建议|要点|重点|结论|教训|改进|动作|点)/.exec(
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
