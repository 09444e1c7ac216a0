import { elapsed, isRunning, lengthInDays, type Period } from '../calendar/period.ts';
import type { ProgressChart } from '../charts/spec.ts';
import type { Dimension } from '../commands/command.ts';
import type { Figure, Unit } from '../figures/figure.ts';
import { formatPoints, formatRatio, formatValue, unknown } from '../figures/format.ts';
import { metricByWords } from '../metrics/catalogue.ts';
import { measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { dailyNeed, gap, projectedAmount, targetAmount, targetAttainment, targetPace } from '../metrics/targets.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, isOwn, opening, periodWords, scopeWords } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { figureOf, plainFigure, rateFigure } from './figure-of.ts';
import { dueIn, leaderOf, leaderOfRegion } from './next-steps.ts';
import { type PartRow, partRows, sizeOf } from './part-rows.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { peopleInScope } from './sales-cuts.ts';
import { nounOf } from './sales-metric.ts';
import { readTargets, type ScopeTarget, type Targets, targetedMetric, targetOfScope } from './target-amounts.ts';

/** Behind the clock by more than this share of the target is worth a word. */
const behind = 0.15;

/** As many people as a picture has lines for; of more the last few are drawn with the first. */
const wholeList = 15;
const lastDrawn = 4;

/** One bar: a person, department or region with its target. */
interface Held {
  readonly name: string;
  readonly key: string;
  readonly actual: number;
  readonly target: number | null;
}

/** 目标: attainment with pace to the end of the period, the gap, and who carries it (items 31, 37). */
export const targetAttainmentReport = defineReport({
  intent: 'target_attainment',
  items: [31, 37],
  defaultPeriod: 'this_month',
  dimensions: ['owner', 'department', 'region'],
  needs: ['targets'],
  run: async (company, question) => {
    const refused =
      question.period !== null && question.period.from > question.moment.today ? null : unanswerable(question, '目标');
    if (refused !== null) return refused;
    const period = question.period!;
    const metric = targetedMetric(
      question.slots.metric === undefined ? undefined : metricByWords(question.slots.metric),
    );
    const by = question.groupBy[0] ?? (peopleInScope(company, question).length > 1 ? 'owner' : null);
    const [[targets], cells] = await Promise.all([
      readTargets(company, question, period, metric),
      measure(company, question.scope, {
        metrics: [metric],
        filter: question.filter,
        moment: question.moment,
        periods: [period],
        groupings: [total, ...(by === null ? [] : [{ by: [by] }])],
      }),
    ]);
    const whole = question.filterWords.length > 0 ? null : targetOfScope(company, question, targets);
    const actual = cells.total(metric).value ?? 0;
    if (whole !== null && period.from > question.moment.today) return notBegun(question, metric, whole);
    if (whole === null || whole.amount <= 0) return withoutTarget(question, metric, actual, cells.total(metric));
    const rows = by === null ? [] : partRows(company, question, cells, { grouping: 1, by: [by], main: metric });
    const held = by === null ? [] : heldBy(company, rows, by, metric, targets);
    return attainment(company, question, { period, metric, whole, actual, held, by, targets });
  },
});

function heldBy(company: Company, rows: readonly PartRow[], by: Dimension, metric: Metric, targets: Targets): Held[] {
  const targetOf = (key: string): number | null => {
    if (by === 'owner') return targets.byPerson(key);
    if (by === 'department') return targets.byDepartment(key);
    const departments = company.directory.departments.filter((d) => d.region === key);
    const top = departments.filter((d) => !departments.some((other) => other.id === d.parentId));
    const own = top.map((d) => targets.byDepartment(d.id)).filter((amount): amount is number => amount !== null);
    if (own.length > 0) return own.reduce((all, amount) => all + amount, 0);
    const people = company.directory.people.filter((p) => p.region === key).map((p) => targets.byPerson(p.id));
    const known = people.filter((amount): amount is number => amount !== null);
    return known.length === 0 ? null : known.reduce((all, amount) => all + amount, 0);
  };
  return rows
    .flatMap((row): Held[] => {
      const key = row.parts[0]?.key ?? null;
      return key === null ? [] : [{ name: row.name, key, actual: sizeOf(row, metric), target: targetOf(key) }];
    })
    .filter((held) => held.target !== null || held.actual !== 0)
    .sort((a, b) => (shareOf(b) ?? -1) - (shareOf(a) ?? -1));
}

const shareOf = ({ actual, target }: Pick<Held, 'actual' | 'target'>): number | null =>
  target === null || target <= 0 ? null : actual / target;

interface Attained {
  readonly period: Period;
  readonly metric: Metric;
  readonly whole: ScopeTarget;
  readonly actual: number;
  readonly held: readonly Held[];
  readonly by: Dimension | null;
  readonly targets: Targets;
}

function attainment(company: Company, question: Question, found: Attained): Findings {
  const { period, metric, whole, actual, held, by } = found;
  const { today } = question.moment;
  const words = (amount: number): string => `${formatValue(amount, metric.unit)}${nounOf(metric)}`;
  const running = isRunning(period, today);
  const pace = period.from > today ? 0 : running ? lengthInDays(elapsed(period, today)) / lengthInDays(period) : 1;
  const share = actual / whole.amount;
  const missing = whole.amount - actual;
  const left = running ? lengthInDays(period) - lengthInDays(elapsed(period, today)) : 0;
  const projected = pace > 0 && pace < 1 && actual > 0 ? actual / pace : null;
  const need = left > 0 && missing > 0 ? missing / left : null;
  const asMoney = (target: Metric, value: number | null): Figure => ({
    ...plainFigure(target, value === null ? null : Math.round(value)),
    unit: metric.unit,
  });
  const figures: Figure[] = [
    rateFigure(targetAttainment, { numerator: actual, denominator: whole.amount }),
    { ...plainFigure(metric, actual) },
    asMoney(targetAmount, whole.amount),
    asMoney(gap, missing),
    ...(running ? [plainFigure(targetPace, pace)] : []),
    ...(projected === null ? [] : [asMoney(projectedAmount, projected)]),
    ...(need === null ? [] : [asMoney(dailyNeed, need)]),
  ];
  // Both ends stand beside the rate as figures of their own: fen in brackets would only confuse.
  const plainRate: Figure = { ...plainFigure(targetAttainment, share) };
  const title =
    missing <= 0
      ? `${periodWords(question)}目标已完成,超 ${words(-missing)}`
      : question.slots.metric === 'gap'
        ? `${periodWords(question)}离目标还差 ${words(missing)}`
        : `${periodWords(question)}目标完成 ${formatRatio(share)}${running && pace < 1 ? paceTitle(share, pace) : `,差 ${words(missing)}`}`;
  return {
    title,
    mode: null,
    headline: [
      plainRate,
      figures[1]!,
      figures[2]!,
      figures[3]!,
      ...(projected === null ? [] : [asMoney(projectedAmount, projected)]),
    ],
    figures: [
      ...figures,
      ...held.flatMap((one): Figure[] => [
        { ...plainFigure(metric, one.actual, { [by!]: one.name }) },
        { ...plainFigure(targetAmount, one.target, { [by!]: one.name }, '没有记录目标'), unit: metric.unit },
        plainFigure(targetAttainment, shareOf(one), { [by!]: one.name }, '没有记录目标'),
      ]),
    ],
    narrative: narrativeOf(question, found, { pace, share, missing, left, projected, need, words, running }),
    advice: adviceOf(company, question, found, pace, words),
    chart: {
      kind: 'progress',
      title,
      subtitle: chartSubtitle(`目标(${metric.name})`, period, question),
      footer: chartFooter(company, question),
      bars: [
        {
          label: isOwn(question) ? '你' : question.scope.words,
          value: actual,
          target: whole.amount,
          note: gapWords(actual, whole.amount, metric.unit),
          tone: toneOf(share, pace),
        },
        ...inPicture(held).map((one) => {
          const own = shareOf(one);
          return {
            label: one.name,
            value: one.actual,
            target: one.target,
            note: own === null ? '没有目标' : gapWords(one.actual, one.target, metric.unit),
            tone: own === null ? ('other' as const) : toneOf(own, pace),
          };
        }),
      ],
      unit: metric.unit,
      tones: tonesOf(running),
      counter: by === 'owner' ? '人' : '个',
      tail: lastDrawn,
      pace: running && pace < 1 ? pace : null,
    },
    table:
      held.length === 0
        ? null
        : {
            columns: [
              by === 'owner' ? '负责人' : by === 'region' ? '大区' : '部门',
              metric.name,
              '目标',
              '完成率',
              '差额',
            ],
            rows: held.map((one) => [
              one.name,
              words(one.actual),
              one.target === null ? unknown : words(one.target),
              shareOf(one) === null ? unknown : formatRatio(shareOf(one)!),
              one.target === null ? unknown : words(one.target - one.actual),
            ]),
            numeric: [false, true, true, true, true],
          },
    notes: [
      ...(whole.source === 'people' ? ['团队没有单独的目标,用成员目标相加。'] : []),
      ...(found.targets.prorated ? ['期间不是整月,月目标按天数折算。'] : []),
      ...(projected === null ? [] : ['「按当前速度」是按天数外推,不看在谈商机。']),
    ],
    choices: [
      followUp(question, '业绩'),
      ...(isOwn(question) ? [followUp(question, '积压')] : [followUp(question, '排行')]),
      { label: '管道金额', command: '管道金额' },
    ],
  };
}

/** How far from the target, either way: the share stands above the bar already. */
function gapWords(actual: number, target: number | null, unit: Unit): string {
  if (target === null) return '没有目标';
  return actual >= target ? `超 ${formatValue(actual - target, unit)}` : `差 ${formatValue(target - actual, unit)}`;
}

const toneOf = (share: number, pace: number): 'won' | 'ours' | 'warning' =>
  share >= 1 ? 'won' : share < pace - behind ? 'warning' : 'ours';

/** What the colours say, next to the picture. */
const tonesOf = (running: boolean): NonNullable<ProgressChart['tones']> => [
  { tone: 'won', label: '已完成' },
  { tone: 'ours', label: '未完成' },
  { tone: 'warning', label: running ? `落后 ${behind * 100} 点以上` : `差 ${behind * 100} % 以上` },
  { tone: 'other', label: '没有目标' },
];

/** Of more people than a picture holds those who miss most stand last, where they are drawn: the words name them. */
const inPicture = (held: readonly Held[]): readonly Held[] =>
  held.length <= wholeList
    ? held
    : [...held].sort((a, b) => b.actual - (b.target ?? b.actual) - (a.actual - (a.target ?? a.actual)));

function paceTitle(share: number, pace: number): string {
  if (Math.abs(share - pace) < 0.05) return ',与时间进度相当';
  return `,比时间进度${share > pace ? '快' : '慢'} ${(Math.abs(share - pace) * 100).toFixed(1)} 个百分点`;
}

interface Pace {
  readonly pace: number;
  readonly share: number;
  readonly missing: number;
  readonly left: number;
  readonly projected: number | null;
  readonly need: number | null;
  readonly words: (amount: number) => string;
  readonly running: boolean;
}

function narrativeOf(question: Question, { whole, actual, held, metric }: Attained, at: Pace): Line[] {
  const { words, missing } = at;
  const lines: Line[] = [
    [
      `${opening(question)}目标 ${words(whole.amount)},${metric.name} `,
      { strong: words(actual) },
      `,完成 ${formatRatio(at.share)},${missing > 0 ? `${at.running ? '还' : ''}差 ${words(missing)}` : `超出 ${words(-missing)}`}。`,
    ],
  ];
  if (at.running && at.pace < 1) {
    const ahead = formatPoints(at.share - at.pace);
    const need = at.need === null ? '' : `;要完成,剩下 ${at.left} 天每天要 ${words(Math.round(at.need))}`;
    const projected = at.projected === null ? '' : `,照现在的速度期末约 ${words(Math.round(at.projected))}`;
    lines.push([
      `时间过了 ${formatRatio(at.pace)}(${ahead === '持平' ? '正好跟上' : `进度 ${ahead}`})${projected}${need}。`,
    ]);
  }
  const rated = held.filter((one) => shareOf(one) !== null);
  const done = rated.filter((one) => shareOf(one)! >= 1);
  const late = [...rated]
    .filter((one) => shareOf(one)! < at.pace - behind)
    .sort((a, b) => b.target! - b.actual - (a.target! - a.actual));
  if (rated.length > 1) {
    const short = late.slice(0, 3).map((one) => `${one.name}差 ${words(one.target! - one.actual)}`);
    const more = late.length > 3 ? `等 ${late.length} 个` : '';
    const names = done.slice(0, 3).map((one) => one.name);
    const finished =
      done.length === 0
        ? `${at.running ? '还' : ''}没有谁完成`
        : `${names.join('、')}${done.length > 3 ? `等 ${done.length} 个` : ''}已完成`;
    lines.push([
      `${rated.length} 个里${finished}${late.length === 0 ? ',没有明显落后的。' : `;${at.running ? '落后' : '差得'}最多的:${short.join('、')}${more}。`}`,
    ]);
  }
  return lines;
}

function adviceOf(
  company: Company,
  question: Question,
  found: Attained,
  pace: number,
  words: (amount: number) => string,
): Advice[] {
  const { whole, actual, held, by } = found;
  // What is over cannot be made up; its shortfall is the review's matter.
  if (pace >= 1) return [];
  const late = held
    .filter((one) => one.target !== null && one.target > 0 && one.actual / one.target < pace - behind)
    .sort((a, b) => b.target! - b.actual - (a.target! - a.actual));
  const first = late[0];
  const advice: Advice[] = [];
  if (first !== undefined && first.target !== null) {
    // To the one who asks it is said what to do, not to their leader what to do with them.
    const self = by === 'owner' && first.key === question.viewer.userId;
    advice.push({
      text: `${self ? '' : `和${first.name}`}对一遍手上的商机,看够不够补上差的 ${words(first.target - first.actual)},不够现在就找`,
      who: self
        ? first.name
        : by === 'owner'
          ? leaderOf(company, first.key)
          : by === 'region'
            ? leaderOfRegion(company, first.key)
            : null,
      due: dueIn(question, 2),
      command: `漏斗 当前 ${first.name}`,
    });
  }
  if (held.length === 0 && actual < whole.amount * (pace - behind)) {
    advice.push({
      text: `还差 ${words(whole.amount - actual)},先看手上走得最远的哪几单这期能签`,
      who: null,
      due: dueIn(question, 1),
      command: '漏斗 当前',
    });
  }
  return advice;
}

/** No target recorded for this scope: said so, with the result that there is. */
function withoutTarget(
  question: Question,
  metric: Metric,
  actual: number,
  cell: Parameters<typeof figureOf>[0],
): Findings {
  const name = periodWords(question);
  const done = `${formatValue(actual, metric.unit)}${nounOf(metric)}`;
  const why =
    question.filterWords.length > 0
      ? `目标没有按「${question.filterWords.join('、')}」分开定,所以算不出完成率。${name}${scopeWords(question)}${metric.name} ${done}。`
      : `CRM 里没有${opening(question)}的目标,所以没有完成率。${name}${metric.name} ${done}。请管理员在 CRM 里录目标后再看。`;
  const found = nothingFound(`${name}没有可比的目标`, why, [
    followUp(question, '业绩'),
    { label: '目标 本月', command: '目标 本月' },
  ]);
  const figure = figureOf(cell);
  return {
    ...found,
    headline: [figure],
    figures: [figure, plainFigure(targetAttainment, null, undefined, '没有记录目标')],
  };
}

/** A period that lies ahead has a target and nothing else yet. */
function notBegun(question: Question, metric: Metric, whole: ScopeTarget): Findings {
  const name = periodWords(question);
  const amount = `${formatValue(whole.amount, metric.unit)}${nounOf(metric)}`;
  const figure: Figure = { ...plainFigure(targetAmount, whole.amount), unit: metric.unit };
  const found = nothingFound(
    `${name}目标 ${amount}`,
    `${opening(question)}目标 ${amount}(${metric.name}),期间还没开始,没有完成率。`,
    [
      { label: '目标 本月', command: '目标 本月' },
      { label: '管道金额', command: '管道金额' },
    ],
  );
  return { ...found, headline: [figure], figures: [figure] };
}
