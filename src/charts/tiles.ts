import type { ChartDataset } from 'chart.js';
import { type Box, box, type Draft, heightOf, type Mark, type Point, text, widthOf } from './draft.ts';
import { known, rangeOf } from './scale.ts';
import { emptySheet, hiddenScale, sheet } from './sheet.ts';
import type { Measure, TilesChart } from './spec.ts';
import { shorten, textWidth } from './text-width.ts';
import { colours, sizes, toneColours, toneTextColours } from './theme.ts';

const mostTiles = 6;
const mostTrend = 31;
const tileHeight = 92;
const gap = 10;
const inset = 12;

/** The largest size at which a tile's number fits. */
const figureSize = (value: string, width: number): number =>
  [sizes.figure, 18, 15].find((size) => textWidth(value, size, 'bold') <= width) ?? sizes.body;

/** A small line without axes, from its lowest to its highest value; one piece for each stretch of known values. */
function sparkline(trend: readonly Measure[], place: Box, room: Box, colour: string): ChartDataset[] {
  const values = trend.slice(-mostTrend).map(known);
  const present = values.filter((value) => value !== null);
  const low = Math.min(...present);
  const { max } = rangeOf(present.map((value) => value - low));
  const pieces: Point[][] = [[]];
  values.forEach((value, i) => {
    if (value === null) {
      pieces.push([]);
      return;
    }
    pieces.at(-1)!.push({
      x: place.left - room.left + (i / Math.max(1, values.length - 1)) * widthOf(place),
      y: place.bottom - room.top - ((value - low) / max) * heightOf(place),
    });
  });
  return pieces
    .filter((points) => points.length > 1)
    .map((data) => ({
      type: 'scatter',
      data,
      showLine: true,
      borderColor: colour,
      borderWidth: 2,
      pointRadius: 0,
      clip: false,
    }));
}

/** 看板: up to six numbers, two in a row, each with its change and a small line of its course. */
export function tiles(spec: TilesChart): Draft {
  const shown = spec.tiles.slice(0, mostTiles);
  if (shown.length === 0) return emptySheet(spec);
  const rows = Math.ceil(shown.length / 2);
  return sheet(spec, { plotHeight: rows * (tileHeight + gap) - gap }, (room) => {
    const width = (widthOf(room) - gap) / 2;
    const over: Mark[] = [];
    const under: Mark[] = [];
    const trends: ChartDataset[] = [];
    shown.forEach((tile, i) => {
      const alone = i === shown.length - 1 && i % 2 === 0;
      const left = room.left + (i % 2) * (width + gap);
      const top = room.top + Math.floor(i / 2) * (tileHeight + gap);
      const right = alone ? room.right : left + width;
      const inner = right - left - 2 * inset;
      const tone = tile.tone ?? 'ours';
      under.push(box({ left, top, right, bottom: top + tileHeight }, colours.tile, 8));
      if (tile.tone !== undefined && tile.tone !== 'ours') {
        under.push(
          box({ left, top: top + 14, right: left + 3, bottom: top + tileHeight - 14 }, toneColours[tone], 1.5),
        );
      }
      const size = figureSize(tile.value, inner);
      over.push(
        text(left + inset, top + 19, shorten(tile.label, inner, sizes.small), {
          size: sizes.small,
          colour: colours.muted,
        }),
        text(left + inset, top + 45, shorten(tile.value, inner, size, 'bold'), {
          size,
          weight: 'bold',
          colour: colours.title,
        }),
      );
      const trend = tile.trend !== undefined && tile.trend.filter((value) => known(value) !== null).length > 1;
      const note = tile.note ?? '';
      const sparkWidth = trend ? Math.min(alone ? 120 : 54, inner - textWidth(note, sizes.small) - 8) : 0;
      const drawn = trend && sparkWidth >= 28;
      if (note !== '') {
        const cut = shorten(note, drawn ? inner - sparkWidth - 8 : inner, sizes.small);
        over.push(text(left + inset, top + 73, cut, { size: sizes.small, colour: toneTextColours[tone] }));
      }
      if (drawn) {
        const place = { left: right - inset - sparkWidth, right: right - inset, top: top + 62, bottom: top + 82 };
        trends.push(...sparkline(tile.trend, place, room, tone === 'other' ? colours.muted : toneColours[tone]));
      }
    });
    return {
      area: room,
      type: 'scatter',
      data: { datasets: trends },
      options: {
        scales: {
          x: { ...hiddenScale, min: 0, max: widthOf(room) },
          y: { ...hiddenScale, min: 0, max: heightOf(room), reverse: true },
        },
      },
      under,
      over,
    };
  });
}
