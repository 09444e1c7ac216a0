import { formatCount, formatValue } from '../figures/format.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import { type Cells, measure, total } from '../metrics/engine.ts';
import { detractors, nps, npsAnswered, passives, promoters } from '../metrics/service.ts';
import { type NpsAnswers, npsDiffers, npsMargin, npsOf, thinBelow } from '../predictions/net-promoter.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { comparedOf } from './comparison.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { figureOf } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { type PartRow, partFigure, partRows } from './part-rows.ts';
import { type Advice, defineReport, type Question } from './report.ts';
import { naturalCut } from './sales-cuts.ts';

const metrics = [nps, npsAnswered, promoters, passives, detractors] as const;

/** 56, −12: a score has no unit and is told in points. */
const score = (value: number | null): string => formatValue(value, 'score').replace('-', '−');

const answersOf = (cells: Cells, period: number): NpsAnswers => ({
  promoters: cells.total(promoters, period).value ?? 0,
  passives: cells.total(passives, period).value ?? 0,
  detractors: cells.total(detractors, period).value ?? 0,
});

const answersOfRow = (row: PartRow): NpsAnswers => ({
  promoters: row.at(promoters)?.value ?? 0,
  passives: row.at(passives)?.value ?? 0,
  detractors: row.at(detractors)?.value ?? 0,
});

const countOf = ({ promoters: p, passives: q, detractors: d }: NpsAnswers): number => p + q + d;

/** NPS (item 63): with how many answers it rests on, its margin, and only real changes called. */
export const npsReport = defineReport({
  intent: 'nps',
  items: [63],
  defaultPeriod: 'this_quarter',
  dimensions: ['region', 'grade', 'industry', 'size', 'owner', 'department', 'city', 'province'],
  needs: ['surveys'],
  async run(company, question) {
    const refused = unanswerable(question, 'NPS');
    if (refused !== null) return refused;
    const period = question.period!;
    const compared = comparedOf(question, period);
    const cut = naturalCut(company, question);
    const by = question.groupBy.length > 0 ? question.groupBy : cut === null ? ['grade' as const] : [cut];
    const cells = await measure(company, question.scope, {
      metrics,
      filter: question.filter,
      moment: question.moment,
      periods: [compared.now, compared.before],
      groupings: [total, { by }],
    });
    const [now, before] = [answersOf(cells, 0), answersOf(cells, 1)];
    const n = countOf(now);
    if (n === 0)
      return emptyPeriod(company, question, period, {
        noun: ' NPS 问卷',
        command: 'NPS',
        table: 'cm_surveys',
        at: 'surveyed_at',
      });
    const rows = partRows(company, question, cells, { grouping: 1, by, main: nps }).filter(
      (row) => countOf(answersOfRow(row)) > 0,
    );
    const few = n < thinBelow;
    const title = `${periodWords(question)}${/ $/.test(periodWords(question)) ? '' : ' '}NPS ${score(npsOf(now))}${few ? `(只有 ${n} 份,样本少)` : `(${n} 份)`}`;
    return {
      title,
      mode: null,
      headline: metrics.map((metric) => figureOf(cells.total(metric))),
      figures: [
        ...metrics.map((metric) => figureOf(cells.total(metric))),
        ...metrics.map((metric) => figureOf(cells.total(metric, 1), [], { period: compared.words })),
        ...rows.flatMap((row) => [partFigure(row, nps, by), partFigure(row, npsAnswered, by)]),
      ],
      narrative: narrative(question, now, before, compared.words, rows),
      advice: advice(question, now, before, rows),
      chart:
        rows.length < 2 || by.length > 1
          ? null
          : {
              kind: 'bar',
              direction: 'across',
              title,
              subtitle: chartSubtitle(`NPS 按${by.map((d) => dimensionNames[d]).join('、')}`, period, question),
              footer: chartFooter(company, question),
              labels: rows.map((row) => `${row.name} ${countOf(answersOfRow(row))} 份`),
              series: [{ label: 'NPS', tone: 'ours', values: rows.map((row) => npsOf(answersOfRow(row))) }],
              unit: 'score',
              counter: counterOf(by[0]),
              tail: 3,
            },
      table: {
        columns: [by.map((d) => dimensionNames[d]).join(' · '), 'NPS', '份数', '推荐者', '中立者', '贬损者'],
        rows: rows.map((row) => {
          const answers = answersOfRow(row);
          return [
            row.name,
            score(npsOf(answers)),
            `${formatCount(countOf(answers))}${countOf(answers) < thinBelow ? '(样本少)' : ''}`,
            formatCount(answers.promoters),
            formatCount(answers.passives),
            formatCount(answers.detractors),
          ];
        }),
        numeric: [false, true, true, true, true, true],
      },
      notes: [
        'NPS = 打 9–10 分的占比 − 打 0–6 分的占比,从 −100 到 100。',
        ...(few ? [`不足 ${thinBelow} 份,上下 ${Math.round(npsMargin(now) ?? 0)} 分都可能。`] : []),
      ],
      choices: [
        followUp(question, 'NPS', by[0] === 'grade' ? '按行业' : '按客户级别'),
        followUp(question, '满意度'),
        { label: '口径 NPS', command: '口径 NPS' },
      ],
    };
  },
});

