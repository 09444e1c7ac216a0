import { formatValue, unknown } from '../figures/format.ts';
import { metricById } from '../metrics/catalogue.ts';
import { type Cells, canGroup, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { compositeScore, partScore } from '../metrics/scores.ts';
import { type CompositeScore, compositeScores } from '../predictions/composite-score.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, isOwn, periodWords } from './captions.ts';
import { type Compared, comparedOf } from './comparison.ts';
import { type TeamKind, teamFindings } from './composite-score-by-team.ts';
import { unanswerable } from './empty-period.ts';
import { figureOf, plainFigure } from './figure-of.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { isKnown, type PartRow, partFigure, partRows, valueWords } from './part-rows.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { nounOf } from './sales-metric.ts';

interface Weighted {
  readonly metric: Metric;
  readonly weight: number;
}

/** One person with the score now and before. */
interface Scored {
  readonly row: PartRow;
  readonly now: CompositeScore;
  readonly before: CompositeScore;
  /** 1 = first; equal scores share a place. null without a score. */
  readonly place: number | null;
  readonly placeBefore: number | null;
}

/** A part is strong or weak from here on. */
const [strong, weak] = [70, 40];

/** 综合得分 (item 34): result and process on one scale, by the company's own weights, each against the best of the peers. */
export const compositeScoreReport = defineReport({
  intent: 'composite_score',
  items: [34, 35],
  defaultPeriod: 'this_month',
  dimensions: ['owner', 'region', 'department'],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, '综合得分');
    if (refused !== null) return refused;
    if (isOwn(question)) return alone(question);
    const weights = weightsOf(company);
    if (weights.length === 0)
      return nothingFound('没有可打分的指标', '设置 scoreWeights 里的指标都不能按人看,请管理员改一下。');
    const compared = comparedOf(question, question.period!);
    const cells = await measure(company, question.scope, {
      metrics: weights.map(({ metric }) => metric),
      filter: question.filter,
      moment: question.moment,
      periods: [compared.now, compared.before],
      groupings: [total, { by: ['owner'] }],
    });
    const rows = partRows(company, question, cells, { grouping: 1, by: ['owner'], main: weights[0]!.metric })
      .filter(isKnown)
      .filter(({ parts }) => {
        const person = company.directory.person(parts[0]!.key!);
        return person?.active === true && person.roles.includes('rep');
      });
    const scored = scoredRows(rows, weights);
    const team = question.groupBy.find((by): by is TeamKind => by === 'region' || by === 'department');
    if (team !== undefined)
      return teamFindings(company, question, team, {
        members: scored.map(({ row, now, before }) => ({ personId: row.parts[0]!.key!, name: row.name, now, before })),
        metrics: weights.map(({ metric }) => metric),
        beforeWords: compared.words,
      });
    const ranked = scored.filter(({ place }) => place !== null);
    if (ranked.length < 2) return tooFew(question, ranked.length);
    return findingsOf(company, question, { weights, compared, cells, scored, ranked });
  },
});

/** What the CRM records of the weights; what it does not is left out, and the others bear its weight. */
const weightsOf = (company: Company): Weighted[] =>
  company.settings.scoreWeights.flatMap(({ metric: id, weight }) => {
    const metric = metricById(id);
    const recorded = metric?.sources.every(
      (table) => company.capabilities.get(table.slice('cm_'.length))?.level !== 'none',
    );
    return metric === undefined || recorded !== true || !canGroup(metric, 'owner', company) ? [] : [{ metric, weight }];
  });

function scoredRows(rows: readonly PartRow[], weights: readonly Weighted[]): Scored[] {
  const score = (period: 0 | 1) =>
    compositeScores(
      weights.map(({ metric, weight }) => ({
        weight,
        moreIsBetter: metric.moreIsBetter === true,
        values: rows.map((row) => {
          const cell = row.at(metric, period);
          return cell === undefined ? (metric.computation.kind === 'ratio' ? null : 0) : cell.value;
        }),
      })),
      rows.length,
    );
  const [now, before] = [score(0), score(1)];
  const placeIn = (all: readonly CompositeScore[], own: CompositeScore): number | null =>
    own.score === null ? null : 1 + all.filter((other) => (other.score ?? -1) > own.score! + 1e-9).length;
  return rows
    .map((row, i) => ({
      row,
      now: now[i]!,
      before: before[i]!,
      place: placeIn(now, now[i]!),
      placeBefore: placeIn(before, before[i]!),
    }))
    .sort((a, b) => (b.now.score ?? -1) - (a.now.score ?? -1) || a.row.name.localeCompare(b.row.name, 'zh'));
}

