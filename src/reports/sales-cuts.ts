import type { Dimension } from '../commands/command.ts';
import { attributeSum, type Cut, type PartSums, type SumAttribution } from '../figures/attribution.ts';
import type { Unit } from '../figures/figure.ts';
import { formatMoney } from '../figures/format.ts';
import type { Cells, Grouping } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { changeWords } from './comparison.ts';
import type { Company, Question } from './report.ts';

/** Who is in the scope: everyone's sales people, or the ones it names. */
export function peopleInScope(company: Company, { scope }: Question): readonly string[] {
  if (scope.owners !== 'everyone') return scope.owners;
  return company.directory.people.filter((p) => p.active && p.roles.includes('rep')).map((p) => p.id);
}

/** The regions that the scope's sales people sit in. */
export function regionsInScope(company: Company, question: Question): readonly string[] {
  const regions = peopleInScope(company, question).map((id) => company.directory.person(id)?.region ?? null);
  return [...new Set(regions.filter((region): region is string => region !== null))];
}

/** The cut that this scope is looked at by when none was asked: regions of the company, people of a team, nothing of one. */
export function naturalCut(company: Company, question: Question): Dimension | null {
  if (regionsInScope(company, question).length > 1) return 'region';
  return peopleInScope(company, question).length > 1 ? 'owner' : null;
}

/** The cuts over which a change of sales is explained; a scope with one person or one region is not cut by it. */
export function explainingCuts(company: Company, question: Question): readonly Dimension[] {
  const people = peopleInScope(company, question).length;
  return [
    ...(regionsInScope(company, question).length > 1 ? (['region'] as const) : []),
    ...(people > 1 ? (['owner'] as const) : []),
    'industry',
    'channel',
  ];
}

/** The parts of one dimension in the two periods of a request (0 now, 1 before). */
export function partSums(cells: Cells, metric: Metric, grouping: number): PartSums[] {
  const parts = new Map<string, { now: number; before: number; unknown: boolean }>();
  for (const period of [0, 1] as const) {
    for (const cell of cells.of(metric, grouping, period)) {
      const name = cell.parts[0]?.name ?? '';
      const part = parts.get(name) ?? { now: 0, before: 0, unknown: (cell.parts[0]?.key ?? null) === null };
      part[period === 0 ? 'now' : 'before'] += cell.value ?? 0;
      parts.set(name, part);
    }
  }
  return [...parts].map(([name, sums]) => ({ name, ...sums }));
}

export function explain(cells: Cells, metric: Metric, groupings: readonly Grouping[]): SumAttribution {
  const cuts = groupings.flatMap(({ by, grain }, index): Cut<PartSums>[] =>
    by.length === 1 && grain === undefined ? [{ dimension: by[0]!, parts: partSums(cells, metric, index) }] : [],
  );
  return attributeSum(cuts);
}

const dimensionWords: Partial<Record<Dimension, string>> = {
  region: '大区',
  owner: '人',
  industry: '行业',
  channel: '渠道',
  grade: '等级',
  product: '产品',
  product_line: '产品线',
};

/** Which part carries the rise or fall, in one sentence; null where there is nothing to explain. */
export function carriedWords(found: SumAttribution, change: number, unit: Unit, noun = ''): string | null {
  switch (found.kind) {
    case 'unchanged':
    case 'one-part':
      return null;
    case 'even':
      return `${change > 0 ? '增量' : '减少'}没有哪一块单独拉动。`;
    case 'carried': {
      const names = found.carriers.map((c) => `${c.name}${changeWords(c.now, c.before, unit, noun)}`);
      const share = found.carriers.reduce((all, c) => all + c.share, 0);
      const weight = share <= 1 ? `,占${change > 0 ? '增量' : '降幅'}的 ${Math.round(share * 100)} %` : '';
      const rest = Math.sign(found.rest) === -Math.sign(change) && found.rest !== 0 ? otherWay(found, unit, noun) : '';
      return `${change > 0 ? '增量' : '降幅'}主要在${names.join('、')}${weight}${rest}。`;
    }
  }
}

function otherWay(found: Extract<SumAttribution, { kind: 'carried' }>, unit: Unit, noun: string): string {
  const others = dimensionWords[found.dimension as Dimension] ?? '部分';
  const size = unit === 'fen' ? formatMoney(Math.abs(found.rest)) : `${Math.abs(found.rest)}${noun}`;
  return `,其他${others}合计${found.rest > 0 ? '多' : '少'} ${size}`;
}
