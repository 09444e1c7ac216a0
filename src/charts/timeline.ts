import { type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { mostPlotHeight, mostRows, restOf } from './rows.ts';
import { emptySheet, hiddenScale, sheet } from './sheet.ts';
import type { TimelineChart } from './spec.ts';
import { shorten, widestOf, wrap } from './text-width.ts';
import { colours, sizes, toneColours } from './theme.ts';

const lineHeight = 18;
const between = 14;
const dotColumn = 26;

/** 时间线: days left, a dot in the colour of what happened, what it was right of it in at most two lines. */
export function timeline(spec: TimelineChart): Draft {
  const candidates = spec.events.slice(0, mostRows);
  if (candidates.length === 0) return emptySheet(spec, '还没有记录');
  const dayWidth = Math.min(
    88,
    widestOf(
      candidates.map(({ day }) => day),
      sizes.small,
    ),
  );
  const labelWidth = 343 - dayWidth - dotColumn;
  const wrapped = candidates.map((event) => ({
    ...event,
    lines: wrap(event.label, labelWidth, 2, sizes.body),
  }));
  const events: typeof wrapped = [];
  const heights: number[] = [];
  let plotHeight = -between;
  for (const event of wrapped) {
    const height = Math.max(1, event.lines.length) * lineHeight + between;
    if (plotHeight + height > mostPlotHeight) break;
    plotHeight += height;
    events.push(event);
    heights.push(height);
  }
  return sheet(spec, { plotHeight, remark: restOf(spec.events.length, events.length, '条') }, (room) => {
    const x = room.left + dayWidth + dotColumn / 2;
    let top = room.top;
    const middles = heights.map((height) => {
      const middle = top + lineHeight / 2;
      top += height;
      return middle;
    });
    const over: Mark[] = events.flatMap(({ day, lines }, i) => [
      text(room.left + dayWidth, middles[i]!, shorten(day, dayWidth + 0.01, sizes.small), {
        size: sizes.small,
        colour: colours.muted,
        align: 'right',
      }),
      ...lines.map((line, row) =>
        text(x + dotColumn / 2, middles[i]! + row * lineHeight, line, { size: sizes.body, colour: colours.text }),
      ),
    ]);
    return {
      area: room,
      type: 'scatter',
      data: {
        datasets: [
          {
            data: middles.map((y) => ({ x: x - room.left, y: y - room.top })),
            backgroundColor: events.map(({ tone }) => toneColours[tone]),
            borderColor: colours.paper,
            borderWidth: 2,
            pointRadius: 6,
            clip: false,
          },
        ],
      },
      options: {
        scales: {
          x: { ...hiddenScale, min: 0, max: widthOf(room) },
          y: { ...hiddenScale, min: 0, max: plotHeight, reverse: true },
        },
      },
      under: [rule({ x, y: middles[0]! }, { x, y: middles.at(-1)! }, colours.rule, 2)],
      over,
    };
  });
}
