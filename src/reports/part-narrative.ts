import type { Dimension } from '../commands/command.ts';
import { formatCount, formatRatio, formatValue } from '../figures/format.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import type { Cells } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { avgOrderValue, wonAmount, wonCount } from '../metrics/sales.ts';
import type { Line, Span } from '../replies/reply.ts';
import { type Compared, changeWords } from './comparison.ts';
import { isKnown, oddWords, type PartRow, sizeOf, valueWords } from './part-rows.ts';
import type { Table } from './report.ts';
import { tiedFor, tiedNames, tiedWithFirst } from './tied.ts';

/** What is said about the parts of one metric. */
export interface PartStory {
  readonly rows: readonly PartRow[];
  readonly main: Metric;
  /** Unit word of a count: ' 单', ' 条'. */
  readonly noun: string;
  readonly by: readonly Dimension[];
  readonly cells: Cells;
  readonly compared: Compared;
  /** A rate to check for parts that really differ. */
  readonly rate: Metric | null;
  /** 还没有成交 while the period runs, 没有成交 after it. */
  readonly running: boolean;
  /** What there is none of: 成交, 跟进. */
  readonly nothing: string;
}

/** The conclusion in one line: who has most, and how much of the whole. */
export function partTitle({ rows, main, noun, cells }: PartStory, head: string): string {
  const [first, second] = rows.filter(isKnown);
  const whole = cells.total(main).value ?? 0;
  const text = `${head}${main.name} ${valueWords(cells.total(main), main, noun)}`;
  if (first === undefined || second === undefined || sizeOf(first, main) <= 0) return text;
  if (main.computation.kind === 'ratio') return text;
  const most = topOf(rows.filter(isKnown), main);
  if (most.length > 1) return `${text},${tiedFor(namesOf(most), '最多')}`;
  if (main.computation.kind === 'distinct' || whole <= 0) return `${text},${first.name}最多`;
  return `${text},${first.name}最多,占 ${formatRatio(sizeOf(first, main) / whole)}`;
}

const namesOf = (rows: readonly PartRow[]): string[] => rows.map((row) => row.name);

/** Who has the most: all of them where several have as much. */
const topOf = (known: readonly PartRow[], main: Metric): PartRow[] => tiedWithFirst(known, (row) => sizeOf(row, main));

/** Most and least, what moved against the compared period, and which rates really differ. */
export function partNarrative(story: PartStory): Line[] {
  const { rows, main, cells, compared, rate } = story;
  const known = rows.filter(isKnown);
  const lines: Line[] = [];
  if (main.computation.kind === 'ratio') {
    const odd = oddWords(known, main);
    return odd === null || main.unit !== 'ratio' ? meanLine(story, known) : [[odd]];
  }
  if (known.length > 1) lines.push(extremes(story, known));
  const before = cells.total(main, 1).value ?? 0;
  if (before > 0) {
    const whole = cells.total(main).value ?? 0;
    const moves = rows
      .map((row) => ({ row, change: sizeOf(row, main) - sizeOf(row, main, 1) }))
      .sort((a, b) => b.change - a.change);
    const said = [moves, [...moves].reverse()].flatMap((ends, i) => {
      const most = tiedWithFirst(ends, ({ change: by }) => by);
      const [move] = most;
      if (move === undefined || (i === 0 ? move.change <= 0 : move.change >= 0)) return [];
      if (most.length > 1)
        return [
          `${tiedNames(namesOf(most.map(({ row }) => row)))}各${i === 0 ? '多' : '少'} ${main.unit === 'count' ? `${formatCount(Math.abs(move.change))}${story.noun}` : formatValue(Math.abs(move.change), main.unit)}`,
        ];
      const { row } = move;
      return [`${row.name}${changeWords(sizeOf(row, main), sizeOf(row, main, 1), main.unit, story.noun)}`];
    });
    const change = changeWords(whole, before, main.unit, story.noun);
    // One part alone is the whole: its change is said already.
    const parts = said.length === 0 || rows.length === 1 ? '' : `:${said.join(',')}`;
    lines.push([`合计比${compared.words}${change}${parts}。`]);
  }
  const odd = rate === null ? null : oddWords(known, rate);
  if (odd !== null) lines.push([odd]);
  return lines;
}

