import { formatCount, formatMoney, formatMoneyRate, formatRate, formatRateBrief } from '../figures/format.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import {
  type FadingCustomer,
  oftenOrders,
  readFading,
  readSegmentBase,
  readSegments,
  recentDays,
  type Segment,
  segmentNames,
} from '../metrics/customer-segments.ts';
import { segmentActive, segmentAmount, segmentComplaints, segmentCustomers } from '../metrics/growth.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, whose } from './captions.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { doerFor, dueIn } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** Of fewer customers on a side nothing is told of how they keep in touch. */
const leastToTell = 10;

const listed = 20;

/** 客户分群 (item 131): who buys lately, often and much, what each group is worth, and which are slipping away. */
export const customerSegmentsReport = defineReport({
  intent: 'customer_segments',
  items: [131],
  defaultPeriod: null,
  onlyNow: { past: ['repurchase_rate'] },
  dimensions: [],
  needs: ['contracts', 'customers'],
  run: async (company, question) => {
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment };
    const base = await readSegmentBase(company.crm, ask);
    if (base.buyers === 0)
      return nothingFound('还分不了群', `${whose(question)}还没有签过约的客户,分群要看签约的时间、次数和金额。`, [
        { label: '潜力客户', command: '潜力客户' },
      ]);
    const mean = base.amountFen / base.buyers;
    const [segments, fading] = await Promise.all([
      readSegments(company.crm, ask, mean),
      readFading(company.crm, ask, mean, question.top ?? listed),
    ]);
    return findingsOf(company, question, { segments, fading, buyers: base.buyers, amountFen: base.amountFen });
  },
});

interface Found {
  readonly segments: readonly Segment[];
  readonly fading: readonly FadingCustomer[];
  readonly buyers: number;
  readonly amountFen: number;
}

const nameOf = ({ key }: Segment): string => segmentNames[key];
const isFading = ({ key }: Segment): boolean => key === '011' || key === '001';
const sum = (list: readonly Segment[], of: (one: Segment) => number): number =>
  list.reduce((all, one) => all + of(one), 0);

function findingsOf(company: Company, question: Question, found: Found): Findings {
  const { segments, fading, buyers } = found;
  const best = segments.find(({ key }) => key === '111');
  const slipping = segments.filter(isFading);
  const title =
    slipping.length > 0
      ? `${formatCount(sum(slipping, ({ customers }) => customers))} 家签得多的客户一年没再签`
      : best === undefined
        ? `签过约的 ${formatCount(buyers)} 家分成 ${segments.length} 群`
        : `重要价值客户 ${formatCount(best.customers)} 家`;
  const figures = segments.flatMap((segment) => {
    const dims = { segment: nameOf(segment) };
    return [
      plainFigure(segmentCustomers, segment.customers, dims),
      plainFigure(segmentAmount, segment.amountFen, dims),
      rateFigure(segmentActive, { numerator: segment.active, denominator: segment.customers }, dims),
      rateFigure(segmentComplaints, { numerator: segment.complaining, denominator: segment.customers }, dims),
    ];
  });
  return {
    title,
    mode: 'RFM',
    headline: [...segments]
      .sort((a, b) => b.amountFen - a.amountFen)
      .slice(0, 5)
      .map((segment) => plainFigure(segmentCustomers, segment.customers, { segment: nameOf(segment) })),
    figures,
    narrative: narrativeOf(company, question, found),
    advice: adviceOf(company, question, found),
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: '客户分群 · 累计签约金额',
      footer: chartFooter(company, question),
      unit: 'fen',
      labels: segments.map((segment) => `${nameOf(segment)} ${formatCount(segment.customers)} 家`),
      series: [
        {
          label: '累计签约',
          tone: 'ours',
          values: segments.map(({ amountFen }) => amountFen),
          tones: segments.map((segment) => (isFading(segment) ? ('warning' as const) : ('ours' as const))),
        },
      ],
    },
    table: {
      columns: ['分群', '客户', '累计签约', '近 30 天有往来', '90 天内有投诉'],
      rows: segments.map((segment) => [
        nameOf(segment),
        formatCount(segment.customers),
        formatMoney(segment.amountFen),
        formatRateBrief({ numerator: segment.active, denominator: segment.customers }),
        formatRateBrief({ numerator: segment.complaining, denominator: segment.customers }),
      ]),
      numeric: [false, true, true, true, true],
    },
    notes: [
      `R 近 ${recentDays} 天签过,F 签过 ${oftenOrders} 份及以上,M 累计高于平均 ${formatMoney(found.amountFen / buyers)};没签过的客户不在内。`,
    ],
    choices: [
      ...(fading[0] === undefined ? [] : [{ label: fading[0].name, command: `客户 ${fading[0].name}` }]),
      { label: '交叉销售', command: '交叉销售' },
      { label: '潜力客户', command: '潜力客户' },
      { label: '客户价值', command: '客户价值' },
    ],
  };
}

