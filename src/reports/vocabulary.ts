import { metricWords } from '../metrics/vocabulary.ts';

/** The words of one thing the bot can be asked for. */
export interface ReportWords {
  /** The canonical Chinese word: what help prints and what can always be typed. */
  readonly name: string;
  /** Other words that mean it by themselves. */
  readonly aliases: readonly string[];
  readonly english: readonly string[];
  /** Initials of the pinyin, as typed on a phone: ld = 漏斗. */
  readonly initials: readonly string[];
}

const words = (name: string, aliases: string, english: string, initials: string): ReportWords => ({
  name,
  aliases: aliases === '' ? [] : aliases.split(' '),
  english: english === '' ? [] : english.split(', '),
  initials: initials === '' ? [] : initials.split(' '),
});

/** A metric of the dictionary that no report has for its own, asked by name: 接通率, 丢单数, 报价次数. */
const singleMetric = words('单项指标', '', 'metric', 'dxzb');

/**
 * Every report that has words of its own (the names of `intents.md`) with its words: one table, read by the grammar, the catalogue and
 * help. A word stands under one intent only.
 */
const ownWords = {
  funnel: words('漏斗', '销售漏斗 商机漏斗 漏斗图 漏斗报表 漏斗情况 销售管道图', 'sales funnel, funnel', 'ld xsld'),
  funnel_bottleneck: words('瓶颈', '漏斗瓶颈 瓶颈阶段 最大瓶颈 短板 卡点 堵点 哪一步最差', 'bottleneck', 'pj ldpj'),
  stage_conversion: words(
    '转化率',
    '阶段转化率 阶段转化 阶段间转化率 商机转化率 转化情况',
    'stage conversion, conversion rate, conversion',
    'zhl jdzhl',
  ),
  stage_duration: words(
    '停留时间',
    '停留时长 耗时 阶段停留 阶段停留时间 平均停留 平均停留时间 阶段时长 阶段耗时 各阶段耗时 停留天数',
    'time in stage, stage duration',
    'tlsj tlsc',
  ),
  stage_stuck: words(
    '积压',
    '积压商机 商机积压 积压单 卡单 滞留 停滞 停滞商机 滞留商机 阶段积压 卡住的单',
    'stuck deals, stuck, stalled',
    'jy',
  ),
  pipeline_value: words(
    '管道金额',
    '在手商机 在手商机金额 在跟商机金额 管道总额 管道价值 管道总值 商机总额 商机金额 商机总金额 商机池 在谈金额 在途金额 在途商机金额 在途商机 在谈总额 在跟金额 pipeline金额',
    'pipeline value, pipeline amount, open pipeline',
    'gdje sjje',
  ),
  pipeline_changes: words(
    '商机变动',
    '商机变化 管道变动 管道变化 漏斗变动 漏斗变化 新增流失 新增和流失 新增与流失 客户增减 进出情况',
    'pipeline changes',
    'sjbd sjbh',
  ),
  opportunity_list: words(
    '商机列表',
    '商机清单 商机明细 商机名单 商机 大单 在谈商机 在跟商机 在谈的单 单子列表 丢单列表 丢单明细 丢单清单 赢单列表 赢单明细',
    'opportunities, opportunity list, deals',
    'sjlb sjqd',
  ),
  win_rate: words('赢单率', '成交率 胜率 中标率 赢单比例 输单率 丢单率 赢单情况', 'win rate, close rate', 'ydl cjl'),
  win_probability: words(
    '赢率',
    '成交概率 赢单概率 成单概率 成交可能性 赢面 胜算 签约概率 成交几率 成单几率',
    'win probability',
    'yl cjgl',
  ),
  sales_performance: words(
    '业绩',
    '销售业绩 战绩 业绩情况 销售情况 成交情况 业绩表现 业绩报表 绩效 销售绩效',
    'sales performance, performance, sales',
    'yj xsyj',
  ),
  sales_trend: words(
    '业绩走势',
    '走势 趋势 销售趋势 业绩趋势 销售走势 成交趋势 成交走势 成交额走势 成交额趋势 月度销售额 月度业绩 销售额趋势 销售额走势 走势图 趋势图',
    'revenue trend, sales trend, trend',
    'yjzs yjqs zs qs',
  ),
  ranking: words(
    '排行',
    '排名 排行榜 龙虎榜 榜单 英雄榜 光荣榜 业绩排行 业绩排名 销售排行 销售排名 pk榜',
    'ranking, leaderboard',
    'ph pm phb',
  ),
  target_attainment: words(
    '目标',
    '目标完成率 目标达成率 完成率 达成率 目标完成情况 目标达成 目标完成 目标进度 完成进度 业绩目标 任务完成率 任务完成情况 指标完成率 指标完成情况',
    'target attainment, quota attainment, quota, target',
    'mb mbwcl wcl dcl',
  ),
  payment_rate: words(
    '回款率',
    '回款 回款情况 回款比例 回款进度 回款完成率 收款率 收款情况 到款率 回款金额 回款额',
    'payment rate, collection rate, payments',
    'hkl hk',
  ),
  payment_overdue: words(
    '逾期回款',
    '逾期未回款 逾期款 逾期账款 逾期应收 应收逾期 逾期 欠款 欠款客户 未回款 催款 催款名单 应收账款 应收款 超期未付',
    'overdue payments, overdue',
    'yqhk qk',
  ),
  sales_cycle: words(
    '成交周期',
    '签单周期 销售周期 成单周期 签约周期 平均成交周期 平均签单周期 销售周期长度 成交天数',
    'sales cycle, cycle time',
    'cjzq qdzq xszq',
  ),
  avg_order_value: words(
    '客单价',
    '平均客单价 平均订单金额 平均单价 件均 单均 单均金额 平均每单金额 平均成交金额',
    'average order value, aov',
    'kdj pjkdj',
  ),
  new_customers: words(
    '新增客户',
    '新客户 新客 新增客户数 新增客户数量 新客户数 新客数 新开客户 客户新增',
    'new customers',
    'xzkh xkh',
  ),
  new_leads: words(
    '新增线索',
    '新线索 线索数 线索量 线索数量 新增线索数 线索新增 新增线索量 线索',
    'new leads, leads',
    'xzxs xxs',
  ),
  lead_conversion: words(
    '线索转化率',
    '线索转化 渠道转化率 渠道转化 线索转化情况',
    'lead conversion, lead conversion rate',
    'xszhl qdzhl',
  ),
  customer_profile: words(
    '客户分布',
    '客户热力图 客户画像 客户构成 客户结构 客户占比 客户来源占比 客户来源分布 客户行业分布 热力图 客户地图',
    'customer profile, customer distribution',
    'khfb khhx',
  ),
  customer_detail: words('客户', '客户详情 客户档案 客户资料 客户信息', 'customer', 'khxq'),
  interaction_timeline: words(
    '互动记录',
    '跟进记录 往来记录 沟通记录 联系记录 互动历史 跟进历史 拜访记录 沟通历史 时间线 互动时间线 来往记录 跟进时间线',
    'interactions, interaction history, timeline',
    'hdjl gjjl',
  ),
  followups: words(
    '跟进',
    '跟进次数 跟进情况 跟进数 跟进量 跟进统计 跟进方式 拜访次数 拜访量 跟进频次 跟进间隔 拜访',
    'follow-ups, followups, follow ups',
    'gj gjcs gjfs',
  ),
  silent_customers: words(
    '沉默客户',
    '沉默 沉默名单 沉默客户名单 沉默客户占比 沉睡客户 睡眠客户 休眠客户 失联客户 遗忘客户 僵尸客户 沉默的客户',
    'silent customers, dormant customers',
    'cmkh cm',
  ),
  wake_rate: words(
    '唤醒率',
    '唤醒 唤醒情况 唤醒效果 客户唤醒率 激活率 召回率 沉默唤醒率 召回效果',
    'wake rate, reactivation rate',
    'hxl hx',
  ),
  churn_rate: words(
    '流失率',
    '客户流失率 流失比例 客户留存率 留存率 保留率',
    'churn rate, churn, retention rate, retention',
    'lsl',
  ),
  churn_analysis: words(
    '流失分析',
    '流失原因 流失原因分析 流失特征 流失画像 流失客户分析 流失客户特征 客户流失分析 流失归因',
    'churn analysis',
    'lsfx',
  ),
  churn_risk: words(
    '流失风险',
    '流失预警 流失风险名单 流失预警名单 高风险客户 风险客户 高危客户 流失名单 要流失的客户',
    'churn risk, at risk',
    'lsfxmd lsyj',
  ),
  renewal_rate: words('续约率', '续费率 续签率', 'renewal rate', 'xyl xfl'),
  renewal_due: words(
    '续费到期',
    '续约到期 到期客户 待续费 待续约 待续费客户 快到期 即将到期 到期名单 合同到期 续费名单 续约名单 到期合同 续费提醒名单',
    'renewals due, renewals',
    'xfdq xydq',
  ),
  repurchase_rate: words(
    '复购率',
    '回购率 复购 复购情况 重复购买率 再购率',
    'repurchase rate, repeat purchase rate',
    'fgl fg',
  ),
  clv: words(
    '客户价值',
    'clv ltv 客户终身价值 客户生命周期价值 终身价值 生命周期价值 高价值客户 高价值客户名单 价值最高的客户 客户价值排名',
    'clv, ltv, cltv, customer lifetime value',
    'khjz gjzkh',
  ),
  customer_grades: words(
    '分级',
    '客户分级 客户等级 客户等级分布 分级情况 等级分布 abc分级 客户评级 分级评分卡 评分卡 客户分级情况',
    'customer grades, grades',
    'fj khfj',
  ),
  grade_conversion: words(
    '分级转化率',
    '各级转化率 等级转化率 abc转化 abc转化率 各级客户转化率 分级转化 等级转化 各等级转化率',
    'grade conversion',
    'fjzhl',
  ),
  health_score: words(
    '健康度',
    '健康分 客户健康度 健康指数 健康度指数 客户健康分 客户健康 健康评分',
    'health score, health',
    'jkd khjkd',
  ),
  campaign_roi: words(
    '活动效果',
    '活动roi 渠道roi 渠道效果 投放效果 市场活动 活动 渠道 投产比 投入产出 投入产出比 投资回报率 投资回报 回报率 获客成本 线索成本 单条线索成本 活动复盘 营销效果 市场效果 roi cpl cac 渠道贡献 线索成交率 线索成交转化率 线索到成交转化率',
    'campaign roi, campaigns, channels',
    'hdxg qdroi qd',
  ),
  service_metrics: words(
    '客服',
    '客服指标 客服情况 客服数据 客服表现 首响时长 首次响应时长 首响 响应时长 响应速度 首响时间 投诉率 投诉占工单比 投诉 投诉数 客诉 客诉数量 客诉率 工单 工单数 工单量 解决率 问题解决率 服务指标 售后情况',
    'service metrics, first response time, complaints, tickets',
    'kf sxsc tsl',
  ),
  nps: words('NPS', '净推荐值 净推荐 推荐值', 'nps', 'jtjz'),
  csat: words('满意度', 'csat 客户满意度 满意率 满意度评分 客户评分 好评率', 'csat, satisfaction', 'myd'),
  forecast: words(
    '预测',
    '业绩预测 销售预测 销售额预测 预估 预计业绩 预计成交 业绩预估',
    'sales forecast, forecast',
    'yc yjyc',
  ),
  data_quality: words(
    '数据质量',
    '数据完整率 完整率 数据完整度 数据完整性 录入质量 数据质量情况 数据准确率 信息完整率 重复客户 缺手机号',
    'data quality, completeness',
    'sjzl',
  ),
  stale_reps: words(
    '未更新',
    '未更新名单 没更新 没填数据 未填数据 不填数据 不更新 没录入 未录入 不录数据',
    'stale reps',
    'wgx',
  ),
  digest: words(
    '日报',
    '周报 月报 季报 早报 晨报 晚报 销售日报 销售周报 销售月报 每日简报 简报 日报表 周报表 月报表',
    'daily report, weekly report, monthly report, digest',
    'rb zb yb',
  ),
  review_report: words('复盘', '复盘报告 月度复盘 季度复盘 业绩复盘 复盘会材料', 'review', 'fp'),
  action_items_list: words(
    '行动项',
    '行动项列表 行动计划 待办 待办事项 待办列表 行动清单 改进项 整改项 问题清单 行动项清单',
    'action items, todo',
    'xdx db',
  ),
  dashboard: words(
    '看板',
    '驾驶舱 仪表盘 仪表板 大盘 总览 数据看板 经营看板 销售看板 概览 全景',
    'dashboard, overview',
    'kb jsc',
  ),
  quote_response: words(
    '报价响应',
    '报价响应速度 报价响应时长 报价时效 报价速度 报价延迟 报价延迟预警 报价超时 待报价 报价及时率',
    'quote response, quote turnaround',
    'bjxy',
  ),
  order_completion: words(
    '订单完成率',
    '订单完成情况 合同完成率 订单履约率 履约率 交付完成率 订单完成',
    'order completion, fulfilment rate',
    'ddwcl',
  ),
  order_conversion: words(
    '订单转化率',
    '商机订单转化率 商机→订单转化率 商机签约率 订单转化',
    'order conversion',
    'ddzhl',
  ),
  composite_score: words(
    '综合得分',
    '综合绩效得分 综合绩效 综合评分 绩效得分 绩效分 绩效考核 综合排名 综合绩效排名 综合得分排名 综合得分排行 考核得分',
    'composite score',
    'zhdf',
  ),
  recognition: words(
    '复盘之星',
    '优秀案例 月度之星 季度之星 之星 即时激励 表彰 表扬名单 标杆案例 销售之星 进步之星',
    'recognition',
    'fpzx yxal',
  ),
  customer_segments: words(
    '客户分群',
    '客户分层 客户群 rfm 客户细分 分群 行为标签 客户标签 rfm分群 客户群体',
    'customer segments, segments',
    'khfq',
  ),
  cross_sell: words(
    '交叉销售',
    '交叉销售机会 增购机会 加购机会 连带销售 搭售 交叉推荐 还能卖什么',
    'cross sell, cross-sell',
    'jcxs',
  ),
  potential_customers: words(
    '潜力客户',
    '潜力客户名单 高潜客户 高潜力客户 潜力名单 潜在大客户 有潜力的客户',
    'potential customers',
    'qlkh',
  ),
  return_analysis: words(
    '退货',
    '退货分析 退货下钻 退货率 退货原因 退货情况 退换货 退货数 退货量',
    'returns',
    'th thfx',
  ),
  engagement_index: words(
    '投入指数',
    '学习成就感指数 成就感指数 学习成就感 客户投入指数 参与度指数 学习指数 成就感',
    'engagement index',
    'trzs',
  ),
} as const satisfies Record<string, ReportWords>;

