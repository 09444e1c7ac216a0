import type { Dimension } from '../commands/command.ts';
import { formatCount, formatMoney, formatRate, formatRatio } from '../figures/format.ts';
import { differs, isSmallSample, type Rate, ratioOf } from '../figures/rate.ts';
import { churnRate, customersAtStart, lossSignRate, lostContractAmount, lostCustomers } from '../metrics/churn.ts';
import { type CustomerGroup, customerDimensions, rollUp } from '../metrics/customer-groups.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { readLossSigns } from '../metrics/loss-signs.ts';
import { readChurn } from '../metrics/lost-customers.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { comparedOf } from './comparison.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** What the lost are told apart by when nothing was asked (item 49). */
const usual: readonly Dimension[] = ['industry', 'region', 'size', 'grade'];

interface Part {
  readonly dimension: Dimension;
  readonly name: string;
  readonly known: boolean;
  readonly rate: Rate;
  readonly others: Rate;
  readonly lostFen: number;
}

/** A sign that was there before customers left, with how many of the lost and of those who stayed had it. */
interface Sign {
  readonly words: string;
  readonly lost: Rate;
  readonly kept: Rate;
}

/** 流失分析 (items 49, 50): what the lost have in common, by rate and not by number, and which signs came before. */
export const churnAnalysisReport = defineReport({
  intent: 'churn_analysis',
  items: [49, 50],
  defaultPeriod: 'year_to_date',
  dimensions: customerDimensions,
  needs: ['customers', 'contracts'],
  async run(company, question) {
    const refused = unanswerable(question, '流失分析');
    if (refused !== null) return refused;
    const { now } = comparedOf(question, question.period!);
    const dimensions = question.groupBy.length > 0 ? question.groupBy : usual;
    const { scope, filter, moment } = question;
    const ask = { scope, filter, moment, silentDays: company.settings.silentDays.default };
    const [[groups], signs] = await Promise.all([
      readChurn(company.crm, ask, [now], dimensions),
      readLossSigns(company.crm, ask, now),
    ]);
    const whole = wholeOf(groups!, company);
    if (whole.rate.denominator === 0)
      return nothingFound(
        `${periodWords(question)}期初没有客户`,
        `${opening(question)}期初没有签过约、还在的客户,谈不上流失。`,
        [{ label: '流失率 今年', command: '流失率 今年' }],
      );
    if (whole.rate.numerator === 0)
      return {
        ...nothingFound(
          `${periodWords(question)}没有客户流失`,
          `${opening(question)}期初的 ${formatCount(whole.rate.denominator)} 家客户一家没丢,没有流失原因可分析。要防着的看「流失风险」。`,
          [{ label: '流失风险', command: '流失风险' }],
        ),
        figures: [rateFigure(churnRate, whole.rate)],
      };
    const parts = dimensions.flatMap((dimension) => partsOf(groups!, dimension, company, whole.rate));
    return findings(company, question, whole, parts, [
      { words: '到期前 90 天里有投诉', lost: signs.complaintsLost, kept: signs.complaintsKept },
      { words: '到期前 30 天没人联系', lost: signs.quietLost, kept: signs.quietKept },
    ]);
  },
});

const rateOf = (sums: Readonly<Record<string, number>>): Rate => ({
  numerator: sums.lost ?? 0,
  denominator: sums.base ?? 0,
});

const wholeOf = (groups: readonly CustomerGroup[], company: Company) => {
  const sums = rollUp(groups, [], company)[0]?.sums ?? {};
  return { rate: rateOf(sums), lostFen: sums.lost_fen ?? 0 };
};

const partsOf = (groups: readonly CustomerGroup[], dimension: Dimension, company: Company, whole: Rate): Part[] =>
  rollUp(groups, [dimension], company)
    .map(({ parts, name, sums }): Part => {
      const rate = rateOf(sums);
      return {
        dimension,
        name,
        known: parts[0]!.key !== null,
        rate,
        others: {
          numerator: whole.numerator - rate.numerator,
          denominator: whole.denominator - rate.denominator,
        },
        lostFen: sums.lost_fen ?? 0,
      };
    })
    .sort((a, b) => (ratioOf(b.rate) ?? 0) - (ratioOf(a.rate) ?? 0) || b.rate.denominator - a.rate.denominator);

const above = (part: Part): number => (ratioOf(part.rate) ?? 0) - (ratioOf(part.others) ?? 0);

