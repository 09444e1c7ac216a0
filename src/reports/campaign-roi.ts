import { daysBetween } from '../calendar/day.ts';
import { elapsed } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatMoney, formatRate, formatRatio, unknown } from '../figures/format.ts';
import { type Rate, wilsonInterval } from '../figures/rate.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import {
  type ChannelResult,
  cacOf,
  cplOf,
  readChannels,
  returnOf,
  roiOf,
  wonRateOf,
} from '../metrics/channel-results.ts';
import {
  cac,
  channelCost,
  channelRevenue,
  channelWonCustomers,
  cpl,
  leadWinRate,
  newLeads,
  returnPerYuan,
  roi,
  shareOfRevenue,
} from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, periodWords, scopeWords } from './captions.ts';
import { comparedOf } from './comparison.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { type Advice, type Company, defineReport, type Findings, type Question } from './report.ts';

type By = 'channel' | 'campaign';

/** 渠道 and 活动: what a lead and a customer cost, what came back, which to feed and which to cut (items 69-76, S4, S10). */
export const campaignRoiReport = defineReport({
  intent: 'campaign_roi',
  items: [44, 69, 70, 71, 72, 73, 74, 75, 76, 114],
  defaultPeriod: 'last_month',
  dimensions: ['channel', 'campaign'],
  needs: ['leads'],
  run: async (company, question) => {
    const refused = unanswerable(question, '渠道');
    if (refused !== null) return refused;
    const period = question.period!;
    const by: By =
      question.groupBy[0] === 'campaign' || question.filter.campaignIds !== undefined ? 'campaign' : 'channel';
    const { now } = comparedOf(question, period);
    const withCosts = costsFit(question);
    const age = Math.max(0, daysBetween(period.to, question.moment.today));
    const { conversionLagDays } = company.settings;
    const lagDays = Math.min(conversionLagDays, age);
    const { scope, filter, moment } = question;
    const [results = []] = await readChannels(company.crm, {
      scope,
      filter,
      periods: [now],
      by,
      lagDays,
      settled: age > conversionLagDays,
      moment,
      withCosts,
    });
    if (results.every((result) => result.leads === 0 && result.costFen === null)) {
      return emptyPeriod(company, question, period, {
        noun: '线索和投放',
        command: '渠道',
        table: 'cm_leads',
        at: 'created_at',
      });
    }
    return channelFindings(company, question, { results, by, lagDays, withCosts, whole: wholeOf(results) });
  },
});

/** Costs belong to the company: beside the leads of one region or industry they would make a wrong CPL. */
function costsFit({ scope, filter }: Question): boolean {
  const { channels: _c, campaignIds: _g, not, ...others } = filter;
  const { channels: _nc, campaignIds: _ng, ...otherNots } = not ?? {};
  return scope.owners === 'everyone' && Object.keys(others).length === 0 && Object.keys(otherNots).length === 0;
}

interface Found {
  readonly results: readonly ChannelResult[];
  readonly by: By;
  readonly lagDays: number;
  readonly withCosts: boolean;
  readonly whole: ChannelResult;
}

