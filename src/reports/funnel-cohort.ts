import { addDays } from '../calendar/day.ts';
import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import {
  formatCount,
  formatMoney,
  formatPoints,
  formatRate,
  formatRateBrief,
  formatRatio,
  spacedDates,
  unknown,
} from '../figures/format.ts';
import { isSmallSample, ratioOf } from '../figures/rate.ts';
import { comparePart } from '../metrics/cohort-parts.ts';
import {
  type Bottleneck,
  bottleneckOf,
  narrowestOf,
  type StepChange,
  stepChanges,
} from '../metrics/funnel-bottleneck.ts';
import {
  type Cohort,
  canCutCohort,
  overallRate,
  readCohort,
  readCohortParts,
  stoppedAt,
} from '../metrics/funnel-cohort.ts';
import { readStepReach, type StepReach } from '../metrics/funnel-reach.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter } from './captions.ts';
import { type Baseline, readBaseline } from './funnel-baseline.ts';
import { byParts } from './funnel-by-parts.ts';
import { cohortEmpty } from './funnel-empty.ts';
import type { Advice, Company, Findings, Question, Table } from './report.ts';
import { splitChoice } from './split-choice.ts';
import { stageHistoryNote } from './stage-history-note.ts';
import { thinnerWords } from './thinner-steps.ts';

/** 批次: opportunities created in the period, how far they came by now, where they stop and what was done about it. */
export async function cohortFindings(
  company: Company,
  question: Question,
  period: Period,
  asked: 'funnel' | 'bottleneck' = 'funnel',
): Promise<Findings> {
  const { crm, stages } = company;
  const ask = { scope: question.scope, filter: question.filter, period, until: question.moment.wall };
  const cohort = await readCohort(crm, stages, ask);
  if ((cohort.steps[0]?.reached ?? 0) === 0) return cohortEmpty(company, question, period, cohort.outside);
  const baseline = await readBaseline(company, question, period);
  const changes = stepChanges(cohort, baseline?.cohort ?? null);
  const bottleneck = bottleneckOf(changes);
  const reach =
    bottleneck === null ? [] : await readStepReach(crm, stages, { ...ask, position: bottleneck.step.position });
  const by = question.groupBy.find((dimension) => canCutCohort(dimension, company));
  const split = by === undefined ? [] : await readCohortParts(crm, stages, company, { ...ask, by });
  const title =
    asked === 'bottleneck' && bottleneck !== null ? bottleneckTitle(bottleneck) : titleOf(cohort, bottleneck, period);
  const parts = split.map((part) => comparePart(cohort, part, 0, cohort.steps.length - 1));
  const whole = {
    title,
    mode: '批次',
    headline: headlineOf(cohort, bottleneck),
    figures: figuresOf(cohort, changes, reach, bottleneck),
    narrative: narrativeOf(cohort, changes, bottleneck, baseline, reach, period),
    advice: adviceOf(company, question, bottleneck, reach),
    chart: {
      kind: 'funnel',
      title,
      subtitle: `漏斗(批次,按创建时间) · ${describePeriod(period, question.moment.today)}`,
      footer: chartFooter(company, question),
      unit: 'count',
      steps: cohort.steps.map((step, n) => {
        const change = changes[n];
        return {
          label: step.stage,
          value: step.reached,
          note: `${formatCount(step.customers)} 家客户`,
          ...(change === undefined ? {} : { conversion: `${formatConversion(change)} ↓` }),
          tone: n === cohort.steps.length - 1 ? 'won' : n === bottleneck?.step.position ? 'warning' : 'ours',
        } as const;
      }),
    },
    table: tableOf(cohort, changes, baseline),
    notes: [...notesOf(cohort, baseline), ...stageHistoryNote(company)],
    choices: choicesOf(company, question, bottleneck, period),
  } satisfies Findings;
  return by === undefined ? whole : byParts(whole, by, cohort, bottleneck, split, parts);
}

const formatConversion = (change: StepChange): string => {
  const ratio = ratioOf(change.rate);
  return ratio === null ? unknown : formatRatio(ratio);
};

