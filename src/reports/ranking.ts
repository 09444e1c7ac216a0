import { isRunning, type Period } from '../calendar/period.ts';
import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatValue, unknown } from '../figures/format.ts';
import { countsDiffer } from '../figures/rate.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { newCustomers } from '../metrics/customers.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import { type Cells, canGroup, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { avgOrderValue, quoteCount, repeatCustomers, winRate, wonAmount, wonCount } from '../metrics/sales.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, periodCommand, periodWords } from './captions.ts';
import { comparedOf } from './comparison.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { figureOf, plainFigure } from './figure-of.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import {
  dimsOf,
  isKnown,
  oddParts,
  oddWords,
  type PartRow,
  partFigure,
  partRows,
  sizeOf,
  valueWords,
} from './part-rows.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { nounOf, wantedMetrics } from './sales-metric.ts';
import { tiedNames } from './tied.ts';

/** Result, quality and process beside each other (items 35, 36): five tables, six queries at most with 报价. */
const beside = [
  wonAmount,
  wonCount,
  avgOrderValue,
  repeatCustomers,
  winRate,
  paymentAmount,
  newCustomers,
  followupCount,
  quoteCount,
];
const shownBeside = 5;

/** A row with its place; equal values share one. */
export interface Placed {
  readonly place: number;
  readonly row: PartRow;
}

/** 1, 2, 2, 4: equal values share a place and the next one is skipped; rows without a value come last, without a place. */
export function placesOf(rows: readonly PartRow[], main: Metric): { placed: Placed[]; unplaced: PartRow[] } {
  const value = ({ at }: PartRow): number | null => {
    const counted = at(main);
    return counted === undefined ? (main.computation.kind === 'ratio' ? null : 0) : counted.value;
  };
  const valued = rows.map((row) => ({ row, value: value(row) }));
  const inOrder = valued
    .flatMap(({ row, value }) => (value === null ? [] : [{ row, value }]))
    .sort((a, b) => b.value - a.value || a.row.name.localeCompare(b.row.name, 'zh'));
  const placed: Placed[] = [];
  for (const [at, { row, value }] of inOrder.entries()) {
    const before = at === 0 ? undefined : inOrder[at - 1];
    placed.push({ place: before?.value === value ? placed[at - 1]!.place : at + 1, row });
  }
  return { placed, unplaced: valued.flatMap(({ row, value }) => (value === null ? [row] : [])) };
}

/** 排行: people in order of one metric with the others beside it, never crowned on one number alone (S16). */
export const rankingReport = defineReport({
  intent: 'ranking',
  items: [22, 33, 35, 36],
  defaultPeriod: 'this_month',
  dimensions: ['owner', 'region', 'department', 'product', 'product_line', 'industry', 'channel', 'city'],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, '排行');
    if (refused !== null) return refused;
    const period = question.period!;
    const by = question.groupBy[0] ?? 'owner';
    const compared = comparedOf(question, period);
    const main = wantedMetrics(question)[0] ?? wonAmount;
    const metrics = [main, ...beside.filter((metric) => metric !== main && canGroup(metric, by, company))];
    const cells = await measure(company, question.scope, {
      metrics,
      filter: question.filter,
      moment: question.moment,
      periods: [compared.now],
      groupings: [total, { by: [by] }],
    });
    const rows = partRows(company, question, cells, { grouping: 1, by: [by], main })
      .filter(isKnown)
      .map((row) => (by === 'owner' && hasLeft(company, row) ? { ...row, name: `${row.name}(已离职)` } : row));
    if (rows.length === 1) return onlyOne(question, by, rows[0]!);
    if (rows.every((row) => sizeOf(row, main) === 0)) {
      const measured =
        main.computation.kind === 'sum' || main.computation.kind === 'distinct' ? main.computation.measure : null;
      return emptyPeriod(company, question, period, {
        noun: main.name,
        command: '排行',
        table: measured?.table ?? 'cm_contracts',
        at: measured?.at ?? 'signed_on',
      });
    }
    return ranked(company, question, { period, by, main, metrics, cells, rows });
  },
});

const hasLeft = (company: Company, { parts }: PartRow): boolean =>
  company.directory.person(parts[0]!.key!)?.active === false;

interface Ranked {
  readonly period: Period;
  readonly by: Dimension;
  readonly main: Metric;
  readonly metrics: readonly Metric[];
  readonly cells: Cells;
  readonly rows: readonly PartRow[];
}