interface Found {
  readonly weights: readonly Weighted[];
  readonly compared: Compared;
  readonly cells: Cells;
  /** Everyone, the best first. */
  readonly scored: readonly Scored[];
  /** Those with a score. */
  readonly ranked: readonly Scored[];
}

const scoreWords = (score: number | null): string => (score === null ? unknown : `${formatValue(score, 'score')} 分`);

function findingsOf(company: Company, question: Question, found: Found): Findings {
  const { weights, cells, scored, ranked } = found;
  const shown = question.top === null ? scored : scored.slice(0, question.top);
  const [first, second] = [ranked[0]!, ranked[1]!];
  const title =
    first.place === second.place
      ? `${periodWords(question)}综合得分${first.row.name}和${second.row.name}并列第一`
      : `${periodWords(question)}综合得分${first.row.name}第一,${scoreWords(first.now.score)}`;
  const dims = (one: Scored) => ({ owner: one.row.name });
  return {
    title,
    mode: null,
    headline: ranked.slice(0, 5).map((one) => plainFigure(compositeScore, one.now.score, dims(one))),
    figures: [
      ...scored.flatMap((one) => [
        plainFigure(compositeScore, one.now.score, dims(one), '可算的权重不到一半'),
        plainFigure(
          compositeScore,
          one.before.score,
          { ...dims(one), period: found.compared.words },
          '可算的权重不到一半',
        ),
        ...weights.flatMap(({ metric }, i) => [
          plainFigure(partScore, one.now.parts[i]!, { ...dims(one), metric: metric.name }, '没有可算的记录'),
          partFigure(one.row, metric, ['owner']),
        ]),
      ]),
      ...weights.map(({ metric }) => figureOf(cells.total(metric))),
    ],
    narrative: narrativeOf(found),
    advice: adviceOf(company, question, found),
    chart: {
      kind: 'ranking',
      title,
      subtitle: chartSubtitle('综合得分', question.period, question),
      footer: chartFooter(company, question),
      unit: 'score',
      counter: '人',
      tail: 3,
      rows: shown
        .filter(({ place }) => place !== null)
        .map((one) => ({ label: one.row.name, value: one.now.score, note: weakSide(one, weights), tone: 'ours' })),
    },
    table: {
      columns: ['名次', '人', '综合得分', `名次(${found.compared.words})`, ...weights.map(({ metric }) => metric.name)],
      rows: shown.map((one) => [
        one.place === null ? unknown : String(one.place),
        one.row.name,
        scoreWords(one.now.score),
        one.placeBefore === null ? unknown : String(one.placeBefore),
        ...weights.map(
          ({ metric }, i) =>
            `${valueWords(one.row.at(metric), metric, nounOf(metric))}${one.now.parts[i] == null ? '' : ` · ${scoreWords(one.now.parts[i]!)}`}`,
        ),
      ]),
      numeric: [true, false, true, true, ...weights.map(() => true)],
    },
    notes: notesOf(weights, company, ranked.length < scored.length ? scored.length - ranked.length : 0),
    choices: [
      followUp(question, '排行'),
      followUp(question, '复盘之星'),
      { label: '口径 综合得分', command: '口径 综合得分' },
    ],
  };
}

/** What carries the score and what holds it back. */
function bestAndWorst({ now }: Scored, weights: readonly Weighted[]): { best: string; worst: string } | null {
  const known = weights.flatMap(({ metric }, i) =>
    now.parts[i] == null ? [] : [{ name: metric.name, score: now.parts[i]! }],
  );
  const sorted = known.sort((a, b) => b.score - a.score);
  const [best, worst] = [sorted[0], sorted.at(-1)];
  return best === undefined || worst === undefined || best === worst ? null : { best: best.name, worst: worst.name };
}

/** Beside the bar there is room for one of them: what to work on. */
function weakSide(one: Scored, weights: readonly Weighted[]): string {
  const sides = bestAndWorst(one, weights);
  return sides === null ? '' : `弱 ${sides.worst}`;
}

/** The part in which one person is furthest ahead of another, in points of the score. */
function furthestAhead(a: Scored, b: Scored, weights: readonly Weighted[]): { name: string; points: number } | null {
  const leads = weights.map(({ metric }, i) => ({
    name: metric.name,
    points: (a.now.points[i] ?? 0) - (b.now.points[i] ?? 0),
  }));
  const most = leads.reduce((best, one) => (one.points > best.points ? one : best));
  return most.points > 0 ? most : null;
}

