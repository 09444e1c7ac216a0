import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, formatRatio, formatValue, unknown } from '../figures/format.ts';
import { differs, isSmallSample } from '../figures/rate.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { newCustomers } from '../metrics/customers.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { type Cell, type Cells, canGroup, type Grouping, measure, type Part, total } from '../metrics/engine.ts';
import { shareOfRevenue } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import { avgOrderValue, salesCycle, winRate, wonAmount, wonCount } from '../metrics/sales.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, periodWords } from './captions.ts';
import { type Compared, changeWords, comparedOf } from './comparison.ts';
import { emptyPeriod } from './empty-period.ts';
import { figureOf, plainFigure, rateOf } from './figure-of.ts';
import type { Company, Findings, Question, Table } from './report.ts';
import { salesChart } from './sales-chart.ts';
import { peopleInScope } from './sales-cuts.ts';
import { salesHeatmap } from './sales-heatmap.ts';
import { wantedMetrics } from './sales-metric.ts';

/** One part with its numbers, now and before. */
interface PartRow {
  readonly parts: readonly Part[];
  readonly name: string;
  at(metric: Metric, period?: number): Cell | undefined;
}

const amountOf = (row: PartRow, metric: Metric, period = 0): number => row.at(metric, period)?.value ?? 0;

/** Sales cut by one or two dimensions; several people or regions named side by side are compared with each other. */
export async function salesByPart(company: Company, question: Question): Promise<Findings> {
  const period = question.period!;
  const compared = comparedOf(question, period);
  const by = question.groupBy.slice(0, 2);
  const main = wantedMetrics(question)[0] ?? wonAmount;
  const offered = [wonAmount, wonCount, avgOrderValue, winRate, salesCycle, paymentAmount, newCustomers, followupCount];
  const metrics = [main, ...offered.filter((metric) => metric !== main)].filter(
    (metric) => metric === main || by.every((dimension) => canGroup(metric, dimension, company)),
  );
  const groupings: Grouping[] = [total, { by }];
  const cells = await measure(company, question.scope, {
    metrics,
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before],
    groupings,
  });
  const rows = rowsOf(company, question, cells, by, main);
  if (rows.every((row) => metrics.every((metric) => amountOf(row, metric) === 0 && amountOf(row, metric, 1) === 0))) {
    return emptyPeriod(company, question, period, {
      noun: '成交',
      command: '业绩',
      table: 'cm_contracts',
      at: 'signed_on',
    });
  }
  const shown = question.top === null ? rows : rows.slice(0, question.top);
  const titled =
    question.slots.comparison === 'entities' && rows.length === 2 ? duelTitle(rows, main, question) : null;
  const title = titled ?? leadTitle(rows, main, question, by, cells);
  return {
    title,
    mode: null,
    headline: headlineOf(shown, main, by, cells),
    figures: figuresOf(rows, metrics, by, cells, compared),
    narrative: titled === null ? leadNarrative(rows, main, by, cells, compared) : duelNarrative(rows, main, compared),
    advice: [],
    chart:
      by.length === 2
        ? salesHeatmap(rows, main, {
            title,
            subtitle: chartSubtitle('业绩', period, question),
            footer: chartFooter(company, question),
          })
        : salesChart({
            title,
            subtitle: chartSubtitle(`${main.name}按${dimensionNames[by[0]!]}`, period, question),
            footer: chartFooter(company, question),
            cells,
            metric: main,
            grouping: 1,
            words: { now: periodWords(question), before: compared.words },
            periods: compared,
          }),
    table: tableOf(shown, metrics, by, compared, main),
    notes: notesOf(question, by, shown, rows),
    choices: choicesOf(question, rows, by),
  };
}

