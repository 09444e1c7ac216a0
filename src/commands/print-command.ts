import { monthOf, yearOf } from '../calendar/day.ts';
import { type Period, periodLabelWords } from '../calendar/period.ts';
import { metricById } from '../metrics/catalogue.ts';
import { reportShowing } from '../metrics/shown-by.ts';
import { metricWords } from '../metrics/vocabulary.ts';
import { orderWords, type ReportWords, reportWords } from '../reports/vocabulary.ts';
import type { Command, Dimension, Filters, NumberTest, Schedule, Threshold } from './command.ts';
import { dimensionNames } from './dimension-words.ts';

const words = { ...reportWords, ...orderWords } as Record<string, ReportWords>;

/** The canonical word of a report or order. */
export const nameOfIntent = (intent: string): string => words[intent]?.name ?? intent;

/** A period in words that are read back as the same period. */
export function printPeriod(period: Period): string {
  const known = periodLabelWords[period.label];
  // Blanks part the words of a command, so a period has none.
  if (known !== undefined) return known.replaceAll(' ', '');
  const [year, month] = [yearOf(period.from), monthOf(period.from)];
  switch (period.label) {
    case 'month':
      return `${year}年${month}月`;
    case 'quarter':
      return `${year}年Q${Math.floor((month + 2) / 3)}`;
    case 'first_half':
      return `${year}年上半年`;
    case 'second_half':
      return `${year}年下半年`;
    case 'year':
      return `${year}年`;
    case 'day':
      return period.from;
    default:
      return `${period.from}到${period.to}`;
  }
}

const ops: Readonly<Record<string, string>> = { '>': '超过', '>=': '不低于', '<': '低于', '<=': '不超过', '=': '' };
const printThreshold = (threshold: Threshold): string =>
  'days' in threshold
    ? `${threshold.op === '>' ? '超' : ''}${threshold.days}天`
    : `${ops[threshold.op]}${percent(threshold.value)}`;
const percent = (value: number): string =>
  Math.abs(value) <= 1 ? `${Math.round(value * 10000) / 100}%` : String(value);
const printAmount = (test: NumberTest): string =>
  test.op === 'between' ? `${test.from / 10000}万到${test.to / 10000}万` : `${ops[test.op]}${test.value / 10000}万`;

const colours: Readonly<Record<string, string>> = { red: '红色', yellow: '黄色', green: '绿色' };
const states: Readonly<Record<string, string>> = { open: '在谈', lost: '丢单', won: '赢单' };

function printFilters(filters: Filters): string[] {
  const out: string[] = [];
  for (const [field, value] of Object.entries(filters)) {
    if (field === 'amount') {
      out.push(printAmount(value as NumberTest));
      continue;
    }
    for (const name of value as readonly string[]) {
      if (field === 'grade') out.push(`${name}级`);
      else if (field === 'health') out.push(colours[name] ?? name);
      else if (field === 'status') out.push(states[name] ?? name);
      else if (field === 'team_of') out.push(`${name}那组`);
      else if (name === '@me') out.push('我');
      else out.push(name);
    }
  }
  return out;
}

const dayWords: Readonly<Record<string, string>> = {
  mon: '一',
  tue: '二',
  wed: '三',
  thu: '四',
  fri: '五',
  sat: '六',
  sun: '日',
};

export function printSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'cn_workday':
      return `工作日 ${schedule.time}`;
    case 'daily':
      return `每天 ${schedule.time} 包括周末`;
    case 'weekly':
      return `每周${(schedule.days ?? []).map((day) => dayWords[day]).join('、')} ${schedule.time}`;
    case 'monthly':
      return `每月${schedule.day ?? 1}号 ${schedule.time}`;
  }
}

const modes = { cohort: '批次', snapshot: '当前', flow: '流转' } as const;
const grains = { day: '按天', week: '按周', month: '按月', quarter: '按季度' } as const;
const charts: Readonly<Record<string, string>> = {
  line: '折线图',
  pie: '饼图',
  heatmap: '热力图',
  bar: '柱状图',
  funnel: '漏斗图',
};
const reportNames: Readonly<Record<string, string>> = {
  digest_daily: '日报',
  digest_weekly: '周报',
  digest_monthly: '月报',
  customer_list: '客户名单',
};
const metricName = (id: string): string =>
  metricWords.find((metric) => metric.id === id)?.name ?? metricById(id)?.name ?? id;
const titles: Readonly<Record<string, string>> = { weekly: '周报', monthly: '月报', quarterly: '季报', daily: '日报' };

/** The metric is part of the question's words in these; elsewhere the report implies it. */
const saysMetric = /^(?:sales_performance|ranking|service_metrics|campaign_roi|metric_definition|alert_create)$/;

/** Asked by the metric itself: 接通率 本月, 回款额 上月. */
const namedByMetric: ReadonlySet<string> = new Set(['metric_query', 'payment_rate']);

