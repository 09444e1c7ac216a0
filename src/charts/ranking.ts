import { formatValue } from '../figures/format.ts';
import { type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { nameColumn, restOf, rowsShown } from './rows.ts';
import { known, rangeOf } from './scale.ts';
import { emptySheet, hiddenScale, type LegendEntry, sheet } from './sheet.ts';
import type { RankingChart } from './spec.ts';
import { shorten, widestOf } from './text-width.ts';
import { colours, sizes, toneColours } from './theme.ts';

/** Up to this many rows the second measure stands below the number; more rows would make the picture too tall. */
const mostTwoLineRows = 6;

/** 排行: place, name, bar with a tick at the target, number, and a second measure below the number or beside it. */
export function ranking(spec: RankingChart): Draft {
  const noted = spec.rows.some(({ note }) => note !== undefined);
  const below = noted && spec.rows.length <= mostTwoLineRows;
  const rowHeight = below ? 40 : 28;
  const rows = spec.rows
    .slice(0, rowsShown(spec.rows.length, rowHeight))
    .map((row) => ({ ...row, value: known(row.value), target: known(row.target) }));
  if (rows.length === 0) return emptySheet(spec);
  const range = rangeOf(rows.flatMap(({ value, target }) => [value, target]));
  const targets = rows.some(({ target }) => target !== null);
  const legend: LegendEntry[] = targets ? [{ label: '目标', colour: colours.title, shape: 'upright' }] : [];
  const parts = {
    legend,
    plotHeight: rows.length * rowHeight,
    remark: restOf(spec.rows.length, rows.length, spec.counter),
  };
  return sheet(spec, parts, (room) => {
    const middle = (i: number) => room.top + (i + 0.5) * rowHeight;
    const names = nameColumn(
      rows.map(({ label }) => label),
      { ...room, left: room.left + 24 },
      middle,
      below ? 80 : 66,
    );
    const numbers = rows.map(({ value }) => formatValue(value, spec.unit));
    const notes = rows.map(({ note }) => note ?? '');
    const numberSize = below ? 14 : sizes.body;
    const noteColumn = Math.min(below ? 112 : 78, widestOf(notes, sizes.small));
    const numberColumn = Math.min(104, widestOf(numbers, numberSize, 'bold'));
    const column = below || !noted ? Math.max(numberColumn, noteColumn) : numberColumn + 10 + noteColumn;
    const numberRight = below || !noted ? room.right : room.right - noteColumn - 10;
    const area = { ...room, left: names.right + 10, right: room.right - column - 10 };
    const xOf = (value: number) => area.left + ((value - range.min) / (range.max - range.min)) * widthOf(area);
    const over: Mark[] = [...names.marks];
    rows.forEach((row, i) => {
      const y = middle(i);
      const place = row.place ?? i + 1;
      over.push(
        text(room.left + 14, y, String(place), {
          size: sizes.body,
          weight: place <= 3 ? 'bold' : 'normal',
          colour: place <= 3 ? colours.title : colours.muted,
          align: 'right',
        }),
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
        labels: rows.map(({ label }) => label),
        datasets: [
          {
            data: rows.map(({ value }) => value),
            backgroundColor: rows.map(({ tone }) => toneColours[tone ?? 'ours']),
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
