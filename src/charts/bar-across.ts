import { formatValue } from '../figures/format.ts';
import { barLegend, barSeries } from './bar-series.ts';
import { type Draft, type Mark, rule, text, widthOf } from './draft.ts';
import { drawnRows, fitsInside, gapMark, leastRow, mostPlotHeight, mostRows, nameColumn } from './rows.ts';
import { hiddenScale, sheet } from './sheet.ts';
import type { BarChart } from './spec.ts';
import { textWidth, widestOf } from './text-width.ts';
import { colours, sizes, textOn, toneColours } from './theme.ts';

const nameRoom = 104;

/** Horizontal bars: the name left, the number at the bar's end. */
export function barAcross(spec: BarChart): Draft {
  const grouped = spec.stacked !== true && spec.series.length > 1;
  const thickness = grouped ? 14 : 18;
  const bars = grouped ? spec.series.length : 1;
  const rowHeight = leastRow(spec.labels, nameRoom, bars * thickness + (grouped ? 14 : 10));
  const most = Math.min(mostRows, Math.floor(mostPlotHeight / rowHeight));
  const { at, remark, gap } = drawnRows(spec.labels.length, spec, most);
  const rows = barSeries(spec, at);
  const format = (value: number | null) => formatValue(value, spec.unit);
  const parts = {
    legend: barLegend(spec, spec.line === undefined ? '' : format(spec.line.value)),
    plotHeight: at.length * rowHeight,
    remark,
  };
  return sheet(spec, parts, (room) => {
    const middle = (i: number) => room.top + (i + 0.5) * rowHeight;
    const names = nameColumn(rows.labels, room, middle, nameRoom);
    const ends = rows.stacked ? rows.totals : rows.series.flatMap(({ values }) => values);
    const weight = grouped ? ('normal' as const) : ('bold' as const);
    const size = grouped ? sizes.small : sizes.body;
    const noteWidth = widestOf(
      rows.series.flatMap(({ notes }) => notes),
      sizes.small,
    );
    const noted = noteWidth === 0 ? 0 : noteWidth + 5;
    const labelWidth = (sign: (value: number) => boolean) =>
      widestOf(ends.filter((value) => value === null || sign(value)).map(format), size, weight) + noted;
    const area = {
      ...room,
      left: names.right + 10 + (rows.range.min < 0 ? labelWidth((value) => value < 0) + 6 : 0),
      right: room.right - labelWidth((value) => value >= 0) - 6,
    };
    const { min, max } = rows.range;
    const xOf = (value: number) => area.left + ((value - min) / (max - min)) * widthOf(area);
    const under: Mark[] = [rule({ x: xOf(0), y: room.top }, { x: xOf(0), y: room.bottom }, colours.rule)];
    const over: Mark[] = [...names.marks];
    const atEnd = (value: number | null, end: number, y: number): Mark => {
      const back = value !== null && value < 0;
      return text(xOf(end) + (back ? -5 : 5), y, format(value), {
        size,
        weight,
        colour: value === null ? colours.muted : colours.title,
        align: back ? 'right' : 'left',
        halo: spec.line !== undefined,
      });
    };
    rows.labels.forEach((label, i) => {
      if (label === null) {
        over.push(gapMark(room, middle(i), gap));
        return;
      }
      if (!rows.stacked) {
        rows.series.forEach(({ values, notes }, s) => {
          const y = middle(i) + (s - (bars - 1) / 2) * thickness;
          const value = values[i] ?? null;
          over.push(atEnd(value, value ?? 0, y));
          if (value === null || value < 0 || notes[i]! === '') return;
          const x = xOf(value) + 10 + textWidth(format(value), size, weight);
          over.push(text(x, y, notes[i]!, { size: sizes.small, colour: colours.muted }));
        });
        return;
      }
      let [up, down] = [0, 0];
      for (const { values, colours: fills } of rows.series) {
        const value = values[i] ?? 0;
        const from = value < 0 ? down : up;
        if (value < 0) down += value;
        else up += value;
        const [a, b] = [xOf(from), xOf(from + value)];
        if (value === 0 || !fitsInside(format(value), Math.abs(b - a), sizes.small)) continue;
        const style = { size: sizes.small, colour: textOn(fills[i]!), align: 'center' as const };
        over.push(text((a + b) / 2, middle(i), format(value), style));
      }
      const total = rows.totals[i]!;
      over.push(atEnd(total, total !== null && total < 0 ? down : up, middle(i)));
    });
    if (spec.line !== undefined) {
      const x = xOf(spec.line.value);
      under.push(rule({ x, y: room.top }, { x, y: room.bottom }, toneColours.lost, 1.5, true));
    }
    return {
      area,
      type: 'bar',
      data: {
        labels: rows.labels.map((label) => label ?? ''),
        datasets: rows.series.map(({ label, values, colours: fills }) => ({
          label,
          data: [...values],
          backgroundColor: [...fills],
          barThickness: thickness,
          borderColor: colours.paper,
          borderWidth: grouped ? { top: 1, bottom: 1 } : rows.stacked ? { right: 1 } : 0,
          borderRadius: rows.stacked ? 0 : 3,
        })),
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: { ...hiddenScale, min, max, stacked: rows.stacked },
          y: { ...hiddenScale, stacked: rows.stacked },
        },
      },
      under,
      over,
    };
  });
}