/** Words of the rarer slots, each read back by the report that has it. */
function printSide(command: Command): string[] {
  const { intent, slots } = command;
  const out: string[] = [];
  if (slots.metrics !== undefined) out.push('新增几个客户 流失几个');
  if (slots.with_reasons === true && intent !== 'drill_down') out.push('原因');
  if (slots.with_risk === true) out.push('有没有风险');
  if (slots.comparison === 'entities') out.push('比一比谁多');
  if (slots.method === 'weighted_pipeline') out.push('加权');
  if (slots.check !== undefined) out.push(slots.check === 'duplicates' ? '重复客户' : '没手机号');
  if (slots.field === 'phone') out.push('电话');
  if (slots.order === 'grade') out.push('按等级排');
  else if (slots.order === 'asc' && slots.top === undefined) out.push('倒序');
  if (!saysMetric.test(intent)) {
    if (slots.metric === 'count') out.push('有多少');
    else if (slots.metric === 'share') out.push('占比');
    else if (slots.metric === 'share_of_revenue') out.push('贡献');
  }
  switch (slots.view) {
    case 'pace':
      out.push('赶得上吗');
      break;
    case 'interval':
      out.push(intent === 'followups' ? '间隔' : '区间');
      break;
    case 'my_rank':
      out.push('我排第几');
      break;
    case 'last_interaction':
      out.push('上次联系');
      break;
    case 'overdue_and_open':
      out.push('逾期没完成');
      break;
    case 'detail':
      if (intent !== 'drill_down') out.push('明细');
      break;
    default:
      break;
  }
  if (slots.context === 'last_review') out.push('上次复盘');
  if (slots.context === 'last_silent_push') out.push('这批');
  if (slots.action === 'resend') out.push('重发');
  if (slots.condition === 'only_when_changed') out.push('有变化才发');
  if (slots.target === 'this_group') out.push('发群里');
  else if (slots.target === '@me' && /^(?:export|subscription_create)$/.test(intent)) out.push('发我');
  return out;
}

/** Orders that are said in a phrase rather than by a name. */
function orderNames({ intent, slots }: Command): string | null {
  switch (intent) {
    case 'action_item_create':
      return typeof slots.problem === 'string' ? `加个行动项 ${slots.problem}` : '加个行动项';
    case 'action_item_done':
      return '完成行动项';
    case 'silent_feedback':
      return slots.action === 'later'
        ? '稍后联系'
        : slots.action === 'handed_over'
          ? `转交给${slots.owner ?? ''}`
          : slots.action === 'dismissed'
            ? '不用联系'
            : '已联系';
    case 'alert_ack':
      return '收到 我来跟';
    case 'feedback_wrong_number':
      return '这数不对';
    default:
      return null;
  }
}

/** The command in canonical words: reading them again gives the same command. */
export function printCommand(command: Command): string {
  const { intent, slots } = command;
  const out: string[] = [];
  if (intent === 'refine' && slots.back !== undefined) return '上一个';
  if (slots.relative_period !== undefined) return slots.relative_period === 'preceding' ? '再往前一期' : '再往前一个月';
  if (intent === 'refine') out.push('换成');
  else if (intent === 'drill_down')
    out.push(slots.with_reasons === true ? '为什么' : slots.view === 'detail' ? '明细' : '展开');
  else if (intent === 'digest') out.push(titles[slots.cadence ?? 'daily']!);
  else if (intent === 'target_attainment' && slots.metric === 'gap') out.push('目标', '还差多少');
  else if (intent === 'sales_trend' && slots.metric !== undefined && slots.metric !== 'won_amount')
    out.push('走势', metricName(slots.metric));
  else if (slots.metric !== undefined && (namedByMetric.has(intent) || reportShowing(slots.metric) === intent))
    out.push(metricName(slots.metric));
  else out.push(orderNames(command) ?? nameOfIntent(intent));
  if (typeof slots.date === 'string') out.unshift(slots.date);
  if (slots.id !== undefined) out.push(intent === 'drill_down' ? `第${slots.id}个` : String(slots.id));
  if (slots.topic !== undefined) out.push(nameOfIntent(slots.topic));
  if (slots.report !== undefined) out.push(reportNames[slots.report] ?? nameOfIntent(slots.report));
  if (
    slots.metric !== undefined &&
    saysMetric.test(intent) &&
    slots.metric !== 'share_of_revenue' &&
    reportShowing(slots.metric) !== intent
  )
    out.push(metricName(slots.metric));
  const mode = modes[slots.mode as keyof typeof modes];
  if (mode !== undefined) out.push(mode);
  if (slots.from_stage !== undefined && slots.to_stage !== undefined) out.push(`${slots.from_stage} ${slots.to_stage}`);
  if (slots.period !== undefined) out.push(printPeriod(slots.period));
  if (slots.compare === 'mom') out.push('环比');
  else if (slots.compare === 'yoy') out.push('同比');
  else if (slots.compare !== undefined) out.push('对比', printPeriod(slots.compare.period));
  if (slots.scope === 'my_team') out.push('我们组');
  if (slots.scope === 'company') out.push('全公司');
  const ranked = slots.view === 'my_rank';
  if (slots.filters !== undefined && !ranked) out.push(...printFilters(slots.filters));
  if (slots.filters_add !== undefined) out.push('再加上', printFilters(slots.filters_add).join('和'));
  if (slots.filters_not !== undefined) out.push(`除了${printFilters(slots.filters_not).join('和')}`);
  if (slots.threshold !== undefined) out.push(printThreshold(slots.threshold));
  const groups = (slots.group_by ?? []).map((dimension: Dimension) => dimensionNames[dimension]);
  if (groups.length > 0) out.push(`按${groups.join('和')}`);
  if (slots.grain !== undefined) out.push(grains[slots.grain]);
  if (slots.top !== undefined) out.push(`${slots.order === 'asc' ? '倒数' : '前'}${slots.top}`);
  if (slots.top_percent !== undefined) out.push(`前${slots.top_percent}%`);
  if (slots.chart !== undefined && !(intent === 'customer_profile' && slots.chart === 'pie'))
    out.push(charts[slots.chart] ?? '');
  if (slots.schedule !== undefined) out.push(printSchedule(slots.schedule));
  if (slots.format !== undefined)
    out.push(
      slots.format === 'xlsx' ? 'excel' : slots.format === 'table' ? '表格' : slots.format === 'pdf' ? 'pdf' : '图片',
    );
  out.push(...printSide(command));
  return out.filter((part) => part !== '').join(' ');
}
