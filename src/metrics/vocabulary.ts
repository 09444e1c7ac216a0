import { metrics } from './catalogue.ts';

/** The words of a metric that can be said beside or instead of a report. */
export interface MetricWords {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** The report that shows it when nothing else is said. */
  readonly intent: string;
}

const metric = (id: string, name: string, aliases: string, intent: string): MetricWords => ({
  id,
  name,
  aliases: aliases === '' ? [] : aliases.split(' '),
  intent,
});

/** Metrics that have a report of their own, as people say them. */
const reported: readonly MetricWords[] = [
  metric(
    'won_amount',
    '成交额',
    '成交金额 签约金额 签单金额 签单额 销售额 销售金额 合同额 合同金额 营业额 营收 收入 业绩额 签约额 流水 成交总额 总成交',
    'sales_performance',
  ),
  metric(
    'won_count',
    '成交单数',
    '成交订单数 成交数 签单数 签约数 成单数 订单数 成交量 签单量 单量',
    'sales_performance',
  ),
  metric('followup_count', '跟进次数', '跟进数 跟进量 拜访次数 拜访量 拜访数 跟进频次', 'followups'),
  metric('payment_amount', '回款额', '回款金额 到账金额 收款金额 到款 回款', 'payment_rate'),
  metric('conversion_rate', '转化率', '阶段转化率 整体转化率', 'stage_conversion'),
  metric('churn_rate', '流失率', '客户流失率', 'churn_rate'),
  metric('complaint_rate', '投诉率', '客诉率 客户投诉率', 'service_metrics'),
  metric('complaint_count', '投诉数', '投诉量 客诉数量 客诉数 客诉量 投诉数量', 'service_metrics'),
  metric(
    'first_response_time',
    '首响时长',
    '首次响应时长 首次响应时间 首响时间 首响 响应时长 响应速度 响应时间 平均首响',
    'service_metrics',
  ),
  metric('resolution_rate', '解决率', '问题解决率 投诉处理率 工单解决率', 'service_metrics'),
  metric('ticket_count', '工单数', '工单量 工单数量', 'service_metrics'),
  metric('roi', 'ROI', '投资回报率 投资回报 投产比 投入产出比 投入产出 回报率', 'campaign_roi'),
  metric('cpl', 'CPL', '单条线索成本 线索成本 每条线索成本 单线索成本', 'campaign_roi'),
  metric('cac', 'CAC', '获客成本 客户获取成本 单个获客成本', 'campaign_roi'),
  metric('win_rate', '赢单率', '成交率 胜率', 'win_rate'),
  metric('loss_rate', '丢单率', '输单率', 'win_rate'),
  metric('payment_rate', '回款率', '收款率', 'payment_rate'),
  metric('target_attainment', '目标完成率', '完成率 达成率 目标达成率', 'target_attainment'),
  metric('sales_cycle', '成交周期', '签单周期 销售周期', 'sales_cycle'),
  metric('avg_order_value', '客单价', '平均客单价 平均订单金额', 'avg_order_value'),
  metric('new_customers', '新增客户数', '新增客户 新客数 新客户数 新客 新客户', 'new_customers'),
  metric('new_leads', '新增线索数', '新增线索 线索数 线索量', 'new_leads'),
  metric('lead_conversion', '线索转化率', '渠道转化率', 'lead_conversion'),
  metric('silent_customers', '沉默客户', '沉默 沉默客户数', 'silent_customers'),
  metric('wake_rate', '唤醒率', '', 'wake_rate'),
  metric('renewal_rate', '续约率', '续费率', 'renewal_rate'),
  metric('repurchase_rate', '复购率', '回购率', 'repurchase_rate'),
  metric('clv', 'CLV', '客户价值 客户终身价值 生命周期价值 ltv', 'clv'),
  metric('health_score', '健康度', '健康分', 'health_score'),
  metric('nps', 'NPS', '净推荐值', 'nps'),
  metric('csat', '满意度', '客户满意度', 'csat'),
  metric('stage_duration', '停留时间', '停留时长', 'stage_duration'),
  metric('stage_stuck', '积压', '', 'stage_stuck'),
  metric('data_quality', '数据完整率', '数据质量 完整率', 'data_quality'),
  metric('win_probability', '赢率', '成交概率', 'win_probability'),
  metric('quote_count', '报价次数', '报价数 报价量 报价单数 报价份数', 'metric_query'),
  metric('pipeline_value', '管道金额', '商机金额 在手商机金额', 'pipeline_value'),
  metric('forecast', '预测', '业绩预测', 'forecast'),
  metric('funnel', '漏斗', '销售漏斗', 'funnel'),
  metric('active_customers', '活跃客户', '活跃度 月活 月活客户数 客户活跃度', 'customer_profile'),
  metric('customer_grades', '客户分级', '分级', 'customer_grades'),
  metric('yoy', '同比', '', 'metric_definition'),
  metric('mom', '环比', '', 'metric_definition'),
  metric('gap', '差额', '缺口 差距', 'target_attainment'),
];

const taken = new Set(reported.flatMap(({ id, name, aliases }) => [id, name, ...aliases]));
/** A shorter alias is an everyday word (丢单, 应收) that other reports are asked by. */
const tellingLength = 3;

/** What the engine counts and no report is about: asked by its name in the dictionary. */
const free: readonly MetricWords[] = metrics
  .filter(({ id, computation }) => computation.kind !== 'derived' && !taken.has(id))
  .map(({ id, name, aliases }) => ({
    id,
    name,
    aliases: aliases.filter((alias) => alias.length >= tellingLength && !taken.has(alias)),
    intent: 'metric_query',
  }));

/** Every metric that can be asked by name; the dictionary explains them (口径). */
export const metricWords: readonly MetricWords[] = [...reported, ...free];