function ranked(company: Company, question: Question, found: Ranked): Findings {
  const { period, by, main, metrics, cells, rows } = found;
  const { placed: all, unplaced } = placesOf(rows, main);
  const fromBehind = question.slots.order === 'asc';
  const upside = fromBehind ? [...all].reverse() : all;
  const placed = question.top === null ? upside : upside.slice(0, question.top);
  const title = fromBehind ? titleFromBehind(question, main, placed) : titleOf(question, found, all);
  const others = metrics.filter((metric) => metric !== main).slice(0, shownBeside);
  return {
    title,
    mode: null,
    headline: placed.slice(0, 5).map(({ row }) => partFigure(row, main, [by])),
    figures: [
      ...metrics.map((metric) => figureOf(cells.total(metric))),
      ...rows.flatMap((row): Figure[] => metrics.map((metric) => partFigure(row, metric, [by]))),
      ...all.map(
        ({ place, row }): Figure => ({
          ...plainFigure(main, place, dimsOf(row, [by])),
          metric: 'rank',
          label: '名次',
          unit: 'count',
        }),
      ),
    ],
    narrative: fromBehind ? narrativeFromBehind(main, placed, all) : narrativeOf(question, found, all),
    advice: adviceOf(company, question, found, all),
    chart: {
      kind: 'ranking',
      title,
      subtitle: chartSubtitle(`${main.name}排行(按${dimensionNames[by]})`, period, question),
      footer: chartFooter(company, question),
      rows: placed.map(({ place, row }) => ({
        label: row.name,
        place,
        value: row.at(main)?.value ?? (main.computation.kind === 'ratio' ? null : 0),
        note: noteOf(row, main),
        tone: row.parts[0]?.key === question.viewer.userId ? ('won' as const) : ('ours' as const),
      })),
      unit: main.unit,
      counter: counterOf(by),
      tail: 3,
    },
    table: {
      columns: ['名次', dimensionNames[by], main.name, ...others.map((metric) => metric.name)],
      rows: [...placed, ...(question.top === null ? unplaced.map((row) => ({ place: null, row })) : [])].map(
        ({ place, row }) => [
          place === null ? unknown : placeWords(place, all),
          row.name,
          valueWords(row.at(main), main, nounOf(main)),
          ...others.map((metric) => valueWords(row.at(metric), metric)),
        ],
      ),
      numeric: [true, false, true, ...others.map(() => true)],
    },
    notes: [
      ...(question.groupBy.length > 1 ? [`排行一次只按一个维度,这里按${dimensionNames[by]}。`] : []),
      ...(main.unit === 'ratio' ? ['不足 30 个的率旁边写了区间,名次只作参考。'] : []),
    ],
    choices: [
      ...(main === wonAmount
        ? [followUp(question, '排行', '跟进次数'), followUp(question, '回款排行')]
        : [followUp(question, '排行')]),
      followUp(question, '目标', '按人'),
    ],
  };
}

const placeWords = (place: number, all: readonly Placed[]): string =>
  all.filter((other) => other.place === place).length > 1 ? `并列 ${place}` : String(place);

/** What there is none of, where the metric's name does not say it well. */
const nothingWord: Readonly<Record<string, string>> = {
  won_amount: '成交',
  won_count: '成交',
  payment_amount: '回款',
  followup_count: '跟进',
};

/** Beside each bar what the bar does not say. */
function noteOf(row: PartRow, main: Metric): string {
  if (main === wonAmount)
    return `${formatCount(sizeOf(row, wonCount))} 单 · 跟进 ${formatCount(sizeOf(row, followupCount))}`;
  const cell = row.at(main);
  // A rate is read with its cases: 100 % of 2 leads nobody.
  if (main.unit === 'ratio' && main.ends !== 'fen' && cell !== undefined)
    return `${formatCount(cell.numerator ?? 0)}/${formatCount(cell.denominator ?? 0)}`;
  return `成交 ${formatValue(sizeOf(row, wonAmount), 'fen')}`;
}

/** Those who lead a metric with something to show for it. */
function leaders(rows: readonly PartRow[], metric: Metric): readonly PartRow[] {
  const most = Math.max(...rows.map((row) => sizeOf(row, metric)));
  return most <= 0 ? [] : rows.filter((row) => sizeOf(row, metric) === most);
}

const namesOf = (rows: readonly PartRow[]): string => tiedNames(rows.map((row) => row.name));

/** What they all have; the two ends of a rate are each one's own. */
const sharedWords = (even: readonly PartRow[], main: Metric): string =>
  even.length > 1 && main.unit === 'ratio'
    ? formatValue(even[0]!.at(main)?.value ?? null, 'ratio')
    : valueWords(even[0]!.at(main), main, nounOf(main));