function wholeOf(results: readonly ChannelResult[]): ChannelResult {
  const sum = (of: (result: ChannelResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  return {
    key: null,
    name: '合计',
    costFen: results.some((result) => result.costFen !== null) ? sum((result) => result.costFen ?? 0) : null,
    leads: sum((result) => result.leads),
    converted: sum((result) => result.converted),
    wonLeads: sum((result) => result.wonLeads),
    wonCustomers: sum((result) => result.wonCustomers),
    revenueFen: sum((result) => result.revenueFen),
    recordedFen: sum((result) => result.recordedFen),
    settled: results.every((result) => result.settled),
  };
}

/** Fewer customers than these between two channels say nothing about either. */
const enoughWon = 5;

/** Campaigns of a year are many; what is not drawn is counted below. */
const drawn = 12;

/** Whether the two really differ in customers won for their money: the share of one lies off its share of the cost. */
function costsDiffer(a: ChannelResult, b: ChannelResult): boolean {
  if (a.wonCustomers + b.wonCustomers < enoughWon) return false;
  const won: Rate = { numerator: a.wonCustomers, denominator: a.wonCustomers + b.wonCustomers };
  const fair = (a.costFen ?? 0) / ((a.costFen ?? 0) + (b.costFen ?? 0));
  const interval = wilsonInterval(won);
  return interval !== null && (fair < interval.low || fair > interval.high);
}

/** What money buys least and most of: the dearest and the cheapest customer, with what was spent for nothing first. */
function extremesOf(
  results: readonly ChannelResult[],
): { dear: ChannelResult; cheap: ChannelResult; real: boolean } | null {
  const paid = results.filter((result) => result.key !== null && (result.costFen ?? 0) > 0);
  const price = (result: ChannelResult): number => cacOf(result) ?? Number.POSITIVE_INFINITY;
  const sorted = [...paid].sort((a, b) => price(a) - price(b) || (a.costFen ?? 0) - (b.costFen ?? 0));
  const [cheap, dear] = [sorted[0], sorted.at(-1)];
  if (cheap === undefined || dear === undefined || cheap === dear || cacOf(cheap) === null) return null;
  return { dear, cheap, real: costsDiffer(dear, cheap) };
}

const perCustomer = (result: ChannelResult): string => {
  const price = cacOf(result);
  return price === null ? '还没带来成交客户' : `${formatMoney(Math.round(price))}一个客户`;
};

function channelFindings(company: Company, question: Question, found: Found): Findings {
  const { results, by, withCosts, whole } = found;
  const period = question.period!;
  const named = question.slots.metric === undefined ? undefined : metricByWords(question.slots.metric);
  const main = withCosts && whole.costFen !== null ? (named === cpl || named === roi ? named : cac) : leadWinRate;
  const sorted = [...results].sort((a, b) => b.revenueFen - a.revenueFen || b.leads - a.leads);
  const shown = question.top === null ? sorted : sorted.slice(0, question.top);
  const title = titleOf(question, found, main);
  const what = by === 'channel' ? '渠道' : '活动';
  return {
    title,
    mode: null,
    headline: headlineOf(whole, main, sorted),
    figures: [
      ...figuresOf(whole, whole, undefined),
      ...sorted.flatMap((result) => figuresOf(result, whole, { [by]: result.name })),
    ],
    narrative: narrativeOf(found),
    advice: adviceOf(question, found),
    chart: {
      kind: 'ranking',
      title,
      subtitle: chartSubtitle(
        `${what} · ${main.name}${main === cac || main === cpl ? ' · 省的在前' : ''}${shown.length > drawn ? ` · 花费大的 ${drawn} 个` : ''}`,
        period,
        question,
      ),
      footer: chartFooter(company, question),
      rows: inOrder(drawnOf(shown, found), main).map((result) => ({
        label: result.name,
        value: measured(result, main),
        ...(cplOf(result) === null || main === cpl ? {} : { note: `CPL ${money(cplOf(result))}` }),
        tone: toneOf(result, found),
      })),
      unit: main.unit,
      counter: '个',
      total: shown.length,
    },
    table: {
      columns: [what, '费用', '线索', 'CPL', '线索→成交', '成交客户', 'CAC', '成交额', '1 元换回', 'ROI'],
      rows: [...shown, ...(shown.length > 1 ? [whole] : [])].map((result) => [
        result.name,
        money(result.costFen),
        String(result.leads),
        money(cplOf(result)),
        formatRate(wonRateOf(result)),
        String(result.wonCustomers),
        money(cacOf(result)),
        formatMoney(result.revenueFen),
        yuan(returnOf(result)),
        percent(roiOf(result)),
      ]),
      numeric: [false, true, true, true, true, true, true, true, true, true],
    },
    notes: notesOf(question, found),
    choices: [
      followUp(question, '渠道', by === 'channel' ? '按活动' : '按渠道'),
      followUp(question, '线索转化率', '按渠道'),
      { label: '口径 CAC', command: '口径 CAC' },
    ],
  };
}

const money = (fen: number | null): string => (fen === null ? unknown : formatMoney(Math.round(fen)));
const yuan = (value: number | null): string => (value === null ? unknown : `${value.toFixed(1)} 元`);
/** From ten times on a percentage says nothing more than 1 元换回 does. */
const largestRoi = 10;
const percent = (value: number | null): string => (value === null ? unknown : formatRatio(value));

function measured(result: ChannelResult, main: Metric): number | null {
  if (main === cpl) return cplOf(result);
  if (main === roi) return roiOf(result);
  if (main === cac) return cacOf(result);
  return result.leads === 0 ? null : result.wonLeads / result.leads;
}

/** What is drawn of many: those that the words name, then where most of the money went. */
function drawnOf(shown: readonly ChannelResult[], { results }: Found): readonly ChannelResult[] {
  const ends = extremesOf(results);
  const named = shown.filter((result, i) => i === 0 || result.key === ends?.dear.key || result.key === ends?.cheap.key);
  const byCost = [...shown].sort((a, b) => (b.costFen ?? 0) - (a.costFen ?? 0));
  return [...new Set([...named, ...byCost])].slice(0, drawn);
}

/** As the bars are read: the best first, then what cost money for nothing, then what has no such number. */
function inOrder(results: readonly ChannelResult[], main: Metric): ChannelResult[] {
  const sign = main === cac || main === cpl ? 1 : -1;
  const rank = (result: ChannelResult): number => (measured(result, main) ?? Number.POSITIVE_INFINITY * sign) * sign;
  return [...results].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x === y ? (b.costFen ?? 0) - (a.costFen ?? 0) : x - y;
  });
}