function rowsOf(company: Company, question: Question, cells: Cells, by: readonly Dimension[], main: Metric): PartRow[] {
  const found = new Map<string, { parts: readonly Part[]; cells: Map<string, Cell> }>();
  for (const cell of cells.all) {
    if (cell.grouping !== 1) continue;
    const key = JSON.stringify(cell.parts.map((part) => part.key));
    const row = found.get(key) ?? { parts: cell.parts, cells: new Map<string, Cell>() };
    row.cells.set(`${cell.metric.id} ${cell.period}`, cell);
    found.set(key, row);
  }
  // People without a deal are part of the answer: a list that drops them flatters the team.
  if (by.length === 1 && by[0] === 'owner') {
    for (const id of peopleInScope(company, question)) {
      const key = JSON.stringify([id]);
      const person = company.directory.person(id);
      if (found.has(key) || person === undefined || !person.active) continue;
      if (question.scope.owners !== 'everyone' && !person.roles.includes('rep')) continue;
      found.set(key, { parts: [{ key: id, name: person.name }], cells: new Map() });
    }
  }
  const rows = [...found.values()].map(
    ({ parts, cells: own }): PartRow => ({
      parts,
      name: parts.map((part) => part.name).join(' · '),
      at: (metric, period = 0) => own.get(`${metric.id} ${period}`),
    }),
  );
  return rows.sort((a, b) => amountOf(b, main) - amountOf(a, main) || a.name.localeCompare(b.name, 'zh'));
}

const valueWords = (cell: Cell | undefined, metric: Metric): string => {
  if (cell === undefined) return metric.computation.kind === 'ratio' ? unknown : formatValue(0, metric.unit);
  return metric.unit === 'ratio' ? formatRate(rateOf(cell)) : formatValue(cell.value, metric.unit);
};

function leadTitle(
  rows: readonly PartRow[],
  main: Metric,
  question: Question,
  by: readonly Dimension[],
  cells: Cells,
): string {
  const first = rows[0];
  const whole = cells.total(main).value ?? 0;
  const head = `${periodWords(question)}${main.name} ${valueWords(cells.total(main), main)}`;
  if (first === undefined || amountOf(first, main) <= 0 || by.length === 0) return head;
  if (main.computation.kind !== 'sum' || whole <= 0) return `${head},${first.name}最高`;
  return `${head},${first.name}最多,占 ${formatRatio(amountOf(first, main) / whole)}`;
}

function leadNarrative(
  rows: readonly PartRow[],
  main: Metric,
  by: readonly Dimension[],
  cells: Cells,
  compared: Compared,
): Line[] {
  const whole = cells.total(main).value ?? 0;
  const known = rows.filter((row) => row.parts.every((part) => part.key !== null));
  const [first, last] = [known[0], known.at(-1)];
  const lines: Line[] = [];
  if (first !== undefined && last !== undefined && first !== last) {
    const dimension = by.map((d) => dimensionNames[d]).join('、');
    const zero = known.filter((row) => amountOf(row, main) === 0);
    const tail =
      zero.length > 0
        ? `${zero
            .slice(0, 4)
            .map((row) => row.name)
            .join('、')}${zero.length > 4 ? `等 ${zero.length} 个` : ''}还没有成交。`
        : `${last.name}最少,${valueWords(last.at(main), main)}。`;
    lines.push([
      `${formatCount(known.length)} 个${dimension}里,${first.name}最多:`,
      { strong: valueWords(first.at(main), main) },
      main === wonAmount
        ? `(${formatCount(amountOf(first, wonCount))} 单,客单价 ${valueWords(first.at(avgOrderValue), avgOrderValue)});`
        : ';',
      tail,
    ]);
  }
  if (main.computation.kind === 'sum' && (cells.total(main, 1).value ?? 0) > 0) {
    const before = cells.total(main, 1).value ?? 0;
    const moves = rows
      .map((row) => ({ row, change: amountOf(row, main) - amountOf(row, main, 1) }))
      .sort((a, b) => b.change - a.change);
    const [up, down] = [moves[0], moves.at(-1)];
    const words = [
      ...(up !== undefined && up.change > 0
        ? [`${up.row.name}${changeWords(amountOf(up.row, main), amountOf(up.row, main, 1), main.unit)}`]
        : []),
      ...(down !== undefined && down.change < 0
        ? [`${down.row.name}${changeWords(amountOf(down.row, main), amountOf(down.row, main, 1), main.unit)}`]
        : []),
    ];
    lines.push([
      `合计比${compared.words}${changeWords(whole, before, main.unit)}${words.length === 0 ? '' : `:${words.join(',')}`}。`,
    ]);
  }
  const odd = oddRate(known);
  if (odd !== null) lines.push([odd]);
  return lines;
}

