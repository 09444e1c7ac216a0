import { formatValue } from '../figures/format.ts';
import { type Draft, type Mark, text, widthOf } from './draft.ts';
import { nameColumn, restOf, rowsShown } from './rows.ts';
import { known } from './scale.ts';
import { emptySheet, hiddenScale, sheet } from './sheet.ts';
import type { FunnelChart } from './spec.ts';
import { shorten, widestOf } from './text-width.ts';
import { blend, colours, sizes, toneColours } from './theme.ts';

const barHeight = 28;
const gap = 22;

/** Below this a step would vanish; its number still says how small it is. */
const leastBar = 4;

/**
 * 漏斗: centred bars, the stage's name left, its number right, the conversion on the tinted piece that leads to the next
 * step. Nothing but the conversion is written on colour, so that no label is cut by a narrow bar.
 */
export function funnel(spec: FunnelChart): Draft {
  const steps = spec.steps.slice(0, rowsShown(spec.steps.length, barHeight + gap));
  if (steps.length === 0) return emptySheet(spec);
  const values = steps.map((step) => Math.max(0, known(step.value) ?? 0));
  const plotHeight = steps.length * (barHeight + gap) - gap;
  const remark = restOf(spec.steps.length, steps.length, '个阶段');
  return sheet(spec, { plotHeight, remark }, (room) => {
    const middle = (i: number) => room.top + i * (barHeight + gap) + barHeight / 2;
    const names = nameColumn(
      steps.map(({ label }) => label),
      room,
      middle,
      92,
    );
    const numbers = steps.map((step) => formatValue(known(step.value), spec.unit));
    const notes = steps.map((step) => step.note ?? '');
    const numberWidth = Math.min(112, Math.max(widestOf(numbers, 14, 'bold'), widestOf(notes, sizes.small)));
    const area = {
      left: names.right + 12,
      right: room.right - numberWidth - 12,
      top: room.top - gap / 2,
      bottom: room.bottom + gap / 2,
    };
    const most = Math.max(...values, Number.MIN_VALUE);
    const width = widthOf(area);
    const centre = area.left + width / 2;
    const drawn = values.map((value) => Math.max((value / most) * width, leastBar));
    const under: Mark[] = [];
    const over: Mark[] = [...names.marks];
    steps.forEach((step, i) => {
      const y = middle(i);
      const noted = notes[i] !== '';
      over.push(
        text(room.right, noted ? y - 7 : y, shorten(numbers[i]!, numberWidth, 14, 'bold'), {
          size: 14,
          weight: 'bold',
          colour: colours.title,
          align: 'right',
        }),
      );
      if (noted) {
        const note = shorten(notes[i]!, numberWidth, sizes.small);
        over.push(text(room.right, y + 9, note, { size: sizes.small, colour: colours.muted, align: 'right' }));
      }
      if (i === steps.length - 1) return;
      const [from, to] = [drawn[i]! / 2, drawn[i + 1]! / 2];
      const [high, low] = [y + barHeight / 2, y + barHeight / 2 + gap];
      under.push({
        kind: 'area',
        colour: blend(toneColours[step.tone ?? 'ours'], colours.paper, 0.84),
        points: [
          { x: centre - from, y: high },
          { x: centre + from, y: high },
          { x: centre + to, y: low },
          { x: centre - to, y: low },
        ],
      });
      if (step.conversion === undefined) return;
      over.push(
        text(centre, high + gap / 2, shorten(step.conversion, width, sizes.small, 'bold'), {
          size: sizes.small,
          weight: step.tone === undefined || step.tone === 'ours' ? 'normal' : 'bold',
          colour: colours.text,
          align: 'center',
        }),
      );
    });
    return {
      area,
      type: 'bar',
      data: {
        labels: steps.map(({ label }) => label),
        datasets: [
          {
            data: drawn.map((size) => [-size / 2, size / 2] as [number, number]),
            backgroundColor: steps.map(({ tone }) => toneColours[tone ?? 'ours']),
            barThickness: barHeight,
            borderRadius: 3,
            borderSkipped: false,
          },
        ],
      },
      options: {
        indexAxis: 'y',
        scales: { x: { ...hiddenScale, min: -width / 2, max: width / 2 }, y: hiddenScale },
      },
      under,
      over,
    };
  });
}
