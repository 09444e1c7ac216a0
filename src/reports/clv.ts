import { addDays } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import { formatCount, formatMoney, formatMoneyRate, formatRatio, formatValue, unknown } from '../figures/format.ts';
import type { Rate } from '../figures/rate.ts';
import { rollUp } from '../metrics/customer-groups.ts';
import {
  type Buyer,
  type BuyerTotals,
  readBuyerTotals,
  readTopBuyers,
  readYearlyCost,
} from '../metrics/lifetime-value.ts';
import { readChurn } from '../metrics/lost-customers.ts';
import {
  buyersTotal,
  clvCac,
  clvMetric,
  clvOrderValue,
  retentionYears,
  topCustomerShare,
  yearlyOrders,
} from '../metrics/value.ts';
import { lifetimeValueFen, mostYears, ordersPerYear, yearsRetained } from '../predictions/clv.ts';
import type { OrderModel } from '../predictions/order-model.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, whose } from './captions.ts';
import { aheadFen, methodFigures, methodLine, methodNotes, readOrderModel } from './clv-method.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const drawn = 10;
const mostListed = 100;

/** 客户价值 (items 45, 46): what a customer is worth by the formula of decision 11, and what the top ones carry. */
export const clvReport = defineReport({
  intent: 'clv',
  items: [45, 46],
  defaultPeriod: null,
  onlyNow: { past: ['sales_performance', 'repurchase_rate'] },
  dimensions: [],
  needs: ['customers', 'contracts'],
  async run(company, question) {
    const refused = unanswerable(question, '客户价值');
    if (refused !== null) return refused;
    const { scope, filter, moment } = question;
    const ask = { scope, filter, moment };
    const totals = await readBuyerTotals(company.crm, ask);
    if (totals.buyers === 0)
      return nothingFound('还没有客户签过约', `${whose(question)}还没有签过合同的客户,客户价值没有可算的。`, [
        { label: '客户分布', command: '客户分布' },
      ]);
    const percent = question.slots.top_percent ?? (question.top === null ? 20 : null);
    const count =
      percent === null
        ? Math.min(question.top ?? 20, totals.buyers)
        : Math.max(1, Math.ceil((totals.buyers * percent) / 100));
    const lastYear: Period = { label: 'range', from: addDays(moment.today, -364), to: moment.today };
    const silentDays = company.settings.silentDays.default;
    // What campaigns cost is the company's; held against one team's customers it would be nonsense.
    const whole = scope.owners === 'everyone' && Object.keys(filter).length === 0;
    const [[groups], cost, top, model] = await Promise.all([
      readChurn(company.crm, { ...ask, silentDays }, [lastYear], []),
      whole ? readYearlyCost(company.crm, ask) : null,
      readTopBuyers(company.crm, ask, count),
      readOrderModel(company, ask, totals),
    ]);
    const sums = rollUp(groups!, [], company)[0]?.sums ?? {};
    const churn: Rate = { numerator: sums.lost ?? 0, denominator: sums.base ?? 0 };
    return findings(company, question, {
      totals,
      top,
      percent,
      churn,
      cacFen: cost === null || totals.newBuyers === 0 ? null : Math.round(cost / totals.newBuyers),
      whole,
      model,
    });
  },
});

interface Worth {
  readonly totals: BuyerTotals;
  readonly top: readonly Buyer[];
  readonly percent: number | null;
  readonly churn: Rate;
  readonly cacFen: number | null;
  readonly whole: boolean;
  readonly model: OrderModel;
}

