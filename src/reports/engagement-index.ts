import { formatCount, formatRate, formatValue, unknown } from '../figures/format.ts';
import {
  type Engaged,
  engagedCustomers,
  engagementIndex,
  engagementPart,
  lowEngagement,
  readEngagement,
} from '../metrics/engagement.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, isOwn, opening, periodWords, wanted } from './captions.ts';
import { type Compared, comparedOf } from './comparison.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, type Question } from './report.ts';

const listed = 20;
const drawn = 12;

/** 学习成就感指数 (item 61): one number made of several scores, its weakest component, and who is low. */
export const engagementIndexReport = defineReport({
  intent: 'engagement_index',
  items: [61],
  defaultPeriod: 'this_month',
  dimensions: [],
  needs: ['customer_scores'],
  run: async (company, question) => {
    const { name, weights, low } = company.settings.engagementIndex;
    const refused = unanswerable(question, '投入指数');
    if (refused !== null) return refused;
    const period = question.period!;
    const compared = comparedOf(question, period);
    const [now, before] = await readEngagement(
      company.crm,
      { scope: question.scope, filter: question.filter, moment: question.moment, weights },
      [compared.now, compared.before],
    );
    if (now!.length === 0)
      return emptyPeriod(company, question, period, {
        noun: `${name}的得分`,
        command: '投入指数',
        table: 'cm_customer_scores',
        at: 'day',
      });
    return findingsOf(company, question, { name, weights, low, now: now!, before: before!, compared });
  },
});