/** A part whose win rate differs from all the others' by more than chance, the parts looked at taken into account. */
function oddRate(rows: readonly PartRow[]): string | null {
  const rated = rows.flatMap((row) => {
    const cell = row.at(winRate);
    return cell === undefined || (cell.denominator ?? 0) === 0 ? [] : [{ row, rate: rateOf(cell) }];
  });
  if (rated.length < 2) return null;
  const all = {
    numerator: rated.reduce((n, { rate }) => n + rate.numerator, 0),
    denominator: rated.reduce((n, { rate }) => n + rate.denominator, 0),
  };
  const found = rated
    .map(({ row, rate }) => {
      const others = { numerator: all.numerator - rate.numerator, denominator: all.denominator - rate.denominator };
      return { row, rate, others, real: differs(rate, others, rated.length) };
    })
    .filter(({ real, rate }) => real && !isSmallSample(rate))
    .sort((a, b) => a.rate.numerator / a.rate.denominator - b.rate.numerator / b.rate.denominator)[0];
  if (found === undefined) return '赢单率各家有高有低,差别都在正常波动以内。';
  const higher = found.rate.numerator * found.others.denominator > found.others.numerator * found.rate.denominator;
  return `赢单率上真正不一样的是${found.row.name}:${formatRate(found.rate)},${higher ? '高于' : '低于'}其余的 ${formatRate(found.others)}。`;
}

function duelTitle(rows: readonly PartRow[], main: Metric, question: Question): string {
  const [a, b] = [rows[0]!, rows[1]!];
  if (amountOf(a, main) === amountOf(b, main)) return `${periodWords(question)}${a.name}和${b.name}一样多`;
  return `${periodWords(question)}${a.name}签得多:${valueWords(a.at(main), main)},${b.name} ${valueWords(b.at(main), main)}`;
}

function duelNarrative(rows: readonly PartRow[], main: Metric, compared: Compared): Line[] {
  const [a, b] = [rows[0]!, rows[1]!];
  const gap = amountOf(a, main) - amountOf(b, main);
  const deals = (row: PartRow) =>
    `${valueWords(row.at(wonAmount), wonAmount)}(${formatCount(amountOf(row, wonCount))} 单,客单价 ${valueWords(row.at(avgOrderValue), avgOrderValue)})`;
  const lines: Line[] = [
    [
      `${a.name} `,
      { strong: deals(a) },
      `,${b.name} `,
      { strong: deals(b) },
      gap === 0 ? ',持平。' : `,差 ${formatValue(gap, main.unit)}。`,
    ],
  ];
  const [na, nb] = [amountOf(a, wonCount), amountOf(b, wonCount)];
  const [va, vb] = [amountOf(a, avgOrderValue), amountOf(b, avgOrderValue)];
  if (main === wonAmount && gap > 0) {
    if (na > nb && va >= vb) lines.push([`${a.name}单数更多,单子也更大。`]);
    else if (na > nb) lines.push([`${a.name}胜在单数,${b.name}的单子更大。`]);
    else if (na < nb) lines.push([`${a.name}胜在单子大,${b.name}签的单数更多。`]);
    else lines.push([`两人单数一样,差在单子大小。`]);
  }
  const [ra, rb] = [a.at(winRate), b.at(winRate)];
  if (ra !== undefined && rb !== undefined && (ra.denominator ?? 0) > 0 && (rb.denominator ?? 0) > 0) {
    const real = differs(rateOf(ra), rateOf(rb));
    lines.push([
      `赢单率${a.name} ${formatRate(rateOf(ra))},${b.name} ${formatRate(rateOf(rb))},${real ? '差别不是偶然' : '单子不够多,分不出高下'}。`,
    ]);
  }
  const before = (row: PartRow) => `${row.name}${changeWords(amountOf(row, main), amountOf(row, main, 1), main.unit)}`;
  lines.push([`和各自的${compared.words}比,${before(a)},${before(b)}。`]);
  return lines;
}