function findings(company: Company, question: Question, worth: Worth): Findings {
  const { totals, top, percent, churn, cacFen, model } = worth;
  const yearlyChurn = churn.denominator === 0 ? null : churn.numerator / churn.denominator;
  const years = yearsRetained(yearlyChurn);
  const mean = lifetimeValueFen({
    avgOrderFen: totals.amountFen / totals.orders,
    ordersPerYear: totals.yearlyOrders / totals.buyers,
    yearlyChurn,
    cacFen,
  });
  const worthOf = (buyer: Buyer): number | null =>
    lifetimeValueFen({
      avgOrderFen: buyer.amountFen / buyer.orders,
      ordersPerYear: ordersPerYear(buyer.orders, buyer.daysSinceFirst),
      yearlyChurn,
      cacFen,
    });
  const topFen = top.reduce((sum, buyer) => sum + buyer.amountFen, 0);
  const topWords =
    percent === null ? `前 ${formatCount(top.length)} 家` : `前 ${formatCount(top.length)} 家(${percent} %)`;
  const share: Rate = { numerator: topFen, denominator: totals.amountFen };
  const title = `${topWords}占签约金额 ${formatRatio(totals.amountFen === 0 ? 0 : topFen / totals.amountFen)}${mean === null ? '' : `,平均一家值 ${formatMoney(mean)}`}`;
  const why = '近一年期初没有客户,流失率不知道';
  const figures = [
    plainFigure(clvMetric, mean, undefined, why),
    plainFigure(clvOrderValue, totals.orders === 0 ? null : totals.amountFen / totals.orders),
    plainFigure(yearlyOrders, totals.yearlyOrders / totals.buyers),
    plainFigure(retentionYears, years, undefined, why),
    { ...plainFigure(topCustomerShare, totals.amountFen === 0 ? null : topFen / totals.amountFen), ...share },
  ];
  const list = top.slice(0, mostListed);
  const modelled = model.kind === 'model';
  return {
    title,
    mode: null,
    headline: figures,
    figures: [
      ...figures,
      plainFigure(clvCac, cacFen, undefined, worth.whole ? '活动没有记花费' : '只按全公司算'),
      plainFigure(buyersTotal, totals.buyers),
      ...list.map((buyer) => plainFigure(clvMetric, worthOf(buyer), { customer: buyer.name }, why)),
      ...methodFigures(model, totals, list),
    ],
    narrative: narrative(company, question, worth, { mean, years, share, topWords, worthOf }),
    advice: advice(company, question, top),
    chart: {
      kind: 'ranking',
      title,
      subtitle: '客户终身价值 · 高的在前',
      footer: chartFooter(company, question),
      unit: 'fen',
      counter: '家',
      total: top.length,
      rows: list.slice(0, drawn).map((buyer) => ({
        label: buyer.grade === null ? buyer.name : `${buyer.name} ${buyer.grade}`,
        value: worthOf(buyer) ?? buyer.amountFen,
        note: ownerName(company.directory, buyer.ownerId),
        tone: 'ours' as const,
      })),
    },
    table: {
      columns: [
        '客户',
        '级别',
        '终身价值',
        ...(modelled ? ['预计再签'] : []),
        '已签金额',
        '合同',
        '客单价',
        '每年次数',
        '负责人',
      ],
      rows: list.map((buyer) => {
        const value = worthOf(buyer);
        return [
          buyer.name,
          buyer.grade ?? unknown,
          value === null ? unknown : formatMoney(value),
          ...(modelled ? [formatMoney(aheadFen(model, buyer) ?? 0)] : []),
          formatMoney(buyer.amountFen),
          formatCount(buyer.orders),
          formatMoney(buyer.amountFen / buyer.orders),
          formatValue(ordersPerYear(buyer.orders, buyer.daysSinceFirst), 'score'),
          ownerName(company.directory, buyer.ownerId),
        ];
      }),
      numeric: [false, false, true, ...(modelled ? [true] : []), true, true, true, true, false],
    },
    notes: [
      `按公式算,是估计:留存年数 = 1 ÷ 近一年流失率,最多 ${mostYears} 年。`,
      ...methodNotes(model),
      ...(churn.numerator > 0 && churn.denominator < 30
        ? [`流失率只看了 ${churn.denominator} 家,样本少,年数会大起大落。`]
        : []),
      ...(cacFen === null
        ? [worth.whole ? '活动没有记实际花费,没扣获客成本。' : '获客成本只按全公司算,这里没扣。']
        : []),
      ...(top.length > list.length ? [`名单列了 ${list.length} 家。`] : []),
    ],
    choices: [
      ...(top[0] === undefined ? [] : [{ label: top[0].name, command: `客户 ${top[0].name}` }]),
      { label: '流失风险', command: '流失风险' },
      { label: '口径 客户价值', command: '口径 客户价值' },
    ],
  };
}

function narrative(
  company: Company,
  question: Question,
  { totals, top, churn, cacFen, model }: Worth,
  said: {
    readonly mean: number | null;
    readonly years: number | null;
    readonly share: Rate;
    readonly topWords: string;
    readonly worthOf: (buyer: Buyer) => number | null;
  },
): Line[] {
  const { mean, years, share, topWords, worthOf } = said;
  const yearlyFen = ((totals.amountFen / totals.orders) * totals.yearlyOrders) / totals.buyers;
  const first = top[0];
  const firstValue = first === undefined ? null : worthOf(first);
  return [
    mean === null || years === null
      ? [
          `${whose(question)}签过约的 ${formatCount(totals.buyers)} 家,平均一家一年签 ${formatMoney(yearlyFen)};近一年流失率还算不出来,所以终身价值先不给。`,
        ]
      : [
          `${whose(question)}签过约的 ${formatCount(totals.buyers)} 家,平均一家值 `,
          { strong: formatMoney(mean) },
          `:一年签 ${formatMoney(yearlyFen)},${churn.numerator === 0 ? '近一年一家没丢,' : ''}按留 ${formatValue(years, 'score')} 年算${cacFen === null ? '' : `,扣掉获客成本 ${formatMoney(cacFen)}`}。`,
        ],
    [`${topWords}签下 ${formatMoneyRate(share)}。`],
    ...(first === undefined
      ? []
      : [
          [
            `最值钱的是${first.name},已签 ${formatMoney(first.amountFen)}${firstValue === null ? '' : `,终身价值 ${formatMoney(firstValue)}`}${isOwn(question) ? '' : `,${ownerName(company.directory, first.ownerId)}负责`}。`,
          ],
        ]),
    methodLine(model, totals),
  ];
}

function advice(company: Company, question: Question, top: readonly Buyer[]): Advice[] {
  const orphan = top.find(({ ownerId }) => ownerId === null || company.directory.person(ownerId)?.active !== true);
  return [
    {
      text: `给这 ${formatCount(top.length)} 家定专属安排:优先响应、定期回访、续约提前 90 天谈`,
      who: null,
      due: dueIn(question, 10),
      command: '流失风险',
    },
    ...(orphan === undefined
      ? []
      : [
          {
            text: `${orphan.name}没有在职的负责人,先定一个人`,
            who: null,
            due: dueIn(question, 1),
            command: `客户 ${orphan.name}`,
          },
        ]),
  ];
}