function titleOf(cohort: Cohort, bottleneck: Bottleneck | null, period: Period): string {
  const created = cohort.steps[0]?.reached ?? 0;
  // A few cases name no bottleneck: the title says what there is (decision 21).
  if (bottleneck === null || (bottleneck.ground === 'lowest' && isSmallSample(bottleneck.step.rate))) {
    const won = cohort.steps.at(-1)?.reached ?? 0;
    return spacedDates(
      `${periodName(period)}新建 ${formatCount(created)} 个商机,${won === 0 ? '还没有成交' : `已成交 ${formatCount(won)} 个`}`,
    );
  }
  return bottleneckTitle(bottleneck);
}

/** Who asks for the bottleneck is told the narrowest step also where its cases are few, and that they are. */
function bottleneckTitle({ step, ground }: Bottleneck): string {
  if (ground === 'fell') return `${step.from}→${step.to}转化掉得最多,${formatPoints(step.change ?? 0)}`;
  const { numerator, denominator } = step.rate;
  return isSmallSample(step.rate)
    ? `眼下停得最多的是${step.from}:${formatCount(denominator - numerator)}/${formatCount(denominator)} 停在这里,样本少`
    : `${step.from}是瓶颈:${formatRatio(1 - (ratioOf(step.rate) ?? 0))} 停在这里`;
}

const countFigure = (metric: string, label: string, value: number, stage?: string): Figure => ({
  metric,
  label,
  unit: 'count',
  value,
  ...(stage === undefined ? {} : { dims: { stage } }),
});

const overallFigure = (cohort: Cohort): Figure => ({
  metric: 'funnel_conversion',
  label: '整体转化率(商机→成交)',
  unit: 'ratio',
  value: ratioOf(overallRate(cohort)),
  ...overallRate(cohort),
});

const stepFigure = (step: StepChange): Figure => ({
  metric: 'stage_conversion',
  label: `${step.from}→${step.to}`,
  unit: 'ratio',
  value: ratioOf(step.rate),
  ...step.rate,
  dims: { from_stage: step.from, to_stage: step.to },
  ...(step.rate.denominator === 0 ? { missing: `还没有商机到过${step.from}` } : {}),
});

/** A figure whose label says already what it is about. */
const named = ({ dims: _dims, ...figure }: Figure): Figure => figure;

function headlineOf(cohort: Cohort, bottleneck: Bottleneck | null): Figure[] {
  const first = cohort.steps[0];
  const last = cohort.steps.at(-1);
  return [
    countFigure('funnel_reached', '新建商机', first?.reached ?? 0),
    countFigure('funnel_customers', '涉及客户', first?.customers ?? 0),
    countFigure('funnel_reached', '已成交', last?.reached ?? 0),
    overallFigure(cohort),
    ...(bottleneck === null ? [] : [named(stepFigure(bottleneck.step))]),
  ];
}

function figuresOf(
  cohort: Cohort,
  changes: readonly StepChange[],
  reach: readonly StepReach[],
  bottleneck: Bottleneck | null,
): Figure[] {
  const contact = reachTotal(reach);
  const stage = bottleneck?.step.from ?? '';
  return [
    ...cohort.steps.flatMap((step) => [
      countFigure('funnel_reached', `到达${step.stage}`, step.reached, step.stage),
      countFigure('funnel_customers', `到达${step.stage}的客户`, step.customers, step.stage),
      {
        metric: 'funnel_amount',
        label: `到达${step.stage}的金额`,
        unit: 'fen',
        value: step.amountFen,
        dims: { stage: step.stage },
      } as const,
      countFigure('funnel_lost', `在${step.stage}丢单`, step.lostHere, step.stage),
    ]),
    ...changes.flatMap((step): Figure[] => [
      stepFigure(step),
      {
        metric: 'stage_conversion_change',
        label: `${step.from}→${step.to}的变化`,
        unit: 'points',
        value: step.change,
        dims: { from_stage: step.from, to_stage: step.to },
        ...(step.change === null ? { missing: '没有可比的上一期' } : {}),
      },
    ]),
    overallFigure(cohort),
    ...(contact.stopped === 0
      ? []
      : ([
          {
            metric: 'step_contact_rate',
            label: `停在${stage}后又联系过`,
            unit: 'ratio',
            value: contact.contacted / contact.stopped,
            numerator: contact.contacted,
            denominator: contact.stopped,
            dims: { stage },
          },
          {
            metric: 'step_contact_48h_rate',
            label: `停在${stage}后 48 小时内联系`,
            unit: 'ratio',
            value: ratioOf({ numerator: contact.within48Hours, denominator: contact.judged }),
            numerator: contact.within48Hours,
            denominator: contact.judged,
            dims: { stage },
            ...(contact.judged === 0 ? { missing: '都还没满 48 小时' } : {}),
          },
        ] satisfies Figure[])),
  ];
}