const spokenFor: ReadonlySet<string> = new Set(
  Object.values<ReportWords>(ownWords).flatMap(({ name, aliases }) => [name, ...aliases]),
);

/** All words by which a report is asked. */
export const reportWords = {
  ...ownWords,
  metric_query: {
    ...singleMetric,
    aliases: metricWords
      .filter(({ intent }) => intent === 'metric_query')
      .flatMap(({ name, aliases }) => [name, ...aliases])
      .map((word) => word.toLowerCase())
      .filter((word) => !spokenFor.has(word)),
  },
} as const satisfies Record<string, ReportWords>;

export type ReportIntent = keyof typeof reportWords;

/** The words of orders to the bot itself. */
export const orderWords = {
  help: words('帮助', '使用说明 怎么用 使用帮助 使用指南 功能列表 指令列表 命令列表 有什么功能', 'help', 'bz'),
  metric_definition: words('口径', '指标口径 统计口径 计算口径 指标定义 指标说明', 'definition', 'kj'),
  export: words('导出', '下载 导成 转成', 'export, download', 'dc'),
  subscription_create: words('订阅', '定时推送 定时发送 新增订阅 添加订阅', 'subscribe', 'dy'),
  subscription_list: words(
    '我的订阅',
    '订阅列表 订阅清单 查看订阅 有哪些订阅 订阅了什么 订阅管理',
    'subscriptions, my subscriptions',
    'wddy',
  ),
  subscription_cancel: words('退订', '取消订阅 删除订阅 停止订阅 退掉订阅', 'unsubscribe', 'td qxdy'),
  subscription_update: words('修改订阅', '改订阅 调整订阅 更新订阅 订阅改成', 'update subscription', 'xgdy'),
  feedback_wrong_number: words(
    '核对',
    '数据核对 核对数据 核对数字 核对一下 数据对不上 数对不上',
    'check the numbers',
    '',
  ),
  alert_create: words('预警', '设置预警 新建预警 添加预警 设预警 设个预警 加个预警', 'alert', 'yjing'),
  alert_mute: words('静音', '免打扰 屏蔽预警 暂停预警 关闭预警 别再提醒 预警静音 提醒静音', 'mute', 'jyin'),
  scope_request: words('申请权限', '开通权限 申请查看 权限申请 申请看 开权限', 'request access', 'sqqx'),
} as const satisfies Record<string, ReportWords>;
