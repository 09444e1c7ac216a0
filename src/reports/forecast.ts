import { addDays, addMonths, type Day, daysBetween, startOfMonth } from '../calendar/day.ts';
import { isRunning, type Period } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatValue, unknown } from '../figures/format.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { measure, total } from '../metrics/engine.ts';
import { type DuePart, readPipelineDue } from '../metrics/pipeline-due.ts';
import { forecastHigh, forecastLow, forecastNaive, forecastPoint, forecastWeighted } from '../metrics/predictions.ts';
import { wonAmount } from '../metrics/sales.ts';
import { earlierWindows, type Forecast, forecastAmount, leastTrials, type Window } from '../predictions/forecast.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** How far back the amounts are read. */
const historyMonths = 36;
const drawnBefore = 4;

/** 预测: history with an interval and the baseline it has to beat, the weighted pipeline beside it (item 93). */
export const forecastReport = defineReport({
  intent: 'forecast',
  items: [93],
  defaultPeriod: 'this_month',
  dimensions: ['region', 'department', 'owner', 'industry', 'grade'],
  needs: ['contracts'],
  run: async (company, question) => {
    const period = question.period!;
    const { today } = question.moment;
    const empty = unanswerable({ ...question, period: null }, '预测');
    if (empty !== null) return empty;
    if (period.to <= today) {
      return nothingFound(`${periodWords(question).trim()}已经过完了`, '预测只看还没过完的期间;过完的看实际数。', [
        followUp(question, '业绩'),
        { label: '预测 下季度', command: '预测 下季度' },
      ]);
    }
    const numbers = await readForecast(company, question, period);
    return findings(company, question, period, numbers);
  },
});

interface Numbers {
  /** Days of the period that are still to come. */
  readonly window: Window;
  readonly soFar: number;
  readonly forecast: Forecast;
  readonly due: readonly DuePart[];
  readonly past: readonly { readonly window: Window; readonly amount: number }[];
}

