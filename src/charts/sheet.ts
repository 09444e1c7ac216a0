import type { ChartConfiguration } from 'chart.js';
import { type Box, box, type Draft, type Mark, rule, text } from './draft.ts';
import type { ChartFrame, Tone } from './spec.ts';
import { shorten, textWidth, wrap } from './text-width.ts';
import { colours, page, sizes, toneColours } from './theme.ts';

/** One entry of the legend: a filled swatch, a line, or a mark standing upright (a target). */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly shape: 'box' | 'line' | 'dashed' | 'upright';
}

/** What a kind of chart puts on the sheet; `area` is where chart.js draws. */
export interface Plot {
  readonly area: Box;
  readonly type: ChartConfiguration['type'];
  readonly data: ChartConfiguration['data'];
  readonly options?: ChartConfiguration['options'];
  readonly under?: readonly Mark[];
  readonly over?: readonly Mark[];
}

interface SheetParts {
  readonly legend?: readonly LegendEntry[];
  /** Unit of all numbers when the marks leave it out: 万元. */
  readonly unitNote?: string;
  readonly plotHeight: number;
  /** What is not drawn, below the plot: 另有 8 人. */
  readonly remark?: string | undefined;
}

const titleLine = 24;
const smallLine = 18;
const contentWidth = page.width - 2 * page.margin;

/** Swatch and colour of a tone. */
export const legendOf = (label: string, tone: Tone, shape: LegendEntry['shape']): LegendEntry => ({
  label,
  colour: toneColours[tone],
  shape,
});

function swatch(entry: LegendEntry, x: number, y: number): Mark {
  switch (entry.shape) {
    case 'box':
      return box({ left: x, top: y - 5, right: x + 10, bottom: y + 5 }, entry.colour, 2);
    case 'line':
      return rule({ x: x - 1, y }, { x: x + 12, y }, entry.colour, 2.5);
    case 'dashed':
      return rule({ x: x - 1, y }, { x: x + 12, y }, entry.colour, 2, true);
    case 'upright':
      return rule({ x: x + 5, y: y - 6 }, { x: x + 5, y: y + 6 }, entry.colour, 2);
  }
}

/** The legend in rows; the unit stands at the right end of the first, or beside the subtitle without a legend. */
function legendRows(parts: SheetParts, frame: ChartFrame, top: number): { marks: Mark[]; bottom: number } {
  const entries = parts.legend ?? [];
  const marks: Mark[] = [];
  const right = page.width - page.margin;
  let unitRoom = 0;
  if (parts.unitNote !== undefined) {
    const note = `单位 ${parts.unitNote}`;
    unitRoom = textWidth(note, sizes.small) + 12;
    const beside = entries.length === 0 && textWidth(frame.subtitle, sizes.small) + unitRoom <= contentWidth;
    const y = beside ? top - 6 - smallLine / 2 : top + 10;
    marks.push(text(right, y, note, { size: sizes.small, colour: colours.muted, align: 'right' }));
    if (beside) return { marks, bottom: top };
  } else if (entries.length === 0) return { marks, bottom: top };
  let x: number = page.margin;
  let y = top + 10;
  for (const entry of entries) {
    const label = shorten(entry.label, 130, sizes.small);
    const width = 16 + textWidth(label, sizes.small);
    if (x + width > right - unitRoom && x > page.margin) {
      x = page.margin;
      y += 20;
      unitRoom = 0;
    }
    marks.push(swatch(entry, x, y), text(x + 16, y, label, { size: sizes.small, colour: colours.text }));
    x += width + 14;
  }
  return { marks, bottom: y + 14 };
}

function footing(frame: ChartFrame, remark: string | undefined, top: number): { marks: Mark[]; bottom: number } {
  const marks: Mark[] = [];
  let y = top;
  if (remark !== undefined) {
    marks.push(
      text(page.margin, y + 9, shorten(remark, contentWidth, sizes.small), {
        size: sizes.small,
        colour: colours.muted,
      }),
    );
    y += smallLine + 4;
  }
  marks.push(rule({ x: page.margin, y: y + 2.5 }, { x: page.width - page.margin, y: y + 2.5 }, colours.rule));
  y += 9;
  for (const line of wrap(frame.footer, contentWidth, 2, sizes.small)) {
    marks.push(text(page.margin, y + 8, line, { size: sizes.small, colour: colours.muted }));
    y += smallLine;
  }
  return { marks, bottom: y + 7 };
}

function heading(frame: ChartFrame): { marks: Mark[]; bottom: number } {
  const marks: Mark[] = [];
  let y = 15;
  for (const line of wrap(frame.title, contentWidth, 2, sizes.title, 'bold')) {
    marks.push(
      text(page.margin, y + titleLine / 2, line, { size: sizes.title, weight: 'bold', colour: colours.title }),
    );
    y += titleLine;
  }
  y += 3;
  for (const line of wrap(frame.subtitle, contentWidth, 2, sizes.small)) {
    marks.push(text(page.margin, y + smallLine / 2, line, { size: sizes.small, colour: colours.muted }));
    y += smallLine;
  }
  return { marks, bottom: y };
}

/** Scales that chart.js lays out by but does not show: numbers and names are written by us, at known places. */
export const hiddenScale = { display: false } as const;

/**
 * Title, subtitle, legend, plot, footer from top to bottom. `draw` gets the room of the plot and says what is in it;
 * chart.js then gets exactly `area`, by way of the padding.
 */
export function sheet(frame: ChartFrame, parts: SheetParts, draw: (plot: Box) => Plot): Draft {
  const head = heading(frame);
  const legend = legendRows(parts, frame, head.bottom + 6);
  const top = legend.bottom + 8;
  const room: Box = { left: page.margin, top, right: page.width - page.margin, bottom: top + parts.plotHeight };
  const plot = draw(room);
  const foot = footing(frame, parts.remark, room.bottom + 8);
  const height = Math.ceil(foot.bottom);
  const chart = {
    type: plot.type,
    data: plot.data,
    options: {
      responsive: false,
      animation: false,
      devicePixelRatio: page.pixelRatio,
      events: [],
      ...plot.options,
      layout: {
        autoPadding: false,
        padding: {
          left: plot.area.left,
          top: plot.area.top,
          right: page.width - plot.area.right,
          bottom: height - plot.area.bottom,
        },
      },
      plugins: { legend: { display: false }, title: { display: false }, tooltip: { enabled: false } },
    },
  } as ChartConfiguration;
  return {
    width: page.width,
    height,
    chart,
    under: plot.under ?? [],
    over: [...(plot.over ?? []), ...head.marks, ...legend.marks, ...foot.marks],
  };
}

/** A sheet that says why nothing is drawn. */
export const emptySheet = (frame: ChartFrame, why = '这段时间没有数据'): Draft =>
  sheet(frame, { plotHeight: 96 }, (room) => ({
    area: room,
    type: 'scatter',
    data: { datasets: [] },
    options: { scales: { x: hiddenScale, y: hiddenScale } },
    under: [box(room, colours.tile, 8)],
    over: [
      text((room.left + room.right) / 2, (room.top + room.bottom) / 2, why, {
        size: sizes.body,
        colour: colours.muted,
        align: 'center',
      }),
    ],
  }));
