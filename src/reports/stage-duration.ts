import { addDays } from '../calendar/day.ts';
import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatValue, unknown } from '../figures/format.ts';
import { type Dwell, readDwell, readDwellParts } from '../metrics/dwell.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, whose } from './captions.ts';
import { comparedOf } from './comparison.ts';
import { durationByParts } from './duration-by-parts.ts';
import { notYet } from './funnel-empty.ts';
import { type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** Fewer stays than this and a stage is not called the slowest. */
const leastStays = 20;

/** 停留时间: how long opportunities stay in each stage, with those still there counted as not finished (item 8). */
export const stageDurationReport = defineReport({
  intent: 'stage_duration',
  items: [8],
  defaultPeriod: 'last_90_days',
  dimensions: ['region', 'department', 'owner', 'industry', 'grade', 'channel', 'city', 'province', 'size', 'campaign'],
  needs: ['opportunities', 'stage_events'],
  async run(company, question) {
    const { period } = question;
    if (period === null)
      return nothingFound('要看哪段时间', '停留时间按进入阶段的时间算,请带上时间,比如「停留时间 本季度」。');
    if (period.from > question.moment.today) return notYet(period, question, '停留时间');
    const dwell = await readDwell(company.crm, company.stages, { ...question, period });
    if (dwell.every(({ finished, running }) => finished + running === 0))
      return nothingFound(
        `${periodName(period)}没有阶段记录`,
        `${whose(question)}在${describePeriod(period, question.moment.today)}没有商机进入过任何阶段,算不出停留时间。可以放长到近 90 天。`,
        [{ label: '停留时间 近90天', command: '停留时间 近90天' }],
      );
    const compared = comparedOf(question, period);
    const before = await readDwell(company.crm, company.stages, { ...question, period: compared.before });
    const slowest = slowestOf(dwell);
    const whole = durationFindings(company, question, period, { dwell, slowest }, before, compared.words);
    const by = question.groupBy[0];
    if (by === undefined) return whole;
    const ask = { ...question, period };
    return durationByParts(whole, by, slowest, await readDwellParts(company.crm, company.stages, ask, by, company));
  },
});

const slowestOf = (dwell: readonly Dwell[]): Dwell | null =>
  dwell
    .filter((stage) => stage.finished + stage.running >= leastStays && stage.medianDays !== null)
    .reduce<Dwell | null>(
      (most, stage) => (most === null || (stage.medianDays ?? 0) > (most.medianDays ?? 0) ? stage : most),
      null,
    );

function durationFindings(
  company: Company,
  question: Question,
  period: Period,
  { dwell, slowest }: { readonly dwell: readonly Dwell[]; readonly slowest: Dwell | null },
  before: readonly Dwell[],
  beforeWords: string,
): Findings {
  const name = periodName(period);
  const title =
    slowest === null
      ? `${name}各阶段停留时间`
      : `${slowest.stage}最慢,一半的商机要停 ${formatValue(slowest.medianDays, 'days')}以上`;
  const running = dwell.reduce((sum, stage) => sum + stage.running, 0);
  const was = slowest === null ? undefined : before.find(({ stage }) => stage === slowest.stage);
  const narrative: Line[] = [];
  if (slowest === null) {
    narrative.push([`${whose(question)}${name}进入各阶段的商机还不多,哪一阶段最慢先不下结论。`]);
  } else {
    narrative.push([
      `${whose(question)}${name}进入${slowest.stage}的 ${formatCount(slowest.finished + slowest.running)} 次里,一半停了 `,
      { strong: formatValue(slowest.medianDays, 'days') },
      `以上才离开;已经离开的平均 ${formatValue(slowest.meanDays, 'days')}${slowest.running === 0 ? '' : `,还有 ${formatCount(slowest.running)} 个没走`}。`,
    ]);
    if (was !== undefined && was.medianDays !== null && was.finished + was.running >= leastStays)
      narrative.push([`${beforeWords}的中位数是 ${formatValue(was.medianDays, 'days')}。`]);
  }
  const quick = dwell
    .filter((stage) => stage !== slowest && stage.medianDays !== null && stage.finished + stage.running >= leastStays)
    .map((stage) => `${stage.stage} ${formatValue(stage.medianDays, 'days')}`);
  if (quick.length > 0) narrative.push([`其他阶段的中位数:${quick.join('、')}。`]);
  return {
    title,
    mode: null,
    headline: dwell.slice(0, 5).map((stage) => medianFigure(stage, `${stage.stage}中位停留`)),
    figures: dwell.flatMap((stage): Figure[] => {
      const dims = { stage: stage.stage };
      return [
        { ...medianFigure(stage, '中位停留'), dims },
        {
          metric: 'stage_duration',
          label: '平均停留(已离开)',
          unit: 'days',
          value: stage.meanDays,
          dims,
          ...(stage.meanDays === null ? { missing: '还没有离开的' } : {}),
        },
        { metric: 'stage_stays_finished', label: '已离开', unit: 'count', value: stage.finished, dims },
        { metric: 'stage_stays_running', label: '还在', unit: 'count', value: stage.running, dims },
      ];
    }),
    narrative,
    advice:
      slowest !== null && slowest.running > 0
        ? [
            {
              text: `${slowest.stage}还停着 ${formatCount(slowest.running)} 个,超过 ${formatValue(slowest.medianDays, 'days')}的逐个定下一步`,
              who: null,
              due: addDays(question.moment.today, 3),
              command: `积压 ${slowest.stage}`,
            },
          ]
        : [],
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: `停留时间 · ${describePeriod(period, question.moment.today)}进入`,
      footer: chartFooter(company, question),
      unit: 'days',
      labels: dwell.map(({ stage }) => stage),
      series: [
        {
          label: '中位',
          tone: 'ours',
          values: dwell.map(({ medianDays }) => medianDays),
          tones: dwell.map((stage) => (stage === slowest ? 'warning' : 'ours')),
        },
        { label: '平均(已离开)', tone: 'other', values: dwell.map(({ meanDays }) => meanDays) },
      ],
    },
    table: {
      columns: ['阶段', '中位', '平均(已离开)', '已离开', '还在', beforeWords],
      rows: dwell.map((stage, i) => [
        stage.stage,
        formatValue(stage.medianDays, 'days'),
        formatValue(stage.meanDays, 'days'),
        formatCount(stage.finished),
        formatCount(stage.running),
        before[i] === undefined ? unknown : formatValue(before[i].medianDays, 'days'),
      ]),
      numeric: [false, true, true, true, true, true],
    },
    notes: [
      ...(running > 0
        ? [`还没离开的 ${formatCount(running)} 次按「至少停了这么久」算进中位数;平均数只算已离开的,会偏短。`]
        : []),
      ...dwell
        .filter((stage) => stage.medianDays === null && stage.running > 0)
        .map((stage) => `${stage.stage}离开的还不到一半,没有中位数。`),
    ],
    choices: [
      ...(slowest === null ? [] : [{ label: `积压 ${slowest.stage}`, command: `积压 ${slowest.stage}` }]),
      { label: `漏斗 ${name}`, command: `漏斗 ${name}` },
    ],
  };
}

const medianFigure = (stage: Dwell, label: string): Figure => ({
  metric: 'stage_duration_median',
  label,
  unit: 'days',
  value: stage.medianDays,
  ...(stage.medianDays === null
    ? { missing: stage.finished + stage.running === 0 ? '没有商机进入' : '离开的还不到一半' }
    : {}),
});
