import { formatCount, formatValue, unknown } from '../figures/format.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import type { Metric } from '../metrics/metric.ts';
import { compositeScore, partScore, scoredPeople } from '../metrics/scores.ts';
import type { CompositeScore } from '../predictions/composite-score.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, periodWords } from './captions.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { type Advice, type Company, type Findings, nothingFound, type Question } from './report.ts';

export type TeamKind = 'region' | 'department';

/** What a team's score is made of: one person, now and before. */
export interface Member {
  readonly personId: string;
  readonly name: string;
  readonly now: CompositeScore;
  readonly before: CompositeScore;
}

interface Team {
  readonly key: string;
  readonly name: string;
  /** With a score, the best first. */
  readonly members: readonly Member[];
  readonly without: number;
  readonly score: number;
  readonly before: number | null;
  readonly parts: readonly (number | null)[];
}

const mean = (values: readonly (number | null | undefined)[]): number | null => {
  const known = values.filter((value): value is number => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** The mean of its people's scores: large teams and small ones stand on one scale. */
function teamsOf(company: Company, members: readonly Member[], kind: TeamKind, parts: number): Team[] {
  const byTeam = new Map<string, Member[]>();
  for (const member of members) {
    const person = company.directory.person(member.personId);
    const key = kind === 'region' ? person?.region : person?.departmentId;
    if (key !== null && key !== undefined && key !== '') byTeam.set(key, [...(byTeam.get(key) ?? []), member]);
  }
  return [...byTeam]
    .flatMap(([key, own]): Team[] => {
      const score = mean(own.map(({ now }) => now.score));
      if (score === null) return [];
      const scored = own.filter(({ now }) => now.score !== null).sort((a, b) => b.now.score! - a.now.score!);
      return [
        {
          key,
          name: kind === 'region' ? key : (company.directory.department(key)?.name ?? key),
          members: scored,
          without: own.length - scored.length,
          score,
          before: mean(own.map(({ before }) => before.score)),
          parts: Array.from({ length: parts }, (_, i) => mean(scored.map(({ now }) => now.parts[i]))),
        },
      ];
    })
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name, 'zh'));
}

const points = (score: number | null): string => (score === null ? unknown : `${formatValue(score, 'score')} 分`);

const placeAmong = (scores: readonly (number | null)[], own: number | null): number | null =>
  own === null ? null : 1 + scores.filter((score) => score !== null && score > own + 1e-9).length;

/** 综合得分 by region or department: where the people stand on average, in which part, and how far apart within. */
export function teamFindings(
  company: Company,
  question: Question,
  kind: TeamKind,
  found: { readonly members: readonly Member[]; readonly metrics: readonly Metric[]; readonly beforeWords: string },
): Findings {
  const { metrics, beforeWords } = found;
  const teams = teamsOf(company, found.members, kind, metrics.length);
  const noun = dimensionNames[kind];
  if (teams.length < 2)
    return nothingFound(
      `只有${teams.length === 0 ? '零' : '一'}个${noun}有综合得分`,
      `${noun}的得分是里面每个人得分的平均,要两个以上才比得出来。可以按人看。`,
      [followUp(question, '综合得分', '按人')],
    );
  const shown = question.top === null ? teams : teams.slice(0, question.top);
  const [first, second] = [teams[0]!, teams[1]!];
  const even = first.score - second.score < 0.05;
  const title = even
    ? `${periodWords(question)}综合得分${first.name}和${second.name}并列第一`
    : `${periodWords(question)}综合得分${first.name}第一,人均 ${points(first.score)}`;
  const places = (score: (team: Team) => number | null) => {
    const all = teams.map(score);
    return new Map(teams.map((team) => [team, placeAmong(all, score(team))]));
  };
  const [now, before] = [places(({ score }) => score), places((team) => team.before)];
  const without = teams.reduce((sum, team) => sum + team.without, 0);
  return {
    title,
    mode: null,
    headline: teams.slice(0, 5).map((team) => plainFigure(compositeScore, team.score, { [kind]: team.name })),
    figures: teams.flatMap((team) => {
      const dims = { [kind]: team.name };
      return [
        plainFigure(compositeScore, team.score, dims),
        plainFigure(compositeScore, team.before, { ...dims, period: beforeWords }, '可算的权重不到一半'),
        plainFigure(scoredPeople, team.members.length, dims),
        ...metrics.map((metric, i) =>
          plainFigure(partScore, team.parts[i]!, { ...dims, metric: metric.name }, '没有可算的记录'),
        ),
      ];
    }),
    narrative: narrativeOf(teams, metrics, even),
    advice: adviceOf(company, question, kind, teams, metrics),
    chart: {
      kind: 'ranking',
      title,
      subtitle: chartSubtitle(`综合得分按${noun}(人均)`, question.period, question),
      footer: chartFooter(company, question),
      unit: 'score',
      counter: '个',
      rows: shown.slice(0, 15).map((team) => ({
        label: team.name,
        place: now.get(team)!,
        value: team.score,
        note: `${formatCount(team.members.length)} 人`,
        tone: 'ours',
      })),
    },
    table: {
      columns: ['名次', noun, '综合得分(人均)', '人数', `名次(${beforeWords})`, ...metrics.map(({ name }) => name)],
      rows: shown.map((team) => [
        String(now.get(team)),
        team.name,
        points(team.score),
        formatCount(team.members.length),
        before.get(team) === null ? unknown : String(before.get(team)),
        ...team.parts.map(points),
      ]),
      numeric: [true, false, true, true, true, ...metrics.map(() => true)],
    },
    notes: [
      `${noun}的得分是里面每个人得分的平均,每人仍和范围内最好的人比;人少的,一个人就能拉动。`,
      ...(without > 0 ? [`${formatCount(without)} 人可算的权重不到一半,没有给分,不进平均。`] : []),
    ],
    choices: [
      followUp(question, '综合得分', '按人'),
      ...(kind === 'region' ? [followUp(question, '综合得分', first.name)] : []),
      { label: '口径 综合得分', command: '口径 综合得分' },
    ],
  };
}