export function reachTotal(reach: readonly StepReach[]): Omit<StepReach, 'ownerId'> {
  const sum = (of: (row: StepReach) => number) => reach.reduce((total, row) => total + of(row), 0);
  return {
    stopped: sum((row) => row.stopped),
    contacted: sum((row) => row.contacted),
    within48Hours: sum((row) => row.within48Hours),
    judged: sum((row) => row.judged),
    openUntouched: sum((row) => row.openUntouched),
  };
}

function narrativeOf(
  cohort: Cohort,
  changes: readonly StepChange[],
  bottleneck: Bottleneck | null,
  baseline: Baseline | null,
  reach: readonly StepReach[],
  period: Period,
): Line[] {
  const first = cohort.steps[0];
  const lines: Line[] = [
    [
      spacedDates(`${periodName(period)}新建 `),
      { strong: `${formatCount(first?.reached ?? 0)} 个商机` },
      `(${formatCount(first?.customers ?? 0)} 家客户,${formatMoney(first?.amountFen ?? 0)}),到现在成交 ${formatCount(cohort.steps.at(-1)?.reached ?? 0)} 个,整体转化率 ${formatRateBrief(overallRate(cohort))}。`,
    ],
  ];
  if (bottleneck === null) {
    lines.push(['每一步的商机都太少,还看不出卡在哪一步。']);
    return lines;
  }
  const { step } = bottleneck;
  const stopped = stoppedAt(cohort, step.position);
  const lost = cohort.steps[step.position]?.lostHere ?? 0;
  lines.push([
    bottleneck.ground === 'fell' ? '掉得最多的是' : isSmallSample(step.rate) ? '眼下停得最多的是' : '最该看的是',
    { strong: `${step.from}→${step.to}:${formatRateBrief(step.rate)}` },
    `,${stoppedWords(stopped, lost)}。`,
  ]);
  const thinner = bottleneck.ground === 'lowest' ? thinnerWords(narrowestOf(changes)?.thinner ?? []) : '';
  if (thinner !== '') lines.push([`${thinner.slice(1)}。`]);
  if (baseline !== null && step.change !== null) lines.push(comparisonLine(step, baseline));
  const contact = reachTotal(reach);
  if (contact.stopped > 0) {
    const share = { numerator: contact.contacted, denominator: contact.stopped };
    const soon = { numerator: contact.within48Hours, denominator: contact.judged };
    lines.push([
      `停在${step.from}的这些,之后又联系过的占 ${formatRate(share)}`,
      contact.judged === 0 ? '。' : `,48 小时内联系上的占 ${formatRate(soon)}。`,
    ]);
  }
  return lines;
}

function stoppedWords(stopped: number, lost: number): string {
  if (lost === 0) return `停下的 ${formatCount(stopped)} 个都还开着`;
  if (lost === stopped) return `停下的 ${formatCount(stopped)} 个都已丢单`;
  return `停下的 ${formatCount(stopped)} 个里 ${formatCount(lost)} 个已丢单,${formatCount(stopped - lost)} 个还开着`;
}

function comparisonLine(step: StepChange, baseline: Baseline): Line {
  const change = step.change ?? 0;
  const before = step.before === null ? unknown : formatRateBrief(step.before);
  if (!step.real) return [`${baseline.words}走到同样天数时是 ${before},两者的差别在正常波动以内。`];
  const words = formatPoints(change);
  return [
    `${baseline.words}走到同样天数时是 ${before},`,
    change < 0 ? { warning: words } : { good: words },
    ',不是偶然波动。',
  ];
}

