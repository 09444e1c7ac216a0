import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatMoneyRate, formatRate, formatValue, unknown } from '../figures/format.ts';
import { differs, isSmallSample, type Rate, ratioOf } from '../figures/rate.ts';
import type { Cell, Cells, Part } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { figureOf, plainFigure, rateOf } from './figure-of.ts';
import type { Company, Question } from './report.ts';
import { peopleInScope, regionsInScope } from './sales-cuts.ts';

/** One part of a cut with all its numbers, now (0) and before (1). */
export interface PartRow {
  readonly parts: readonly Part[];
  readonly name: string;
  at(metric: Metric, period?: number): Cell | undefined;
}

/** A part's number to sort and add by: 0 where it has none. */
export const sizeOf = (row: PartRow, metric: Metric, period = 0): number => row.at(metric, period)?.value ?? 0;

/** Whether the CRM says which part it is. */
export const isKnown = (row: PartRow): boolean => row.parts.every((part) => part.key !== null);

/** The parts of a grouping, the largest first; sales people in scope with nothing are listed too. */
export function partRows(
  company: Company,
  question: Question,
  cells: Cells,
  { grouping, by, main }: { grouping: number; by: readonly Dimension[]; main: Metric },
): PartRow[] {
  const found = new Map<string, { parts: readonly Part[]; cells: Map<string, Cell> }>();
  for (const cell of cells.all) {
    if (cell.grouping !== grouping) continue;
    const key = JSON.stringify(cell.parts.map((part) => part.key));
    const row = found.get(key) ?? { parts: cell.parts, cells: new Map<string, Cell>() };
    row.cells.set(`${cell.metric.id} ${cell.period}`, cell);
    found.set(key, row);
  }
  // People without a deal are part of the answer: a list that drops them flatters the team.
  if (by.length === 1 && by[0] === 'owner') {
    for (const id of peopleInScope(company, question)) {
      const person = company.directory.person(id);
      const key = JSON.stringify([id]);
      if (found.has(key) || person === undefined || !person.active || !person.roles.includes('rep')) continue;
      found.set(key, { parts: [{ key: id, name: person.name }], cells: new Map() });
    }
  }
  if (by.length === 1 && by[0] === 'region') {
    for (const region of regionsInScope(company, question)) {
      const key = JSON.stringify([region]);
      if (!found.has(key)) found.set(key, { parts: [{ key: region, name: region }], cells: new Map() });
    }
  }
  const rows = [...found.values()].map(
    ({ parts, cells: own }): PartRow => ({
      parts,
      name: parts.map((part) => part.name).join(' · '),
      at: (metric, period = 0) => own.get(`${metric.id} ${period}`),
    }),
  );
  const order = (row: PartRow): number => row.at(main)?.value ?? (main.computation.kind === 'ratio' ? -1 : 0);
  return rows.sort((a, b) => order(b) - order(a) || a.name.localeCompare(b.name, 'zh'));
}

/** A number as a table or sentence shows it; a ratio without cases is —, a sum without rows is 0. */
export function valueWords(cell: Cell | undefined, metric: Metric, noun = ''): string {
  if (cell === undefined)
    return metric.computation.kind === 'ratio' ? unknown : `${formatValue(0, metric.unit)}${noun}`;
  if (metric.unit === 'ratio') return (metric.ends === 'fen' ? formatMoneyRate : formatRate)(rateOf(cell));
  return cell.value === null ? unknown : `${formatValue(cell.value, metric.unit)}${noun}`;
}

export const dimsOf = (row: PartRow, by: readonly Dimension[]): Record<string, string> =>
  Object.fromEntries(by.map((dimension, i) => [dimension, row.parts[i]?.name ?? '']));

export function partFigure(row: PartRow, metric: Metric, by: readonly Dimension[]): Figure {
  const cell = row.at(metric);
  if (cell !== undefined) return figureOf(cell, by);
  return plainFigure(metric, metric.computation.kind === 'ratio' ? null : 0, dimsOf(row, by));
}

/** A part whose rate lies off all the others' together. */
export interface OddPart {
  readonly row: PartRow;
  readonly rate: Rate;
  readonly others: Rate;
  readonly higher: boolean;
}

/**
 * The parts whose rate differs from the rest by more than chance, with the correction for how many were looked at
 * (decision 21); the furthest off first. `enough` = at least one part has the cases to tell.
 */
export function oddParts(
  rows: readonly PartRow[],
  metric: Metric,
): { readonly odd: readonly OddPart[]; readonly enough: boolean } {
  const rated = rows.flatMap((row) => {
    const cell = row.at(metric);
    return cell === undefined || (cell.denominator ?? 0) === 0 ? [] : [{ row, rate: rateOf(cell) }];
  });
  const sum = (side: keyof Rate): number => rated.reduce((all, { rate }) => all + rate[side], 0);
  const whole = { numerator: sum('numerator'), denominator: sum('denominator') };
  const odd = rated
    .map(({ row, rate }): OddPart => {
      const others = {
        numerator: whole.numerator - rate.numerator,
        denominator: whole.denominator - rate.denominator,
      };
      return { row, rate, others, higher: (ratioOf(rate) ?? 0) > (ratioOf(others) ?? 0) };
    })
    .filter(({ row, rate, others }) => isKnown(row) && !isSmallSample(rate) && differs(rate, others, rated.length));
  const distance = ({ rate, others }: OddPart): number => Math.abs((ratioOf(rate) ?? 0) - (ratioOf(others) ?? 0));
  return {
    odd: odd.sort((a, b) => distance(b) - distance(a)),
    enough: rated.filter(({ rate }) => !isSmallSample(rate)).length > 1,
  };
}

/** The one sentence about rates of parts: who really differs, or that nothing can be told. */
export function oddWords(rows: readonly PartRow[], metric: Metric): string | null {
  const rated = rows.filter((row) => (row.at(metric)?.denominator ?? 0) > 0);
  if (rated.length < 2 || metric.unit !== 'ratio' || metric.ends !== undefined) return null;
  const { odd, enough } = oddParts(rows, metric);
  const first = odd[0];
  if (first === undefined) {
    return enough ? `${metric.name}各有高低,差别都在正常波动以内。` : `${metric.name}各家样本都少,分不出高下。`;
  }
  return `${metric.name}真正不一样的是${first.row.name}:${formatRate(first.rate)},${first.higher ? '高于' : '低于'}其余的 ${formatRate(first.others)}。`;
}
