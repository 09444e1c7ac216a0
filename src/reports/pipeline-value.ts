import { addDays } from '../calendar/day.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRatio, formatValue, unknown } from '../figures/format.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import { type OpenPart, readOpenPipeline } from '../metrics/open-pipeline.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, whose } from './captions.ts';
import { defineReport, nothingFound } from './report.ts';
import { splitChoice } from './split-choice.ts';

/** 管道金额: what is open in money, by stage or another dimension, weighted by win rate, and what of it is overdue. */
export const pipelineValueReport = defineReport({
  intent: 'pipeline_value',
  items: [7, 93],
  defaultPeriod: null,
  onlyNow: { past: ['pipeline_changes', 'funnel'], coming: ['forecast'] },
  dimensions: [
    'stage',
    'region',
    'department',
    'owner',
    'industry',
    'grade',
    'channel',
    'city',
    'province',
    'pipeline',
  ],
  needs: ['opportunities'],
  async run(company, question) {
    const by = question.groupBy[0] ?? 'stage';
    const parts = await readOpenPipeline(company.crm, company.stages, company, { ...question, by });
    const sum = (of: (part: OpenPart) => number) => parts.reduce((total, part) => total + of(part), 0);
    const opportunities = sum((part) => part.opportunities);
    if (opportunities === 0)
      return nothingFound('没有在跟的商机', `${whose(question)}现在没有在跟的商机,管道是空的。`, [
        { label: '漏斗 近90天', command: '漏斗 近90天' },
      ]);
    const amountFen = sum((part) => part.amountFen);
    const weighted = parts.every(({ weightedFen }) => weightedFen === null)
      ? null
      : sum((part) => part.weightedFen ?? 0);
    const [dueFen, nextFen, overdueFen, overdue] = [
      sum((part) => part.dueThisMonthFen),
      sum((part) => part.dueNextMonthFen),
      sum((part) => part.overdueFen),
      sum((part) => part.overdueCount),
    ];
    const title = `在跟 ${formatMoney(amountFen)}${weighted === null ? '' : `,按赢率折算 ${formatMoney(weighted)}`}`;
    const headline: Figure[] = [
      { metric: 'open_amount', label: '在跟金额', unit: 'fen', value: amountFen },
      {
        metric: 'weighted_amount',
        label: '按赢率折算',
        unit: 'fen',
        value: weighted,
        ...(weighted === null ? { missing: 'CRM 没有记赢率' } : {}),
      },
      { metric: 'open_opportunities', label: '在跟商机', unit: 'count', value: opportunities },
      { metric: 'due_this_month_amount', label: '本月预计成交', unit: 'fen', value: dueFen },
      { metric: 'overdue_close_amount', label: '预计日已过', unit: 'fen', value: overdueFen },
    ];
    const most = [...parts].sort((a, b) => b.amountFen - a.amountFen)[0];
    const narrative: Line[] = [
      [
        `${whose(question)}在跟 ${formatCount(opportunities)} 个商机,合计 `,
        { strong: formatMoney(amountFen) },
        weighted === null ? '。' : `,按赢率折算约 ${formatMoney(weighted)}。`,
      ],
      [
        `${dueFen === 0 ? '没有预计本月内成交的' : `预计本月内成交 ${formatMoney(dueFen)}`},${nextFen === 0 ? '下月也没有' : `下月 ${formatMoney(nextFen)}`}。`,
      ],
      ...(most === undefined || parts.length < 2 || amountFen === 0
        ? []
        : [[`${most.name}最多,${formatMoney(most.amountFen)},占 ${formatRatio(most.amountFen / amountFen)}。`]]),
      ...(overdue === 0
        ? []
        : [
            [
              { warning: `${formatCount(overdue)} 个商机(${formatMoney(overdueFen)})预计成交日已经过了` },
              ',这部分先别算进预期。',
            ],
          ]),
    ];
    const bare = sum((part) => part.withoutAmount);
    const unrated = sum((part) => part.withoutRate);
    return {
      title,
      mode: null,
      headline,
      figures: [
        ...headline,
        { metric: 'due_next_month_amount', label: '下月预计成交', unit: 'fen', value: nextFen },
        { metric: 'overdue_close_opportunities', label: '预计日已过的商机', unit: 'count', value: overdue },
        ...parts.flatMap((part): Figure[] => {
          const dims = { [by]: part.name };
          return [
            { metric: 'open_amount', label: '在跟金额', unit: 'fen', value: part.amountFen, dims },
            { metric: 'open_opportunities', label: '在跟商机', unit: 'count', value: part.opportunities, dims },
            {
              metric: 'weighted_amount',
              label: '按赢率折算',
              unit: 'fen',
              value: part.weightedFen,
              dims,
              ...(part.weightedFen === null ? { missing: 'CRM 没有记赢率' } : {}),
            },
          ];
        }),
      ],
      narrative,
      advice:
        overdue === 0
          ? []
          : [
              {
                text: `${formatCount(overdue)} 个过了预计成交日的,逐个和客户确认新日期,改不出来的降赢率或关掉`,
                who: null,
                due: addDays(question.moment.today, 3),
                command: '商机列表',
              },
            ],
      chart: {
        kind: 'bar',
        direction: 'across',
        title,
        subtitle: `管道金额 · 在跟商机按${dimensionNames[by]}`,
        footer: chartFooter(company, question),
        unit: 'fen',
        labels: parts.map(({ name }) => name),
        series: [
          { label: '在跟金额', tone: 'other', values: parts.map((part) => part.amountFen) },
          { label: '按赢率折算', tone: 'ours', values: parts.map((part) => part.weightedFen) },
        ],
        counter: counterOf(by),
      },
      table: {
        columns: [dimensionNames[by], '商机', '金额', '折算', '本月预计', '预计日已过'],
        rows: parts.map((part) => [
          part.name,
          formatCount(part.opportunities),
          formatMoney(part.amountFen),
          formatValue(part.weightedFen, 'fen'),
          formatMoney(part.dueThisMonthFen),
          part.overdueCount === 0 ? unknown : formatMoney(part.overdueFen),
        ]),
        numeric: [false, true, true, true, true, true],
      },
      notes: [
        '折算 = 金额 × 赢率,赢率取商机自己的,没有就取阶段的;不是预测。',
        ...(bare === 0 ? [] : [`${formatCount(bare)} 个商机没有填金额,没有算进去。`]),
        ...(unrated === 0 || weighted === null ? [] : [`${formatCount(unrated)} 个商机没有赢率,没有算进折算金额。`]),
      ],
      choices: [
        { label: '大单', command: '大单' },
        ...(by === 'stage' ? splitChoice(company, question, '管道金额') : []),
        { label: '现在的漏斗', command: '漏斗 当前' },
      ],
    };
  },
});
