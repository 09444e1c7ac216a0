import { gridLines, heightAt, tickRoom } from './axis.ts';
import { barLegend, barSeries } from './bar-series.ts';
import { type Draft, type Mark, rule, type TextMark, text, widthOf } from './draft.ts';
import { byImportance, spread, thinned, within } from './label-placement.ts';
import { fitsInside, restOf } from './rows.ts';
import { commonUnit, known, roundTicks } from './scale.ts';
import { hiddenScale, sheet } from './sheet.ts';
import type { BarChart } from './spec.ts';
import { textWidth, wrap } from './text-width.ts';
import { colours, sizes, textOn, toneColours } from './theme.ts';

/** A month of days and a little more; of longer series the latest are drawn. */
const mostColumns = 36;
const nameLine = 17;

/** Columns: time runs to the right, numbers stand on the columns where they have room, round numbers at the left. */
export function barUp(spec: BarChart): Draft {
  const from = Math.max(0, spec.labels.length - mostColumns);
  const labels = spec.labels.slice(from, from + mostColumns);
  const columns = barSeries(
    spec,
    labels.map((_, i) => from + i),
  );
  const grouped = !columns.stacked && columns.series.length > 1;
  const unit = commonUnit([columns.range.min, columns.range.max], spec.unit);
  const { range, ticks } = roundTicks(columns.range, spec.unit);
  const count = labels.length;
  const axis = tickRoom(ticks, unit);
  const bandOf = (width: number) => (width - axis) / count;
  // Few names that are too wide for their column go on two lines; many (days, weeks) are thinned instead.
  const twoLines = count <= 8 && labels.some((label) => textWidth(label, sizes.small) + 4 > bandOf(343));
  const lineText = spec.line === undefined ? '' : `${unit.textOf(spec.line.value)} ${unit.note ?? ''}`.trimEnd();
  const parts = {
    legend: barLegend(spec, lineText),
    ...(unit.note === undefined ? {} : { unitNote: unit.note }),
    plotHeight: 200 + (twoLines ? 2 : 1) * nameLine,
    remark: from === 0 ? undefined : `只画最近 ${count} 个，${restOf(spec.labels.length, count)}`,
  };
  return sheet(spec, parts, (room) => {
    const area = {
      left: room.left + axis,
      right: room.right,
      top: room.top + 16,
      bottom: room.bottom - (twoLines ? 2 : 1) * nameLine - 6 - (range.min < 0 ? 12 : 0),
    };
    const band = widthOf(area) / count;
    const thickness = Math.min(grouped ? 26 : 30, (band * 0.76) / (grouped ? columns.series.length : 1));
    const centre = (i: number) => area.left + (i + 0.5) * band;
    const yOf = heightAt(area, range);
    const under: Mark[] = gridLines(area, range, ticks, unit);
    const nameTop = room.bottom - (twoLines ? 2 : 1) * nameLine + nameLine / 2;
    const small = { size: sizes.small, align: 'center' as const };
    const names = twoLines
      ? labels.flatMap((label, i) =>
          wrap(label, band - 4, 2, sizes.small).map((line, row) =>
            text(centre(i), nameTop + row * nameLine, line, { ...small, colour: colours.text }),
          ),
        )
      : thinned(labels, band, (i, label) =>
          within(text(centre(i), nameTop, label, { ...small, colour: colours.text }), 4, room.right + 12),
        );
    const inside: TextMark[] = [];
    const ends: TextMark[] = [];
    const onEnd = (x: number, end: number, value: number, below: boolean) =>
      ends.push(
        within(
          text(x, yOf(end) + (below ? 9 : -9), unit.textOf(value), {
            ...small,
            weight: 'bold',
            colour: colours.title,
            halo: true,
          }),
          area.left - 4,
          room.right + 12,
        ),
      );
    if (columns.stacked) {
      for (const i of byImportance(columns.totals)) {
        let [up, down] = [0, 0];
        for (const { values, colours: fills } of columns.series) {
          const value = values[i] ?? 0;
          const start = value < 0 ? down : up;
          if (value < 0) down += value;
          else up += value;
          const height = Math.abs(yOf(start) - yOf(start + value));
          if (value === 0 || height < 16 || !fitsInside(unit.textOf(value), thickness + 6, sizes.small)) continue;
          const y = (yOf(start) + yOf(start + value)) / 2;
          inside.push(text(centre(i), y, unit.textOf(value), { ...small, colour: textOn(fills[i]!) }));
        }
        const total = columns.totals[i]!;
        onEnd(centre(i), total < 0 ? down : up, total, total < 0);
      }
    } else {
      columns.series.forEach(({ values }, s) => {
        for (const i of byImportance(values)) {
          const x = centre(i) + (s - (columns.series.length - 1) / 2) * thickness;
          onEnd(x, values[i]!, values[i]!, values[i]! < 0);
        }
      });
    }
    const missing = labels.flatMap((_, i) =>
      columns.series.every(({ values }) => values[i] === null)
        ? [text(centre(i), yOf(0) - 9, '—', { ...small, colour: colours.muted })]
        : [],
    );
    const over: Mark[] = [...names, ...inside, ...spread([...ends, ...missing], 3)];
    const guard = known(spec.line?.value);
    if (guard !== null) {
      over.unshift(
        rule({ x: area.left, y: yOf(guard) }, { x: area.right, y: yOf(guard) }, toneColours.lost, 1.5, true),
      );
    }
    return {
      area,
      type: 'bar',
      data: {
        labels: [...labels],
        datasets: columns.series.map(({ label, values, colours: fills }) => ({
          label,
          data: [...values],
          backgroundColor: [...fills],
          barThickness: thickness,
          borderColor: colours.paper,
          borderWidth: grouped ? { left: 1, right: 1 } : columns.stacked ? { top: 1 } : 0,
          borderRadius: columns.stacked ? 0 : 3,
        })),
      },
      options: {
        scales: {
          x: { ...hiddenScale, stacked: columns.stacked },
          y: { ...hiddenScale, min: range.min, max: range.max, stacked: columns.stacked },
        },
      },
      under,
      over,
    };
  });
}
