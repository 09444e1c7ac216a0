import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRatio } from '../figures/format.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import {
  canCutSnapshot,
  readSnapshot,
  readSnapshotParts,
  type Snapshot,
  type SnapshotPart,
  type SnapshotStep,
} from '../metrics/funnel-snapshot.ts';
import { readStuckGroups, type StuckGroup } from '../metrics/stuck.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, whose } from './captions.ts';
import { type Advice, type Company, type Findings, nothingFound, type Question } from './report.ts';

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
  const total = { count: formatCount(snapshot.opportunities), money: formatMoney(snapshot.amountFen) };
  const title =
    most === null
      ? `在跟 ${total.count} 个商机,共 ${total.money}`
      : `在跟 ${total.count} 个商机,${formatCount(most.opportunities)} 个压在${most.stage}`;
  const late = [...snapshot.steps].reverse().find(({ opportunities }) => opportunities > 0);
  const closest = late === undefined || late === most ? null : late;
  const stuck = await readStuckGroups(company.crm, company.stages, { ...question, overDays: null });
  const by = question.groupBy.find((dimension) => canCutSnapshot(dimension, company));
  const parts =
    by === undefined ? [] : await readSnapshotParts(company.crm, company.stages, company, { ...question, by });
  const found: Findings = {
    title,
    mode: '当前',
    headline: [
      count('open_opportunities', '在跟商机', snapshot.opportunities),
      count('open_customers', '涉及客户', snapshot.customers),
      money('在跟金额', snapshot.amountFen),
      ...(most === null ? [] : [count('open_opportunities', `${most.stage}在跟`, most.opportunities)]),
      ...(closest === null ? [] : [money(`${closest.stage}金额`, closest.amountFen)]),
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
        `${whose(question)}现在在跟 `,
        { strong: `${total.count} 个商机` },
        `(${formatCount(snapshot.customers)} 家客户),合计 ${total.money}。`,
      ],
      ...(most === null
        ? []
        : [[`${most.stage}最多,${formatCount(most.opportunities)} 个,金额 ${formatMoney(most.amountFen)}。`]]),
      ...(closest === null
        ? []
        : [
            [
              `离成交最近的${closest.stage}有 ${formatCount(closest.opportunities)} 个,${formatMoney(closest.amountFen)}。`,
            ],
          ]),
      ...stuckLine(stuck, company.settings.stuckAfterDays),
    ],
    advice: adviceOf(stuck),
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
      { label: '积压', command: '积压' },
      { label: '本月批次', command: '漏斗 本月' },
      { label: '管道金额', command: '管道金额' },
    ],
  };
  return by === undefined ? found : byParts(found, by, parts, snapshot);
}

/** The same stock cut by a dimension: where the money sits, and in which stage. */
function byParts(whole: Findings, by: Dimension, parts: readonly SnapshotPart[], snapshot: Snapshot): Findings {
  const [first] = parts;
  if (first === undefined || whole.chart === null) return whole;
  const share = snapshot.amountFen === 0 ? null : first.amountFen / snapshot.amountFen;
  return {
    ...whole,
    figures: [
      ...whole.figures,
      ...parts.flatMap((part): Figure[] => [
        {
          metric: 'open_opportunities',
          label: '在跟商机',
          unit: 'count',
          value: part.opportunities,
          dims: { [by]: part.name },
        },
        { metric: 'open_amount', label: '在跟金额', unit: 'fen', value: part.amountFen, dims: { [by]: part.name } },
      ]),
    ],
    narrative: [
      ...whole.narrative.slice(0, 1),
      ...(parts.length < 2
        ? []
        : [
            [
              `${first.name}在手最多,${formatCount(first.opportunities)} 个、${formatMoney(first.amountFen)}${share === null ? '' : `,占金额的 ${formatRatio(share)}`}。`,
            ],
          ]),
      ...whole.narrative.slice(-1),
    ],
    chart: {
      kind: 'bar',
      direction: 'across',
      title: whole.title,
      subtitle: `${whole.chart.subtitle} · 按${dimensionNames[by]}`,
      footer: whole.chart.footer,
      unit: 'fen',
      counter: counterOf(by),
      labels: parts.map(({ name }) => name),
      series: [{ label: '在跟金额', tone: 'ours', values: parts.map(({ amountFen }) => amountFen) }],
    },
    table: {
      columns: [dimensionNames[by], ...snapshot.steps.map(({ stage }) => stage), '合计', '金额'],
      rows: parts.map((part) => [
        part.name,
        ...part.byStage.map((n) => formatCount(n)),
        formatCount(part.opportunities),
        formatMoney(part.amountFen),
      ]),
      numeric: [false, ...snapshot.steps.map(() => true), true, true],
    },
  };
}

/** The stage with most in it; null where there are too few to speak of one, or two are alike. */
function fullest(snapshot: Snapshot): SnapshotStep | null {
  const [first, second] = [...snapshot.steps].sort((a, b) => b.opportunities - a.opportunities);
  if (first === undefined || snapshot.opportunities < 5 || first.opportunities === second?.opportunities) return null;
  return first;
}

function stuckByStage(
  groups: readonly StuckGroup[],
): { readonly stage: string; readonly stuck: number; readonly fen: number }[] {
  const stages = [...new Set(groups.map(({ stage }) => stage))];
  return stages
    .map((stage) => {
      const own = groups.filter((group) => group.stage === stage);
      return {
        stage,
        stuck: own.reduce((sum, group) => sum + group.stuck, 0),
        fen: own.reduce((sum, group) => sum + group.stuckFen, 0),
      };
    })
    .filter(({ stuck }) => stuck > 0)
    .sort((a, b) => b.stuck - a.stuck);
}

function stuckLine(groups: readonly StuckGroup[], days: number): Line[] {
  const stages = stuckByStage(groups);
  const all = stages.reduce((sum, { stuck }) => sum + stuck, 0);
  if (all === 0) return [];
  const words = stages.map(({ stage, stuck }) => `${stage} ${formatCount(stuck)} 个`);
  return [[{ warning: `${formatCount(all)} 个超过 ${days} 天没人跟` }, `:${words.join('、')}。`]];
}

function adviceOf(groups: readonly StuckGroup[]): Advice[] {
  const [worst] = stuckByStage(groups);
  if (worst === undefined) return [];
  return [
    {
      text: `先清${worst.stage}的 ${formatCount(worst.stuck)} 个(${formatMoney(worst.fen)}):该推进的定下次时间,没戏的关掉`,
      who: null,
      due: null,
      command: `积压 ${worst.stage}`,
    },
  ];
}

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
