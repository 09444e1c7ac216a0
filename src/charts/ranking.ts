import { formatValue } from '../figures/format.ts';
import { type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { drawnRows, gapMark, leastRow, mostPlotHeight, mostRows, nameColumn } from './rows.ts';
import { known, rangeOf } from './scale.ts';
import { emptySheet, hiddenScale, type LegendEntry, sheet } from './sheet.ts';
import type { RankingChart } from './spec.ts';
import { shorten, widestOf } from './text-width.ts';
import { colours, sizes, toneColours } from './theme.ts';

/** Up to this many rows the second measure stands below the number; more rows would make the picture too tall. */
const mostTwoLineRows = 10;

const nameRoom = 92;

/** What stays for the bars, however long names and numbers are. */
const leastBar = 72;

/** 排行: place, name, bar with a tick at the target, number, and a second measure below the number or beside it. */
export function ranking(spec: RankingChart): Draft {
  const noted = spec.rows.some(({ note }) => note !== undefined);
  const below = noted && spec.rows.length <= mostTwoLineRows;
  const rowHeight = below
    ? 40
    : leastRow(
        spec.rows.map(({ label }) => label),
        nameRoom,
        28,
      );
  const { at, remark, gap } = drawnRows(
    spec.rows.length,
    spec,
    Math.min(mostRows, Math.floor(mostPlotHeight / rowHeight)),
  );
  const rows = at.map((index) => {
    if (index === null) return null;
    const row = spec.rows[index]!;
    return { ...row, place: row.place ?? index + 1, value: known(row.value), target: known(row.target) };
  });
  if (rows.length === 0) return emptySheet(spec);
  const drawn = rows.flatMap((row) => (row === null ? [] : [row]));
  const range = rangeOf(drawn.flatMap(({ value, target }) => [value, target]));
  const targets = drawn.some(({ target }) => target !== null);
  const legend: LegendEntry[] = targets ? [{ label: '目标', colour: colours.title, shape: 'upright' }] : [];
  const parts = {
    legend,
    plotHeight: rows.length * rowHeight,
    remark,
  };
  return sheet(spec, parts, (room) => {
    const middle = (i: number) => room.top + (i + 0.5) * rowHeight;
    const names = nameColumn(
      rows.map((row) => row?.label ?? null),
      { ...room, left: room.left + 24 },
      middle,
      nameRoom,
    );
    const numbers = rows.map((row) => (row === null ? '' : formatValue(row.value, spec.unit)));
    const notes = rows.map((row) => row?.note ?? '');
    const numberSize = below ? 14 : sizes.body;
    const numberColumn = Math.min(104, widestOf(numbers, numberSize, 'bold'));
    const noteRoom = room.right - names.right - 20 - leastBar - (below ? 0 : numberColumn + 10);
    const noteColumn = Math.min(noteRoom, widestOf(notes, sizes.small));
    const column = below || !noted ? Math.max(numberColumn, noteColumn) : numberColumn + 10 + noteColumn;
    const numberRight = below || !noted ? room.right : room.right - noteColumn - 10;
    const area = { ...room, left: names.right + 10, right: room.right - column - 10 };
    const xOf = (value: number) => area.left + ((value - range.min) / (range.max - range.min)) * widthOf(area);
    const over: Mark[] = [...names.marks];
    rows.forEach((row, i) => {
      const y = middle(i);
      if (row === null) {
        over.push(gapMark(room, y, gap));
        return;
      }
      // What is not known has no place.
      const place = row.value === null ? null : row.place;
      if (place !== null)
        over.push(
          text(room.left + 14, y, String(place), {
            size: sizes.body,
            weight: place <= 3 ? 'bold' : 'normal',
            colour: place <= 3 ? colours.title : colours.muted,
            align: 'right',
          }),
        );
      over.push(
        text(numberRight, below ? y - 8 : y, shorten(numbers[i]!, numberColumn, numberSize, 'bold'), {
          size: numberSize,
          weight: 'bold',
          colour: row.value === null ? colours.muted : colours.title,
          align: 'right',
        }),
      );
      if (notes[i] !== '') {
        const note = shorten(notes[i]!, noteColumn + 0.01, sizes.small);
        over.push(
          text(room.right, below ? y + 9 : y, note, { size: sizes.small, colour: colours.muted, align: 'right' }),
        );
      }
      if (row.target === null) return;
      const x = xOf(row.target);
      over.push(
        rule({ x, y: y - 10 }, { x, y: y + 10 }, colours.paper, 4),
        rule({ x, y: y - 10 }, { x, y: y + 10 }, colours.title, 2),
      );
    });
    return {
      area,
      type: 'bar',
      data: {
        labels: rows.map((row) => row?.label ?? ''),
        datasets: [
          {
            data: rows.map((row) => row?.value ?? null),
            backgroundColor: rows.map((row) => toneColours[row?.tone ?? 'ours']),
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
