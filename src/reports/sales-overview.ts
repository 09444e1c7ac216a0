import { isRunning, type Period } from '../calendar/period.ts';
import type { ChartFrame } from '../charts/spec.ts';
import type { Dimension } from '../commands/command.ts';
import { attributeProduct } from '../figures/attribution.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate, formatRateBrief, formatValue } from '../figures/format.ts';
import { countsDiffer, differs } from '../figures/rate.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { newCustomers } from '../metrics/customers.ts';
import { type Cell, type Cells, type Grouping, measure, total } from '../metrics/engine.ts';
import { leadConversion, newLeads } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import {
  avgOrderValue,
  lostOpportunities,
  renewedOrders,
  salesCycle,
  winRate,
  wonAmount,
  wonCount,
  wonOpportunities,
} from '../metrics/sales.ts';
import type { Choice, Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { type Compared, changeWords, comparedOf, rateChangeWords } from './comparison.ts';
import { reallyMoved } from './dashboard-tiles.ts';
import { emptyPeriod } from './empty-period.ts';
import { figureOf, rateOf } from './figure-of.ts';
import { partRows } from './part-rows.ts';
import type { Company, Findings, Question } from './report.ts';
import { overviewAdvice } from './sales-advice.ts';
import { bucketsChart, partsChart } from './sales-chart.ts';
import { contradictionWords } from './sales-contradiction.ts';
import { carriedWords, explain, explainingCuts, naturalCut } from './sales-cuts.ts';
import { workDaysIn, workDayWords, workRateMoved } from './work-days.ts';

/** What was counted for the overview: five tables and the leads behind them, each once, now and before. */
export interface SalesNumbers {
  readonly compared: Compared;
  readonly groupings: readonly Grouping[];
  readonly contracts: Cells;
  readonly closed: Cells;
  readonly process: Cells;
  readonly leads: Cells;
}

export const leadGroupings: readonly Grouping[] = [total, { by: ['channel'] }];

/** At most six queries, whatever the scope. */
export async function readSales(company: Company, question: Question, period: Period): Promise<SalesNumbers> {
  const compared = comparedOf(question, period);
  const { scope, filter, moment } = question;
  const common = { filter, moment, periods: [compared.now, compared.before] };
  const cut = naturalCut(company, question);
  const groupings: Grouping[] = [total, ...explainingCuts(company, question).map((by) => ({ by: [by] }))];
  if (cut === null) groupings.push({ by: [], grain: grainOf(compared.now) });
  const [contracts, closed, process, leads] = await Promise.all([
    measure(company, scope, {
      ...common,
      metrics: [wonAmount, wonCount, avgOrderValue, renewedOrders],
      groupings,
      spread: true,
    }),
    measure(company, scope, {
      ...common,
      metrics: [winRate, wonOpportunities, lostOpportunities, salesCycle],
      groupings: [total],
    }),
    measure(company, scope, { ...common, metrics: [paymentAmount, newCustomers, followupCount], groupings: [total] }),
    measure(company, scope, { ...common, metrics: [newLeads, leadConversion], groupings: leadGroupings }),
  ]);
  return { compared, groupings, contracts, closed, process, leads };
}

const grainOf = ({ from, to }: Period): 'day' | 'week' | 'month' =>
  from.slice(0, 7) === to.slice(0, 7) ? 'week' : 'month';

export async function salesOverview(company: Company, question: Question): Promise<Findings> {
  const period = question.period!;
  const numbers = await readSales(company, question, period);
  const rows = overviewRows(numbers);
  const nothing = rows.every(({ now, before }) => (now.value ?? 0) === 0 && (before.value ?? 0) === 0);
  if (nothing) {
    return emptyPeriod(company, question, period, {
      noun: '成交',
      command: '业绩',
      table: 'cm_contracts',
      at: 'signed_on',
    });
  }
  const title = titleOf(question, numbers);
  const cut = naturalCut(company, question);
  return {
    title,
    mode: null,
    headline: [wonAmount, wonCount, avgOrderValue, winRate, paymentAmount].map((metric) =>
      figureOf(rows.find((row) => row.now.metric === metric)!.now),
    ),
    figures: [
      ...rows.map(({ now }) => figureOf(now)),
      ...rows.map(({ before }) => comparedFigure(before, numbers)),
      ...partFigures(numbers, cut),
    ],
    narrative: narrativeOf(question, numbers),
    advice: overviewAdvice(company, question, numbers),
    chart: overviewChart(company, question, numbers, {
      title,
      subtitle: chartSubtitle('业绩', period, question),
      footer: chartFooter(company, question),
    }),
    table: {
      columns: ['指标', periodWords(question), numbers.compared.words, '变化'],
      rows: rows.map(({ now, before }) => [now.metric.name, shown(now), shown(before), changed(now, before)]),
      numeric: [false, true, true, true],
    },
    notes: notesOf(numbers),
    choices: choicesOf(question, cut),
  };
}

/** The parts beside what they were; of one person the weeks or months. */
function overviewChart(company: Company, question: Question, numbers: SalesNumbers, frame: ChartFrame) {
  const { contracts, groupings, compared } = numbers;
  const cut = naturalCut(company, question);
  if (cut === null)
    return bucketsChart({
      ...frame,
      cells: contracts,
      metric: wonAmount,
      grouping: groupings.length - 1,
      period: compared.now,
    });
  const grouping = groupings.findIndex((g) => g.by[0] === cut);
  return partsChart({
    ...frame,
    rows: partRows(company, question, contracts, { grouping, by: [cut], main: wonAmount }),
    metric: wonAmount,
    by: cut,
    words: { now: periodWords(question), before: compared.words },
  });
}

interface Row {
  readonly now: Cell;
  readonly before: Cell;
}

function overviewRows({ contracts, closed, process, leads }: SalesNumbers): Row[] {
  const row = (cells: Cells, metric: Metric): Row => ({ now: cells.total(metric), before: cells.total(metric, 1) });
  return [
    row(contracts, wonAmount),
    row(contracts, wonCount),
    row(contracts, avgOrderValue),
    row(closed, winRate),
    row(closed, salesCycle),
    row(process, paymentAmount),
    row(process, newCustomers),
    row(process, followupCount),
    row(leads, newLeads),
  ];
}

const comparedFigure = (cell: Cell, { compared }: SalesNumbers): Figure =>
  figureOf(cell, [], { period: compared.words });

function partFigures({ contracts, groupings }: SalesNumbers, cut: Dimension | null): Figure[] {
  if (cut === null) return [];
  const grouping = groupings.findIndex((g) => g.by[0] === cut);
  return [wonAmount, wonCount].flatMap((metric) => contracts.of(metric, grouping).map((cell) => figureOf(cell, [cut])));
}

const shown = (cell: Cell): string =>
  cell.metric.unit === 'ratio' ? formatRate(rateOf(cell)) : formatValue(cell.value, cell.metric.unit);

function changed(now: Cell, before: Cell): string {
  if (now.value === null || before.value === null) return '—';
  if (now.metric.unit !== 'ratio') return changeWords(now.value, before.value, now.metric.unit);
  const points = Math.round((now.value - before.value) * 1000) / 10;
  const size = points === 0 ? '持平' : `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} 个百分点`;
  return points !== 0 && !differs(rateOf(now), rateOf(before)) ? `${size}(波动内)` : size;
}

function titleOf(question: Question, { contracts, compared }: SalesNumbers): string {
  const [now, before] = [contracts.total(wonAmount).value ?? 0, contracts.total(wonAmount, 1).value ?? 0];
  const head = `${periodWords(question)}成交 ${formatMoney(now)}`;
  const still = isRunning(question.period!, question.moment.today) ? '还' : '';
  if (now === 0) {
    const was = before === 0 ? '' : `(${compared.words} ${formatMoney(before)})`;
    return `${periodWords(question)}${still}没有成交${was}`;
  }
  if (before === 0) return head;
  if (before > 0 && now >= 4 * before) return `${head},是${compared.words}的 ${(now / before).toFixed(1)} 倍`;
  const share = Math.round(((now - before) / Math.abs(before)) * 1000) / 10;
  if (Math.abs(share) < 2) return `${head},与${compared.words}基本持平`;
  return `${head},比${compared.words}${share > 0 ? '多' : '少'} ${Math.abs(share).toFixed(1)} %`;
}

interface Amounts {
  readonly amount: number;
  readonly amountBefore: number;
  readonly deals: number;
  readonly dealsBefore: number;
}

function openingLine(
  question: Question,
  compared: Compared,
  { amount, amountBefore, deals, dealsBefore }: Amounts,
): Line {
  const head = opening(question);
  const before = `${compared.words} ${formatMoney(amountBefore)}(${formatCount(dealsBefore)} 单)`;
  if (deals === 0)
    return dealsBefore === 0 ? [`${head}没有成交,${compared.words}也没有。`] : [`${head}没有成交,${before}。`];
  const value = [`${head}成交 `, { strong: formatMoney(amount) }, `(${formatCount(deals)} 单),`];
  return dealsBefore === 0
    ? [...value, `${compared.words}没有成交,没有可比的数。`]
    : [...value, `${before},${changeWords(amount, amountBefore, 'fen')}。`];
}

function narrativeOf(question: Question, numbers: SalesNumbers): Line[] {
  const { contracts, closed, process, compared, groupings } = numbers;
  const [amount, amountBefore] = [contracts.total(wonAmount).value ?? 0, contracts.total(wonAmount, 1).value ?? 0];
  const [deals, dealsBefore] = [contracts.total(wonCount).value ?? 0, contracts.total(wonCount, 1).value ?? 0];
  const lines: Line[] = [openingLine(question, compared, { amount, amountBefore, deals, dealsBefore })];
  const why = whyWords(numbers, groupings);
  if (why !== '') lines.push([why]);
  const contradiction = contradictionWords(numbers);
  if (contradiction === null) {
    const won = closed.total(winRate);
    lines.push(
      won.value === null
        ? [`${periodWords(question)}没有关闭的商机,赢单率算不出来。`]
        : [
            `赢单率 ${formatRateBrief(rateOf(won))},${rateChangeWords(rateOf(won), rateOf(closed.total(winRate, 1)), compared.words)}。`,
          ],
    );
  } else {
    lines.push([{ warning: contradiction }]);
  }
  const process_ = processWords(process, compared);
  if (process_ !== null) lines.push([process_]);
  return lines.slice(0, 4);
}

/** With fewer deals in both periods together, the split into number and size says nothing. */
const fewDeals = 8;

/** Whether it was the number of deals or their size, and which part of the company carries it. */
function whyWords({ contracts }: SalesNumbers, groupings: readonly Grouping[]): string {
  const value = (metric: Metric, period: number) => contracts.total(metric, period).value ?? 0;
  const change = value(wonAmount, 0) - value(wonAmount, 1);
  const found = explain(contracts, wonAmount, groupings);
  const carried = carriedWords(found, change, 'fen');
  if (found.kind === 'unchanged' || value(wonCount, 1) === 0 || value(wonCount, 0) === 0) return '';
  if (value(wonCount, 0) + value(wonCount, 1) < fewDeals) {
    return found.kind === 'carried' ? `单数少,一两个大单就能左右;${carried}` : '单数少,一两个大单就能左右,先别下结论。';
  }
  const { fromA: byCount, fromB: bySize } = attributeProduct(
    { a: value(wonCount, 0), b: contracts.total(avgOrderValue, 0).value ?? 0 },
    { a: value(wonCount, 1), b: contracts.total(avgOrderValue, 1).value ?? 0 },
  );
  const [size, sizeBefore] = [contracts.total(avgOrderValue).value ?? 0, contracts.total(avgOrderValue, 1).value ?? 0];
  // Neither the money nor the number of deals moved by more than chance: which of the two it was is chance as well.
  if (
    !reallyMoved(contracts.total(wonAmount), contracts.total(wonAmount, 1)) &&
    !countsDiffer(value(wonCount, 0), value(wonCount, 1))
  )
    return carried === null ? '差别在正常波动以内。' : `差别在正常波动以内;${carried}`;
  const driven = drivenBy(change, byCount, bySize, {
    count: value(wonCount, 0) / value(wonCount, 1) - 1,
    size: size / sizeBefore - 1,
  });
  return carried === null ? `${driven}。` : `${driven};${carried}`;
}

/** 变化不大, or how much it changed where that is more than a twentieth. */
const besides = (name: string, change: number): string =>
  Math.abs(change) < 0.05
    ? `${name}变化不大`
    : `${name}${change > 0 ? '高' : '低'} ${(Math.abs(change) * 100).toFixed(1)} %`;

function drivenBy(
  change: number,
  byCount: number,
  bySize: number,
  relative: { readonly count: number; readonly size: number },
): string {
  const [count, size] = [byCount / change, bySize / change];
  const word = change > 0 ? '多' : '少';
  if (count >= 0.8 && size > -0.5) return `主要是单数${word}了,${besides('客单价', relative.size)}`;
  if (size >= 0.8 && count > -0.5)
    return `主要是客单价${change > 0 ? '高' : '低'}了,${besides('单数', relative.count)}`;
  if (count < 0) return `单数其实${change > 0 ? '少' : '多'}了,是客单价${change > 0 ? '拉上来' : '拉下去'}的`;
  if (size < 0) return `客单价其实${change > 0 ? '低' : '高'}了,是单数${change > 0 ? '拉上来' : '拉下去'}的`;
  return `单数和客单价都${change > 0 ? '高' : '低'}了`;
}

/** What is done each working day: named only where the change is more than chance. */
function processWords(process: Cells, compared: Compared): string | null {
  const moves = [newCustomers, followupCount].flatMap((metric) => {
    const [now, before] = [process.total(metric).value ?? 0, process.total(metric, 1).value ?? 0];
    return workRateMoved(now, before, compared)
      ? [`${metric.name} ${formatCount(now)},比${compared.words}${changeWords(now, before, 'count')}`]
      : [];
  });
  const customers = process.total(newCustomers).value ?? 0;
  const followups = process.total(followupCount).value ?? 0;
  if (moves.length > 0) return `${moves.join(';')}${workDayWords(compared)}。`;
  if (workDaysIn(compared.now) === 0) return '这段时间没有工作日,跟进和新增客户少是正常的。';
  return customers + followups === 0
    ? null
    : `新增客户 ${formatCount(customers)}、跟进 ${formatCount(followups)} 次,与${compared.words}差不多${workDayWords(compared)}。`;
}

function notesOf({ closed, contracts }: SalesNumbers): string[] {
  const cycle = closed.total(salesCycle);
  return [...(cycle.value === null ? ['期间内没有赢单,成交周期算不出来。'] : []), ...countedApart(contracts, closed)];
}

/** Why so many orders and so many won opportunities, where both stand in one answer and are not the same. */
function countedApart(contracts: Cells, closed: Cells): string[] {
  const [orders, won] = [contracts.total(wonCount).value ?? 0, closed.total(wonOpportunities).value ?? 0];
  if (orders === won || orders === 0) return [];
  const renewed = contracts.total(renewedOrders).value ?? 0;
  const ofThem = renewed === 0 ? '' : renewed === orders ? ',都是续约' : `,其中续约 ${formatCount(renewed)} 单`;
  return [
    `成交 ${formatCount(orders)} 单按合同签订日算${ofThem};赢单率里的 ${formatCount(won)} 个赢单按商机关闭日算,所以两个数不一样。`,
  ];
}

function choicesOf(question: Question, cut: Dimension | null): Choice[] {
  return [
    cut === null
      ? { label: '成交额走势 今年', command: '成交额走势 今年' }
      : followUp(question, '业绩', cut === 'region' ? '按大区' : '按人'),
    followUp(question, '目标'),
    followUp(question, '漏斗'),
    cut === null ? followUp(question, '跟进') : followUp(question, '排行'),
  ];
}
