import { describePeriod, periodDates, periodName } from '../calendar/period.ts';
import type { Intent, Repair } from '../commands/command.ts';
import { groupingWords } from '../metrics/dimensions.ts';
import type { Question } from '../reports/report.ts';
import { orderWords, type ReportWords, reportWords } from '../reports/vocabulary.ts';

const grainNames = { day: '按天', week: '按周', month: '按月', quarter: '按季度' } as const;

/** 周报 and 月报 are the 日报 of longer days, and are called so. */
const cadenceNames = { daily: '日报', weekly: '周报', monthly: '月报', quarterly: '季报' } as const;

/** The first line of every answer: report, period with its dates, scope, filters, grouping, comparison. */
export function understoodLine(reportName: string, mode: string | null, question: Question): string {
  const { cadence } = question.slots;
  const name = reportName === '日报' && cadence !== undefined ? cadenceNames[cadence] : reportName;
  const parts = [mode === null ? name : `${name}(${mode})`];
  if (question.period !== null) parts.push(describePeriod(question.period, question.moment.today));
  // 沉默客户 本月: the running month was said, what stands now is shown.
  else if (question.slots.period !== undefined && !/当前|现在/.test(mode ?? '')) parts.push('现在');
  parts.push(question.scope.words, ...question.filterWords);
  if (question.groupBy.length > 0) parts.push(`按${question.groupBy.map(groupingWords).join('、')}`);
  if (question.slots.grain !== undefined) parts.push(grainNames[question.slots.grain]);
  if (question.compare !== null) {
    const word = { mom: '环比', yoy: '同比', period: '对比' }[question.compare.kind];
    const name = periodName(question.compare.period);
    const dates = periodDates(question.compare.period);
    parts.push(`${word} ${name === dates ? dates : `${name}(${dates})`}`);
  }
  if (question.top !== null) parts.push(`${question.slots.order === 'asc' ? '后' : '前'} ${question.top}`);
  return parts.join(' · ');
}

/** What was read differently from how it was typed: 按「漏斗」理解(你写的是「漏豆」). */
export const repairWords = (repairs: readonly Repair[]): string =>
  repairs.length === 0
    ? ''
    : `按${repairs.map((repair) => `「${repair.read}」`).join('')}理解(你写的是${repairs.map((repair) => `「${repair.typed}」`).join('')})`;

const named: Readonly<Record<string, ReportWords>> = { ...reportWords, ...orderWords };

/** What has no word of its own to be asked by. */
const spoken: Partial<Record<Intent, string>> = {
  action_item_create: '新建行动项',
  action_item_done: '完成行动项',
  alert_ack: '认领预警',
  clarify: '确认',
  drill_down: '展开',
  feedback_wrong_number: '核对',
  out_of_scope: '其他',
  refine: '接着问',
  reject: '拒绝',
  silent_feedback: '沉默客户反馈',
};

/** What an intent is called where people read it. */
export const intentName = (intent: Intent): string => named[intent]?.name ?? spoken[intent] ?? intent;
