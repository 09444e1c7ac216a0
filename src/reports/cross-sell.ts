import { formatCount, formatMoney, formatRate, formatRateBrief, unknown } from '../figures/format.ts';
import {
  boughtWithinDays,
  type CrossSellCustomer,
  type ProductPair,
  readBaskets,
  readCrossSellCustomers,
  realPairs,
} from '../metrics/cross-sell.ts';
import { crossSellCustomers, crossSellRate } from '../metrics/growth.ts';
import { chartFooter, isOwn, whose } from './captions.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { doerFor, dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawnPairs = 6;

/** 交叉销售 (item 131): which products really go together, and who has the one without the other. */
export const crossSellReport = defineReport({
  intent: 'cross_sell',
  items: [131],
  defaultPeriod: null,
  onlyNow: { past: ['sales_performance'] },
  dimensions: [],
  needs: ['contracts', 'contract_lines', 'products'],
  run: async (company, question) => {
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment };
    const baskets = await readBaskets(company.crm, ask);
    if (baskets.buyers === 0)
      return nothingFound('没有合同明细可看', `${whose(question)}近两年没有带产品明细的合同,看不出什么和什么一起卖。`, [
        { label: '客户分群', command: '客户分群' },
      ]);
    const pairs = realPairs(baskets);
    const [best] = pairs;
    if (best === undefined) return noPair(question, { numerator: baskets.single, denominator: baskets.buyers });
    const { customers, all } = await readCrossSellCustomers(company.crm, ask, best, question.top ?? listed);
    return findingsOf(company, question, { pairs, best, customers, all, buyers: baskets.buyers });
  },
});

interface Found {
  readonly pairs: readonly ProductPair[];
  readonly best: ProductPair;
  readonly customers: readonly CrossSellCustomer[];
  /** With those that the list leaves out. */
  readonly all: number;
  readonly buyers: number;
}

const pairName = ({ from, to }: ProductPair): string => `${from} → ${to}`;

function findingsOf(company: Company, question: Question, found: Found): Findings {
  const { pairs, best, customers, all, buyers } = found;
  const title =
    all === 0
      ? `买${best.from}的多半也买${best.to},该买的都买了`
      : `${formatCount(all)} 家有${best.from}、还没有${best.to}`;
  const opportunities = plainFigure(crossSellCustomers, all, { pair: pairName(best) });
  const rates = pairs
    .slice(0, drawnPairs)
    .flatMap((pair) => [
      rateFigure(crossSellRate, pair.withFrom, { pair: pairName(pair) }),
      rateFigure(crossSellRate, pair.without, { pair: pairName(pair), buyers: `没买${pair.from}的` }),
    ]);
  const [first] = customers;
  const amount = customers.reduce((sum, { amountFen }) => sum + amountFen, 0);
  return {
    title,
    mode: null,
    headline: [opportunities, ...rates.slice(0, 2)],
    figures: [opportunities, ...rates],
    narrative: [
      [
        `${whose(question)}近两年的 ${formatCount(buyers)} 家买家里,买${best.from}的有 `,
        { strong: formatRate(best.withFrom) },
        ` 也买${best.to},没买${best.from}的是 ${formatRateBrief(best.without)}:差别不是偶然。`,
      ],
      first === undefined
        ? [`合同在手、同行业里有${best.from}还没有${best.to}的客户,现在没有。`]
        : [
            `合同在手、同行业有人买、还没有${best.to}的 ${formatCount(all)} 家,最大的是${first.name},在手合同 ${formatMoney(first.amountFen)}${isOwn(question) ? '' : `,${ownerName(company.directory, first.ownerId)}负责`}。`,
          ],
      ...(pairs.length > 1
        ? [
            [
              `还有 ${formatCount(pairs.length - 1)} 对也成立:${pairs
                .slice(1, 3)
                .map((pair) => `${pairName(pair)} ${formatRateBrief(pair.withFrom)}`)
                .join('、')}${pairs.length > 3 ? '等' : ''}。`,
            ],
          ]
        : []),
    ],
    advice: adviceOf(company, question, found, amount),
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: pairs.length === 1 ? `买不买${best.from},差在这里` : '交叉销售 · 连带购买率',
      footer: chartFooter(company, question),
      unit: 'ratio',
      // One pair has its first product in the legend: both names would not fit beside a bar.
      labels: pairs.slice(0, drawnPairs).map((pair) => (pairs.length === 1 ? pair.to : pairName(pair))),
      series: [
        {
          label: pairs.length === 1 ? `买了${best.from}的` : '买了前者的',
          tone: 'ours',
          values: pairs.slice(0, drawnPairs).map((pair) => share(pair.withFrom)),
        },
        {
          label: pairs.length === 1 ? '没买的' : '没买前者的',
          tone: 'other',
          values: pairs.slice(0, drawnPairs).map((pair) => share(pair.without)),
        },
      ],
    },
    table: {
      columns: ['客户', '行业', '在手合同', '还没有', '负责人'],
      rows: customers.map((one) => [
        one.name,
        one.industry ?? unknown,
        formatMoney(one.amountFen),
        best.to,
        ownerName(company.directory, one.ownerId),
      ]),
      numeric: [false, false, true, false, false],
    },
    notes: [
      `看近 ${boughtWithinDays} 天签的合同明细,按看了多少对产品校正过;一起买不等于谁带动谁,谈之前先问需求。`,
      ...(all > customers.length ? [`名单列了 ${customers.length} 家,在手合同大的在前。`] : []),
    ],
    choices: [
      ...(first === undefined ? [] : [{ label: first.name, command: `客户 ${first.name}` }]),
      { label: '客户分群', command: '客户分群' },
      { label: '潜力客户', command: '潜力客户' },
    ],
  };
}