function extremes({ main, noun, by, running, nothing }: PartStory, known: readonly PartRow[]): Line {
  const [first, last] = [known[0]!, known.at(-1)!];
  const [most, fewest] = [topOf(known, main), topOf([...known].reverse(), main)];
  const zero = known.filter((row) => sizeOf(row, main) === 0);
  const more = zero.length > 4 ? `等 ${zero.length} 个` : '';
  const names = zero.slice(0, 4).map((row) => row.name);
  const tail =
    zero.length === known.length
      ? `都${running ? '还' : ''}没有${nothing}。`
      : zero.length > 0
        ? `${names.join('、')}${more}${running ? '还' : ''}没有${nothing}。`
        : `${tiedFor(namesOf(fewest), '最少')},${fewest.length > 1 ? '各 ' : ''}${valueWords(last.at(main), main, noun)}。`;
  const dimension = by.map((d) => dimensionNames[d]).join('和');
  const count = by.length === 1 ? `${formatCount(known.length)} 个${dimension}里,` : `按${dimension}看,`;
  if (zero.length === known.length) return [count, tail];
  // Where all have the same there is no most and no least.
  if (sizeOf(first, main) === sizeOf(last, main))
    return [
      `${by.length === 1 ? `${formatCount(known.length)} 个${dimension}` : `按${dimension}看`}都一样,各 `,
      { strong: valueWords(first.at(main), main, noun) },
      '。',
    ];
  const deals: Span =
    main === wonAmount && most.length === 1
      ? `(${formatCount(sizeOf(first, wonCount))} 单,客单价 ${valueWords(first.at(avgOrderValue), avgOrderValue)});`
      : ';';
  return [
    `${count}${tiedFor(namesOf(most), '最多')}${most.length > 1 ? ',各 ' : ':'}`,
    { strong: valueWords(first.at(main), main, noun) },
    deals,
    tail,
  ];
}

/** A mean (days, money) has no interval of its own: the ends are named with how many cases stand behind them. */
function meanLine({ main, noun }: PartStory, known: readonly PartRow[]): Line[] {
  const counted = known.filter((row) => (row.at(main)?.value ?? null) !== null);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const cases = (row: PartRow): string =>
    main.ends === 'fen' ? '' : `(${formatCount(row.at(main)?.denominator ?? 0)} 单)`;
  const few = [first, last].some((row) => (row.at(main)?.denominator ?? 0) < 5);
  return [
    [
      `最高是${first.name} ${valueWords(first.at(main), main, noun)}${cases(first)},最低是${last.name} ${valueWords(last.at(main), main, noun)}${cases(last)}`,
      few ? ';单数少的只作参考。' : '。',
    ],
  ];
}

export const partTable = (
  rows: readonly PartRow[],
  metrics: readonly Metric[],
  { by, compared, main, noun }: Pick<PartStory, 'by' | 'compared' | 'main' | 'noun'>,
): Table => ({
  columns: [
    ...by.map((dimension) => dimensionNames[dimension]),
    ...metrics.map((metric) => metric.name),
    main.computation.kind === 'sum' ? `比${compared.words}` : compared.words,
  ],
  rows: rows.map((row) => [
    ...row.parts.map((part) => part.name),
    ...metrics.map((metric) => valueWords(row.at(metric), metric)),
    main.computation.kind === 'sum'
      ? changeWords(sizeOf(row, main), sizeOf(row, main, 1), main.unit, noun)
      : valueWords(row.at(main, 1), main),
  ]),
  numeric: [...by.map(() => false), ...metrics.map(() => true), true],
});
