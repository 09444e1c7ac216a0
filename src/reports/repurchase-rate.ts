import { formatCount, formatMoneyRate } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { customerDimensions } from '../metrics/customer-groups.ts';
import { readRepeatBuyers } from '../metrics/repeat-buyers.ts';
import { repurchaseRate } from '../metrics/value.ts';
import { type CustomerRate, customerRateFindings, oddPart, rateTitle } from './customer-rate.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { rateFigure } from './figure-of.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { type Company, defineReport, type Question } from './report.ts';

/** 其中 25 家期前就买过,10 家是期间里第一次买就签了两份: who signs twice at once is no old customer. */
function boughtBefore(repeat: number, before: number): string {
  if (repeat === 0) return '';
  if (before === repeat) return '(都在期前就买过)';
  return `(${formatCount(before)} 家期前就买过,${formatCount(repeat - before)} 家第一次买就在期间里)`;
}

const report = (company: Company, question: Question): CustomerRate => ({
  command: '复购率',
  metric: repurchaseRate,
  numerator: 'repeat_buyers',
  denominator: 'buyers',
  numeratorWords: '复购',
  denominatorWords: '下单客户',
  read: (periods, dimensions) =>
    readRepeatBuyers(
      company.crm,
      { scope: question.scope, filter: question.filter, moment: question.moment },
      periods,
      dimensions,
    ),
  headline: ({ rate }) => [rateFigure(repurchaseRate, rate)],
  title: (found) => rateTitle(found, repurchaseRate),
  say: ({ rate, sums }) => [
    [
      `下单的 ${formatCount(rate.denominator)} 家里 ${formatCount(rate.numerator)} 家累计签过两份及以上${boughtBefore(rate.numerator, sums.returning_buyers ?? 0)},占签约金额的 ${formatMoneyRate({ numerator: sums.repeat_fen ?? 0, denominator: sums.signed_fen ?? 0 })}。`,
    ],
  ],
  advise: ({ rate, parts, by }) => {
    const odd = oddPart(parts);
    const low = odd !== null && (ratioOf(odd.rate) ?? 0) < (ratioOf(odd.others) ?? 0) ? odd : null;
    const once = rate.denominator - rate.numerator;
    return [
      ...(low === null
        ? []
        : [
            {
              text: `${low.name}的老客户回头少,拉一份首单满半年没再买的名单逐家问`,
              who: by[0] === 'region' ? leaderOfRegion(company, low.name) : null,
              due: dueIn(question, 5),
              command: `沉默客户 ${low.name}`,
            },
          ]),
      ...(once > 0
        ? [
            {
              text: `给首次下单的 ${formatCount(once)} 家各定一次回访,问用得怎么样、还缺什么`,
              who: null,
              due: dueIn(question, 7),
              command: null,
            },
          ]
        : []),
    ];
  },
  note: () => ['截至期末累计签过两份及以上合同的算复购,续费也算一次购买。'],
  nothing: () =>
    emptyPeriod(company, question, question.period!, {
      noun: '成交',
      command: '复购率',
      table: 'cm_contracts',
      at: 'signed_on',
    }),
});

/** 复购率 (item 30): of those who bought within the window, the ones who had bought before. */
export const repurchaseRateReport = defineReport({
  intent: 'repurchase_rate',
  items: [30],
  defaultPeriod: 'this_quarter',
  dimensions: customerDimensions,
  needs: ['customers', 'contracts'],
  run: async (company, question) =>
    unanswerable(question, '复购率') ?? customerRateFindings(company, question, report(company, question)),
});