function adviceOf(
  company: Company,
  question: Question,
  bottleneck: Bottleneck | null,
  reach: readonly StepReach[],
): Advice[] {
  if (bottleneck === null) return [];
  const { step, ground } = bottleneck;
  const { today } = question.moment;
  const untouched = reach.filter((row) => row.openUntouched > 0).sort((a, b) => b.openUntouched - a.openUntouched);
  const total = reachTotal(reach).openUntouched;
  const advice: Advice[] = [];
  if (total > 0) {
    const names = untouched.slice(0, 3).map((row) => {
      const name = row.ownerId === null ? '无负责人' : (company.directory.person(row.ownerId)?.name ?? '已离职同事');
      return `${name} ${formatCount(row.openUntouched)} 个`;
    });
    advice.push({
      text: `${formatCount(total)} 个商机进入${step.from}后一次都没联系过,48 小时内逐个回访`,
      who: names.join('、') + (untouched.length > 3 ? ' 等' : ''),
      due: addDays(today, 2),
      command: `积压 ${step.from}`,
    });
  }
  if (ground === 'fell') {
    const entry = company.stages.stages[step.position + 1]?.entry;
    advice.push({
      text: `从停在${step.from}的商机里抽 5 个复盘,看是${entry == null ? '客户没兴趣还是我们没推进' : `「${entry}」哪里没做到`}`,
      who: null,
      due: addDays(today, 3),
      command: `转化率 ${step.from} ${step.to} 按负责人`,
    });
  }
  return advice;
}

function tableOf(cohort: Cohort, changes: readonly StepChange[], baseline: Baseline | null): Table {
  const compared = baseline !== null;
  const rows = cohort.steps.map((step, n) => {
    const change = changes[n];
    const rate = change === undefined || change.rate.denominator === 0 ? unknown : formatRate(change.rate);
    const moved =
      change === undefined || change.change === null
        ? unknown
        : change.real
          ? formatPoints(change.change)
          : `${formatPoints(change.change)}(波动内)`;
    const open = stoppedAt(cohort, n) - step.lostHere;
    const isLast = n === cohort.steps.length - 1;
    return [
      step.stage,
      formatCount(step.reached),
      formatCount(step.customers),
      isLast ? unknown : rate,
      ...(compared ? [isLast ? unknown : moved] : []),
      isLast ? unknown : formatCount(step.lostHere),
      isLast ? unknown : formatCount(open),
    ];
  });
  return {
    columns: ['阶段', '到达商机', '客户', '到下一阶段', ...(compared ? ['比上期'] : []), '在此丢单', '停在此处'],
    rows,
    numeric: [false, true, true, true, ...(compared ? [true] : []), true, true],
  };
}

function notesOf(cohort: Cohort, baseline: Baseline | null): string[] {
  const open = cohort.steps.slice(0, -1).reduce((sum, step, n) => sum + stoppedAt(cohort, n) - step.lostHere, 0);
  const created = cohort.steps[0]?.reached ?? 0;
  const left =
    open === created
      ? `这 ${formatCount(created)} 个还都没有结果`
      : `这批 ${formatCount(created)} 个里 ${formatCount(open)} 个还没有结果`;
  return [
    ...(open === 0 ? [] : [`${left}${open * 2 > created ? ',批次还年轻' : ''},靠后的转化率会随时间上升。`]),
    ...(baseline?.younger ? ['对比的批次更晚,走的时间更短,靠后的几步不能直接比。'] : []),
    ...(cohort.outside === 0 ? [] : [`另有 ${formatCount(cohort.outside)} 个商机所在的阶段不在漏斗里,没有计入。`]),
  ];
}

function choicesOf(
  company: Company,
  question: Question,
  bottleneck: Bottleneck | null,
  period: Period,
): Findings['choices'] {
  const when = periodName(period);
  return [
    ...(bottleneck === null
      ? []
      : [{ label: `积压 ${bottleneck.step.from}`, command: `积压 ${bottleneck.step.from}` }]),
    ...splitChoice(company, question, `漏斗 ${when}`),
    { label: '现在的漏斗', command: '漏斗 当前' },
    { label: '停留时间', command: `停留时间 ${when}` },
  ];
}