function toneOf(result: ChannelResult, { results }: Found): 'warning' | 'won' | 'ours' {
  const ends = extremesOf(results);
  if (ends?.real !== true) return 'ours';
  return result.key === ends.dear.key ? 'warning' : result.key === ends.cheap.key ? 'won' : 'ours';
}

function titleOf(question: Question, { results, whole, by }: Found, main: Metric): string {
  const name = periodWords(question);
  const back = returnOf(whole);
  if (results.length === 1 && back !== null && whole.revenueFen > 0)
    return `${results[0]!.name}:1 元投入换回 ${yuan(back)}`;
  const ends = extremesOf(results);
  if (ends?.real === true && main !== roi) {
    return `${name}${ends.cheap.name}获客最省(${perCustomer(ends.cheap)}),${ends.dear.name}最贵(${perCustomer(ends.dear)})`;
  }
  if (whole.costFen !== null && whole.wonCustomers === 0 && whole.revenueFen <= 0) {
    return `${name}投放 ${formatMoney(whole.costFen)},带来 ${whole.leads} 条线索,还没有成交`;
  }
  if (back !== null) return `${name}${by === 'channel' ? '投放' : '活动'} 1 元换回 ${yuan(back)}`;
  return `${name}线索 ${whole.leads} 条,成交 ${whole.wonLeads} 条`;
}

function headlineOf(whole: ChannelResult, main: Metric, sorted: readonly ChannelResult[]): Figure[] {
  if (whole.costFen === null) {
    return [
      plainFigure(newLeads, whole.leads),
      rateFigure(leadWinRate, wonRateOf(whole)),
      plainFigure(channelRevenue, whole.revenueFen),
    ];
  }
  const parts =
    main === cac
      ? []
      : sorted.slice(0, 2).map((result) => plainFigure(main, measured(result, main), { channel: result.name }));
  return [
    plainFigure(channelCost, whole.costFen),
    plainFigure(cpl, cplOf(whole)),
    plainFigure(cac, cacOf(whole), undefined, '期内还没有成交客户'),
    plainFigure(roi, roiOf(whole), undefined, '还没有成交,算不出来'),
    ...(parts.length === 0 ? [rateFigure(leadWinRate, wonRateOf(whole))] : parts),
  ].slice(0, 5);
}

function figuresOf(
  result: ChannelResult,
  whole: ChannelResult,
  dims: Readonly<Record<string, string>> | undefined,
): Figure[] {
  const noCost = '没有记录费用';
  return [
    plainFigure(newLeads, result.leads, dims),
    rateFigure(leadWinRate, wonRateOf(result), dims),
    plainFigure(channelWonCustomers, result.wonCustomers, dims),
    plainFigure(channelRevenue, result.revenueFen, dims),
    plainFigure(channelCost, result.costFen, dims, noCost),
    plainFigure(cpl, cplOf(result), dims, result.costFen === null ? noCost : '没有线索'),
    plainFigure(cac, cacOf(result), dims, result.costFen === null ? noCost : '还没有成交客户'),
    plainFigure(roi, roiOf(result), dims, result.costFen === null ? noCost : '还没有成交'),
    plainFigure(returnPerYuan, returnOf(result), dims, result.costFen === null ? noCost : '还没有成交'),
    ...(dims === undefined || whole.revenueFen <= 0
      ? []
      : [plainFigure(shareOfRevenue, result.revenueFen / whole.revenueFen, dims)]),
  ];
}

