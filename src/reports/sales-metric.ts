import type { Dimension } from '../commands/command.ts';
import { formatRate, formatValue } from '../figures/format.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import { type Cell, canGroup, type Grouping, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, periodWords, whose } from './captions.ts';
import { changeWords, comparedOf, rateChangeWords } from './comparison.ts';
import { emptyPeriod } from './empty-period.ts';
import { figureOf, rateOf } from './figure-of.ts';
import type { Company, Findings, Question } from './report.ts';
import { salesChart } from './sales-chart.ts';
import { carriedWords, explain, explainingCuts, naturalCut } from './sales-cuts.ts';

/** The metrics named in the question that one query can count; others belong to reports of their own. */
export function wantedMetrics({ slots }: Question): readonly Metric[] {
  const names = slots.metrics ?? (slots.metric === undefined ? [] : [slots.metric]);
  return names.flatMap((name) => {
    const metric = metricByWords(name);
    return metric === undefined || metric.computation.kind === 'derived' ? [] : [metric];
  });
}

const noun = (metric: Metric): string => (metric.id === 'won_count' ? ' 单' : '');

const shown = (cell: Cell): string =>
  cell.metric.unit === 'ratio'
    ? formatRate(rateOf(cell))
    : `${formatValue(cell.value, cell.metric.unit)}${cell.value === null ? '' : noun(cell.metric)}`;

/** One metric asked alone: the number, its change, what carries it. */
export async function salesMetric(company: Company, question: Question, wanted: readonly Metric[]): Promise<Findings> {
  const period = question.period!;
  const compared = comparedOf(question, period);
  const main = wanted[0]!;
  const cut = naturalCut(company, question);
  const fits = (dimension: Dimension): boolean => wanted.every((metric) => canGroup(metric, dimension, company));
  const additive = main.computation.kind === 'sum';
  const cuts = explainingCuts(company, question).filter(
    (dimension) => fits(dimension) && (additive || dimension === cut),
  );
  const groupings: Grouping[] = [total, ...cuts.map((by) => ({ by: [by] }))];
  const cells = await measure(company, question.scope, {
    metrics: wanted,
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before],
    groupings,
  });
  const [now, before] = [cells.total(main), cells.total(main, 1)];
  if ((now.value ?? 0) === 0 && (before.value ?? 0) === 0) {
    return emptyPeriod(company, question, period, {
      noun: '成交',
      command: '业绩',
      table: 'cm_contracts',
      at: 'signed_on',
    });
  }
  const title = `${periodWords(question)}${main.name} ${shown(now)}`;
  const lines: Line[] = wanted.map((metric) =>
    sentence(question, compared.words, cells.total(metric), cells.total(metric, 1)),
  );
  if (additive) {
    const change = (now.value ?? 0) - (before.value ?? 0);
    const carried = carriedWords(explain(cells, main, groupings), change, main.unit, noun(main));
    if (carried !== null) lines.push([carried]);
  }
  const part = groupings.findIndex((grouping) => cut !== null && grouping.by[0] === cut);
  const name = periodWords(question);
  return {
    title,
    mode: null,
    headline: wanted.slice(0, 5).map((metric) => figureOf(cells.total(metric))),
    figures: [
      ...wanted.map((metric) => figureOf(cells.total(metric))),
      ...wanted.map((metric) => figureOf(cells.total(metric, 1), [], { period: compared.words })),
      ...(part < 0 ? [] : wanted.flatMap((metric) => cells.of(metric, part).map((cell) => figureOf(cell, [cut!])))),
    ],
    narrative: lines.slice(0, 4),
    advice: [],
    chart:
      part < 0
        ? null
        : salesChart({
            title,
            subtitle: chartSubtitle(main.name, period, question),
            footer: chartFooter(company, question),
            cells,
            metric: main,
            grouping: part,
            words: { now: name, before: compared.words },
            periods: compared,
          }),
    table: null,
    notes: [],
    choices: [
      { label: `业绩 ${name}`, command: `业绩 ${name}` },
      ...(cut === null
        ? []
        : [
            {
              label: `业绩 ${name} ${cut === 'region' ? '按大区' : '按人'}`,
              command: `业绩 ${name} ${cut === 'region' ? '按大区' : '按人'}`,
            },
          ]),
      { label: `口径 ${main.name}`, command: `口径 ${main.name}` },
    ],
  };
}

function sentence(question: Question, words: string, now: Cell, before: Cell): Line {
  const head = `${whose(question)}${periodWords(question)}${now.metric.name} `;
  if (now.metric.unit === 'ratio') {
    return [head, { strong: formatRate(rateOf(now)) }, `,${rateChangeWords(rateOf(now), rateOf(before), words)}。`];
  }
  if (before.value === null || now.value === null) return [head, { strong: shown(now) }, `,${words}没有可比的数。`];
  if (before.value === 0) return [head, { strong: shown(now) }, `,${words}没有。`];
  const few = now.metric.unit === 'count' && now.value + before.value < 30 ? ',数目小,差几个属正常' : '';
  return [
    head,
    { strong: shown(now) },
    `,${words} ${shown(before)},${changeWords(now.value, before.value, now.metric.unit, noun(now.metric))}${few}。`,
  ];
}
