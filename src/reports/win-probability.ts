import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate, formatRatio, unknown } from '../figures/format.ts';
import { openAmount, openOpportunities } from '../metrics/funnel.ts';
import { expectedWins, winProbabilityMetric } from '../metrics/predictions.ts';
import {
  chanceDays,
  oldAfterDays,
  readObserved,
  readStanding,
  type StandingOpportunity,
  touchedWithinDays,
} from '../metrics/win-chances.ts';
import { type Calibration, type WinChance, type WinModel, winModel } from '../predictions/win-probability.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, wanted, whose } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { doerFor, dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { placesAmong, tiedNames, tiedWithFirst } from './tied.ts';

const listed = 10;

/** Whether the sum of the chances was off by more than chance does (a Poisson count, two standard errors). */
function offWords({ expected, actual }: Calibration): string {
  if (Math.abs(actual - expected) <= 2 * Math.sqrt(Math.max(1, expected))) return ',总数对得上;';
  return actual > expected ? ',总数估低了,往上留余地;' : ',总数估高了,往下留余地;';
}

/** 赢率: how many that stood alike were won within 30 days, tried on the latest months before it is told (item 92). */
export const winProbabilityReport = defineReport({
  intent: 'win_probability',
  items: [92],
  defaultPeriod: null,
  onlyNow: { past: ['win_rate'], coming: ['forecast'] },
  dimensions: [],
  needs: ['opportunities'],
  run: async (company, question) => {
    const refused = unanswerable(question, '赢率');
    if (refused !== null) return refused;
    const { scope, filter, moment } = question;
    const [observed, standing] = await Promise.all([
      readObserved(company.crm, company.stages, { scope, moment }),
      readStanding(company.crm, company.stages, { scope, moment, filter }),
    ]);
    if (standing.length === 0)
      return nothingFound('没有在跟的商机', `${whose(question)}现在没有在跟的商机,没有赢率可算。`, [
        { label: '商机列表', command: '商机列表' },
      ]);
    const model = winModel(observed);
    return model.kind === 'model'
      ? chances(company, question, model, standing)
      : withoutChances(company, question, model, standing);
  },
});

interface Rated {
  readonly standing: StandingOpportunity;
  readonly chance: WinChance;
}

const stageOf = (company: Company, { position }: StandingOpportunity): string =>
  company.stages.stages[position]?.name ?? '';

/** Why it is rated so: stage, age, contact. */
const groundOf = (company: Company, { standing, chance }: Rated): string =>
  [
    stageOf(company, standing),
    ...(chance.by === 'stage-age-touch' ? [standing.old ? `超 ${oldAfterDays} 天` : `${oldAfterDays} 天内`] : []),
    ...(chance.by === 'stage' ? [] : [standing.touched ? '近期联系过' : `${touchedWithinDays} 天没联系`]),
  ].join('、');

function chances(
  company: Company,
  question: Question,
  model: Extract<WinModel, { kind: 'model' }>,
  standing: readonly StandingOpportunity[],
): Findings {
  const rated = standing.map((one): Rated => ({ standing: one, chance: model.chanceOf(one) }));
  const sorted = [...rated].sort(
    (a, b) => b.chance.chance - a.chance.chance || (b.standing.amountFen ?? 0) - (a.standing.amountFen ?? 0),
  );
  const shown = sorted.slice(0, question.top ?? listed);
  const wins = rated.reduce((all, { chance }) => all + chance.chance, 0);
  const first = shown[0]!;
  const single = standing.length === 1;
  // Alike is alike: of those rated the same none is more promising than the others.
  const best = tiedWithFirst(sorted, ({ chance }) => chance.chance);
  const bestNames = tiedNames(best.map(({ standing: one }) => one.customer));
  const places = placesAmong(sorted.map(({ chance }) => chance.chance));
  const title = single
    ? `${first.standing.customer}:30 天内成交概率 ${formatRatio(first.chance.chance)}`
    : `30 天内预计赢 ${wins.toFixed(1)} 单,${best.length > 1 ? `${formatCount(best.length)} 个并列最有望` : `最有望的是${bestNames}`}`;
  const { calibration } = model;
  const cold = sorted.filter(({ standing: one }) => !one.touched && one.position >= company.stages.stages.length - 3);
  return {
    title,
    mode: null,
    headline: single
      ? [rateFigure(winProbabilityMetric, first.chance.rate)]
      : [
          plainFigure(expectedWins, Math.round(wins * 10) / 10),
          plainFigure(openOpportunities, standing.length),
          plainFigure(
            openAmount,
            standing.reduce((all, one) => all + (one.amountFen ?? 0), 0),
          ),
          rateFigure(winProbabilityMetric, model.overall.rate, { stage: '整体' }),
        ],
    figures: [
      plainFigure(expectedWins, Math.round(wins * 10) / 10),
      plainFigure(openOpportunities, standing.length),
      plainFigure(
        openAmount,
        standing.reduce((all, one) => all + (one.amountFen ?? 0), 0),
      ),
      rateFigure(winProbabilityMetric, model.overall.rate, { stage: '整体' }),
      ...shown.map(
        ({ standing: one, chance }): Figure =>
          rateFigure(winProbabilityMetric, chance.rate, { opportunity: one.opportunityId }),
      ),
      ...(single ? [rateFigure(winProbabilityMetric, first.chance.rate)] : []),
    ],
    narrative: [
      single
        ? ([
            `${first.standing.customer}的「${first.standing.name}」30 天内成交概率 `,
            { strong: formatRatio(first.chance.chance) },
            `,因为同类商机(${groundOf(company, first)})赢了 ${formatRate(first.chance.rate)}。`,
          ] as Line)
        : [
            `${whose(question)}在跟 ${formatCount(standing.length)} 个,30 天内平均会赢 `,
            { strong: `${wins.toFixed(1)} 单` },
            `;${bestNames}${best.length > 1 ? '并列' : ''}最有望,${best.length > 1 ? '都是 ' : ''}${formatRatio(first.chance.chance)}(${groundOf(company, first)})。`,
          ],
      [
        `用更早的记录在最近两次上试过:预计 ${calibration.expected.toFixed(1)} 单、实际 ${formatCount(calibration.actual)} 单(${formatCount(calibration.seen)} 个)${offWords(calibration)}谁更有望分得比一律按同一个概率准。`,
      ],
      ...(cold.length === 0
        ? []
        : [
            [
              { warning: `后段有 ${formatCount(cold.length)} 个 ${touchedWithinDays} 天没联系` },
              ',概率会往下掉。',
            ] as Line,
          ]),
    ],
    advice: adviceOf(company, question, cold),
    chart: {
      kind: 'ranking',
      title,
      subtitle: `未来 ${chanceDays} 天成交概率`,
      footer: chartFooter(company, question),
      unit: 'ratio',
      counter: '个',
      total: wanted(question, sorted.length),
      rows: shown.map((one, i) => ({
        label: one.standing.customer,
        place: places[i]!,
        value: one.chance.chance,
        note: one.standing.amountFen === null ? unknown : formatMoney(one.standing.amountFen),
        tone: one.standing.touched ? 'ours' : 'warning',
      })),
    },
    table: {
      columns: ['客户', '商机', '阶段', '负责人', '金额', '30 天概率', '95 % 区间', 'CRM 赢率', '依据'],
      rows: shown.map((one) => [
        one.standing.customer,
        one.standing.name,
        stageOf(company, one.standing),
        ownerName(company.directory, one.standing.ownerId),
        one.standing.amountFen === null ? unknown : formatMoney(one.standing.amountFen),
        formatRatio(one.chance.chance),
        `${Math.round(one.chance.interval.low * 100)}–${Math.round(one.chance.interval.high * 100)} %`,
        one.standing.recordedRate === null ? unknown : formatRatio(one.standing.recordedRate),
        groundOf(company, one),
      ]),
      numeric: [false, false, false, false, true, true, true, true, false],
    },
    notes: [
      '概率是同类商机过去的比例,不看客户和报价的内容;同一个商机可能被看过几次,区间偏窄。',
      ...(single ? [] : ['橙色的近期没人联系。']),
    ],
    choices: [
      { label: '大单', command: '大单' },
      { label: '积压', command: '积压' },
      { label: '预测 下季度', command: '预测 下季度' },
    ],
  };
}