function narrative(
  question: Question,
  now: NpsAnswers,
  before: NpsAnswers,
  words: string,
  rows: readonly PartRow[],
): Line[] {
  const [n, value, valueBefore] = [countOf(now), npsOf(now), npsOf(before)];
  const margin = Math.round(npsMargin(now) ?? 0);
  const change = value === null || valueBefore === null ? null : Math.round((value - valueBefore) * 10) / 10;
  const lines: Line[] = [
    [
      `${opening(question)} NPS `,
      { strong: score(value) },
      `(${formatCount(n)} 份,95 % 区间上下 ${margin} 分):推荐 ${formatCount(now.promoters)}、中立 ${formatCount(now.passives)}、贬损 ${formatCount(now.detractors)}。`,
    ],
    valueBefore === null
      ? [`${words}没有回收的问卷,没法比。`]
      : [
          change === 0
            ? `与${words}持平(${formatCount(countOf(before))} 份)。`
            : `${words}是 ${score(valueBefore)}(${formatCount(countOf(before))} 份),${change! > 0 ? '升了' : '掉了'} ${Math.abs(change!)} 分${npsDiffers(now, before) ? ',不是波动' : ',但在正常波动以内'}。`,
        ],
  ];
  const odd = oddRow(rows);
  if (odd !== null)
    lines.push([
      `真正不一样的是${odd.row.name}:${score(npsOf(odd.answers))}(${formatCount(countOf(odd.answers))} 份),其余合起来 ${score(npsOf(odd.others))}。`,
    ]);
  else if (rows.length > 1) lines.push(['分开看份数都不多,各块的差别在正常波动以内。']);
  return lines;
}

function oddRow(rows: readonly PartRow[]) {
  const whole = rows.map(answersOfRow).reduce(
    (sum, a) => ({
      promoters: sum.promoters + a.promoters,
      passives: sum.passives + a.passives,
      detractors: sum.detractors + a.detractors,
    }),
    { promoters: 0, passives: 0, detractors: 0 },
  );
  const found = rows
    .map((row) => {
      const answers = answersOfRow(row);
      const others = {
        promoters: whole.promoters - answers.promoters,
        passives: whole.passives - answers.passives,
        detractors: whole.detractors - answers.detractors,
      };
      return { row, answers, others, distance: Math.abs((npsOf(answers) ?? 0) - (npsOf(others) ?? 0)) };
    })
    .filter(
      ({ row, answers, others }) =>
        row.parts[0]?.key !== null && countOf(answers) >= thinBelow && npsDiffers(answers, others),
    )
    .sort((a, b) => b.distance - a.distance);
  return found[0] ?? null;
}

function advice(question: Question, now: NpsAnswers, before: NpsAnswers, rows: readonly PartRow[]): Advice[] {
  const odd = oddRow(rows);
  const low = odd !== null && (npsOf(odd.answers) ?? 0) < (npsOf(odd.others) ?? 0) ? odd : null;
  const fell = npsDiffers(now, before) && (npsOf(now) ?? 0) < (npsOf(before) ?? 0);
  return [
    ...(now.detractors > 0
      ? [
          {
            text: `给打 0–6 分的 ${formatCount(now.detractors)} 家逐个回电,${fell || low !== null ? '先打' : '问'}${low === null ? '清扣分的原因' : `${low.row.name}的`}`,
            who: null,
            due: dueIn(question, 3),
            command: '流失风险',
          },
        ]
      : []),
    ...(countOf(now) < thinBelow
      ? [{ text: '份数太少,补发一轮问卷再看', who: null, due: dueIn(question, 10), command: null }]
      : []),
  ];
}
