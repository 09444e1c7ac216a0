import { formatValue } from '../figures/format.ts';
import { barSeries } from './bar-series.ts';
import { type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { drawnRows, gapMark, leastRow, mostPlotHeight, mostRows, nameColumn } from './rows.ts';
import { hiddenScale, legendOf, sheet } from './sheet.ts';
import type { BarChart } from './spec.ts';
import { widestOf } from './text-width.ts';
import { colours, sizes, toneTextColours } from './theme.ts';

const nameRoom = 92;
const tickColour = toneTextColours.other;

/** More pairs of bars than this do not fit a picture: of the second measure only a stroke is drawn then. */
const mostPairs = 10;

/** Whether a chart compares so many rows with what they were that a pair of bars for each would hide some of them. */
export const isAgainst = ({ stacked, series, labels, line }: BarChart): boolean =>
  stacked !== true &&
  line === undefined &&
  series.length === 2 &&
  series[1]!.tone === 'other' &&
  labels.length > mostPairs;

/** Many rows against what they were: a bar with its number for now, a stroke for before, so that nobody is left out. */
export function barAgainst(spec: BarChart): Draft {
  const rowHeight = leastRow(spec.labels, nameRoom, 28);
  const most = Math.min(mostRows, Math.floor(mostPlotHeight / rowHeight));
  const { at, remark, gap } = drawnRows(spec.labels.length, spec, most);
  const { labels, series, range } = barSeries(spec, at);
  const [now, before] = [series[0]!, series[1]!];
  const [ours, other] = [spec.series[0]!, spec.series[1]!];
  const parts = {
    legend: [
      legendOf(ours.label, ours.tone, 'box'),
      { label: other.label, colour: tickColour, shape: 'upright' as const },
    ],
    plotHeight: at.length * rowHeight,
    remark,
  };
  return sheet(spec, parts, (room) => {
    const middle = (i: number) => room.top + (i + 0.5) * rowHeight;
    const names = nameColumn(labels, room, middle, nameRoom, 'normal', rowHeight);
    const numbers = labels.map((label, i) => (label === null ? '' : formatValue(now.values[i] ?? null, spec.unit)));
    const numberColumn = widestOf(numbers, sizes.body, 'bold');
    const noteColumn = widestOf(now.notes, sizes.small);
    const numberRight = room.right - (noteColumn === 0 ? 0 : noteColumn + 8);
    const area = { ...room, left: names.right + 10, right: numberRight - numberColumn - 10 };
    const xOf = (value: number) => area.left + ((value - range.min) / (range.max - range.min)) * widthOf(area);
    const over: Mark[] = [...names.marks];
    labels.forEach((label, i) => {
      const y = middle(i);
      if (label === null) {
        over.push(gapMark(room, y, gap));
        return;
      }
      const known = now.values[i] !== null;
      over.push(
        text(numberRight, y, numbers[i]!, {
          size: sizes.body,
          weight: 'bold',
          colour: known ? colours.title : colours.muted,
          align: 'right',
        }),
      );
      if (known && now.notes[i] !== '')
        over.push(text(room.right, y, now.notes[i]!, { size: sizes.small, colour: colours.muted, align: 'right' }));
      const was = before.values[i] ?? null;
      if (was === null) return;
      const x = xOf(was);
      over.push(
        rule({ x, y: y - 10 }, { x, y: y + 10 }, colours.paper, 4),
        rule({ x, y: y - 10 }, { x, y: y + 10 }, tickColour, 2),
      );
    });
    return {
      area,
      type: 'bar',
      data: {
        labels: labels.map((label) => label ?? ''),
        datasets: [
          {
            label: now.label,
            data: [...now.values],
            backgroundColor: [...now.colours],
            barThickness: 16,
            borderRadius: 3,
          },
        ],
      },
      options: { indexAxis: 'y', scales: { x: { ...hiddenScale, ...range }, y: hiddenScale } },
      under: [rule({ x: xOf(0), y: room.top + 4 }, { x: xOf(0), y: room.bottom - 4 }, colours.rule)],
      over,
    };
  });
}
