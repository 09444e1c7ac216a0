import { isRunning } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatValue } from '../figures/format.ts';
import { differs } from '../figures/rate.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { newCustomers } from '../metrics/customers.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { type Cells, canGroup, measure, total } from '../metrics/engine.ts';
import { shareOfRevenue } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import { avgOrderValue, salesCycle, winRate, wonAmount, wonCount } from '../metrics/sales.ts';
import type { Choice, Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, periodWords } from './captions.ts';
import { type Compared, changeWords, comparedOf } from './comparison.ts';
import { emptyPeriod } from './empty-period.ts';
import { figureOf, plainFigure, rateOf } from './figure-of.ts';
import { partAdvice } from './part-advice.ts';
import { type PartStory, partNarrative, partTable, partTitle } from './part-narrative.ts';
import { dimsOf, isKnown, type PartRow, partFigure, partRows, sizeOf, valueWords } from './part-rows.ts';
import type { Company, Findings, Question } from './report.ts';
import { partsChart } from './sales-chart.ts';
import { salesHeatmap } from './sales-heatmap.ts';
import { wantedMetrics } from './sales-metric.ts';

/** Result and process side by side (item 35), in the order of a table's columns. */
const offered = [wonAmount, wonCount, avgOrderValue, winRate, salesCycle, paymentAmount, newCustomers, followupCount];

/** Sales cut by one or two dimensions; two people or regions named side by side are held against each other. */
export async function salesByPart(company: Company, question: Question): Promise<Findings> {
  const period = question.period!;
  const compared = comparedOf(question, period);
  const by = question.groupBy.slice(0, 2);
  const main = wantedMetrics(question)[0] ?? wonAmount;
  const fits = (metric: Metric) => by.every((dimension) => canGroup(metric, dimension, company));
  const metrics = [main, ...offered.filter((metric) => metric !== main && fits(metric))];
  const cells = await measure(company, question.scope, {
    metrics,
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before],
    groupings: [total, { by }],
  });
  const rows = partRows(company, question, cells, { grouping: 1, by, main });
  if (rows.every((row) => metrics.every((metric) => sizeOf(row, metric) === 0 && sizeOf(row, metric, 1) === 0))) {
    const sought = { noun: '成交', command: '业绩', table: 'cm_contracts', at: 'signed_on' } as const;
    return emptyPeriod(company, question, period, sought);
  }
  const running = isRunning(period, question.moment.today);
  const noun = main === wonCount ? ' 单' : '';
  const story: PartStory = { rows, main, noun, by, cells, compared, rate: winRate, running, nothing: '成交' };
  const duel = question.slots.comparison === 'entities' && rows.length === 2;
  const title = duel ? duelTitle(rows, main, question) : partTitle(story, periodWords(question));
  const shown = question.top === null ? rows : rows.slice(0, question.top);
  const subtitle = chartSubtitle(`${main.name}按${by.map((d) => dimensionNames[d]).join('、')}`, period, question);
  const frame = { title, subtitle, footer: chartFooter(company, question) };
  return {
    title,
    mode: null,
    headline: [figureOf(cells.total(main)), ...shown.slice(0, 4).map((row) => partFigure(row, main, by))],
    figures: figuresOf(rows, metrics, by, cells, compared),
    narrative: duel ? duelNarrative(rows, main, compared) : partNarrative(story),
    advice: duel ? [] : partAdvice(company, question, story),
    chart:
      by.length === 2
        ? salesHeatmap(rows, main, frame)
        : partsChart({
            ...frame,
            rows,
            metric: main,
            by: by[0],
            words: { now: periodWords(question), before: compared.words },
          }),
    table: partTable(shown, metrics, story),
    notes: notesOf(by, shown, rows),
    choices: choicesOf(question, rows, by),
  };
}

function duelTitle(rows: readonly PartRow[], main: Metric, question: Question): string {
  const [a, b] = [rows[0]!, rows[1]!];
  if (sizeOf(a, main) === sizeOf(b, main)) return `${periodWords(question)}${a.name}和${b.name}的${main.name}一样`;
  return `${periodWords(question)}${main.name}${a.name}多:${valueWords(a.at(main), main)},${b.name} ${valueWords(b.at(main), main)}`;
}

