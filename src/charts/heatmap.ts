import type { ChartConfiguration } from 'chart.js';
import type {} from 'chartjs-chart-matrix';
import { box, type Draft, type Mark, text, widthOf } from './draft.ts';
import { thinned, within } from './label-placement.ts';
import { fitsInside, nameColumn, restOf } from './rows.ts';
import { commonUnit, known } from './scale.ts';
import { emptySheet, hiddenScale, sheet } from './sheet.ts';
import type { HeatmapChart, Measure } from './spec.ts';
import { textWidth } from './text-width.ts';
import { blend, colours, sizes, textOn, toneColours } from './theme.ts';

/** Hours of a day fit; wider tables are cut at the right. */
const mostColumns = 24;
const mostHeatRows = 14;
const cellGap = 1.5;
const nameLine = 20;
const keyLine = 26;

/** Light to dark for amounts; below zero towards the tone `lost`. Zero is nearly white, unknown is left blank with —. */
function shade(value: number, min: number, max: number): string {
  if (value < 0) return blend('#FBEFEC', toneColours.lost, value / Math.min(min, -Number.MIN_VALUE));
  const from = Math.max(0, min);
  const share = max === from ? (value > 0 ? 1 : 0) : (value - from) / (max - from);
  // By way of a clear blue: straight from light to dark the middle would be grey.
  return share < 0.5 ? blend('#E8F0F9', '#6D9ACB', share * 2) : blend('#6D9ACB', '#173D6B', share * 2 - 1);
}

/** 热力图: month × region, hour × weekday. */
export function heatmap(spec: HeatmapChart): Draft {
  const columns = spec.columns.slice(0, mostColumns);
  const rows = spec.rows.slice(0, mostHeatRows);
  const valueAt = (r: number, c: number): Measure => known(spec.values[r]?.[c]);
  const values = rows.flatMap((_, r) => columns.map((_, c) => valueAt(r, c)));
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return emptySheet(spec);
  const [min, max] = [Math.min(...present), Math.max(...present)];
  const unit = commonUnit(values, spec.unit);
  const rowHeight = rows.length <= 8 ? 32 : 26;
  const cut = [restOf(spec.rows.length, rows.length, '行'), restOf(spec.columns.length, columns.length, '列')];
  const parts = {
    ...(unit.note === undefined ? {} : { unitNote: unit.note }),
    plotHeight: nameLine + rows.length * rowHeight + keyLine,
    remark: cut.filter((one) => one !== undefined).join('，') || undefined,
  };
  return sheet(spec, parts, (room) => {
    const top = room.top + nameLine;
    const middle = (r: number) => top + (r + 0.5) * rowHeight;
    const names = nameColumn(rows, room, middle, 76, 'normal', rowHeight);
    const area = { left: names.right + 8, right: room.right, top, bottom: top + rows.length * rowHeight };
    const band = widthOf(area) / columns.length;
    const centre = (c: number) => area.left + (c + 0.5) * band;
    const small = { size: sizes.small, align: 'center' as const };
    const over: Mark[] = [
      ...names.marks,
      ...thinned(
        columns,
        band,
        (c, label) =>
          within(text(centre(c), room.top + 8, label, { ...small, colour: colours.text }), 0, room.right + 6),
        'first',
      ),
    ];
    const numbered = values.every((value) => value === null || fitsInside(unit.textOf(value), band + 4, sizes.small));
    const cells = rows.flatMap((_, r) =>
      columns.map((_, c) => {
        const value = valueAt(r, c);
        const fill = value === null ? colours.paper : shade(value, min, max);
        if (value === null) over.push(text(centre(c), middle(r), '—', { ...small, colour: colours.muted }));
        else if (numbered)
          over.push(text(centre(c), middle(r), unit.textOf(value), { ...small, colour: textOn(fill) }));
        return { x: c, y: r, fill };
      }),
    );
    over.push(...colourKey(room.right, area.bottom + keyLine / 2 + 2, unit.textOf(min), unit.textOf(max), min, max));
    const chart: Pick<ChartConfiguration<'matrix', { x: number; y: number }[]>, 'data' | 'options'> = {
      data: {
        datasets: [
          {
            data: cells.map(({ x, y }) => ({ x, y })),
            backgroundColor: cells.map(({ fill }) => fill),
            borderRadius: 3,
            borderWidth: 0,
            width: band - 2 * cellGap,
            height: rowHeight - 2 * cellGap,
            anchorX: 'center',
            anchorY: 'center',
          },
        ],
      },
      options: {
        scales: {
          x: { ...hiddenScale, type: 'linear', offset: false, min: -0.5, max: columns.length - 0.5 },
          y: { ...hiddenScale, type: 'linear', offset: false, reverse: true, min: -0.5, max: rows.length - 0.5 },
        },
      },
    };
    return {
      area,
      type: 'matrix',
      data: chart.data as ChartConfiguration['data'],
      options: chart.options as object,
      over,
    };
  });
}

/** Lowest and highest value with the shades between them. */
function colourKey(right: number, y: number, low: string, high: string, min: number, max: number): Mark[] {
  const style = { size: sizes.small, colour: colours.muted, align: 'right' as const };
  const steps = 7;
  const size = 14;
  const end = right - textWidth(high, sizes.small) - 6;
  const start = end - steps * size;
  const swatches = Array.from({ length: steps }, (_, i) => {
    const left = start + i * size;
    const fill = shade(min + ((max - min) * i) / (steps - 1), min, max);
    return box({ left, top: y - 5, right: left + size - 1, bottom: y + 5 }, fill, 1);
  });
  return [...swatches, text(right, y, high, style), text(start - 6, y, low, style)];
}