function narrativeOf({ weights, ranked, compared }: Found): Line[] {
  const [first, second] = [ranked[0]!, ranked[1]!];
  const gap = first.now.score! - second.now.score!;
  const ahead = furthestAhead(first, second, weights);
  const lines: Line[] = [
    [
      `${first.row.name} `,
      { strong: scoreWords(first.now.score) },
      gap < 0.05
        ? `,和${second.row.name}一样。`
        : `,比第二名${second.row.name}高 ${scoreWords(gap)}${ahead === null ? '' : `,主要赢在${ahead.name}(多 ${scoreWords(ahead.points)})`}。`,
    ],
  ];
  const low = lowestPart(first, weights);
  if (low !== null) lines.push([`第一名也有短板:${low.name}只有 ${scoreWords(low.score)}。`]);
  const busy = effortWithoutResult(ranked, weights);
  if (busy !== null) lines.push([busy]);
  const risen = ranked
    .flatMap((one) => (one.placeBefore === null ? [] : [{ one, by: one.placeBefore - one.place! }]))
    .sort((a, b) => b.by - a.by)[0];
  if (risen !== undefined && risen.by >= 3)
    lines.push([
      `${risen.one.row.name}升得最多,从${compared.words}的第 ${risen.one.placeBefore} 到第 ${risen.one.place}。`,
    ]);
  return lines.slice(0, 4);
}

function lowestPart({ now }: Scored, weights: readonly Weighted[]): { name: string; score: number } | null {
  const low = weights
    .flatMap(({ metric }, i) => (now.parts[i] == null ? [] : [{ name: metric.name, score: now.parts[i]! }]))
    .sort((a, b) => a.score - b.score)[0];
  return low !== undefined && low.score < weak ? low : null;
}

/** Process and result side by side (item 35): whose effort has not become money yet. The first weight is the result. */
function effortWithoutResult(ranked: readonly Scored[], weights: readonly Weighted[]): string | null {
  const effort = weights.findIndex(({ metric }, i) => i > 0 && metric.layer === 'operational');
  if (effort < 0) return null;
  const names = ranked
    .filter(({ now }) => (now.parts[effort] ?? 0) >= strong && now.parts[0] !== null && now.parts[0]! < weak)
    .map(({ row }) => row.name);
  if (names.length === 0) return null;
  const more = names.length > 3 ? `等 ${names.length} 人` : '';
  return `${names.slice(0, 3).join('、')}${more}${weights[effort]!.metric.name}靠前,${weights[0]!.metric.name}还没跟上。`;
}

function adviceOf(company: Company, question: Question, { weights, ranked }: Found): Advice[] {
  if (ranked.length < 3) return [];
  const last = ranked.at(-1)!;
  const [first] = ranked;
  const all = weights.reduce((sum, { weight }) => sum + weight, 0);
  const missing = weights
    .flatMap(({ metric, weight }, i) =>
      last.now.parts[i] == null ? [] : [{ metric, points: ((100 - last.now.parts[i]!) * weight) / all }],
    )
    .sort((a, b) => b.points - a.points)[0];
  if (missing === undefined) return [];
  return [
    {
      text: `和${last.row.name}(${scoreWords(last.now.score)},第 ${last.place})定一件事:先补${missing.metric.name},这一项差 ${scoreWords(missing.points)}`,
      who: leaderOf(company, last.row.parts[0]!.key!),
      due: dueIn(question, 4),
      command: followUp(question, '业绩', last.row.name).command,
    },
    {
      text: `复盘会上请${first!.row.name}讲讲${bestAndWorst(first!, weights)?.best ?? ''}怎么做的`,
      who: null,
      due: dueIn(question, 7),
      command: followUp(question, '复盘之星').command,
    },
  ];
}

function notesOf(weights: readonly Weighted[], company: Company, without: number): string[] {
  const left = company.settings.scoreWeights.length - weights.length;
  return [
    `权重:${weights.map(({ metric, weight }) => `${metric.name} ${weight}`).join('、')};每项和范围内最好的人比,最好的 100 分。`,
    ...(left > 0 ? ['有指标 CRM 没有记录,它的权重由其余的分担。'] : []),
    ...(without > 0 ? [`${without} 人可算的权重不到一半,没有给分。`] : []),
    ...(weights.some(({ metric }) => metric.unit === 'ratio') ? ['率只有几个样本时起伏大,名次只作参考。'] : []),
  ];
}

const alone = (question: Question): Findings =>
  nothingFound(
    '综合得分要和同事比',
    '每项都是和范围内最好的人比,你能看的只有自己的数,所以给不出得分。可以看自己的业绩和目标。',
    [followUp(question, '业绩'), followUp(question, '目标')],
  );

const tooFew = (question: Question, people: number): Findings =>
  nothingFound(
    `${periodWords(question)}打不出综合得分`,
    people === 0 ? '期间内这些人都没有可算的数。' : '范围里只有一个人有可算的数,没有同事可比。',
    [{ label: '综合得分 上月', command: '综合得分 上月' }],
  );