const share = ({ numerator, denominator }: { numerator: number; denominator: number }): number | null =>
  denominator === 0 ? null : numerator / denominator;

function adviceOf(company: Company, question: Question, { best, customers, all }: Found, amount: number): Advice[] {
  const [first] = customers;
  if (first === undefined) return [];
  const byOwner = new Map<string, number>();
  for (const { ownerId } of customers) if (ownerId !== null) byOwner.set(ownerId, (byOwner.get(ownerId) ?? 0) + 1);
  const [most] = [...byOwner].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return [
    {
      text: `和${first.name}谈${best.to}:同行业买${best.from}的多半也在用`,
      who: isOwn(question) ? null : doerFor(company, first.ownerId),
      due: dueIn(question, 7),
      command: `客户 ${first.name}`,
    },
    ...(most === undefined || most[1] < 2 || byOwner.size < 2
      ? []
      : [
          {
            text: `名单前 ${formatCount(customers.length)} 家(在手合同 ${formatMoney(amount)})里 ${formatCount(most[1])} 家是${ownerName(company.directory, most[0])}的,排进下两周的回访`,
            who: doerFor(company, most[0]),
            due: dueIn(question, 14),
            command: `交叉销售 ${ownerName(company.directory, most[0])}`,
          },
        ]),
    ...(all < 5
      ? []
      : [{ text: `把${best.from}加${best.to}做成一个组合报价`, who: null, due: dueIn(question, 14), command: null }]),
  ];
}

/** Decision 21: where no pair goes together by more than chance, no list is made up. */
function noPair(question: Question, single: { numerator: number; denominator: number }): Findings {
  const figure = rateFigure(crossSellRate, single, { pair: '只买一样' });
  return {
    ...nothingFound(
      '还看不出什么和什么一起卖',
      `${whose(question)}近两年的 ${formatCount(single.denominator)} 家买家里,没有哪两样产品一起买得比别人明显多,样本也许还不够;只买了一样的有 ${formatRateBrief(single)}。`,
      [
        { label: '客户分群', command: '客户分群' },
        { label: '业绩 今年 按产品', command: '业绩 今年 按产品' },
      ],
    ),
    headline: [plainFigure(crossSellCustomers, null, undefined, '没有成立的连带')],
    figures: [plainFigure(crossSellCustomers, null, undefined, '没有成立的连带'), figure],
  };
}