const dimsOf = (row: PartRow, by: readonly Dimension[]): Record<string, string> =>
  Object.fromEntries(by.map((dimension, i) => [dimension, row.parts[i]?.name ?? '']));

function partFigure(row: PartRow, metric: Metric, by: readonly Dimension[]): Figure {
  const cell = row.at(metric);
  if (cell !== undefined) return figureOf(cell, by);
  return plainFigure(metric, metric.computation.kind === 'ratio' ? null : 0, dimsOf(row, by));
}

const headlineOf = (rows: readonly PartRow[], main: Metric, by: readonly Dimension[], cells: Cells): Figure[] => [
  figureOf(cells.total(main)),
  ...rows.slice(0, 4).map((row) => partFigure(row, main, by)),
];

function figuresOf(
  rows: readonly PartRow[],
  metrics: readonly Metric[],
  by: readonly Dimension[],
  cells: Cells,
  compared: Compared,
): Figure[] {
  const whole = cells.total(wonAmount).value ?? 0;
  return [
    ...metrics.map((metric) => figureOf(cells.total(metric))),
    ...metrics.map((metric) => figureOf(cells.total(metric, 1), [], { period: compared.words })),
    ...rows.flatMap((row) => metrics.map((metric) => partFigure(row, metric, by))),
    ...(whole <= 0
      ? []
      : rows.map(
          (row): Figure => ({
            ...plainFigure(shareOfRevenue, amountOf(row, wonAmount) / whole, dimsOf(row, by)),
            label: '成交额占比',
          }),
        )),
  ];
}

function tableOf(
  rows: readonly PartRow[],
  metrics: readonly Metric[],
  by: readonly Dimension[],
  compared: Compared,
  main: Metric,
): Table {
  return {
    columns: [
      ...by.map((dimension) => dimensionNames[dimension]),
      ...metrics.map((metric) => metric.name),
      `${main.name}比${compared.words}`,
    ],
    rows: rows.map((row) => [
      ...row.parts.map((part) => part.name),
      ...metrics.map((metric) => valueWords(row.at(metric), metric)),
      main.computation.kind === 'sum'
        ? changeWords(amountOf(row, main), amountOf(row, main, 1), main.unit)
        : valueWords(row.at(main, 1), main),
    ]),
    numeric: [...by.map(() => false), ...metrics.map(() => true), true],
  };
}

function notesOf(
  question: Question,
  by: readonly Dimension[],
  shown: readonly PartRow[],
  rows: readonly PartRow[],
): string[] {
  return [
    ...(question.groupBy.length > 2 ? ['一次最多按两个维度看,后面的没有用上。'] : []),
    ...(by.some((dimension) => dimension === 'product' || dimension === 'product_line')
      ? ['按产品看用合同明细行的金额;一份合同含多个产品时,各产品都算一单。']
      : []),
    ...(shown.length < rows.length ? [`只列前 ${shown.length} 个,共 ${rows.length} 个。`] : []),
  ];
}

function choicesOf(question: Question, rows: readonly PartRow[], by: readonly Dimension[]) {
  const name = periodWords(question);
  const first = rows.find((row) => row.parts.every((part) => part.key !== null));
  const say = (command: string) => ({ label: command, command });
  return [
    ...(first !== undefined && (by[0] === 'owner' || by[0] === 'region')
      ? [say(`业绩 ${name} ${first.parts[0]!.name}`)]
      : []),
    ...(by[0] === 'owner' ? [say(`排行 ${name}`)] : [say(`业绩 ${name} 按人`)]),
    say(`目标 ${name}`),
  ];
}
