import { isRunning } from '../calendar/period.ts';
import { formatRatio, formatValue } from '../figures/format.ts';
import { churnRate } from '../metrics/churn.ts';
import { newCustomers } from '../metrics/customers.ts';
import { leadResponseTime } from '../metrics/lead-response.ts';
import { cac, leadConversion, newLeads } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import { salesCycle, winRate, wonAmount, wonCount } from '../metrics/sales.ts';
import { targetAmount, targetAttainment } from '../metrics/targets.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodCommand, periodWords } from './captions.ts';
import { fromTo } from './comparison.ts';
import { toneOf } from './dashboard-tiles.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn, leaderOf, leaderOfRegion } from './next-steps.ts';
import { type Advice, type Company, defineReport, type Findings, type Question } from './report.ts';
import { type Cause, causeOf, contradiction, remarkOf } from './review-causes.ts';
import {
  changeOf,
  lineOf,
  type ReviewLine,
  type ReviewNumbers,
  type ReviewTarget,
  readReview,
  shownOf,
} from './review-numbers.ts';

/** Something that went wrong in the period: what, and where the data say it comes from. */
interface Problem {
  readonly metric: Metric;
  readonly words: string;
  readonly short: string;
  readonly cause: Cause | null;
}

const mostProblems = 3;
const nounOf = (metric: Metric): string =>
  metric === newCustomers ? ' 家' : metric === newLeads ? ' 条' : metric === wonCount ? ' 单' : '';

/** 复盘: 业务概况, 主要问题, 原因分析, 优化建议 of a period against another (items 37, 116, 117, 132, 136). */
export const reviewReport = defineReport({
  intent: 'review_report',
  items: [37, 108, 116, 117, 132, 133, 136],
  defaultPeriod: 'last_month',
  dimensions: [],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, '复盘');
    if (refused !== null) return refused;
    const period = question.period!;
    const numbers = await readReview(company, question, period);
    if (numbers.lines.every(({ now, before }) => (now ?? 0) === 0 && (before ?? 0) === 0)) {
      return emptyPeriod(company, question, period, {
        noun: '成交',
        command: '复盘',
        table: 'cm_contracts',
        at: 'signed_on',
      });
    }
    return review(company, question, numbers);
  },
});

function review(company: Company, question: Question, numbers: ReviewNumbers): Findings {
  const problems = problemsOf(company, question, numbers).slice(0, question.top ?? mostProblems);
  const title = titleOf(question, numbers, problems);
  const { lines, compared } = numbers;
  return {
    title,
    mode: null,
    headline: lines.slice(0, 5).map(({ figures }) => figures[0]!),
    figures: [
      ...lines.flatMap(({ figures }) => figures),
      ...numbers.targets.flatMap(({ metric, amount, actual }) => [
        { ...plainFigure(targetAmount, amount, { metric: metric.name }), unit: metric.unit },
        plainFigure(targetAttainment, actual / amount, { metric: metric.name }),
      ]),
    ],
    narrative: narrativeOf(question, numbers, problems),
    sections: [
      { title: `业务概况(之前 = ${compared.words})`, lines: lines.map(overviewLine) },
      {
        title: '主要问题',
        lines:
          problems.length === 0
            ? [['没有超出正常波动的变差。']]
            : problems.map(({ words }): Line => [{ warning: words }]),
      },
      { title: '原因分析', lines: causesOf(numbers, problems) },
    ],
    adviceTitle: '优化建议',
    advice: adviceOf(company, question, numbers, problems),
    chart: {
      kind: 'tiles',
      title,
      subtitle: chartSubtitle(`复盘(对比${compared.words})`, question.period, question),
      footer: chartFooter(company, question),
      tiles: pictured(lines).map((line) => ({
        label: line.metric.name,
        value: formatValue(line.now, line.metric.unit),
        note: tileNote(line),
        tone: toneOf(line.judged),
      })),
    },
    table: {
      columns: ['指标', periodWords(question).trim(), compared.words, '变化'],
      rows: lines.map((line) => [line.metric.name, shownOf(line), beforeOf(line), changeOf(line)]),
      numeric: [false, true, true, true],
    },
    notes: [
      ...(lines.some(({ judged }) => judged === 'level') ? ['标「波动内」的差别,样本还支持不了。'] : []),
      '线索转化率和获客成本,两段各给一样长的观察期。',
      ...(problems.length === 0 ? [] : ['下次复盘先核对上面的建议做了没有。']),
    ],
    choices: [
      followUp(question, '业绩'),
      followUp(question, '漏斗'),
      ...(problems.some(({ metric }) => metric === churnRate) ? [followUp(question, '流失分析')] : []),
      followUp(question, '渠道'),
    ].slice(0, 4),
  };
}

const beforeOf = (line: ReviewLine): string =>
  line.rates !== null ? shownOf(line, 1) : formatValue(line.before, line.metric.unit);

