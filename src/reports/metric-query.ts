import type { Dimension } from '../commands/command.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import { dimensionNames, groupingWords } from '../metrics/dimensions.ts';
import { canGroup } from '../metrics/engine.ts';
import type { Measure, Metric } from '../metrics/metric.ts';
import { metricWords } from '../metrics/vocabulary.ts';
import { followUp } from './captions.ts';
import { metricFindings } from './metric-report.ts';
import { type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { nounOf } from './sales-metric.ts';
import { stockFindings } from './stock-findings.ts';

const everyDimension = Object.keys(dimensionNames) as Dimension[];

/** What the engine counts a metric over, the decisive part first; null for a metric that its report computes. */
function measureOf({ computation }: Metric): Measure | null {
  switch (computation.kind) {
    case 'sum':
    case 'distinct':
      return computation.measure;
    case 'ratio':
      return computation.denominator;
    case 'derived':
      return null;
  }
}

/** 客户总数, 在跟商机: counted over what there is now. */
function isStock(named: string | undefined): boolean {
  const metric = named === undefined ? undefined : metricByWords(named);
  return metric !== undefined && measureOf(metric)?.at === null;
}

/** Cuts over which a change is explained; a table as long as that of the follow-ups is not read once more for each. */
const cutsOf = ({ table }: Measure): readonly Dimension[] | null =>
  table === 'cm_activities' ? null : table === 'cm_tickets' ? ['product', 'industry'] : ['industry', 'channel'];

/** Any metric of the dictionary by any dimension that it has, over any period (items 109, 135); what has a report of its own is asked there. */
export const metricQueryReport = defineReport({
  intent: 'metric_query',
  items: [15],
  defaultPeriod: 'this_month',
  onlyNow: { past: ['pipeline_changes', 'new_customers'], where: ({ metric }) => isStock(metric) },
  overTime: true,
  dimensions: everyDimension,
  needs: [],
  run: async (company, question) => {
    const { metric: named } = question.slots;
    const metric = named === undefined ? undefined : metricByWords(named);
    const measured = metric === undefined ? null : measureOf(metric);
    if (metric === undefined || measured === null) return whichMetric(metric);
    const absent = absentSource(company, metric);
    if (absent !== null) return absent;
    const odd = question.groupBy.find((dimension) => !canGroup(metric, dimension, company));
    if (odd !== undefined) return wrongDimension(company, question, metric, odd);
    const noun = nounOf(metric);
    if (measured.at === null) return stockFindings(company, question, metric, noun);
    return metricFindings(company, question, {
      command: metric.name,
      main: metric,
      beside: [],
      noun,
      sought: {
        noun: metric.name.replace(/(?:次数|数)$/, ''),
        command: metric.name,
        table: measured.table,
        at: measured.at,
      },
      cuts: cutsOf(measured),
    });
  },
});

/** Nothing was named, or something that only its own report can compute. */
function whichMetric(metric: Metric | undefined): Findings {
  const own = metric === undefined ? undefined : metricWords.find(({ id }) => id === metric.id);
  const some = ['报价次数', '接通率', '新增商机', '回款额'].map((name) => ({
    label: `${name} 本月`,
    command: `${name} 本月`,
  }));
  return metric === undefined
    ? nothingFound('看哪个指标', '后面接上指标的名字,比如:报价次数 本月 按人。全部名字和口径打「口径」。', some)
    : nothingFound(
        `${metric.name}不能单独拆`,
        `${metric.name}由它自己的报表计算,不能任意分组。${own === undefined ? '' : `直接打「${own.name}」就能看。`}`,
        [{ label: `口径 ${metric.name}`, command: `口径 ${metric.name}` }],
      );
}

/** Decision 19: what the CRM does not record is said, never counted as zero. */
function absentSource(company: Company, metric: Metric): Findings | null {
  const source = metric.sources.find((table) => company.capabilities.get(table.slice('cm_'.length))?.level === 'none');
  if (source === undefined) return null;
  const note = company.capabilities.get(source.slice('cm_'.length))?.note ?? null;
  return nothingFound(
    `没有${metric.name}的数据`,
    `你们的 CRM 没有记录${metric.name}要用的数据${note === null ? '' : `(${note})`},所以给不出数。`,
  );
}

/** A dimension that the metric's rows do not have: which it has, and the nearest question that works. */
function wrongDimension(company: Company, question: Question, metric: Metric, odd: Dimension): Findings {
  const fits = everyDimension.filter((dimension) => canGroup(metric, dimension, company));
  const usual = (['owner', 'region', 'industry', 'channel', 'product'] as const).filter((one) => fits.includes(one));
  const nearest = usual.length > 0 ? usual : fits;
  return nothingFound(
    `${metric.name}不能按${groupingWords(odd)}看`,
    `${metric.name}的记录里没有${dimensionNames[odd]},所以不能按${groupingWords(odd)}看;能按${fits.map(groupingWords).join('、')}看。`,
    nearest.slice(0, 3).map((dimension) => followUp(question, metric.name, `按${groupingWords(dimension)}`)),
  );
}