/** The first places, at least three people where there are as many; who shares a place stands together. */
function topWords(main: Metric, all: readonly Placed[]): string {
  const words: string[] = [];
  for (let said = 0; said < Math.min(3, all.length); ) {
    const { place } = all[said]!;
    const even = all.filter((other) => other.place === place).map((other) => other.row);
    words.push(`${placeWords(place, all)}. ${namesOf(even)} ${sharedWords(even, main)}`);
    said += even.length;
  }
  return words.join('  ');
}

function titleOf(question: Question, { main, rows, metrics }: Ranked, all: readonly Placed[]): string {
  const first = all.filter(({ place }) => place === 1).map(({ row }) => row);
  // Decision 21: nobody leads by a rate that the cases do not support.
  if (main.unit === 'ratio' && main.ends === undefined && !oddParts(rows, main).odd.some((part) => part.higher)) {
    return `${periodWords(question)}${main.name}排行:差别都在波动以内,分不出高下`;
  }
  const head = `${periodWords(question)}${main.name}${namesOf(first)}${first.length > 1 ? '并列' : ''}居首`;
  if (main !== wonAmount || !metrics.includes(wonCount)) return `${head}(${sharedWords(first, main)})`;
  const most = leaders(rows, wonCount);
  const others = most.filter((row) => !first.includes(row));
  if (others.length === most.length) return `${head},单数最多的是${namesOf(most)}`;
  if (most.length === rows.length) return head;
  return others.length === 0 ? `${head},单数也最多` : `${head},单数和${namesOf(others)}并列最多`;
}

function narrativeOf(question: Question, found: Ranked, all: readonly Placed[]): Line[] {
  const { main, rows, metrics, period } = found;
  const lines: Line[] = [];
  lines.push([{ strong: topWords(main, all) }, '。']);
  if (main === wonAmount && metrics.includes(wonCount)) lines.push(...beyondAmount(found, all));
  else if (main === followupCount) lines.push(...effort(found));
  else {
    // Of a rate of money nobody can tell chance from difference by counting.
    const odd = main.unit === 'ratio' && main.ends === undefined ? oddWords(rows, main) : null;
    if (odd !== null) lines.push([odd]);
  }
  const zero = all.filter(({ row }) => sizeOf(row, main) === 0).map(({ row }) => row);
  if (zero.length > 0 && main.computation.kind !== 'ratio') {
    const still = isRunning(period, question.moment.today) ? '还' : '';
    lines.push([`${namesOf(zero)}${still}没有${nothingWord[main.id] ?? main.name}。`]);
  }
  return lines.slice(0, 4);
}

/** Who asks for the last ones is told of them, and of the first only as the measure. */
const titleFromBehind = (question: Question, main: Metric, placed: readonly Placed[]): string => {
  return `${periodWords(question)}${main.name}排在最后的是${namesOf(placed.map(({ row }) => row))}`;
};

function narrativeFromBehind(main: Metric, placed: readonly Placed[], all: readonly Placed[]): Line[] {
  const value = ({ row }: Placed): string => valueWords(row.at(main), main, nounOf(main));
  const last = placed
    .slice(0, 3)
    .map(
      (one) =>
        `第 ${one.place} 名${all.filter(({ place }) => place === one.place).length > 1 ? '(并列)' : ''}${one.row.name} ${value(one)}`,
    );
  const [first, lowest] = [all[0], placed[0]];
  const top = namesOf(all.filter(({ place }) => place === 1).map(({ row }) => row));
  const even = all.filter(({ place }) => place === lowest?.place).length;
  const crowd = even > placed.length ? `并列最后的共 ${even} 个,这里列出 ${placed.length} 个。` : '';
  return [
    [{ strong: last.join('、') }, '。'],
    ...(first === undefined ? [] : [[`${crowd}一共 ${all.length} 个,第一名${top} ${value(first)}。`]]),
  ];
}

