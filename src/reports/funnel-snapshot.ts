import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate } from '../figures/format.ts';
import { readSnapshot, type Snapshot, type SnapshotStep } from '../metrics/funnel-snapshot.ts';
import { chartFooter } from './captions.ts';
import { type Company, type Findings, nothingFound, type Question } from './report.ts';

/** 当前: what is open now, by stage, in number and money. */
export async function snapshotFindings(company: Company, question: Question): Promise<Findings> {
  const snapshot = await readSnapshot(company.crm, company.stages, question);
  if (snapshot.opportunities === 0) {
    const where = [question.scope.words, ...question.filterWords].join('、');
    return nothingFound('现在没有在跟的商机', `${where}现在没有打开的商机。可以看近 90 天新建的商机走到了哪里。`, [
      { label: '漏斗 近90天', command: '漏斗 近90天' },
    ]);
  }
  const most = fullest(snapshot);
  const share = { numerator: most.opportunities, denominator: snapshot.opportunities };
  const title = `在跟 ${formatCount(snapshot.opportunities)} 个商机,${most.stage}压得最多(${formatCount(most.opportunities)} 个)`;
  const late = snapshot.steps.at(-1);
  return {
    title,
    mode: '当前',
    headline: [
      count('open_opportunities', '在跟商机', snapshot.opportunities),
      count('open_customers', '涉及客户', snapshot.customers),
      money('在跟金额', snapshot.amountFen),
      count('open_opportunities', `${most.stage}在跟`, most.opportunities),
      ...(late === undefined || late === most ? [] : [money(`${late.stage}金额`, late.amountFen)]),
    ],
    figures: [
      count('open_opportunities', '在跟商机', snapshot.opportunities),
      count('open_customers', '涉及客户', snapshot.customers),
      money('在跟金额', snapshot.amountFen),
      ...snapshot.steps.flatMap((step) => [
        count('open_opportunities', `${step.stage}在跟`, step.opportunities, step.stage),
        count('open_customers', `${step.stage}客户`, step.customers, step.stage),
        money(`${step.stage}金额`, step.amountFen, step.stage),
      ]),
    ],
    narrative: [
      [
        '现在在跟 ',
        { strong: `${formatCount(snapshot.opportunities)} 个商机` },
        `(${formatCount(snapshot.customers)} 家客户),合计 ${formatMoney(snapshot.amountFen)}。`,
      ],
      [
        `${most.stage}最多,占 ${formatRate(share)},金额 ${formatMoney(most.amountFen)}`,
        late === undefined || late === most
          ? '。'
          : `;离成交最近的${late.stage}有 ${formatCount(late.opportunities)} 个,${formatMoney(late.amountFen)}。`,
      ],
    ],
    advice: [
      {
        text: `先清${most.stage}:看哪些超过 ${stuckDays(company, most)} 天没跟进,该推进的推进,该关的关掉`,
        who: null,
        due: null,
        command: `积压 ${most.stage}`,
      },
    ],
    chart: {
      kind: 'funnel',
      title,
      subtitle: '漏斗(当前,在跟商机按所在阶段)',
      footer: chartFooter(company, question),
      unit: 'count',
      steps: snapshot.steps.map((step) => ({
        label: step.stage,
        value: step.opportunities,
        note: formatMoney(step.amountFen),
        tone: step === most ? 'warning' : 'ours',
      })),
    },
    table: {
      columns: ['阶段', '在跟商机', '客户', '金额'],
      rows: snapshot.steps.map((step) => [
        step.stage,
        formatCount(step.opportunities),
        formatCount(step.customers),
        formatMoney(step.amountFen),
      ]),
      numeric: [false, true, true, true],
    },
    notes: notesOf(snapshot),
    choices: [
      { label: `积压 ${most.stage}`, command: `积压 ${most.stage}` },
      { label: '本月批次', command: '漏斗 本月' },
      { label: '管道金额', command: '管道金额' },
    ],
  };
}

const fullest = (snapshot: Snapshot): SnapshotStep =>
  snapshot.steps.reduce((most, step) => (step.opportunities > most.opportunities ? step : most));

const stuckDays = (company: Company, step: SnapshotStep): number =>
  company.stages.stages[step.position]?.stuckAfterDays ?? company.settings.stuckAfterDays;

const count = (metric: string, label: string, value: number, stage?: string): Figure => ({
  metric,
  label,
  unit: 'count',
  value,
  ...(stage === undefined ? {} : { dims: { stage } }),
});

const money = (label: string, value: number, stage?: string): Figure => ({
  metric: 'open_amount',
  label,
  unit: 'fen',
  value,
  ...(stage === undefined ? {} : { dims: { stage } }),
});

function notesOf(snapshot: Snapshot): string[] {
  const bare = snapshot.steps.reduce((sum, step) => sum + step.withoutAmount, 0);
  return [
    '当前漏斗是此刻各阶段的存量,相邻阶段相除不是转化率;看转化请用批次。',
    ...(bare === 0 ? [] : [`${formatCount(bare)} 个商机没有填金额,没有算进金额里。`]),
    ...(snapshot.outside === 0
      ? []
      : [`另有 ${formatCount(snapshot.outside)} 个在跟商机所在的阶段不在漏斗里,没有计入。`]),
  ];
}
