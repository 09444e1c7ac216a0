import { metricWords } from '../metrics/vocabulary.ts';
import type { Intent } from './command.ts';
import type { Facts } from './facts.ts';

/** The metric that is asked for, where the report has several; null where the report says it all. */
export function metricFor(intent: Intent, facts: Facts): string | null {
  const { skeleton, metric } = facts;
  const amountWords =
    /成交额|成交金额|销售额|签约额|签单额|签单金额|合同额|合同金额|营业额|营收|收入|流水|业绩额|多少钱|(?:卖|签|做|成交|干)(?:了|出|到|下)?多少(?!单|个|笔)|签得多|签的多|卖得多|卖得好|签单|开单|成交/;
  const countWords =
    /(?:几|多少)(?:个)?(?:单|笔|个单)|(?:签|成交|成|开|拿)(?:下|到)?了?(?:几|多少)个(?!客户|点|百分)|单数|成交量|签单量|单量|订单数|成交数|成单数|赢单数|出了?几单|谁.{0,2}[签开出成]单.{0,2}多/;
  switch (intent) {
    case 'sales_performance':
      if (countWords.test(skeleton)) return 'won_count';
      return amountWords.test(skeleton.replace(/成交情况|成交周期/g, ''))
        ? 'won_amount'
        : metric === 'won_amount' || metric === 'won_count'
          ? metric
          : null;
    case 'sales_trend':
      if (/投诉|客诉/.test(skeleton)) return /率/.test(skeleton) ? 'complaint_rate' : 'complaint_count';
      if (/单数|单量|成交量|签单量|订单数|几单/.test(skeleton)) return 'won_count';
      return metric !== null && !/won_|funnel|forecast|yoy|mom/.test(metric) && !/业绩|成交|销售/.test(skeleton)
        ? metric
        : 'won_amount';
    case 'ranking':
      if (/没(?:开单|开张|出单|签单|签到单)/.test(skeleton)) return 'won_count';
      if (/跟进|勤|拜访|打电话|跑得|[跑见访]客户|联系/.test(skeleton)) return 'followup_count';
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
      if (/投诉率|客诉率|投诉占工单/.test(skeleton)) return 'complaint_rate';
      if (/解决率|处理率/.test(skeleton)) return 'resolution_rate';
      if (/投诉|客诉|骂|抱怨|吐槽/.test(skeleton)) return 'complaint_count';
      return /工单(?:数|量|多少|几)/.test(skeleton) ? 'ticket_count' : null;
    case 'win_rate':
      return /[丢输]单率/.test(skeleton) ? 'loss_rate' : null;
    case 'churn_rate':
      return /留存|保留率/.test(skeleton) ? 'retention_rate' : null;
    case 'campaign_roi':
      if (/线索(?:→|到)?成交(?:转化)?率/.test(skeleton)) return 'lead_win_rate';
      if (/roi|投产|回报|投入产出/.test(skeleton)) return 'roi';
      if (/cpl|线索成本|线索.{0,4}(?:多少钱|成本|贵|便宜|单价)/.test(skeleton)) return 'cpl';
      if (/cac|获客成本|(?:一个|每个)客户.{0,4}(?:成本|多少钱)/.test(skeleton)) return 'cac';
      return /贡献/.test(skeleton) ? 'share_of_revenue' : null;
    case 'payment_rate':
      return /(?:回款|收款|到账|到款)(?:金?额|总额)/.test(skeleton) && !/率|比例/.test(skeleton)
        ? 'payment_amount'
        : null;
    case 'metric_query':
      return facts.metrics.find((id) => metricWords.some((one) => one.id === id && one.intent === intent)) ?? null;
    case 'clv':
      return /贡献|占.{0,3}(?:收入|营收|业绩|多少)|收入占比/.test(skeleton) ? 'share_of_revenue' : null;
    case 'customer_grades':
      if (/占比|比例|占多少|百分之/.test(skeleton)) return 'share';
      return /多少|几个|几家|数量/.test(skeleton) ? 'count' : null;
    case 'silent_customers':
      if (/占比|比例/.test(skeleton)) return 'share';
      return /多少|有?几(?:个|家)(?!月|天|周|星期|年)|数量/.test(skeleton) ? 'count' : null;
    default:
      return null;
  }
}

/** Another look at the same report: only the overdue ones, the pace, the own rank. */
export function viewFor(intent: Intent, facts: Facts): string | null {
  const { skeleton } = facts;
  switch (intent) {
    case 'customer_detail':
    case 'interaction_timeline':
      return /上次|上一次|上回|最近一次|最后一次|最近(?:联系|跟进|沟通|拜访|[聊谈见])|最后联系|(?:C|K)P?.{0,6}谁(?:联系|跟进|拜访|聊)的|(?:C|K)P(?:还|都|有)?(?:没有?)?(?:联系|跟进|沟通|拜访|见)过?(?:吗|没|么)/.test(
        skeleton,
      )
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