/** Six fit the picture: what moved comes before what did not, else the order of the list. */
function pictured(lines: readonly ReviewLine[]): ReviewLine[] {
  const moved = lines.filter(({ judged }) => judged === 'worse' || judged === 'better');
  const chosen = new Set([...lines.slice(0, 1), ...moved, ...lines].slice(0, 12));
  const six = [...chosen].slice(0, 6);
  return lines.filter((line) => six.includes(line));
}

function tileNote(line: ReviewLine): string {
  if (line.now === null || line.before === null) return '没有可比的数';
  if (line.judged === 'level' && line.now !== line.before) return '波动内';
  return changeOf(line).replace(/\(.*\)$/, '');
}

function overviewLine(line: ReviewLine): Line {
  const { metric, now, before, judged } = line;
  const head = [`${metric.name} `, { strong: now === null ? '—' : `${shownOf(line)}${nounOf(metric)}` }] as const;
  if (before === null) return [...head, ',之前没有可比的数'];
  if (now === null) return [...head, `,之前 ${beforeOf(line)}`];
  const change = now === before ? '持平' : `${changeOf(line)}${judged === 'level' ? ',波动内' : ''}`;
  return [...head, `,之前 ${beforeOf(line)}${nounOf(metric)},`, judged === 'worse' ? { warning: change } : change];
}

function problemsOf(company: Company, question: Question, numbers: ReviewNumbers): Problem[] {
  const cause = (metric: Metric) => causeOf(company, numbers, metric);
  const running = isRunning(question.period!, question.moment.today);
  const missed = numbers.targets.flatMap(({ metric, amount, actual, pace }): Problem[] => {
    const share = actual / amount;
    // A running period is behind where it lags the calendar by more than five points.
    if (running ? share >= pace - 0.05 : share >= 1) return [];
    const words = running
      ? `${metric.name}完成目标的 ${formatRatio(share)},时间已过 ${formatRatio(pace)}`
      : `${metric.name} ${formatValue(actual, metric.unit)},目标 ${formatValue(amount, metric.unit)},差 ${formatRatio(1 - share)}`;
    const short = running ? `${metric.name}落后目标进度` : `${metric.name}差目标 ${formatRatio(1 - share)}`;
    return [{ metric, words, short, cause: cause(metric) }];
  });
  const worse = numbers.lines.flatMap((line): Problem[] => {
    const { metric, judged } = line;
    if (judged !== 'worse' || missed.some((problem) => problem.metric === metric)) return [];
    const words = `${metric.name}${fromTo(beforeOf(line), shownOf(line))},${changeOf(line)}`;
    const conflict = metric === leadConversion && contradiction(numbers) !== null;
    return [
      {
        metric,
        words: conflict ? `单数多了,${words}` : words,
        short: conflict ? '单数多了,线索转化却掉了' : `${metric.name} ${changeOf(line).replace(/\(.*\)$/, '')}`,
        cause: cause(metric),
      },
    ];
  });
  // What explains another problem is its cause, not a problem of its own.
  const blamed = new Set(missed.map((problem) => problem.cause?.culprit));
  return [...missed, ...worse.filter(({ metric }) => !blamed.has(metric))];
}

/** Targets that were reached: what went well comes before what is missing. */
const metOf = ({ targets }: ReviewNumbers): ReviewTarget[] => targets.filter(({ actual, amount }) => actual >= amount);

function metLine(numbers: ReviewNumbers): Line[] {
  const met = metOf(numbers).map(
    ({ metric, actual, amount }) =>
      `${metric.name} ${formatValue(actual, metric.unit)}${nounOf(metric)},完成目标 ${formatValue(amount, metric.unit)}${nounOf(metric)}的 ${formatRatio(actual / amount)}`,
  );
  return met.length === 0 ? [] : [[{ good: `达成的:${met.join(';')}` }, '。']];
}

function titleOf(question: Question, numbers: ReviewNumbers, problems: readonly Problem[]): string {
  const head = `${periodWords(question).trim()}复盘:`;
  const met = metOf(numbers)[0];
  const good = met === undefined ? '' : `${met.metric.name}完成目标 ${formatRatio(met.actual / met.amount)}`;
  const main = problems[0];
  if (main !== undefined) {
    const short = main.cause?.short ?? null;
    return `${head}${good === '' ? '' : `${good};`}${main.short}${short === null ? '' : `,${short}`}`;
  }
  if (good !== '') return `${head}${good},没有变差的`;
  const best = numbers.lines.find(({ judged }) => judged === 'better');
  return best === undefined
    ? `${head}各项平稳`
    : `${head}${best.metric.name} ${changeOf(best).replace(/\(.*\)$/, '')},没有变差的`;
}