/** What the amount hides: who sells many, who sells large, who is bought from again (S16). */
function beyondAmount({ rows, metrics }: Ranked, all: readonly Placed[]): Line[] {
  const first = all[0]!.row;
  const [many, large, again] = [wonCount, avgOrderValue, repeatCustomers].map((metric) =>
    metrics.includes(metric) ? leaders(rows, metric) : [],
  ) as [readonly PartRow[], readonly PartRow[], readonly PartRow[]];
  const size = (row: PartRow) =>
    `${formatCount(sizeOf(row, wonCount))} 单、客单价 ${valueWords(row.at(avgOrderValue), avgOrderValue)}`;
  const lines: Line[] = [];
  if (many.length > 0 && !many.includes(first)) {
    lines.push([`只看金额会漏掉打法:${first.name}是 ${size(first)},单数最多的${namesOf(many)}是 ${size(many[0]!)}。`]);
  } else if (large.length > 0 && !large.includes(first)) {
    lines.push([
      `${first.name}靠的是单数(${size(first)}),单子最大的是${namesOf(large)}(客单价 ${valueWords(large[0]!.at(avgOrderValue), avgOrderValue)})。`,
    ]);
  } else {
    lines.push([`${first.name}是 ${size(first)}。`]);
  }
  // One customer each is nobody's lead.
  const most = again.length === 0 ? 0 : sizeOf(again[0]!, repeatCustomers);
  if (most > 1) {
    const second = Math.max(
      0,
      ...rows.filter((row) => !again.includes(row)).map((row) => sizeOf(row, repeatCustomers)),
    );
    const ahead = again.includes(first) && countsDiffer(most, second);
    const each = again.length > 1 ? '各 ' : '';
    const renewed = `老客户再签最多的是${namesOf(again)},${each}${formatCount(sizeOf(again[0]!, repeatCustomers))} 家`;
    if (ahead) lines.push([`${renewed},客户愿意回来。`]);
    else lines.push([again.includes(first) ? `${renewed}。` : `${renewed};比名次更值得看的是客户会不会回来。`]);
  }
  const { odd } = oddParts(rows, winRate);
  const better = odd.find((part) => part.higher);
  if (better !== undefined) lines.push([`赢单率${better.row.name}明显高于其余的人,值得听听怎么打的。`]);
  return lines;
}

/** Many follow-ups and few deals, or the other way round: effort beside its result. */
function effort({ rows, metrics }: Ranked): Line[] {
  if (!metrics.includes(wonAmount)) return [];
  const busy = rows[0]!;
  const sellers = leaders(rows, wonAmount);
  if (sellers.length === 0) return [];
  return sellers.includes(busy)
    ? [[`${busy.name}跟进最多,成交也最多(${valueWords(busy.at(wonAmount), wonAmount)})。`]]
    : [
        [
          `跟进最多的${busy.name}成交 ${valueWords(busy.at(wonAmount), wonAmount)};成交最多的${namesOf(sellers)}跟进 ${formatCount(sizeOf(sellers[0]!, followupCount))} 次:次数不等于结果。`,
        ],
      ];
}

function adviceOf(company: Company, question: Question, { by, rows, main }: Ranked, all: readonly Placed[]): Advice[] {
  if (by !== 'owner' || rows.length < 3 || main !== wonAmount) return [];
  const mean = rows.reduce((sum, row) => sum + sizeOf(row, followupCount), 0) / rows.length;
  const here = all.map(({ row }) => row).filter((row) => !hasLeft(company, row));
  const stuck = here.filter((row) => sizeOf(row, wonAmount) === 0 && sizeOf(row, followupCount) >= Math.max(mean, 5));
  const idle = here.filter((row) => sizeOf(row, wonAmount) === 0 && sizeOf(row, followupCount) < mean / 2);
  return [
    ...stuck.slice(0, 1).map((row) => ({
      text: `${row.name}跟进 ${formatCount(sizeOf(row, followupCount))} 次还没成交,陪访一次看卡在哪一步`,
      who: leaderOf(company, row.parts[0]!.key!),
      due: dueIn(question, 4),
      command: followUp(question, '漏斗', row.name).command,
    })),
    ...idle.slice(0, 1).map((row) => ({
      text: `${row.name}没成交,跟进也不到人均一半,先把跟进补起来`,
      who: leaderOf(company, row.parts[0]!.key!),
      due: dueIn(question, 2),
      command: followUp(question, '跟进', row.name).command,
    })),
  ];
}

/** Where there is one alone, there is nobody to be ranked among. */
const onlyOne = (question: Question, by: Dimension, { name, parts }: PartRow): Findings =>
  by === 'owner' && parts[0]!.key === question.viewer.userId
    ? nothingFound(
        '你能看的只有自己的数',
        '排行要看全组的数,你的范围只有自己,所以排不出名次。可以看自己的业绩和目标,名次请问主管。',
        [followUp(question, '业绩'), followUp(question, '目标')],
      )
    : nothingFound(
        `只有${name}一个,排不出名次`,
        `这次问的范围里按${dimensionNames[by]}看只有${name}一个,没有可以比的。可以直接看业绩,或者把范围放大再排。`,
        [followUp(question, '业绩'), { label: '排行', command: `排行 ${periodCommand(question)}`.trim() }],
      );
