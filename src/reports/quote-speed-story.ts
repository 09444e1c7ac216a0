import { lengthInDays } from '../calendar/period.ts';
import { type BreakPoint, breaksOf } from '../figures/break-point.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatPoints, formatRate, formatRateBrief } from '../figures/format.ts';
import { isSmallSample, type Rate, ratioOf } from '../figures/rate.ts';
import { speedWindowDays, type WonBySpeed } from '../metrics/quote-speed.ts';
import { quoteBreakHours, quoteBreakWinRate, quoteSpeedWinRate } from '../metrics/quotes.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, periodWords } from './captions.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import type { Advice, Company, Findings, Question, Table } from './report.ts';

/** Whether quick quotes win more: the bands, and where the win rate steps as far as the cases tell (S11). */
export interface QuoteSpeedStory extends WonBySpeed {
  readonly names: readonly string[];
  /** The strongest first; none = the differences may be chance. */
  readonly breaks: readonly BreakPoint[];
}

export function quoteSpeedStory(won: WonBySpeed): QuoteSpeedStory {
  const names = won.bands.map((_, band) => {
    const [from, to] = [won.edges[band - 1], won.edges[band]];
    if (to === undefined) return `超过 ${from} 小时`;
    return from === undefined ? `${to} 小时内` : `${from}–${to} 小时`;
  });
  return { ...won, names, breaks: breaksOf(won.bands) };
}

const gapOf = ({ low, high }: BreakPoint): number => (ratioOf(high) ?? 0) - (ratioOf(low) ?? 0);

/** The break that the title and the advice speak of: slower quotes win less. */
const fallOf = ({ breaks: [first] }: QuoteSpeedStory): BreakPoint | null =>
  first !== undefined && gapOf(first) < 0 ? first : null;

const pointsWords = (point: BreakPoint): string => formatPoints(Math.abs(gapOf(point))).replace('+', '');

const edgeOf = ({ edges }: QuoteSpeedStory, after: number): number => edges[after - 1]!;

/** 24 小时, or 8–24 小时之间 where the cases leave several places open. */
function placeWords(story: QuoteSpeedStory, { from, to }: BreakPoint): string {
  const [first, last] = [edgeOf(story, from), edgeOf(story, to)];
  return first === last ? `${first} 小时` : `${first}–${last} 小时之间`;
}

function windowWords({ window }: QuoteSpeedStory, question: Question): string {
  if (window.label !== 'range' || lengthInDays(window) !== speedWindowDays) return periodWords(question);
  return window.to === question.moment.today ? `近 ${speedWindowDays} 天` : `到 ${window.to} 的 ${speedWindowDays} 天`;
}

/** Behind the title: 超过 24 小时的赢得少. */
export function speedTitle(story: QuoteSpeedStory): string {
  const fall = fallOf(story);
  if (fall === null) return '';
  return fall.from === fall.to
    ? `,超过 ${edgeOf(story, fall.after)} 小时的赢得少`
    : `,过了 ${placeWords(story, fall)}赢得少`;
}

/** The win rate of every band, and where it steps only where the intervals support it (decision 21). */
export function speedLine(story: QuoteSpeedStory, question: Question): Line[] {
  const known = story.bands.flatMap((rate, band) =>
    rate.denominator === 0 ? [] : [`${story.names[band]} ${formatRateBrief(rate)}`],
  );
  if (known.length < 2) return [];
  const few = story.bands.some((rate) => rate.denominator > 0 && isSmallSample(rate)) ? '(不到 30 个的档样本少)' : '';
  const head = `${windowWords(story, question)}按第一份报价的快慢看赢单率:${known.join('、')}${few}。`;
  const [first, ...more] = story.breaks;
  if (first === undefined) return [[`${head}各档差别在正常波动以内,看不出断点。`]];
  const sides = `${edgeOf(story, first.after)} 小时内赢 ${formatRate(first.low)},更慢的赢 ${formatRate(first.high)}`;
  const place = first.from === first.to ? '' : ',再准的位置这些单还分不出';
  if (gapOf(first) > 0) return [[`${head}反而慢的赢得多:${sides},先别只追速度。`]];
  const further = more
    .filter((point) => gapOf(point) < 0)
    .map((point) => `${placeWords(story, point)}(${formatRate(point.low)} → ${formatRate(point.high)})`);
  return [
    [
      head,
      { warning: `断点在 ${placeWords(story, first)}` },
      `:${sides},低 ${pointsWords(first)},样本够大${place}。`,
      ...(further.length === 0 ? [] : [`另外还有一道:${further.join('、')}。`]),
      '这是一起出现,不等于慢就是丢单的原因:难报的、本来就悬的单子也报得慢。',
    ],
  ];
}

/** A trial, not a verdict: only quicker quotes tell whether quickness was the cause. */
export function speedAdvice(story: QuoteSpeedStory, question: Question): Advice[] {
  const fall = fallOf(story);
  if (fall === null) return [];
  return [
    {
      text: `常用报价做成模板,小单授权当天报,先试一个月:${edgeOf(story, fall.from)} 小时内报出的多了,看赢单率跟不跟着涨`,
      who: null,
      due: dueIn(question, 10),
      command: '报价响应 本季度 按人',
    },
  ];
}

export function speedFigures(story: QuoteSpeedStory): Figure[] {
  const [first] = story.breaks;
  const bands = story.bands.map((rate, band) => rateFigure(quoteSpeedWinRate, rate, { speed: story.names[band]! }));
  if (first === undefined) return [...bands, plainFigure(quoteBreakHours, null, undefined, '各档差别在正常波动以内')];
  const sides: readonly (readonly [string, Rate])[] = [
    [`${edgeOf(story, first.after)} 小时内`, first.low],
    ['更慢', first.high],
  ];
  return [
    ...bands,
    plainFigure(quoteBreakHours, edgeOf(story, first.after)),
    ...sides.map(([speed, rate]) => rateFigure(quoteBreakWinRate, rate, { speed })),
  ];
}

/** The bands as columns of a picture, the slow side marked; null without a break: bars that mean nothing say too much. */
export function speedChart(story: QuoteSpeedStory, company: Company, question: Question): Findings['chart'] {
  const fall = fallOf(story);
  if (fall === null) return null;
  const title = `报价过了 ${placeWords(story, fall)},赢单率低 ${pointsWords(fall)}`;
  const shown = story.bands.flatMap((rate, band) => (rate.denominator === 0 ? [] : [{ rate, band }]));
  return {
    kind: 'bar',
    direction: 'across',
    title,
    subtitle: `赢单率按第一份报价的快慢 · ${windowWords(story, question)}关闭的商机`,
    footer: chartFooter(company, question),
    unit: 'ratio',
    labels: shown.map(
      ({ rate, band }) => `${story.names[band]} ${formatCount(rate.numerator)}/${formatCount(rate.denominator)}`,
    ),
    series: [
      {
        label: '赢单率',
        tone: 'ours',
        values: shown.map(({ rate }) => ratioOf(rate)),
        tones: shown.map(({ band }) => (band >= fall.after ? 'warning' : 'ours')),
      },
    ],
  };
}

export const speedTable = (story: QuoteSpeedStory): Table => ({
  columns: ['第一份报价', '赢单率', '赢', '关闭'],
  rows: story.bands.map((rate, band) => [
    story.names[band]!,
    formatRate(rate),
    formatCount(rate.numerator),
    formatCount(rate.denominator),
  ]),
  numeric: [false, true, true, true],
});
