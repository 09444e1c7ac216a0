import { distance } from 'fastest-levenshtein';
import { endOfMonth, startOfMonth } from '../calendar/day.ts';
import { describePeriod, type Period, periodDates, precedingPeriod, samePeriodLastYear } from '../calendar/period.ts';
import { metricByWords, metrics } from '../metrics/catalogue.ts';
import type { Layer, Metric } from '../metrics/metric.ts';
import { type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const layers: Readonly<Record<Layer, string>> = { strategic: '战略层', managerial: '管理层', operational: '执行层' };

const tables: Readonly<Record<string, string>> = {
  cm_contracts: '合同',
  cm_opportunities: '商机',
  cm_stage_events: '阶段变动',
  cm_customers: '客户',
  cm_customer_last_touch: '最近互动',
  cm_customer_usage: '产品使用',
  cm_leads: '线索',
  cm_campaigns: '市场活动',
  cm_activities: '跟进记录',
  cm_payments: '回款',
  cm_payment_plans: '回款计划',
  cm_targets: '目标',
  cm_quotes: '报价',
  cm_tickets: '工单',
  cm_surveys: '调查',
};

/** How parts add up, in words: nobody should add distinct counts or average averages. */
function additionOf({ computation }: Metric): string {
  switch (computation.kind) {
    case 'sum':
      return '各部分可以相加。';
    case 'distinct':
      return '按人头去重,各部分相加会大于合计。';
    case 'ratio':
      return '合计是总数相除,不是各部分的平均。';
    case 'derived':
      return '';
  }
}

/** The settings behind a definition, as this company has them. */
function settingOf(metric: Metric, { settings }: Company): string {
  switch (metric.id) {
    case 'silent_customers': {
      const grades = Object.entries(settings.silentDays.byGrade).map(([grade, days]) => `${grade} 级 ${days} 天`);
      return `你们的设置:${settings.silentDays.default} 天${grades.length === 0 ? '' : `(${grades.join('、')})`}。`;
    }
    case 'stage_stuck':
      return `你们的设置:${settings.stuckAfterDays} 天。`;
    case 'lead_conversion':
    case 'converted_leads':
    case 'cac':
    case 'roi':
      return `你们的设置:观察期 ${settings.conversionLagDays} 天。`;
    default:
      return '';
  }
}

/** 口径: what a metric counts and what not, who owns it, from where it comes (items 81, 122). */
export const metricDefinitionReport = defineReport({
  intent: 'metric_definition',
  items: [81, 105, 122],
  defaultPeriod: null,
  dimensions: [],
  needs: [],
  run: async (company, question) => {
    const asked = question.slots.metric ?? question.slots.topic ?? null;
    if (asked === null) return allMetrics();
    const metric = metricByWords(asked);
    return metric === undefined ? unknownMetric(asked) : definition(company, question, metric);
  },
});

function definition(company: Company, question: Question, metric: Metric): Findings {
  const settings = settingOf(metric, company);
  const addition = additionOf(metric);
  const sources = metric.sources.map((source) => tables[source] ?? source);
  const example = exampleOf(metric, question);
  return {
    title: `${metric.name}(${metric.english})`,
    mode: null,
    headline: [],
    figures: [],
    narrative: [
      [metric.definition],
      ...(addition === '' ? [] : [[addition]]),
      ...(settings === '' ? [] : [[settings]]),
      ...(example === null ? [] : [[example]]),
    ],
    advice: [],
    chart: null,
    table: null,
    notes: [
      `${layers[metric.layer]}指标 · 负责人 ${metric.owner} · 版本 ${metric.version}${sources.length === 0 ? '' : ` · 来自${sources.join('、')}`}`,
      ...(metric.aliases.length === 0
        ? []
        : [`也叫:${metric.aliases.filter((alias) => !/^[a-z_]+$/.test(alias)).join('、')}`]),
    ],
    choices: [{ label: '口径', command: '口径' }],
  };
}

/** 同比 and 环比 are best explained by today's dates. */
function exampleOf(metric: Metric, question: Question): string | null {
  if (metric.id !== 'yoy' && metric.id !== 'mom') return null;
  const { today } = question.moment;
  const month: Period = { label: 'this_month', from: startOfMonth(today), to: endOfMonth(today) };
  const before = metric.id === 'yoy' ? samePeriodLastYear(month, today) : precedingPeriod(month, today);
  return `例如${describePeriod(month, today)},比的是 ${periodDates(before)}。`;
}

/** A list longer than this is not read on a phone. */
const mostNames = 14;

function allMetrics(): Findings {
  const groups = (['strategic', 'managerial', 'operational'] as const).map((layer) => {
    const names = metrics
      .filter((metric) => metric.layer === layer && metric.sources.length > 0)
      .map((metric) => metric.name);
    const more = names.length > mostNames ? `等 ${names.length} 个` : '';
    return [`${layers[layer]}:${names.slice(0, mostNames).join('、')}${more}。`];
  });
  return {
    ...nothingFound('指标口径', ''),
    narrative: [[`共 ${metrics.length} 条,说「口径 指标名」看其中一条。`], ...groups],
    choices: ['成交金额', '线索转化率', '沉默客户', '客户流失率'].map((name) => ({
      label: `口径 ${name}`,
      command: `口径 ${name}`,
    })),
  };
}

function unknownMetric(asked: string): Findings {
  const shown = [...asked].slice(0, 20).join('');
  const near = metrics
    .map((metric) => ({
      metric,
      far: Math.min(
        ...[metric.name, ...metric.aliases].map((name) => distance(name, shown) / Math.max(name.length, shown.length)),
      ),
    }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .filter(({ far }) => far < 0.8)
    .map(({ metric }) => ({ label: `口径 ${metric.name}`, command: `口径 ${metric.name}` }));
  const others =
    near.length === 0 ? '说「口径」看全部。' : `相近的有${near.map(({ label }) => label.slice(3)).join('、')}。`;
  return nothingFound(
    '字典里没有这个指标',
    `字典里没有「${shown}」。${others}`,
    near.length === 0 ? [{ label: '口径', command: '口径' }] : near,
  );
}