/** Two queries, three where it is cut: the daily amounts, the first day on record, the pipeline due. */
async function readForecast(company: Company, question: Question, period: Period): Promise<Numbers> {
  const { scope, filter, moment } = question;
  const { today } = moment;
  const history: Period = { label: 'range', from: startOfMonth(addMonths(today, -historyMonths)), to: today };
  const by = question.groupBy[0] ?? null;
  const window: Window = { from: period.from > today ? period.from : addDays(today, 1), to: period.to };
  const [cells, due] = await Promise.all([
    measure(company, scope, {
      metrics: [wonAmount],
      filter,
      moment,
      periods: [history],
      groupings: [total, { by: [], grain: 'day' }],
    }),
    readPipelineDue(company.crm, company, { scope, filter, days: window, by }),
  ]);
  const days = cells
    .of(wonAmount, 1)
    .flatMap(({ bucket, value }): [Day, number][] => (bucket === null ? [] : [[bucket as Day, value ?? 0]]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const sumOf = ({ from, to }: Window): number =>
    days.reduce((all, [day, fen]) => (day >= from && day <= to ? all + fen : all), 0);
  // Records begin somewhere within their first month: only whole months count.
  const first = days[0] === undefined ? today : addMonths(startOfMonth(days[0][0]), 1);
  const soFar = isRunning(period, today) ? sumOf({ from: period.from, to: today }) : 0;
  return {
    window,
    soFar,
    forecast: forecastAmount(sumOf, { first, today, window }),
    due,
    past: earlierWindows(period, today, first, drawnBefore).map((one) => ({ window: one, amount: sumOf(one) })),
  };
}

function findings(company: Company, question: Question, period: Period, numbers: Numbers): Findings {
  const { forecast, soFar, due, past } = numbers;
  const weighted = due.every(({ weightedFen }) => weightedFen === null)
    ? null
    : due.reduce((all, part) => all + (part.weightedFen ?? 0), 0);
  const when = periodWords(question).trim();
  const thin = forecast.kind === 'thin';
  const point = thin ? null : soFar + forecast.point;
  const low = thin ? null : soFar + forecast.low;
  const high = thin ? null : soFar + forecast.high;
  const missing = thin && forecast.lack === 'record' ? '成交记录不够长,试不出误差' : '过去的成交太少,试不出误差';
  const title = titleOf(question, numbers, { when, weighted, point, low, high });
  const by = question.groupBy[0];
  const figures: Figure[] = [
    plainFigure(forecastPoint, point, undefined, missing),
    plainFigure(forecastLow, low, undefined, missing),
    plainFigure(forecastHigh, high, undefined, missing),
    plainFigure(
      forecastWeighted,
      weighted,
      undefined,
      due.length === 0 ? '期间内没有预计成交的商机' : 'CRM 没有记赢率',
    ),
    plainFigure(forecastNaive, thin ? null : soFar + forecast.naive, undefined, missing),
  ];
  return {
    title,
    mode: question.slots.method === 'weighted_pipeline' ? '管道折算' : null,
    headline: figures,
    figures: [
      ...figures,
      ...(isRunning(period, question.moment.today) ? [plainFigure(wonAmount, soFar)] : []),
      ...(by === undefined
        ? []
        : due.map((part) => plainFigure(forecastWeighted, part.weightedFen, { [by]: part.name }, 'CRM 没有记赢率'))),
    ],
    narrative: narrativeOf(question, numbers, { when, weighted, point, low, high }),
    advice:
      due.length === 0
        ? [
            {
              text: '在跟商机没有一个预计在这段时间成交,先把预计成交日补齐',
              who: null,
              due: dueIn(question, 3),
              command: '商机列表',
            },
          ]
        : [
            {
              text: `把${when}预计成交的 ${formatCount(due.reduce((all, part) => all + part.opportunities, 0))} 个商机逐单核对日期和金额`,
              who: null,
              due: dueIn(question, 5),
              command: '商机列表',
            },
          ],
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: chartSubtitle('预测(成交金额)', period, question),
      footer: chartFooter(company, question),
      unit: 'fen',
      labels: [...past.map(({ window }) => windowName(window)), ...(thin ? [] : ['下限', '预计', '上限']), '管道折算'],
      series: [
        {
          label: '成交金额',
          tone: 'other',
          values: [...past.map(({ amount }) => amount), ...(thin ? [] : [low, point, high]), weighted],
          tones: [...past.map(() => 'other' as const), ...(thin ? [] : (['ours', 'won', 'ours'] as const)), 'warning'],
        },
      ],
    },
    table: {
      columns: [by === undefined ? '范围' : dimensionNames[by], '期间内预计成交', '金额', '折算'],
      rows: due.map((part) => [
        part.name,
        formatCount(part.opportunities),
        formatMoney(part.amountFen),
        formatValue(part.weightedFen, 'fen'),
      ]),
      numeric: [false, true, true, true],
    },
    notes: [
      ...(thin
        ? []
        : [
            `区间是八成把握:用同样的办法在过去 ${forecast.tested} ${forecast.step === 'week' ? '周' : '个月底'}各试一次得来${daysBetween(numbers.window.from, numbers.window.to) > 31 ? ',相邻几次的日子有重叠' : ''}。`,
          ]),
      ...paceNote(question, period, soFar),
      '预测不看在谈商机;管道折算只算预计成交日在期间内、还没过期的。',
      ...(by === undefined ? [] : ['分开看时只折算管道:每一块的记录太少,给不出区间。']),
    ],
    choices: [
      { label: '预测 下季度', command: '预测 下季度' },
      { label: '管道金额', command: '管道金额' },
      { label: '目标', command: '目标' },
      { label: '赢率', command: '赢率' },
    ],
  };
}

/** 26-10, 26-07 至 09, or the days themselves. */
function windowName({ from, to }: Window): string {
  if (daysBetween(from, to) < 7) return `${from.slice(5)} 至 ${to.slice(5)}`;
  if (from.slice(0, 7) === to.slice(0, 7)) return from.slice(2, 7);
  return `${from.slice(2, 7)} 至 ${from.slice(0, 4) === to.slice(0, 4) ? to.slice(5, 7) : to.slice(2, 7)}`;
}

/** How each way of foretelling did before, and which one is used for it. */
function methodWords({ method, error, naiveError, naiveWindow }: Extract<Forecast, { kind: 'forecast' }>): string {
  const last = `照搬上一段(${naiveWindow.from} 至 ${naiveWindow.to})`;
  const miss = `均值法平均差 ${formatMoney(error)},${last}平均差 ${formatMoney(naiveError)}`;
  switch (method) {
    case 'mean':
      return `${miss},所以用均值法`;
    case 'last':
      return `${miss}:均值法不更准,所以照搬上一段,区间按它的误差给`;
    case 'last-adjusted':
      return `${miss}:均值法不更准,而实际几乎总在上一段的一边,所以取上一段之后常见的中间值`;
  }
}

/** 目标 carries the days on; said beside the forecast, so that the two numbers of one period do not stand unexplained. */
function paceNote(question: Question, period: Period, soFar: number): string[] {
  const { today } = question.moment;
  if (!isRunning(period, today) || soFar <= 0) return [];
  const pace = (soFar / (daysBetween(period.from, today) + 1)) * (daysBetween(period.from, period.to) + 1);
  return [
    `「目标」里的「按当前速度」约 ${formatMoney(Math.round(pace))},只把已签的按天数拉长;预测另看之前六个月和历次的误差,两个数不一样是正常的。`,
  ];
}

interface Ends {
  readonly when: string;
  readonly weighted: number | null;
  readonly point: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

function titleOf(question: Question, { forecast, soFar }: Numbers, { when, weighted, point, low, high }: Ends): string {
  if (question.slots.method === 'weighted_pipeline')
    return weighted === null
      ? `${when}没有可折算的商机`
      : `${when}管道折算 ${formatMoney(weighted)}${soFar > 0 ? `,已签 ${formatMoney(soFar)}` : ''}`;
  if (forecast.kind === 'thin' || point === null || low === null || high === null)
    return `${when}给不出区间:${forecast.kind === 'thin' && forecast.lack === 'record' ? `成交记录只有 ${forecast.months} 个月` : '同样长的日子里成交太少'}`;
  return `${when}预计 ${formatMoney(point)},八成在 ${formatMoney(low)}–${formatMoney(high)}`;
}

function narrativeOf(question: Question, { forecast, soFar, due, window }: Numbers, ends: Ends): Line[] {
  const { weighted, point, low, high } = ends;
  const lines: Line[] = [];
  const signedSoFar = soFar > 0 ? `;已签 ${formatMoney(soFar)}` : '';
  const signed = soFar > 0 ? `,其中已签 ${formatMoney(soFar)}` : '';
  if (forecast.kind === 'thin' || point === null || low === null || high === null) {
    lines.push([
      forecast.kind === 'thin' && forecast.lack === 'record'
        ? `${opening(question)}不给区间:要在过去至少 ${leastTrials} 个月底试过才知道会差多少,预测这么长的一段,记录得从 ${forecast.needsFrom.slice(0, 7)} 就有,现在只有 ${forecast.months} 个月${signedSoFar}。`
        : `${opening(question)}不给区间:这段时间还剩 ${formatCount(daysBetween(window.from, window.to) + 1)} 天,过去同样的几天多半一单没有,试不出会差多少${signedSoFar}。`,
    ]);
  } else {
    lines.push([
      `${opening(question)}预计成交 `,
      { strong: formatMoney(point) },
      `${signed},八成把握在 ${formatMoney(low)} 到 ${formatMoney(high)} 之间。`,
    ]);
    lines.push([`过去 ${forecast.tested} 次同样的预测,${methodWords(forecast)}。`]);
  }
  const opportunities = due.reduce((all, part) => all + part.opportunities, 0);
  if (opportunities === 0) lines.push(['在跟商机里没有预计在这段时间成交的。']);
  else {
    const amount = due.reduce((all, part) => all + part.amountFen, 0);
    const withSigned = soFar > 0 && weighted !== null ? `,加上已签共 ${formatMoney(soFar + weighted)}` : '';
    const words = weighted === null ? '' : `,按赢率折算 ${formatMoney(weighted)}${withSigned}`;
    const against =
      weighted !== null && low !== null && high !== null && soFar + weighted < low
        ? soFar > 0
          ? ',比按历史推的下限还低:后段商机不够,或预计成交日没填全'
          : ',其余要靠还没建的商机或还没填的日期'
        : weighted !== null && high !== null && soFar + weighted > high
          ? ',比按历史推的上限还高:赢率或日期可能填得乐观'
          : '';
    lines.push([
      `管道里预计这段时间成交的有 ${formatCount(opportunities)} 个、${formatMoney(amount)}${words}${against}。`,
    ]);
  }
  const most = question.groupBy.length > 0 ? due[0] : undefined;
  if (most !== undefined)
    lines.push([
      `${most.name}最多,${formatMoney(most.amountFen)},折算 ${most.weightedFen === null ? unknown : formatMoney(most.weightedFen)}。`,
    ]);
  return lines;
}
