import { formatCount, formatMoney, formatRate, formatValue, unknown } from '../figures/format.ts';
import {
  type LateQuote,
  type QuoteSpeed,
  readLateQuotes,
  readQuoteSpeed,
  readWonBySpeed,
} from '../metrics/quote-speed.ts';
import {
  lateQuoteHours,
  lateQuotes,
  quoteOnTimeRate,
  quoteResponseMedian,
  quoteResponseTime,
  quotesRequested,
  quotesUnsent,
} from '../metrics/quotes.ts';
import type { Line } from '../replies/reply.ts';
import { periodWords } from './captions.ts';
import { comparedOf, rateChangeWords } from './comparison.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { doerFor, dueIn, leaderOf } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import {
  type QuoteSpeedStory,
  quoteSpeedStory,
  speedAdvice,
  speedChart,
  speedFigures,
  speedLine,
  speedTable,
  speedTitle,
} from './quote-speed-story.ts';
import { type Advice, type Company, defineReport, type Findings, type Question, type Table } from './report.ts';

const listed = 20;

const report: MetricReport = {
  command: '报价响应',
  main: quoteResponseTime,
  beside: [quotesRequested, quotesUnsent],
  noun: '',
  sought: { noun: '报价请求', command: '报价响应', table: 'cm_quotes', at: 'requested_at' },
  cuts: [],
};

interface Beside {
  readonly limit: number;
  readonly now: QuoteSpeed;
  readonly before: QuoteSpeed;
  readonly beforeWords: string;
  readonly late: readonly LateQuote[];
  readonly story: QuoteSpeedStory;
}

/** 报价响应 (items 16, 89, case S11): how long a formal quote takes, which are late now, and whether speed wins. */
export const quoteResponseReport = defineReport({
  intent: 'quote_response',
  items: [16, 38, 89],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: ['owner', 'region', 'department', 'industry', 'grade', 'channel', 'city', 'size'],
  needs: ['quotes'],
  run: async (company, question) => {
    const refused = unanswerable(question, report.command);
    if (refused !== null) return refused;
    const limit = company.settings.quoteHours;
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment, limitHours: limit };
    const compared = comparedOf(question, question.period!);
    const [found, speeds, late, won] = await Promise.all([
      metricFindings(company, question, report),
      readQuoteSpeed(company.crm, ask, [compared.now, compared.before]),
      readLateQuotes(company.crm, ask),
      readWonBySpeed(company.crm, ask, question.period!),
    ]);
    const beside: Beside = {
      limit,
      now: speeds[0]!,
      before: speeds[1]!,
      beforeWords: compared.words,
      late,
      story: quoteSpeedStory(won),
    };
    // An empty period still has quotes that wait; a trend stands for itself.
    if (found.headline.length === 0) return late.length === 0 ? found : onlyLate(company, question, found, beside);
    if (question.slots.grain !== undefined && question.groupBy.length === 0) return found;
    return withLate(company, question, found, beside);
  },
});

function withLate(company: Company, question: Question, found: Findings, beside: Beside): Findings {
  const { limit, now, before, beforeWords, late, story } = beside;
  const mean = found.figures.find(({ metric, dims }) => metric === quoteResponseTime.id && dims === undefined);
  const requested = found.figures.find(({ metric, dims }) => metric === quotesRequested.id && dims === undefined);
  const whole = question.groupBy.length === 0;
  const title = whole ? `${titleOf(question, mean?.value ?? null, late)}${speedTitle(story)}` : found.title;
  const own = [
    ...(mean === undefined ? [] : [mean]),
    plainFigure(quoteResponseMedian, now.medianHours, undefined, '期间内还没有报出的报价'),
    rateFigure(quoteOnTimeRate, now.onTime),
    plainFigure(lateQuotes, late.length),
    ...(requested === undefined ? [] : [requested]),
  ];
  return {
    ...found,
    title,
    headline: whole ? own : found.headline,
    figures: [...found.figures, ...own.slice(1, 4), ...lateFigures(late), ...speedFigures(beside.story)],
    narrative: [
      ...found.narrative.slice(0, whole ? 1 : 2),
      [
        `${limit} 小时内报出的 `,
        { strong: formatRate(now.onTime) },
        now.onTime.denominator === 0
          ? ',还没有到时限的。'
          : `,${rateChangeWords(now.onTime, before.onTime, beforeWords)}。`,
      ],
      ...lateLine(company, beside),
      ...speedLine(beside.story, question),
    ].slice(0, 4),
    advice: adviceOf(company, question, beside),
    chart:
      (whole ? speedChart(story, company, question) : null) ??
      (found.chart === null ? null : { ...found.chart, title }),
    table: !whole ? found.table : late.length > 0 ? lateTable(company, late) : speedTable(story),
    notes: [
      `时限 ${limit} 小时,按自然小时算,从客户要报价起;没报出去的不进平均。`,
      ...(late.length > listed ? [`超时的只列 ${listed} 份。`] : []),
      ...found.notes,
    ],
  };
}

