import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatValue } from '../figures/format.ts';
import { inSlices } from '../in-slices.ts';
import type { Buyer, BuyerTotals, ValueAsk } from '../metrics/lifetime-value.ts';
import { readOrdersOverTime } from '../metrics/order-histories.ts';
import { clvModel, clvModelOrders, modelTrialActual, modelTrialExpected } from '../metrics/value.ts';
import { leastWeeks, type OrderModel, type OrderTrial, orderModel } from '../predictions/order-model.ts';
import type { Line } from '../replies/reply.ts';
import { plainFigure } from './figure-of.ts';
import type { Company } from './report.ts';

/** How far the model looks ahead: further than anybody could have tried it would be a guess. */
const aheadYears = 3;

/** Whether the order history of these customers supports BG/NBD with gamma-gamma (decision 11). One query, fitted in slices. */
export async function readOrderModel(company: Company, ask: ValueAsk, totals: BuyerTotals): Promise<OrderModel> {
  const weeks = Math.floor(totals.days / 7);
  if (weeks < leastWeeks) return { kind: 'thin', lack: 'weeks', have: weeks, need: leastWeeks };
  const found = await readOrdersOverTime(company.crm, ask, totals);
  return inSlices(orderModel({ ...found, aheadWeeks: 52 * aheadYears }));
}

const times = (value: number): string => formatCount(Math.round(value));

const trialWords = ({ weeks, expected, actual }: OrderTrial): string =>
  `留出最近 ${weeks} 周来检验,预计再签 ${times(expected)} 次,实际 ${times(actual)} 次`;

const sinceWords = {
  lately: '三个月内签过的',
  'this-year': '三个月到一年前签过的',
  'long-ago': '一年多没签的',
} as const;

function missedWords({ missed }: OrderTrial): string {
  if (missed === null) return '';
  const { since, expected, actual } = missed;
  const why = since === 'this-year' && actual > expected ? ',多半是到期续约,不是随时会买' : '';
  return `,差得最多的是${sinceWords[since]}(预计 ${times(expected)} 次,实际 ${times(actual)} 次${why})`;
}

/** Why the model is not used, after 没用 BG/NBD 模型:. */
function lackWords(model: Exclude<OrderModel, { readonly kind: 'model' }>): string {
  switch (model.kind) {
    case 'thin':
      switch (model.lack) {
        case 'weeks':
          return `订单历史才 ${formatCount(model.have)} 周,不到 ${model.need} 周`;
        case 'repeaters':
          return `回头再签过的只有 ${formatCount(model.have)} 家,不到 ${model.need} 家`;
        case 'values':
          return `回头再签过、又写了金额的只有 ${formatCount(model.have)} 家,不到 ${model.need} 家`;
        case 'trial':
          return `留出来检验的那段只再签了 ${formatCount(model.have)} 次,不到 ${model.need} 次,好坏看不出来`;
      }
      break;
    case 'misfit':
      return `${trialWords(model.trial)},对不上${missedWords(model.trial)}`;
    case 'uneven-values':
      return `次数对得上(${trialWords(model.trial)}),但签得多的客户单子大小也不一样,金额没法这样估`;
  }
}

/** Which method was used and why, in one sentence. */
export function methodLine(model: OrderModel, { buyers }: BuyerTotals): Line {
  if (model.kind !== 'model') return [`方法:按公式算;没用 BG/NBD 模型:${lackWords(model)}。`];
  const { orders, value } = model.ahead;
  return [
    `方法:主数按公式,好解释;订单历史也撑得起 BG/NBD 模型(${trialWords(model.trial)}),模型看平均一家往后 ${aheadYears} 年再签 ${formatValue(orders / buyers, 'score')} 次、`,
    { strong: formatMoney(Math.round(value / buyers)) },
    '。',
  ];
}

export const methodNotes = (model: OrderModel): string[] =>
  model.kind === 'model' ? [`模型的数只看往后 ${aheadYears} 年,不扣获客成本、不折现,和公式不是一个口径。`] : [];

/** What is to come from one customer, in fen; null without a model. */
export function aheadFen(model: OrderModel, buyer: Buyer): number | null {
  if (model.kind !== 'model') return null;
  const history = {
    repeats: buyer.orderDays - 1,
    last: (buyer.daysSinceFirst - buyer.daysSinceLast) / 7,
    age: buyer.daysSinceFirst / 7,
  };
  return Math.round(model.aheadOf(history, buyer.amountFen / buyer.orderDays).value);
}

export function methodFigures(model: OrderModel, { buyers }: BuyerTotals, listed: readonly Buyer[]): Figure[] {
  const trial = model.kind === 'thin' ? null : model.trial;
  const why = model.kind === 'model' ? undefined : lackWords(model);
  return [
    plainFigure(clvModel, model.kind === 'model' ? Math.round(model.ahead.value / buyers) : null, undefined, why),
    plainFigure(clvModelOrders, model.kind === 'model' ? model.ahead.orders / buyers : null, undefined, why),
    ...(trial === null
      ? []
      : [plainFigure(modelTrialExpected, trial.expected), plainFigure(modelTrialActual, trial.actual)]),
    ...(model.kind === 'model'
      ? listed.map((buyer) => plainFigure(clvModel, aheadFen(model, buyer), { customer: buyer.name }))
      : []),
  ];
}
