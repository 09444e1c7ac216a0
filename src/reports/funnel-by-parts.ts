import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, unknown } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { comparePart, lowestPart, type PartConversion, verdictWords } from '../metrics/cohort-parts.ts';
import { counterOf, dimensionNames } from '../metrics/dimensions.ts';
import type { Bottleneck } from '../metrics/funnel-bottleneck.ts';
import type { Cohort, CohortPart } from '../metrics/funnel-cohort.ts';
import type { Line } from '../replies/reply.ts';
import type { Findings } from './report.ts';

/** A cohort's findings cut by a dimension: one small funnel per part as a table, and which part is really worse. */
export function byParts(
  whole: Findings,
  by: Dimension,
  cohort: Cohort,
  bottleneck: Bottleneck | null,
  split: readonly CohortPart[],
  overall: readonly PartConversion[],
): Findings {
  if (split.length < 2) {
    const only = split[0]?.name;
    return { ...whole, notes: [...whole.notes, `按${dimensionNames[by]}只有${only ?? '一份'},没有可比的。`] };
  }
  const step = bottleneck?.step;
  const atStep =
    step === undefined ? [] : split.map((part) => comparePart(cohort, part, step.position, step.position + 1));
  const [lowStep, lowAll] = [lowestPart(atStep), lowestPart(overall)];
  const lines: Line[] = [];
  if (step !== undefined && lowStep !== null) {
    lines.push([
      `${step.from}→${step.to}差在`,
      { warning: `${lowStep.name}:${formatRate(lowStep.rate)}` },
      ',明显低于其余。',
    ]);
  } else if (lowAll !== null) {
    lines.push(['整体转化差在', { warning: `${lowAll.name}:${formatRate(lowAll.rate)}` }, ',明显低于其余。']);
  } else {
    const few = overall.every(({ verdict }) => verdict === 'few');
    lines.push([
      few
        ? `按${dimensionNames[by]}分开后每份都不到 30 个商机,高低先不下结论。`
        : `按${dimensionNames[by]}分开看,彼此的差别都在正常波动以内。`,
    ]);
  }
  const low = lowStep ?? lowAll;
  const title = low === null ? whole.title : `${low.name}转化明显偏低,${formatRate(low.rate)}`;
  const chart: Findings['chart'] =
    whole.chart === null
      ? null
      : {
          kind: 'bar',
          direction: 'across',
          title,
          subtitle: `${whole.chart.subtitle} · 按${dimensionNames[by]}`,
          footer: whole.chart.footer,
          unit: 'count',
          labels: overall.map(({ name }) => name),
          series: [
            { label: '新建商机', tone: 'other', values: overall.map(({ created }) => created) },
            { label: '已成交', tone: 'won', values: overall.map(({ won }) => won) },
          ],
          counter: counterOf(by),
          tail: 3,
        };
  return {
    ...whole,
    title,
    figures: [
      ...whole.figures,
      ...split.flatMap((part): Figure[] =>
        part.cohort.steps.map((reached) => ({
          metric: 'funnel_reached',
          label: `到达${reached.stage}`,
          unit: 'count',
          value: reached.reached,
          dims: { [by]: part.name, stage: reached.stage },
        })),
      ),
      ...overall.map(
        (part): Figure => ({
          metric: 'funnel_conversion',
          label: '整体转化率(商机→成交)',
          unit: 'ratio',
          value: ratioOf(part.rate),
          ...part.rate,
          dims: { [by]: part.name },
        }),
      ),
    ],
    narrative: [...whole.narrative.slice(0, bottleneck?.ground === 'fell' ? 3 : 2), ...lines],
    advice:
      low === null
        ? whole.advice
        : [
            {
              text: `和${low.name}一起过一遍停下的商机,看是人手、方法还是客户不同`,
              who: null,
              due: null,
              command: `漏斗 ${low.name}`,
            },
            ...whole.advice,
          ].slice(0, 3),
    chart,
    table: {
      columns: [dimensionNames[by], ...cohort.steps.map(({ stage }) => stage), '整体转化', '和其余相比'],
      rows: split.map((part, i) => [
        part.name,
        ...part.cohort.steps.map(({ reached }) => formatCount(reached)),
        overall[i] === undefined ? unknown : formatRate(overall[i].rate),
        overall[i] === undefined ? unknown : verdictWords[overall[i].verdict],
      ]),
      numeric: [false, ...cohort.steps.map(() => true), true, false],
    },
  };
}