function narrativeOf({ results, whole, by }: Found): Line[] {
  const lines: Line[] = [];
  const back = returnOf(whole);
  if (whole.costFen !== null && whole.wonCustomers === 0 && whole.revenueFen <= 0) {
    lines.push([
      `投入 ${formatMoney(whole.costFen)},带来 ${whole.leads} 条线索,每条 `,
      { strong: money(cplOf(whole)) },
      ';还没有成交,回报现在算不出来。',
    ]);
  } else if (whole.costFen !== null && back !== null) {
    lines.push([
      `投入 ${formatMoney(whole.costFen)},带来 ${whole.leads} 条线索、${whole.wonCustomers} 个成交客户、${formatMoney(whole.revenueFen)}成交:`,
      { strong: `1 元投入换回 ${yuan(back)}` },
      (roiOf(whole) ?? 0) < largestRoi ? `(ROI ${percent(roiOf(whole))})。` : '。',
    ]);
  } else {
    lines.push([
      `${whole.leads} 条线索,`,
      { strong: `${formatRate(wonRateOf(whole))}成交` },
      `,带来 ${formatMoney(whole.revenueFen)}。`,
    ]);
  }
  const ends = extremesOf(results);
  if (ends?.real === true) {
    const line = (result: ChannelResult): string =>
      `${result.name}每条线索 ${money(cplOf(result))}、成交 ${formatRate(wonRateOf(result))},${perCustomer(result)}`;
    lines.push([`${line(ends.dear)};${line(ends.cheap)}。`]);
  } else if (ends !== null || whole.wonCustomers > 0) {
    lines.push([`各${by === 'channel' ? '渠道' : '活动'}成交客户还少,获客成本的高低可能是偶然,先别据此调预算。`]);
  }
  const best = [...results].filter((result) => result.key !== null).sort((a, b) => b.revenueFen - a.revenueFen)[0];
  if (best !== undefined && whole.revenueFen > 0 && results.length > 1) {
    lines.push([
      `成交额里${best.name}贡献最大,${formatMoney(best.revenueFen)},占 ${formatRatio(best.revenueFen / whole.revenueFen)}。`,
    ]);
  }
  const idle = results.filter((result) => (result.costFen ?? 0) > 0 && result.leads === 0 && result.revenueFen <= 0);
  if (idle.length > 0) {
    lines.push([
      {
        warning: `${idle.map((result) => result.name).join('、')}花了 ${formatMoney(idle.reduce((all, r) => all + (r.costFen ?? 0), 0))},没带来线索。`,
      },
    ]);
  }
  return lines;
}

function adviceOf(question: Question, { results, by }: Found): Advice[] {
  const ends = extremesOf(results);
  if (ends?.real !== true) return [];
  const due = dueIn(question, 5);
  return [
    {
      text:
        by === 'channel'
          ? `${ends.dear.name}先减投(${perCustomer(ends.dear)}),省下的加到${ends.cheap.name}(${perCustomer(ends.cheap)}),两周后看转化有没有掉`
          : `下次把「${ends.dear.name}」这类(${perCustomer(ends.dear)})的钱挪到「${ends.cheap.name}」这类(${perCustomer(ends.cheap)})`,
      who: null,
      due,
      command: by === 'channel' ? `线索转化率 近90天 按渠道` : `活动效果 近90天`,
    },
  ];
}

function notesOf(question: Question, { lagDays, withCosts, results, whole }: Found): string[] {
  const running = elapsed(question.period!, question.moment.today).to === question.moment.today;
  return [
    lagDays === 0 || running
      ? '这批线索刚进来,成交还会涨,获客成本和 ROI 只是到今天为止。'
      : `这批线索的成交算到这段时间结束后 ${lagDays} 天。`,
    ...(whole.recordedFen === 0
      ? []
      : [`成交额里 ${formatMoney(whole.recordedFen)}是活动自己记的:没有线索挂在这些活动上,不知道是哪些客户。`]),
    ...(withCosts ? [] : [`费用按全公司记,拆不到${scopeWords(question)},所以这里不算 CPL、CAC 和 ROI。`]),
    ...(withCosts && whole.costFen === null ? ['这段时间 CRM 里没有活动费用,所以没有 CPL、CAC 和 ROI。'] : []),
    ...(withCosts &&
    results.some((result) => result.key !== null && result.costFen === null && result.leads > 0) &&
    whole.costFen !== null
      ? ['没有费用记录的渠道不算 CPL 和 ROI;合计的 CPL、CAC 把它们的线索和客户也算在内。']
      : []),
  ];
}
