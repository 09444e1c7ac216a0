import { formatValue } from '../figures/format.ts';
import { type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { cutMark, nameColumn, restOf, rowsShown } from './rows.ts';
import { known, rangeOf } from './scale.ts';
import { emptySheet, hiddenScale, legendOf, sheet } from './sheet.ts';
import type { WaterfallChart } from './spec.ts';
import { widestOf } from './text-width.ts';
import { colours, sizes, toneColours, toneTextColours } from './theme.ts';

const rowHeight = 34;
const thickness = 20;

const remarkOf = (cut: boolean, rest: string | undefined): string | undefined =>
  [cut ? '总额的条截去了前段' : undefined, rest].filter((one) => one !== undefined).join('，') || undefined;

/** 瀑布图, lying on its side so that the steps' names can be read: totals in our colour, gains and losses in theirs. */
export function waterfall(spec: WaterfallChart): Draft {
  const shown = spec.steps.slice(0, rowsShown(spec.steps.length, rowHeight));
  if (shown.length === 0) return emptySheet(spec);
  let running = 0;
  const steps = shown.map(({ label, value, total }) => {
    const amount = known(value) ?? 0;
    const from = total === true ? 0 : running;
    running = total === true ? amount : running + amount;
    const tone = total === true ? ('ours' as const) : amount < 0 ? ('lost' as const) : ('won' as const);
    const sign = total === true || amount <= 0 ? '' : '+';
    const number = known(value) === null ? '—' : `${sign}${formatValue(amount, spec.unit)}`;
    return { label, from, to: running, tone, number };
  });
  const levels = steps.map(({ to }) => to);
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  // Where the changes are small beside the totals they would be slivers: the totals are then cut, and shown as cut.
  const cut = low > high * 0.55 && high > low;
  const range = cut ? { min: low - (high - low) * 0.8, max: high } : rangeOf(levels);
  const parts = {
    legend: [legendOf('总额', 'ours', 'box'), legendOf('增加', 'won', 'box'), legendOf('减少', 'lost', 'box')],
    plotHeight: steps.length * rowHeight,
    remark: remarkOf(cut, restOf(spec.steps.length, steps.length, '步')),
  };
  return sheet(spec, parts, (room) => {
    const middle = (i: number) => room.top + (i + 0.5) * rowHeight;
    const names = nameColumn(
      steps.map(({ label }) => label),
      room,
      middle,
    );
    const numberWidth = widestOf(
      steps.map(({ number }) => number),
      sizes.body,
      'bold',
    );
    const area = { ...room, left: names.right + 12, right: room.right - numberWidth - 10 };
    const xOf = (value: number) => area.left + ((value - range.min) / (range.max - range.min)) * widthOf(area);
    const zero = Math.max(0, range.min);
    const under: Mark[] = [rule({ x: xOf(zero), y: room.top }, { x: xOf(zero), y: room.bottom }, colours.rule)];
    const over: Mark[] = [...names.marks];
    steps.forEach(({ to, tone, number }, i) => {
      if (cut && tone === 'ours') over.push(...cutMark(area.left + 14, middle(i), thickness));
      over.push(
        text(room.right, middle(i), number, {
          size: sizes.body,
          weight: 'bold',
          colour: tone === 'lost' ? toneTextColours.lost : colours.title,
          align: 'right',
        }),
      );
      if (i === steps.length - 1) return;
      const x = xOf(to);
      under.push(rule({ x, y: middle(i) }, { x, y: middle(i + 1) }, colours.zero));
    });
    return {
      area,
      type: 'bar',
      data: {
        labels: steps.map(({ label }) => label),
        datasets: [
          {
            data: steps.map(({ from, to }) => [Math.max(from, range.min), to] as [number, number]),
            backgroundColor: steps.map(({ tone }) => toneColours[tone]),
            barThickness: thickness,
            borderRadius: 2,
            borderSkipped: false,
            minBarLength: 2,
          },
        ],
      },
      options: { indexAxis: 'y', scales: { x: { ...hiddenScale, ...range }, y: hiddenScale } },
      under,
      over,
    };
  });
}
