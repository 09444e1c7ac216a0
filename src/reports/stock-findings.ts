import { formatRatio } from '../figures/format.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import { measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { chartFooter, whose } from './captions.ts';
import { figureOf } from './figure-of.ts';
import { isKnown, partFigure, partRows, sizeOf, valueWords } from './part-rows.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';
import { naturalCut } from './sales-cuts.ts';
import { salesHeatmap } from './sales-heatmap.ts';
import { tiedFor, tiedWithFirst } from './tied.ts';

/** A metric that is as it is now and has no period: 客户总数, 在跟客户. There is nothing before to hold it against. */
export async function stockFindings(
  company: Company,
  question: Question,
  metric: Metric,
  noun: string,
): Promise<Findings> {
  const natural = naturalCut(company, question);
  const by = question.groupBy.length > 0 ? question.groupBy : natural === null ? [] : [natural];
  const cells = await measure(company, question.scope, {
    metrics: [metric],
    filter: question.filter,
    moment: question.moment,
    periods: [null],
    groupings: [total, ...(by.length === 0 ? [] : [{ by }])],
  });
  const whole = cells.total(metric);
  const size = whole.value ?? 0;
  if (size === 0) return nothingFound(`现在没有${metric.name}`, `${whose(question)}现在没有${metric.name}可数。`);
  const rows = by.length === 0 ? [] : partRows(company, question, cells, { grouping: 1, by, main: metric });
  const shown = question.top === null ? rows : rows.slice(0, question.top);
  const first = rows.find(isKnown);
  const most = tiedWithFirst(rows.filter(isKnown), (row) => sizeOf(row, metric));
  const mostWords = tiedFor(
    most.map(({ name }) => name),
    '最多',
  );
  const title = `现在${metric.name} ${valueWords(whole, metric, noun)}${first === undefined || rows.length < 2 ? '' : `,${mostWords}`}`;
  const cut = by.map((dimension) => dimensionNames[dimension]).join('、');
  const frame = {
    title,
    subtitle: by.length === 0 ? metric.name : `${metric.name}按${cut}`,
    footer: chartFooter(company, question),
  };
  const share = (row: (typeof rows)[number]): string =>
    metric.computation.kind === 'sum' ? `,占 ${formatRatio(sizeOf(row, metric) / size)}` : '';
  return {
    title,
    mode: '现在',
    headline: [figureOf(whole), ...shown.slice(0, 4).map((row) => partFigure(row, metric, by))],
    figures: [figureOf(whole), ...rows.map((row) => partFigure(row, metric, by))],
    narrative: [
      [`${whose(question)}现在${metric.name} `, { strong: valueWords(whole, metric, noun) }, '。'],
      ...(first === undefined || rows.length < 2
        ? []
        : [
            [
              `${mostWords},${most.length > 1 ? '各 ' : ''}${valueWords(first.at(metric), metric, noun)}${most.length > 1 ? '' : share(first)}。`,
            ],
          ]),
    ],
    advice: [],
    chart:
      by.length === 0
        ? null
        : by.length === 2
          ? salesHeatmap(rows, metric, frame)
          : {
              ...frame,
              kind: 'bar',
              direction: 'across',
              counter: counterOf(by[0]),
              labels: shown.map((row) => row.name),
              series: [
                {
                  label: metric.name,
                  tone: 'ours',
                  values: shown.map((row) => row.at(metric)?.value ?? 0),
                },
              ],
              unit: metric.unit,
            },
    table:
      by.length === 0
        ? null
        : {
            columns: [...by.map((dimension) => dimensionNames[dimension]), metric.name],
            rows: shown.map((row) => [...row.parts.map((part) => part.name), valueWords(row.at(metric), metric, noun)]),
            numeric: [...by.map(() => false), true],
          },
    notes: [
      `${metric.name}是现在的数,不分期间。`,
      ...(metric.computation.kind === 'distinct' && by.length > 0 ? ['去重计数,各部分相加会多于合计。'] : []),
    ],
    choices: [{ label: `口径 ${metric.name}`, command: `口径 ${metric.name}` }],
  };
}
