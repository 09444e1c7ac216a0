import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, formatRateBrief } from '../figures/format.ts';
import { type Rate, ratioOf } from '../figures/rate.ts';
import { verdictOf, verdictWords } from '../metrics/cohort-parts.ts';
import type { CustomerShare } from '../metrics/customer-shares.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import { gradeCustomers } from '../metrics/value.ts';
import type { Line } from '../replies/reply.ts';
import { plainFigure } from './figure-of.ts';
import type { Findings } from './report.ts';

const best = 'A 级';
/** Colours of the picture: the best three grades by name, whatever else there is together. */
const tones = ['ours', 'won', 'other'] as const;

/**
 * Customers by grade within each part of another dimension (`shares`: the part first, the grade second), and which part
 * has really more or fewer of the best grade.
 */
export function gradesByParts(whole: Findings, by: Dimension, shares: readonly CustomerShare[]): Findings {
  const grades = [...new Set(shares.map(({ second }) => second ?? ''))].sort();
  const names = [...new Set(shares.map(({ name }) => name))];
  const count = (name: string, grade: string): number =>
    shares.find((share) => share.name === name && share.second === grade)?.customers ?? 0;
  const sumOf = (name: string): number => grades.reduce((sum, grade) => sum + count(name, grade), 0);
  const all: Rate = {
    numerator: names.reduce((sum, name) => sum + count(name, best), 0),
    denominator: names.reduce((sum, name) => sum + sumOf(name), 0),
  };
  const parts = names
    .map((name) => {
      const rate = { numerator: count(name, best), denominator: sumOf(name) };
      const rest = { numerator: all.numerator - rate.numerator, denominator: all.denominator - rate.denominator };
      return { name, rate, rest, verdict: verdictOf(rate, rest) };
    })
    .sort((a, b) => b.rate.denominator - a.rate.denominator);
  if (parts.length < 2)
    return { ...whole, notes: [...whole.notes, `按${dimensionNames[by]}只有${names[0] ?? '一份'},没有可比的。`] };
  const real = parts
    .filter(({ verdict }) => verdict === 'lower' || verdict === 'higher')
    .sort((a, b) => (ratioOf(a.rate) ?? 0) - (ratioOf(b.rate) ?? 0));
  const [low, high] = [real.find((p) => p.verdict === 'lower'), real.findLast((p) => p.verdict === 'higher')];
  const title =
    high !== undefined
      ? `${high.name}的 ${best}客户最集中`
      : low !== undefined
        ? `${low.name}的 ${best}客户明显偏少`
        : `按${dimensionNames[by]}看,${best}客户的占比差不多`;
  const words = (part: (typeof parts)[number]) => `${part.name} ${formatRateBrief(part.rate)}`;
  const line: Line =
    high === undefined && low === undefined
      ? [
          parts.every(({ verdict }) => verdict === 'few')
            ? `按${dimensionNames[by]}分开后每份都不到 30 家,${best}的占比先不比高低。`
            : `${best}客户占 ${formatRateBrief(all)},按${dimensionNames[by]}的差别在正常波动以内。`,
        ]
      : [
          `${best}客户占 ${formatRateBrief(all)}:`,
          [high === undefined ? '' : `${words(high)}明显偏高`, low === undefined ? '' : `${words(low)}明显偏低`]
            .filter((text) => text !== '')
            .join(','),
          '。',
        ];
  const others = grades.filter((grade) => !grades.slice(0, tones.length).includes(grade));
  const series = [
    ...grades.slice(0, tones.length).map((grade, i) => ({ label: grade, tone: tones[i] ?? 'other', of: [grade] })),
    ...(others.length === 0
      ? []
      : [{ label: others.length === 1 ? (others[0] ?? '') : '其他', tone: 'warning' as const, of: others }]),
  ];
  return {
    ...whole,
    title,
    figures: [
      ...whole.figures,
      ...parts.flatMap(({ name }) =>
        grades.map((grade): Figure => plainFigure(gradeCustomers, count(name, grade), { [by]: name, grade })),
      ),
    ],
    narrative: [line, ...whole.narrative.slice(-1)],
    chart:
      whole.chart === null && parts.length === 0
        ? null
        : {
            kind: 'bar',
            direction: 'across',
            title,
            subtitle: `在管客户 · 按${dimensionNames[by]}和等级`,
            footer: whole.chart?.footer ?? '',
            labels: parts.map(({ name }) => name),
            stacked: true,
            series: series.map(({ label, tone, of }) => ({
              label,
              tone,
              values: parts.map(({ name }) => of.reduce((sum, grade) => sum + count(name, grade), 0)),
            })),
            unit: 'count',
            counter: counterOf(by),
          },
    table: {
      columns: [dimensionNames[by], ...grades, `${best}占比`, '和其余相比'],
      rows: parts.map(({ name, rate, verdict }) => [
        name,
        ...grades.map((grade) => formatCount(count(name, grade))),
        formatRate(rate),
        verdictWords[verdict],
      ]),
      numeric: [false, ...grades.map(() => true), true, false],
    },
  };
}
