import { formatCount, formatMoney, formatMoneyRate } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { contractsDue, contractsPending, renewalAmountRate, renewalRate } from '../metrics/churn.ts';
import { customerDimensions } from '../metrics/customer-groups.ts';
import { readRenewals } from '../metrics/renewals.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { opening, periodWords } from './captions.ts';
import { type CustomerRate, customerRateFindings, oddPart, rateTitle } from './customer-rate.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { type Company, defineReport, nothingFound, type Question } from './report.ts';

const report = (company: Company, question: Question): CustomerRate => ({
  command: '续约率',
  metric: renewalRate,
  numerator: 'renewed',
  denominator: 'due',
  numeratorWords: '已续',
  denominatorWords: '到期',
  read: (periods, dimensions) =>
    readRenewals(
      company.crm,
      { scope: question.scope, filter: question.filter, moment: question.moment },
      periods,
      dimensions,
    ),
  headline: ({ rate, sums }) => [
    rateFigure(renewalRate, rate),
    rateFigure(renewalAmountRate, { numerator: sums.renewed_fen ?? 0, denominator: sums.due_fen ?? 0 }),
    plainFigure(contractsDue, rate.denominator),
    plainFigure(contractsPending, sums.pending ?? 0),
  ],
  title: (found) => rateTitle(found, renewalRate),
  say: ({ rate, sums }) => {
    const open = rate.denominator - rate.numerator;
    const pending = sums.pending ?? 0;
    const lostFen = (sums.due_fen ?? 0) - (sums.renewed_fen ?? 0);
    if (open === 0) return [[`到期的 ${formatCount(rate.denominator)} 份全都续上了。`]];
    return [
      [
        `没续的 ${formatCount(open)} 份合 ${formatMoney(lostFen)};按金额算续了 ${formatMoneyRate({ numerator: sums.renewed_fen ?? 0, denominator: sums.due_fen ?? 0 })}。`,
        ...(pending > 0
          ? [{ warning: `其中 ${formatCount(pending)} 份刚到期不满 ${renewalGraceDays} 天,还来得及。` }]
          : []),
      ],
    ];
  },
  advise: ({ rate, sums, parts, by }) => {
    const odd = oddPart(parts);
    const low = odd !== null && (ratioOf(odd.rate) ?? 0) < (ratioOf(odd.others) ?? 0) ? odd : null;
    return [
      ...((sums.pending ?? 0) > 0
        ? [
            {
              text: `刚到期的 ${formatCount(sums.pending ?? 0)} 份本周内谈完,过了 ${renewalGraceDays} 天就算流失`,
              who: null,
              due: dueIn(question, 5),
              command: '流失风险',
            },
          ]
        : []),
      ...(low === null
        ? []
        : [
            {
              text: `${low.name}的续约率明显偏低,逐份看没续的原因`,
              who: by[0] === 'region' ? leaderOfRegion(company, low.name) : null,
              due: dueIn(question, 5),
              command: `续约率 ${low.name}`,
            },
          ]),
      ...(rate.numerator < rate.denominator
        ? [{ text: '下一批到期的提前 30 天开始谈', who: null, due: dueIn(question, 3), command: '续费到期 未来30天' }]
        : []),
    ];
  },
  note: ({ compared }) => [
    '按合同到期日归期;同一客户签了更晚到期的合同也算续签。',
    ...(compared.now.to >= question.moment.today ? ['只算已经到期的,后面要到期的不在里面。'] : []),
  ],
  nothing: async () =>
    nothingFound(
      `${periodWords(question)}没有合同到期`,
      `${opening(question)}没有合同到期,所以没有续约率可算。要看接下来谁到期,可以问「续费到期」。`,
      [
        { label: '续费到期', command: '续费到期 未来30天' },
        { label: '续约率 今年', command: '续约率 今年' },
      ],
    ),
});

/** 续约率 (item 48): of the contracts that ended, those renewed, in number and in money. */
export const renewalRateReport = defineReport({
  intent: 'renewal_rate',
  items: [48],
  defaultPeriod: 'this_year',
  dimensions: customerDimensions,
  needs: ['customers', 'contracts'],
  run: async (company, question) =>
    unanswerable(question, '续约率') ?? customerRateFindings(company, question, report(company, question)),
});
