import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, spacedDates } from '../figures/format.ts';
import { type Flow, type FlowStep, readFlow } from '../metrics/funnel-flow.ts';
import { chartFooter, whose } from './captions.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';

/** 流转: what moved through each stage within the period, where nothing may get lost between start and end. */
export async function flowFindings(company: Company, question: Question, period: Period): Promise<Findings> {
  const flow = await readFlow(company.crm, company.stages, { ...question, period });
  const moves = flow.created + flow.won + flow.lost + flow.steps.reduce((sum, step) => sum + step.advanced, 0);
  if (moves === 0 && flow.steps.every(({ atStart }) => atStart === 0))
    return nothingFound(
      `${periodName(period)}没有流转`,
      `${whose(question)}在${describePeriod(period, question.moment.today)}没有在跟的商机,也没有阶段变动。`,
      [{ label: '漏斗 当前', command: '漏斗 当前' }],
    );
  const advanced = flow.steps.reduce((sum, step) => sum + step.advanced, 0);
  const leak = flow.steps.reduce((most, step) => (step.lost > most.lost ? step : most));
  const title = spacedDates(
    `${periodName(period)}新进 ${formatCount(flow.created)} 个,成交 ${formatCount(flow.won)} 个,丢单 ${formatCount(flow.lost)} 个`,
  );
  return {
    title,
    mode: '流转',
    headline: flowHeadline(flow),
    figures: [...flowHeadline(flow), ...flow.steps.flatMap(stepFigures)],
    narrative: [
      [
        spacedDates(`${whose(question)}${periodName(period)}新进 `),
        { strong: `${formatCount(flow.created)} 个商机` },
        `,往前推进 ${formatCount(advanced)} 次,${closedWords('成交', flow.won, flow.wonFen)},${closedWords('丢单', flow.lost, flow.lostFen)}。`,
      ],
      ...(leak.lost < 2
        ? []
        : [
            [
              `丢得最多的是${leak.stage},${formatCount(leak.lost)} 个;这一阶段同期往前走了 ${formatCount(leak.advanced)} 个。`,
            ],
          ]),
      ...(flow.movedBack + flow.reopened === 0
        ? []
        : [
            [
              `${[
                flow.movedBack > 0 ? `退回上一阶段 ${formatCount(flow.movedBack)} 次` : '',
                flow.reopened > 0 ? `丢单后重新打开 ${formatCount(flow.reopened)} 个` : '',
              ]
                .filter((part) => part !== '')
                .join(',')}。`,
            ],
          ]),
    ],
    advice:
      leak.lost > leak.advanced && leak.lost > 1
        ? [
            {
              text: `${leak.stage}丢的比推进的多,挑 3 个丢单问清原因`,
              who: null,
              due: null,
              command: `丢单明细 ${periodName(period)}`,
            },
          ]
        : [],
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: `漏斗(流转) · ${describePeriod(period, question.moment.today)}`,
      footer: chartFooter(company, question),
      unit: 'count',
      labels: flow.steps.map(({ stage }) => stage),
      series: [
        { label: '往前', tone: 'won', values: flow.steps.map((step) => step.advanced) },
        { label: '丢单', tone: 'lost', values: flow.steps.map((step) => step.lost) },
        { label: '还在', tone: 'other', values: flow.steps.map((step) => step.still) },
      ],
    },
    table: {
      columns: ['阶段', '期初', '进入', '往前', '丢单', '退回', '期末'],
      rows: flow.steps.map((step) => [
        step.stage,
        ...[step.atStart, step.entered, step.advanced, step.lost, step.movedBack + step.leftFunnel, step.still].map(
          (n) => formatCount(n),
        ),
      ]),
      numeric: [false, true, true, true, true, true, true],
    },
    notes: ['期初 + 进入 = 往前 + 丢单 + 退回 + 期末;按阶段变动记录数次数,一个商机进出两次算两次。丢单含判为无效的。'],
    choices: [
      { label: '批次转化', command: `漏斗 ${periodName(period)}` },
      { label: '丢单明细', command: `丢单明细 ${periodName(period)}` },
    ],
  };
}

/** 成交 3 个(99.8 万), 没有丢单. */
export const closedWords = (what: string, count: number, amountFen: number): string =>
  count === 0 ? `没有${what}` : `${what} ${formatCount(count)} 个(${formatMoney(amountFen)})`;

export const flowHeadline = (flow: Flow): Figure[] => [
  { metric: 'flow_created', label: '新进商机', unit: 'count', value: flow.created },
  { metric: 'flow_won', label: '流转成交', unit: 'count', value: flow.won },
  { metric: 'flow_lost', label: '流转丢单', unit: 'count', value: flow.lost },
  { metric: 'flow_moved_back', label: '退回', unit: 'count', value: flow.movedBack },
  { metric: 'flow_reopened', label: '重新打开', unit: 'count', value: flow.reopened },
];

const stepFigures = (step: FlowStep): Figure[] =>
  (
    [
      ['flow_at_start', '期初', step.atStart],
      ['flow_entered', '进入', step.entered],
      ['flow_advanced', '往前', step.advanced],
      ['flow_lost', '丢单', step.lost],
      ['flow_moved_back', '退回', step.movedBack],
      ['flow_still', '期末', step.still],
    ] as const
  ).map(([metric, label, value]) => ({ metric, label, unit: 'count', value, dims: { stage: step.stage } }));