interface Found {
  readonly name: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly low: number;
  /** The lowest first. */
  readonly now: readonly Engaged[];
  readonly before: readonly Engaged[];
  readonly compared: Compared;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const partMean = (list: readonly Engaged[], component: string): number | null =>
  mean(list.flatMap(({ parts }) => (parts.has(component) ? [parts.get(component)!] : [])));

/**
 * The mean change of those who have a score in both periods, and whether it is more than their spread explains: the paired
 * t at 95 %, from ten pairs on. null with fewer.
 */
function pairedChange(now: readonly Engaged[], before: readonly Engaged[]): { change: number; real: boolean } | null {
  const then = new Map(before.map(({ customerId, index }) => [customerId, index]));
  const changes = now.flatMap(({ customerId, index }) => (then.has(customerId) ? [index - then.get(customerId)!] : []));
  const n = changes.length;
  if (n < 10) return null;
  const change = mean(changes)!;
  const variance = changes.reduce((sum, one) => sum + (one - change) ** 2, 0) / (n - 1);
  // 2.26 is the quantile for ten pairs; more pairs need a little less, so this errs on the careful side.
  return { change, real: Math.abs(change) > 2.26 * Math.sqrt(variance / n) };
}

function findingsOf(company: Company, question: Question, found: Found): Findings {
  const { name, weights, low, now, before, compared } = found;
  const index = mean(now.map((one) => one.index))!;
  const lows = now.filter((one) => one.index < low);
  const list = (lows.length > 0 ? lows : now).slice(0, question.top ?? listed);
  const title = `${periodWords(question)}${name} ${formatValue(index, 'score')} 分${lows.length === 0 ? ',没有偏低的客户' : `,${formatCount(lows.length)} 家偏低`}`;
  const parts = Object.keys(weights).map((component) => ({
    component,
    now: partMean(now, component),
    before: partMean(before, component),
  }));
  const head = [
    plainFigure(engagementIndex, index),
    plainFigure(lowEngagement, lows.length),
    ...parts
      .slice(0, 3)
      .map((part) => plainFigure(engagementPart, part.now, { component: part.component }, '期间内没有这一项得分')),
  ];
  return {
    title,
    mode: name,
    headline: head,
    figures: [
      ...head,
      plainFigure(engagedCustomers, now.length),
      plainFigure(
        engagementIndex,
        mean(before.map((one) => one.index)),
        { period: compared.words },
        `${compared.words}没有得分`,
      ),
      ...list.map((one) => plainFigure(engagementIndex, one.index, { customer: one.name })),
    ],
    narrative: narrativeOf(company, question, found, { index, lows, parts }),
    advice: adviceOf(company, question, lows, parts),
    chart: {
      kind: 'ranking',
      title,
      subtitle: chartSubtitle(`${name} · 低的在前`, question.period, question),
      footer: chartFooter(company, question),
      unit: 'score',
      counter: '家',
      total: wanted(question, (lows.length > 0 ? lows : now).length),
      rows: list.slice(0, drawn).map((one) => ({
        label: one.name,
        value: one.index,
        note: ownerName(company.directory, one.ownerId),
        tone: one.index < low ? ('warning' as const) : ('ours' as const),
      })),
    },
    table: {
      columns: ['客户', name, ...Object.keys(weights), '负责人'],
      rows: list.map((one) => [
        one.name,
        formatValue(one.index, 'score'),
        ...Object.keys(weights).map((component) =>
          one.parts.has(component) ? formatValue(one.parts.get(component)!, 'score') : unknown,
        ),
        ownerName(company.directory, one.ownerId),
      ]),
      numeric: [false, true, ...Object.keys(weights).map(() => true), false],
    },
    notes: [
      `权重:${Object.entries(weights)
        .map(([component, weight]) => `${component} ${weight}`)
        .join('、')};低于 ${low} 算偏低。没有得分的客户不算。`,
      ...(lows.length > list.length ? [`名单列了 ${list.length} 家,低的在前。`] : []),
    ],
    choices: [
      ...(list[0] === undefined ? [] : [{ label: list[0].name, command: `客户 ${list[0].name}` }]),
      { label: '健康度', command: '健康度' },
      { label: '口径 投入指数', command: '口径 投入指数' },
    ],
  };
}

interface Story {
  readonly index: number;
  readonly lows: readonly Engaged[];
  readonly parts: readonly {
    readonly component: string;
    readonly now: number | null;
    readonly before: number | null;
  }[];
}

function narrativeOf(
  company: Company,
  question: Question,
  { name, now, before, low, compared }: Found,
  { index, lows, parts }: Story,
): Line[] {
  const paired = pairedChange(now, before);
  const change =
    paired === null
      ? `两段都有得分的客户不到 10 家,和${compared.words}不比`
      : `同一批客户比${compared.words}${paired.change >= 0 ? '高' : '低'} ${formatValue(Math.abs(paired.change), 'score')} 分${paired.real ? '' : ',在正常波动以内'}`;
  const weakest = parts
    .flatMap((part) => (part.now === null ? [] : [{ component: part.component, now: part.now }]))
    .sort((a, b) => a.now - b.now)[0];
  const [first] = lows;
  return [
    [
      `${opening(question)}有得分的 ${formatCount(now.length)} 家,${name}平均 `,
      { strong: formatValue(index, 'score') },
      `,${change}。`,
    ],
    ...(weakest === undefined || parts.length < 2
      ? []
      : [[`最弱的一项是${weakest.component},平均 ${formatValue(weakest.now, 'score')}。`]]),
    first === undefined
      ? [`没有低于 ${low} 的客户。`]
      : [
          { warning: `低于 ${low} 的有 ${formatRate({ numerator: lows.length, denominator: now.length })}` },
          `,最低的是${first.name},${formatValue(first.index, 'score')}${isOwn(question) ? '' : `,${ownerName(company.directory, first.ownerId)}负责`}。`,
        ],
  ];
}

function adviceOf(company: Company, question: Question, lows: readonly Engaged[], parts: Story['parts']): Advice[] {
  const [first] = lows;
  if (first === undefined) return [];
  const worst = [...first.parts].sort((a, b) => a[1] - b[1])[0];
  const overall = parts.flatMap((part) => (part.now === null ? [] : [part])).sort((a, b) => a.now! - b.now!)[0];
  return [
    {
      text: `给${first.name}打一次电话${worst === undefined ? '' : `,先补${worst[0]}(${formatValue(worst[1], 'score')})`}`,
      who: isOwn(question) || first.ownerId === null ? null : ownerName(company.directory, first.ownerId),
      due: dueIn(question, 2),
      command: `客户 ${first.name}`,
    },
    ...(lows.length < 3 || overall === undefined
      ? []
      : [
          {
            text: `给偏低的 ${formatCount(lows.length)} 家办一场专门补${overall.component}的辅导`,
            who: null,
            due: dueIn(question, 10),
            command: '健康度',
          },
        ]),
  ];
}