function narrativeOf(question: Question, numbers: ReviewNumbers, problems: readonly Problem[]): Line[] {
  const amount = lineOf(numbers, wonAmount);
  const better = numbers.lines.filter(({ judged }) => judged === 'better').map(({ metric }) => metric.name);
  const head = `${opening(question)}成交 `;
  const chance = amount?.judged === 'level' && amount.now !== amount.before ? ',在正常波动以内' : '';
  return [
    ...metLine(numbers),
    amount === undefined || amount.now === null
      ? [`${opening(question)}没有成交。`]
      : [
          head,
          { strong: formatValue(amount.now, 'fen') },
          `,对比${numbers.compared.words} ${changeOf(amount)}${chance}。`,
        ],
    [
      problems.length === 0
        ? `${better.length === 0 ? '其余各项都在正常波动以内' : `变好的有${better.join('、')},没有变差的`}。`
        : `要管的有 ${problems.length} 件${better.length === 0 ? '' : `,变好的有${better.join('、')}`}。`,
    ],
  ];
}

function causesOf(numbers: ReviewNumbers, problems: readonly Problem[]): Line[] {
  const causes = problems.map(
    ({ metric, cause }): Line => [
      `${metric.name}:${cause?.words ?? '从大区、人、行业和渠道看,都没有哪一块能单独解释。'}`,
    ],
  );
  const remarks = [newCustomers, wonAmount].flatMap((metric): Line[] => {
    if (problems.some((problem) => problem.metric === metric)) return [];
    const words = remarkOf(numbers, metric, nounOf(metric));
    return words === null ? [] : [[words]];
  });
  const said = [...causes, ...remarks];
  return said.length === 0 ? [['没有需要解释的变化。']] : said;
}

/** The person to turn to for a part; null where the data name nobody. */
function whoFor(company: Company, part: Cause['part']): string | null {
  if (part?.dimension === 'region') return leaderOfRegion(company, part.name);
  if (part?.dimension !== 'owner') return null;
  return leaderOf(company, company.directory.people.find(({ name }) => name === part.name)?.id ?? '');
}

/** The region or person who answers leads slowest, where it is clearly behind the whole. */
function slowest({ cells, groupings }: ReviewNumbers): Cause['part'] {
  const whole = cells.total(leadResponseTime).value ?? 0;
  for (const dimension of ['region', 'owner'] as const) {
    const at = groupings.findIndex(({ by }) => by[0] === dimension);
    const parts = at < 0 ? [] : cells.of(leadResponseTime, at).filter((c) => (c.denominator ?? 0) >= 5);
    const worst = [...parts].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0];
    if (worst?.parts[0]?.key != null && (worst.value ?? 0) > 1.2 * whole)
      return { dimension, name: worst.parts[0].name };
  }
  return null;
}

function adviceOf(
  company: Company,
  question: Question,
  numbers: ReviewNumbers,
  problems: readonly Problem[],
): Advice[] {
  const period = periodCommand(question);
  const advice = problems.map(({ metric, cause }): Advice => {
    const culprit = cause?.culprit ?? metric;
    const part = culprit === leadResponseTime ? slowest(numbers) : (cause?.part ?? null);
    const name = part?.name ?? null;
    const make = (text: string, days: number, command: string): Advice => ({
      text,
      who: whoFor(company, part) ?? question.viewer.name,
      due: dueIn(question, days),
      command,
    });
    switch (culprit) {
      case leadResponseTime:
        return make(
          `${name === null ? '' : `先从${name}起,`}新线索 2 小时内首次联系,超时的转给当班的人,下次复盘看首次响应降没降`,
          5,
          `线索转化率 ${period}`,
        );
      case newLeads:
        return make(
          `${name === null ? '看是哪个渠道少的' : `${name}的线索补上`},定下月条数`,
          5,
          `新增线索 ${period} 按渠道`,
        );
      case leadConversion:
        return make(
          `${name === null ? '抽 20 条没转的线索看原因' : `${name}的线索先筛再派`},把无效来源的投放减下来`,
          5,
          `线索转化率 ${period} 按渠道`,
        );
      case winRate:
        return make(
          `${name === null ? '' : `${name}的`}丢单按原因过一遍,先解决排第一的`,
          3,
          `赢单率 ${period} 按丢单原因`,
        );
      case churnRate:
        return make(`${name ?? '流失的客户'}逐家回访,问清没续的原因,到期前 60 天先谈`, 5, `流失分析 ${period}`);
      case salesCycle:
        return make('看哪个阶段停得最久,从那里提速', 5, `停留时间 ${period}`);
      case cac:
        return make('费用最贵的渠道先减投', 5, `渠道 ${period}`);
      default:
        if (culprit === newCustomers)
          return make(
            name === null ? '线索够不够、目标实不实,定下个月的数' : `${name}少的客户补上,看线索派得够不够`,
            5,
            `新增客户 ${period} 按渠道`,
          );
        return make(
          name === null ? '对照漏斗,看缺的是新商机还是后段推进' : `过一遍${name}的在跟商机,逐单定下一步`,
          3,
          name === null ? `漏斗 ${period}` : `积压 ${name}`,
        );
    }
  });
  const seen = new Set<string>();
  return advice.filter(({ text }) => !seen.has(text) && seen.add(text) !== undefined).slice(0, 3);
}
