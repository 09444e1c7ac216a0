import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, formatRateBrief, formatValue } from '../figures/format.ts';
import { type Rate, ratioOf } from '../figures/rate.ts';
import { verdictOf, verdictWords } from '../metrics/cohort-parts.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import { type Dwell, type DwellPart, leftWithin } from '../metrics/dwell.ts';
import type { Line } from '../replies/reply.ts';
import type { Findings } from './report.ts';

/** Rows of the picture; the table has them all. */
const drawn = 14;

/**
 * Time in stage cut by a dimension: the medians as a heat map, and at the slowest stage which part really takes longer,
 * judged by the share that had left by the median of all.
 */
export function durationByParts(
  whole: Findings,
  by: Dimension,
  slowest: Dwell | null,
  parts: readonly DwellPart[],
): Findings {
  if (parts.length < 2) {
    const only = parts[0]?.name ?? '一份';
    return { ...whole, notes: [...whole.notes, `按${dimensionNames[by]}只有${only},没有可比的。`] };
  }
  const stages = parts[0]?.dwell.map(({ stage }) => stage) ?? [];
  const bar = slowest?.medianDays ?? null;
  const judged =
    slowest === null || bar === null
      ? []
      : parts.map((part) => {
          const rate = leftWithin(part.dwell[slowest.position]?.stays ?? [], bar * 24);
          const all = leftWithin(slowest.stays, bar * 24);
          const rest: Rate = {
            numerator: all.numerator - rate.numerator,
            denominator: all.denominator - rate.denominator,
          };
          return { part, rate, rest, verdict: verdictOf(rate, rest) };
        });
  const slow = judged
    .filter(({ verdict }) => verdict === 'lower')
    .sort((a, b) => (ratioOf(a.rate) ?? 1) - (ratioOf(b.rate) ?? 1))[0];
  const title = slow === undefined || slowest === null ? whole.title : `${slow.part.name}在${slowest.stage}停得最久`;
  const line: Line =
    slowest === null || bar === null
      ? [`按${dimensionNames[by]}分开后每份都不多,快慢先不下结论。`]
      : slow === undefined
        ? [
            judged.every(({ verdict }) => verdict === 'few')
              ? `按${dimensionNames[by]}分开后每份都不到 30 次,快慢先不下结论。`
              : `按${dimensionNames[by]}分开看,${slowest.stage}的快慢都在正常波动以内。`,
          ]
        : [
            { warning: `${slow.part.name}最慢` },
            `:${formatValue(bar, 'days')}内离开${slowest.stage}的只有 ${formatRateBrief(slow.rate)},其余 ${formatRateBrief(slow.rest)}。`,
          ];
  return {
    ...whole,
    title,
    figures: [
      ...whole.figures,
      ...parts.flatMap(({ name, dwell }) =>
        dwell.map(
          (stage): Figure => ({
            metric: 'stage_duration_median',
            label: `${stage.stage}中位停留`,
            unit: 'days',
            value: stage.medianDays,
            dims: { [by]: name, stage: stage.stage },
            ...(stage.medianDays === null
              ? { missing: stage.finished + stage.running === 0 ? '没有商机进入' : '离开的还不到一半' }
              : {}),
          }),
        ),
      ),
    ],
    narrative: [...whole.narrative.slice(0, 2), line],
    advice:
      slow === undefined || slowest === null
        ? whole.advice
        : [
            {
              text: `和${slow.part.name}一起过一遍停在${slowest.stage}的商机,卡在哪一步逐个说清`,
              who: null,
              due: null,
              command: `积压 ${slowest.stage} ${slow.part.name}`,
            },
            ...whole.advice,
          ].slice(0, 3),
    chart:
      whole.chart === null
        ? null
        : {
            kind: 'heatmap',
            title,
            subtitle: `${whole.chart.subtitle} · 中位天数,按${dimensionNames[by]}`,
            footer: whole.chart.footer,
            unit: 'days',
            columns: stages,
            rows: parts.slice(0, drawn).map(({ name }) => name),
            values: parts.slice(0, drawn).map(({ dwell }) => dwell.map(({ medianDays }) => medianDays)),
          },
    table: {
      columns: [
        dimensionNames[by],
        ...stages,
        ...(slowest === null || bar === null
          ? []
          : [`${formatValue(bar, 'days')}内离开${slowest.stage}`, '和其余相比']),
      ],
      rows: parts.map((part) => {
        const own = judged.find((one) => one.part === part);
        return [
          part.name,
          ...part.dwell.map(
            ({ medianDays, finished, running }) =>
              `${formatValue(medianDays, 'days')}(${formatCount(finished + running)} 次)`,
          ),
          ...(own === undefined ? [] : [formatRate(own.rate), verdictWords[own.verdict]]),
        ];
      }),
      numeric: [false, ...stages.map(() => true), ...(judged.length === 0 ? [] : [true, false])],
    },
  };
}