function adviceOf(company: Company, question: Question, cold: readonly Rated[]): Advice[] {
  const most = [...cold].sort((a, b) => (b.standing.amountFen ?? 0) - (a.standing.amountFen ?? 0))[0];
  if (most === undefined) return [];
  return [
    {
      text: `先联系${most.standing.customer}(${stageOf(company, most.standing)}${most.standing.amountFen === null ? '' : `,${formatMoney(most.standing.amountFen)}`}),定下一步`,
      who: doerFor(company, most.standing.ownerId),
      due: dueIn(question, 2),
      command: `客户 ${most.standing.customer}`,
    },
  ];
}

/** No chance of each is given out where the records cannot tell them apart; what the CRM itself says stands beside. */
function withoutChances(
  company: Company,
  question: Question,
  model: Exclude<WinModel, { kind: 'model' }>,
  standing: readonly StandingOpportunity[],
): Findings {
  const flat = model.kind === 'flat';
  const shown = standing.slice(0, question.top ?? listed);
  const why = flat
    ? `按阶段、新旧、有没有联系分开,在最近两次上并不比一律按 ${formatRatio(model.overall.chance)} 准,所以不给单个商机的概率`
    : `近半年只看到 ${formatCount(model.seen)} 次在跟、其中 30 天内赢了 ${formatCount(model.won)} 次,分不出谁更可能成`;
  const figures: Figure[] = [
    flat
      ? rateFigure(winProbabilityMetric, model.overall.rate)
      : plainFigure(winProbabilityMetric, null, undefined, '记录太少'),
    plainFigure(openOpportunities, standing.length),
    plainFigure(
      openAmount,
      standing.reduce((all, one) => all + (one.amountFen ?? 0), 0),
    ),
  ];
  const rates = shown.filter(({ recordedRate }) => recordedRate !== null);
  return {
    title: flat
      ? `30 天整体成交概率 ${formatRatio(model.overall.chance)},单个的分不出`
      : '记录太少,给不出单个商机的概率',
    mode: null,
    headline: figures,
    figures,
    narrative: [
      [`${why}。`],
      [
        rates.length === 0
          ? 'CRM 里也没有记赢率;先看阶段和金额。'
          : `CRM 里自己记的赢率列在下面,供参考:${rates
              .slice(0, 3)
              .map((one) => `${one.customer} ${formatRatio(one.recordedRate!)}`)
              .join('、')}。`,
      ],
    ],
    advice: [],
    chart: null,
    table: {
      columns: ['客户', '阶段', '负责人', '金额', 'CRM 赢率'],
      rows: shown.map((one) => [
        one.customer,
        stageOf(company, one),
        ownerName(company.directory, one.ownerId),
        one.amountFen === null ? unknown : formatMoney(one.amountFen),
        one.recordedRate === null ? unknown : formatRatio(one.recordedRate),
      ]),
      numeric: [false, false, false, true, true],
    },
    notes: ['CRM 赢率是人填的或阶段自带的,没有和实际对过。'],
    choices: [
      { label: '大单', command: '大单' },
      { label: '管道金额', command: '管道金额' },
    ],
  };
}