/** Nobody asked for a quote in the period, and some of before still wait: that is the news. */
const onlyLate = (company: Company, question: Question, found: Findings, beside: Beside): Findings => ({
  ...found,
  headline: [plainFigure(lateQuotes, beside.late.length)],
  figures: [plainFigure(lateQuotes, beside.late.length), ...lateFigures(beside.late)],
  narrative: [...found.narrative, ...lateLine(company, beside)],
  advice: adviceOf(company, question, beside),
  table: lateTable(company, beside.late),
});

function titleOf(question: Question, mean: number | null, late: readonly LateQuote[]): string {
  const waiting = late.length === 0 ? '没有超时的' : `${formatCount(late.length)} 份超时没报`;
  return mean === null
    ? `${periodWords(question)}还没有报出去的报价,${waiting}`
    : `${periodWords(question)}报价平均 ${formatValue(mean, 'hours')}报出,${waiting}`;
}

const nameOf = ({ customer, opportunity }: LateQuote): string => customer ?? opportunity ?? '没写客户的报价';

const waitWords = (hours: number): string =>
  hours >= 48 ? `${Math.floor(hours / 24)} 天` : `${Math.floor(hours)} 小时`;

function lateLine(company: Company, { late, limit }: Beside): Line[] {
  const first = late[0];
  if (first === undefined) return [[`现在没有超过 ${limit} 小时还没报的。`]];
  const known = late.flatMap(({ amountFen }) => (amountFen === null ? [] : [amountFen]));
  const amount = known.reduce((all, fen) => all + fen, 0);
  return [
    [
      '现在 ',
      { warning: `${formatCount(late.length)} 份超过 ${limit} 小时还没报` },
      `${amount > 0 ? `,金额 ${formatMoney(amount)}` : ''};最久的是${nameOf(first)},等了 ${waitWords(first.hours)},${ownerName(company.directory, first.ownerId)}负责。`,
    ],
  ];
}

function adviceOf(company: Company, question: Question, { late, story }: Beside): Advice[] {
  const first = late[0];
  const trial = speedAdvice(story, question);
  if (first === undefined) return trial;
  const advice: Advice[] = [
    {
      text: `先把${nameOf(first)}的报价发出去${first.amountFen === null ? '' : `(${formatMoney(first.amountFen)})`},报不出的今天给客户一个准话`,
      who: first.ownerId === null ? null : doerFor(company, first.ownerId),
      due: question.moment.today,
      command: first.customer === null ? null : `客户 ${first.customer}`,
    },
  ];
  const counts = new Map<string, number>();
  for (const { ownerId } of late) if (ownerId !== null) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  if (most !== undefined && most[1] > 1 && counts.size > 1) {
    advice.push({
      text: `问清${ownerName(company.directory, most[0])}手里 ${formatCount(most[1])} 份卡在哪:缺价格、缺方案还是等审批`,
      who: leaderOf(company, most[0]),
      due: dueIn(question, 1),
      command: `报价响应 ${ownerName(company.directory, most[0])}`,
    });
  }
  return [...advice, ...trial];
}

const lateFigures = (late: readonly LateQuote[]) =>
  late
    .slice(0, listed)
    .map((quote) => plainFigure(lateQuoteHours, quote.hours, { customer: nameOf(quote), quote: quote.quoteId }));

const lateTable = (company: Company, late: readonly LateQuote[]): Table => ({
  columns: ['客户', '商机', '金额', '客户要的时间', '已等', '负责人'],
  rows: late
    .slice(0, listed)
    .map((quote) => [
      quote.customer ?? unknown,
      quote.opportunity ?? unknown,
      quote.amountFen === null ? unknown : formatMoney(quote.amountFen),
      quote.requestedAt.slice(5, 16),
      waitWords(quote.hours),
      ownerName(company.directory, quote.ownerId),
    ]),
  numeric: [false, false, true, false, true, false],
});