function narrativeOf(company: Company, question: Question, { segments, fading, buyers, amountFen }: Found): Line[] {
  const best = segments.find(({ key }) => key === '111');
  const slipping = segments.filter(isFading);
  const [first] = fading;
  const lines: Line[] = [
    best === undefined
      ? [`${whose(question)}签过约的 ${formatCount(buyers)} 家里,还没有三条都占的重要价值客户。`]
      : [
          `${whose(question)}签过约的 ${formatCount(buyers)} 家里,重要价值 `,
          { strong: `${formatCount(best.customers)} 家` },
          `,签下 ${formatMoneyRate({ numerator: best.amountFen, denominator: amountFen })}。`,
        ],
  ];
  if (slipping.length > 0 && first !== undefined) {
    lines.push([
      { warning: `${formatCount(sum(slipping, ({ customers }) => customers))} 家累计高于平均、一年没再签` },
      `,涉及 ${formatMoney(sum(slipping, (one) => one.amountFen))};最大的是${first.name},签过 ${formatMoney(first.amountFen)},${formatCount(first.days)} 天没签了${isOwn(question) ? '' : `,${ownerName(company.directory, first.ownerId)}负责`}。`,
    ]);
  }
  const behaviour = behaviourLine(segments);
  if (behaviour !== null) lines.push([behaviour]);
  return lines;
}

/** What sets the groups apart in how they behave, said only where the cases support it. */
function behaviourLine(segments: readonly Segment[]): string | null {
  const rate = (list: readonly Segment[], of: (one: Segment) => number): Rate => ({
    numerator: sum(list, of),
    denominator: sum(list, ({ customers }) => customers),
  });
  const [recent, past] = [
    segments.filter(({ key }) => key.startsWith('1')),
    segments.filter(({ key }) => key.startsWith('0')),
  ];
  if (recent.length === 0 || past.length === 0) return null;
  const [a, b] = [rate(recent, ({ active }) => active), rate(past, ({ active }) => active)];
  if (Math.min(a.denominator, b.denominator) < leastToTell || !differs(a, b)) return null;
  return (ratioOf(a) ?? 0) > (ratioOf(b) ?? 0)
    ? `一年没签的客户,近 30 天有往来的只有 ${formatRate(b)},签过的是 ${formatRate(a)}:少签的也少往来。`
    : `一年没签的客户还在往来(${formatRate(b)}),有机会再谈。`;
}

function adviceOf(company: Company, question: Question, { segments, fading }: Found): Advice[] {
  const [first] = fading;
  const develop = segments.find(({ key }) => key === '101');
  return [
    ...(first === undefined
      ? []
      : [
          {
            text: `去一趟${first.name},问清为什么没再签,带着新方案谈`,
            who: isOwn(question) ? null : doerFor(company, first.ownerId),
            due: dueIn(question, 5),
            command: `客户 ${first.name}`,
          },
        ]),
    ...(develop === undefined
      ? []
      : [
          {
            text: `${formatCount(develop.customers)} 家重要发展客户只签过一份,挑最大的几家谈第二样产品`,
            who: null,
            due: dueIn(question, 10),
            command: '交叉销售',
          },
        ]),
  ];
}