function duelNarrative(rows: readonly PartRow[], main: Metric, compared: Compared): Line[] {
  const [a, b] = [rows[0]!, rows[1]!];
  const gap = sizeOf(a, main) - sizeOf(b, main);
  const deals = (row: PartRow): string => {
    const size = `${formatCount(sizeOf(row, wonCount))} 单,客单价 ${valueWords(row.at(avgOrderValue), avgOrderValue)}`;
    return `${valueWords(row.at(wonAmount), wonAmount)}(${size})`;
  };
  const lines: Line[] = [
    [
      `${a.name} `,
      { strong: deals(a) },
      `,${b.name} `,
      { strong: deals(b) },
      gap === 0 ? ',持平。' : `,差 ${formatValue(gap, main.unit)}。`,
    ],
  ];
  const how = howWords(a, b);
  if (main === wonAmount && gap > 0 && sizeOf(b, wonCount) > 0) lines.push([how]);
  const [ra, rb] = [a.at(winRate), b.at(winRate)];
  if (ra !== undefined && rb !== undefined && (ra.denominator ?? 0) > 0 && (rb.denominator ?? 0) > 0) {
    const real = differs(rateOf(ra), rateOf(rb)) ? '差别不是偶然' : '单子不够多,分不出高下';
    const rate = (row: PartRow) => `${row.name} ${valueWords(row.at(winRate), winRate)}`;
    lines.push([`赢单率${rate(a)},${rate(b)},${real}。`]);
  }
  const moved = (row: PartRow) =>
    `${row.name}${changeWords(sizeOf(row, main), sizeOf(row, main, 1), main.unit, main === wonCount ? ' 单' : '')}`;
  lines.push([`和各自的${compared.words}比,${moved(a)},${moved(b)}。`]);
  return lines;
}

/** By what the one in front is in front: more deals, larger ones, or both. */
function howWords(a: PartRow, b: PartRow): string {
  const [deals, size] = [
    sizeOf(a, wonCount) - sizeOf(b, wonCount),
    sizeOf(a, avgOrderValue) - sizeOf(b, avgOrderValue),
  ];
  if (deals > 0 && size >= 0) return `${a.name}单数更多,单子也更大。`;
  if (deals > 0) return `${a.name}胜在单数,${b.name}的单子更大。`;
  if (deals < 0) return `${a.name}胜在单子大,${b.name}签的单数更多。`;
  return '单数一样,差在单子大小。';
}

function figuresOf(
  rows: readonly PartRow[],
  metrics: readonly Metric[],
  by: readonly Dimension[],
  cells: Cells,
  compared: Compared,
): Figure[] {
  const whole = cells.total(wonAmount).value ?? 0;
  const shares = rows.map((row) => plainFigure(shareOfRevenue, sizeOf(row, wonAmount) / whole, dimsOf(row, by)));
  return [
    ...metrics.map((metric) => figureOf(cells.total(metric))),
    ...metrics.map((metric) => figureOf(cells.total(metric, 1), [], { period: compared.words })),
    ...rows.flatMap((row) => metrics.map((metric) => partFigure(row, metric, by))),
    ...(whole > 0 && metrics.includes(wonAmount) ? shares : []),
  ];
}

function notesOf(by: readonly Dimension[], shown: readonly PartRow[], rows: readonly PartRow[]): string[] {
  return [
    ...(by.some((dimension) => dimension === 'product' || dimension === 'product_line')
      ? ['按产品看用合同明细行的金额;一份合同含多个产品时,各产品都算一单。']
      : []),
    ...(shown.length < rows.length ? [`只列前 ${shown.length} 个,共 ${rows.length} 个。`] : []),
  ];
}

function choicesOf(question: Question, rows: readonly PartRow[], by: readonly Dimension[]): Choice[] {
  const first = rows.find(isKnown);
  const named = by[0] === 'owner' || by[0] === 'region' ? first?.parts[0]?.name : undefined;
  return [
    ...(named === undefined ? [] : [followUp(question, '业绩', named)]),
    by[0] === 'owner' ? followUp(question, '排行') : followUp(question, '业绩', '按人'),
    followUp(question, '目标'),
  ];
}