function findings(
  company: Company,
  question: Question,
  whole: { readonly rate: Rate; readonly lostFen: number },
  parts: readonly Part[],
  signs: readonly Sign[],
): Findings {
  const odd = parts
    .filter((part) => part.known && !isSmallSample(part.rate) && differs(part.rate, part.others, parts.length))
    .filter((part) => above(part) > 0)
    .sort((a, b) => above(b) - above(a));
  const first = odd[0];
  const sign = signs.find(
    ({ lost, kept }) => differs(lost, kept, signs.length) && (ratioOf(lost) ?? 0) > (ratioOf(kept) ?? 0),
  );
  const head = `${periodWords(question)}${/\d$/.test(periodWords(question)) ? ' ' : ''}`;
  const title =
    first !== undefined
      ? `流失集中在${first.name}:${formatRatio(ratioOf(first.rate) ?? 0)},其余 ${formatRatio(ratioOf(first.others) ?? 0)}`
      : sign !== undefined
        ? `流失的 ${formatCount(sign.lost.denominator)} 份合同里 ${formatCount(sign.lost.numerator)} 份${sign.words}`
        : `${head}流失 ${formatCount(whole.rate.numerator)} 家,没有明显集中在哪一类`;
  const drawnDimension = first?.dimension ?? parts[0]!.dimension;
  const drawn = parts.filter((part) => part.dimension === drawnDimension && part.rate.denominator > 0);
  const figures = [
    rateFigure(churnRate, whole.rate),
    plainFigure(lostCustomers, whole.rate.numerator),
    plainFigure(lostContractAmount, whole.lostFen),
    plainFigure(customersAtStart, whole.rate.denominator),
  ];
  return {
    title,
    mode: null,
    headline: figures,
    figures: [
      ...figures,
      ...parts.map((part) => rateFigure(churnRate, part.rate, { [part.dimension]: part.name })),
      ...signs.flatMap(({ words, lost, kept }) => [
        rateFigure(lossSignRate, lost, { sign: words, of: '流失' }),
        rateFigure(lossSignRate, kept, { sign: words, of: '续上' }),
      ]),
    ],
    narrative: narrative(question, whole, parts, odd, signs),
    advice: advice(question, first, sign),
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: chartSubtitle(
        `流失率按${dimensionNames[drawnDimension]}(整体 ${formatRatio(ratioOf(whole.rate) ?? 0)})`,
        question.period,
        question,
      ),
      footer: chartFooter(company, question),
      labels: drawn.map((part) => `${part.name} ${part.rate.numerator}/${part.rate.denominator}`),
      series: [
        {
          label: churnRate.name,
          tone: 'ours',
          values: drawn.map((part) => ratioOf(part.rate)),
          tones: drawn.map((part) => (odd.includes(part) ? ('warning' as const) : ('ours' as const))),
        },
      ],
      unit: 'ratio',
    },
    table: {
      columns: ['维度', '哪一类', '期初客户', '流失', '流失率', '流失合同'],
      rows: parts.map((part) => [
        dimensionNames[part.dimension],
        part.name,
        formatCount(part.rate.denominator),
        formatCount(part.rate.numerator),
        formatRate(part.rate),
        formatMoney(part.lostFen),
      ]),
      numeric: [false, false, true, true, true, true],
    },
    notes: ['比的是流失率,不是流失家数:客户多的那一类本来就丢得多。'],
    choices: [
      ...(question.groupBy.length === 0 ? [followUp(question, '流失分析', '按行业 按规模')] : []),
      { label: '流失风险', command: '流失风险' },
      { label: '口径 客户流失率', command: '口径 客户流失率' },
    ],
  };
}

function narrative(
  question: Question,
  whole: { readonly rate: Rate; readonly lostFen: number },
  parts: readonly Part[],
  odd: readonly Part[],
  signs: readonly Sign[],
): Line[] {
  const lines: Line[] = [
    [
      `${opening(question)}流失 `,
      { strong: `${formatCount(whole.rate.numerator)} 家` },
      `(${formatRate(whole.rate)}),带走合同 ${formatMoney(whole.lostFen)}。`,
    ],
  ];
  if (odd.length > 0) {
    lines.push([
      `${odd
        .slice(0, 2)
        .map(
          (part) =>
            `${dimensionNames[part.dimension]}里${part.name}流失 ${formatRate(part.rate)},高于其余的 ${formatRatio(ratioOf(part.others) ?? 0)}`,
        )
        .join(';')}。`,
    ]);
  } else {
    const most = [...parts].filter((part) => part.known).sort((a, b) => b.rate.numerator - a.rate.numerator)[0];
    lines.push([
      most === undefined
        ? '各类的流失率差别都在正常波动以内。'
        : `家数最多的是${most.name}(${formatCount(most.rate.numerator)} 家),但按率看,各类差别都在正常波动以内。`,
    ]);
  }
  const told = signs.filter(({ lost }) => lost.denominator > 0);
  if (told.length > 0)
    lines.push([
      `${told
        .map(
          ({ words, lost, kept }) =>
            `${words}的,流失合同里 ${formatCount(lost.numerator)}/${formatCount(lost.denominator)}、续上的 ${formatCount(kept.numerator)}/${formatCount(kept.denominator)}`,
        )
        .join(';')}。`,
      told.some(({ lost, kept }) => differs(lost, kept, signs.length))
        ? ''
        : isSmallSample(whole.rate) || whole.rate.numerator < 10
          ? '流失的家数少,还看不出征兆。'
          : '两边差不多,不是这些原因。',
    ]);
  return lines;
}

function advice(question: Question, first: Part | undefined, sign: Sign | undefined): Advice[] {
  return [
    ...(first === undefined
      ? [
          {
            text: '逐家打电话问没续的原因,记进 CRM,下次就能按原因看',
            who: null,
            due: dueIn(question, 5),
            command: null,
          },
        ]
      : [
          {
            text: `给${first.name}的客户单独做一次回访,找出共同的原因`,
            who: null,
            due: dueIn(question, 5),
            command: `流失风险 ${first.name}`,
          },
        ]),
    ...(sign === undefined
      ? []
      : [
          {
            text: sign.words.includes('投诉')
              ? '投诉结案后一周内由负责人回访,别等到续约时再谈'
              : '签约客户 30 天没往来就提醒负责人',
            who: null,
            due: dueIn(question, 7),
            command: '流失风险',
          },
        ]),
  ];
}
