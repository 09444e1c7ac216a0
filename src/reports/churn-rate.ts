import { formatCount, formatMoney, formatRatio } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { churnRate, customersAtStart, lostContractAmount, lostCustomers, retentionRate } from '../metrics/churn.ts';
import { customerDimensions } from '../metrics/customer-groups.ts';
import { readChurn } from '../metrics/lost-customers.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { opening, periodCommand } from './captions.ts';
import { type CustomerRate, customerRateFindings, oddPart, rateTitle } from './customer-rate.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { type Company, defineReport, type Findings, type Question } from './report.ts';

const report = (company: Company, question: Question): CustomerRate => ({
  command: '流失率',
  metric: churnRate,
  numerator: 'lost',
  denominator: 'base',
  numeratorWords: '流失',
  denominatorWords: '期初客户',
  read: (periods, dimensions) =>
    readChurn(
      company.crm,
      {
        scope: question.scope,
        filter: question.filter,
        moment: question.moment,
        silentDays: company.settings.silentDays.default,
      },
      periods,
      dimensions,
    ),
  headline: ({ rate, sums }) => [
    rateFigure(churnRate, rate),
    plainFigure(lostCustomers, rate.numerator),
    plainFigure(lostContractAmount, sums.lost_fen ?? 0),
    rateFigure(retentionRate, { numerator: rate.denominator - rate.numerator, denominator: rate.denominator }),
    plainFigure(customersAtStart, rate.denominator),
  ],
  title: (found) =>
    found.rate.numerator === 0
      ? `${formatCount(found.rate.denominator)} 家客户一家没丢`
      : `${rateTitle(found, churnRate)},丢了 ${formatCount(found.rate.numerator)} 家`,
  say: ({ rate, sums }) =>
    rate.numerator === 0
      ? []
      : [
          [
            `流失的 ${formatCount(rate.numerator)} 家${(sums.lost_fen ?? 0) > 0 ? `带走合同 ${formatMoney(sums.lost_fen ?? 0)}` : '没有带走合同金额'},留存率 ${formatRatio(1 - (ratioOf(rate) ?? 0))}。`,
          ],
        ],
  advise: ({ rate, parts, by }) => {
    if (rate.numerator === 0) return [];
    const odd = oddPart(parts);
    const worse = odd !== null && (ratioOf(odd.rate) ?? 0) > (ratioOf(odd.others) ?? 0) ? odd : null;
    return [
      {
        text: worse === null ? '逐家问清没续的原因,看流失的都像什么样' : `先看${worse.name}:逐家问清没续的原因`,
        who: worse !== null && by[0] === 'region' ? leaderOfRegion(company, worse.name) : null,
        due: dueIn(question, 5),
        command: `流失分析 ${periodCommand(question)}`,
      },
      {
        text: '把快到期又有风险的客户先保住',
        who: null,
        due: dueIn(question, 2),
        command: '流失风险',
      },
    ];
  },
  note: () => [
    `到期满 ${renewalGraceDays} 天没续才算流失,记在满的那天;不等于丢单。`,
    ...(question.filter.productIds === undefined ? [] : ['按产品看时,买过这个产品的客户都算。']),
  ],
  nothing: async ({ now }) => {
    const findings = await emptyPeriod(company, question, question.period!, {
      noun: '签约',
      command: '流失率',
      table: 'cm_contracts',
      at: 'signed_on',
    });
    return {
      ...findings,
      title: `${opening(question)}期初没有客户`,
      narrative: [[`${now.from} 那天还没有签过约、还在的客户,流失率没有分母。`], ...findings.narrative],
    };
  },
});

/** 客户流失率 (items 47, 48): of the customers at the start, those who left; never to be mixed with lost opportunities. */
export const churnRateReport = defineReport({
  intent: 'churn_rate',
  items: [47, 48],
  defaultPeriod: 'this_month',
  dimensions: customerDimensions,
  needs: ['customers', 'contracts'],
  run: async (company, question): Promise<Findings> => {
    const refused = unanswerable(question, '流失率');
    if (refused !== null) return refused;
    return customerRateFindings(company, question, report(company, question));
  },
});