/** The part in which one team is furthest ahead of another. */
function widestPart(a: Team, b: Team, metrics: readonly Metric[]): { name: string; by: number; at: number } | null {
  const gaps = metrics.flatMap(({ name }, i) =>
    a.parts[i] == null || b.parts[i] == null ? [] : [{ name, by: a.parts[i]! - b.parts[i]!, at: i }],
  );
  const widest = gaps.sort((x, y) => y.by - x.by)[0];
  return widest !== undefined && widest.by >= 0.05 ? widest : null;
}

function narrativeOf(teams: readonly Team[], metrics: readonly Metric[], even: boolean): Line[] {
  const [first, second, last] = [teams[0]!, teams[1]!, teams.at(-1)!];
  const ahead = widestPart(first, last, metrics);
  const lines: Line[] = [
    [
      `${first.name}人均 `,
      { strong: points(first.score) },
      `(${formatCount(first.members.length)} 人)${even ? `,和${second.name}一样` : `,比第二名${second.name}高 ${points(first.score - second.score)}`}。`,
    ],
    [
      `最低的${last.name}人均 ${points(last.score)}${ahead === null ? '' : `,和${first.name}差得最多的一项是${ahead.name}(差 ${points(ahead.by)})`}。`,
    ],
  ];
  const wide = teams
    .filter(({ members }) => members.length > 1)
    .map((team) => ({ team, by: team.members[0]!.now.score! - team.members.at(-1)!.now.score! }))
    .sort((a, b) => b.by - a.by)[0];
  if (wide !== undefined && wide.by >= 10) {
    const [best, least] = [wide.team.members[0]!, wide.team.members.at(-1)!];
    lines.push([
      `${wide.team.name}里面差得最开:${best.name} ${points(best.now.score)},${least.name} ${points(least.now.score)},平均数盖住了这个差别。`,
    ]);
  }
  return lines;
}

function adviceOf(
  company: Company,
  question: Question,
  kind: TeamKind,
  teams: readonly Team[],
  metrics: readonly Metric[],
): Advice[] {
  const [first, last] = [teams[0]!, teams.at(-1)!];
  const part = widestPart(first, last, metrics);
  if (part === null) return [];
  const best = first.members.reduce((most, one) =>
    (one.now.parts[part.at] ?? -1) > (most.now.parts[part.at] ?? -1) ? one : most,
  );
  const head = company.directory.department(last.key)?.managerId ?? null;
  const manager = head === null ? undefined : company.directory.person(head);
  return [
    {
      text: `${last.name}先补${part.name}:找${first.name}的${best.name}讲一次怎么做的`,
      who: kind === 'region' ? leaderOfRegion(company, last.key) : manager?.active === true ? manager.name : null,
      due: dueIn(question, 5),
      command:
        kind === 'region'
          ? followUp(question, '综合得分', last.name).command
          : followUp(question, '综合得分', '按人').command,
    },
  ];
}
