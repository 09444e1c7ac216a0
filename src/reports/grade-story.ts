import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate, formatRatio, formatValue, unknown } from '../figures/format.ts';
import { furthestApart, isSmallSample, type Rate, ratioOf } from '../figures/rate.ts';
import type { GradeResult } from '../metrics/grades.ts';
import { gradeConversion, gradeCycle, gradeEffort, gradeWonAmount } from '../metrics/value.ts';
import type { Line } from '../replies/reply.ts';
import { periodCommand } from './captions.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import type { Advice, Question, Table } from './report.ts';

export const gradeName = (grade: string | null): string => (grade === null ? '未分级' : `${grade} 级`);

export const conversionOf = ({ won, created }: GradeResult): Rate => ({ numerator: won, denominator: created });
export const cycleOf = ({ cycleSeconds, won }: GradeResult): number | null =>
  won === 0 ? null : cycleSeconds / won / 86_400;

export const effortOf = (result: GradeResult, all: readonly GradeResult[]): Rate => ({
  numerator: result.followUps,
  denominator: all.reduce((sum, { followUps }) => sum + followUps, 0),
});

const wonShareOf = (result: GradeResult, all: readonly GradeResult[]): number | null => {
  const total = all.reduce((sum, { wonFen }) => sum + wonFen, 0);
  return total <= 0 ? null : result.wonFen / total;
};

/** Where effort goes against what comes back: the lowest grade takes more of the one than it gives of the other. */
export interface Misspent {
  readonly low: GradeResult;
  readonly high: GradeResult;
  readonly effort: Rate;
  readonly wonShare: number | null;
}

/** The best and the worst grade whose conversions differ by more than chance (decision 21). */
export function gradeGap(
  results: readonly GradeResult[],
): { readonly high: GradeResult; readonly low: GradeResult } | null {
  return furthestApart(
    results.filter((result) => result.grade !== null && result.created > 0),
    conversionOf,
  );
}

export function misspentOf(results: readonly GradeResult[]): Misspent | null {
  const gap = gradeGap(results);
  if (gap === null) return null;
  const effort = effortOf(gap.low, results);
  const wonShare = wonShareOf(gap.low, results);
  return { ...gap, effort, wonShare };
}

/** Conversion, cycle and effort by grade as figures. */
export const gradeFigures = (results: readonly GradeResult[]): Figure[] =>
  results.flatMap((result) => {
    const dims = { grade: gradeName(result.grade) };
    return [
      rateFigure(gradeConversion, conversionOf(result), dims),
      plainFigure(gradeCycle, cycleOf(result), dims, '期间新建的还没有赢单'),
      rateFigure(gradeEffort, effortOf(result, results), dims),
      plainFigure(gradeWonAmount, result.wonFen, dims),
    ];
  });

/** `A 级 38.0 %(38/100)、45 天;…`; the intervals of small ones stand in the notes. */
export function gradeWords(results: readonly GradeResult[]): string {
  return results
    .filter((result) => result.grade !== null)
    .map((result) => {
      const rate = conversionOf(result);
      const cycle = cycleOf(result);
      if (rate.denominator === 0) return `${gradeName(result.grade)}没有新建商机`;
      return `${gradeName(result.grade)} ${formatRatio(ratioOf(rate) ?? 0)}(${formatCount(rate.numerator)}/${formatCount(rate.denominator)})${cycle === null ? '' : `、平均 ${formatValue(cycle, 'days')}`}`;
    })
    .join(';');
}

/** The sentences about conversion by grade and where the time goes. */
export function gradeLines(results: readonly GradeResult[], head: string): Line[] {
  const said = gradeWords(results);
  const lines: Line[] = [[said === '' ? `${head}各级客户都没有新建商机。` : `${head}商机→成交:${said}。`]];
  const misspent = misspentOf(results);
  const gap = gradeGap(results);
  if (gap === null && said !== '') {
    lines.push([
      results.every(({ won }) => won === 0)
        ? '期间新建的商机都还没有成交,分不出哪一级更容易成。'
        : '各级的转化率差别在正常波动以内,还不能说哪一级更容易成。',
    ]);
  } else if (gap !== null) {
    const times =
      (ratioOf(conversionOf(gap.low)) ?? 0) > 0
        ? `,是 ${gradeName(gap.low.grade)}的 ${((ratioOf(conversionOf(gap.high)) ?? 0) / (ratioOf(conversionOf(gap.low)) ?? 1)).toFixed(1)} 倍`
        : '';
    lines.push([`${gradeName(gap.high.grade)}最容易成${times},这个差别不是波动。`]);
  }
  if (misspent !== null && misspent.effort.denominator > 0) {
    const share = formatRatio(ratioOf(misspent.effort) ?? 0);
    lines.push([
      `跟进次数的 `,
      { warning: share },
      `花在 ${gradeName(misspent.low.grade)}客户上${misspent.wonShare === null ? '' : `,它只带来成交金额的 ${formatRatio(misspent.wonShare)}`}。`,
    ]);
  } else if (results.some(({ followUps }) => followUps > 0)) {
    const graded = results.filter(({ grade }) => grade !== null);
    lines.push([
      `跟进次数里 ${graded.map((result) => `${gradeName(result.grade)}占 ${formatRatio(ratioOf(effortOf(result, results)) ?? 0)}`).join('、')}。`,
    ]);
  }
  return lines;
}

/** Moving time to the grades that close: only where the difference is real and the weak grade takes a good part of it. */
export function gradeAdvice(question: Question, results: readonly GradeResult[]): Advice[] {
  const misspent = misspentOf(results);
  if (misspent === null) return [];
  const effort = ratioOf(misspent.effort) ?? 0;
  const better = results.filter(
    (result) =>
      result.grade !== null &&
      result !== misspent.low &&
      (ratioOf(conversionOf(result)) ?? 0) > (ratioOf(conversionOf(misspent.low)) ?? 0),
  );
  const names = better.map((result) => result.grade).join('、');
  if (effort < 0.1 || better.length === 0) return [];
  return [
    {
      text: `把销售时间往 ${names} 级挪:${gradeName(misspent.low.grade)}改成自助加定期触达,空出来的跟进给 ${names} 级`,
      who: null,
      due: dueIn(question, 7),
      command: `跟进 ${periodCommand(question)} 按客户级别`,
    },
  ];
}

export const gradeTable = (results: readonly GradeResult[]): Table => ({
  columns: ['等级', '新建商机', '已成交', '转化率', '成交周期', '跟进占比', '成交金额'],
  rows: results.map((result) => {
    const cycle = cycleOf(result);
    return [
      gradeName(result.grade),
      formatCount(result.created),
      formatCount(result.won),
      formatRate(conversionOf(result)),
      cycle === null ? unknown : formatValue(cycle, 'days'),
      formatRate(effortOf(result, results)),
      formatMoney(result.wonFen),
    ];
  }),
  numeric: [false, true, true, true, true, true, true],
});

/** Open opportunities and small samples: what a careful reader must know of the rates. */
export function gradeNotes(results: readonly GradeResult[]): string[] {
  const open = results.reduce((sum, result) => sum + result.open, 0);
  const few = results.filter(
    (result) => result.grade !== null && result.created > 0 && isSmallSample(conversionOf(result)),
  );
  return [
    ...(open > 0 ? [`还有 ${formatCount(open)} 个新建的商机没有结果,转化率还会变。`] : []),
    ...(few.length > 0
      ? [
          `样本少:${few.map((result) => `${gradeName(result.grade)} ${formatRate(conversionOf(result)).replace('样本少,', '')}`).join('、')}。`,
        ]
      : []),
  ];
}
