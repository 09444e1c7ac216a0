import type { Plugin } from 'chart.js';
import { never } from '../failure.ts';
import type { Draft, Mark, Point, TextMark } from './draft.ts';
import { fontOf } from './fonts.ts';
import { colours } from './theme.ts';

/** What is used of a 2D context: chart.js speaks of the browser's, the canvas library of its own. */
interface Context {
  font: string;
  textAlign: string;
  textBaseline: string;
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineJoin: string;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  roundRect(x: number, y: number, width: number, height: number, radius: number): void;
  setLineDash(segments: number[]): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  save(): void;
  restore(): void;
}

function trace(context: Context, points: readonly Point[]): void {
  context.beginPath();
  points.forEach(({ x, y }, i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
}

/**
 * Half the height of digits and the middle of a Chinese square lie 0.37 em above the baseline; `middle` of the canvas
 * means the middle of the font's line box, which sits differently in every font.
 */
const baselineBelowMiddle = 0.37;

function write(context: Context, mark: TextMark): void {
  context.font = fontOf(mark.size, mark.weight);
  context.textAlign = mark.align;
  context.textBaseline = 'alphabetic';
  const y = mark.y + mark.size * baselineBelowMiddle;
  if (mark.halo === true) {
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.strokeStyle = colours.paper;
    context.strokeText(mark.text, mark.x, y);
  }
  context.fillStyle = mark.colour;
  context.fillText(mark.text, mark.x, y);
}

function put(context: Context, mark: Mark): void {
  switch (mark.kind) {
    case 'text':
      write(context, mark);
      return;
    case 'line':
      trace(context, mark.points);
      context.strokeStyle = mark.colour;
      context.lineWidth = mark.width;
      context.setLineDash(mark.dashed === true ? [5, 4] : []);
      context.stroke();
      context.setLineDash([]);
      return;
    case 'area':
      trace(context, mark.points);
      context.closePath();
      context.fillStyle = mark.colour;
      context.fill();
      return;
    case 'box':
      context.beginPath();
      context.roundRect(
        mark.box.left,
        mark.box.top,
        Math.max(0, mark.box.right - mark.box.left),
        Math.max(0, mark.box.bottom - mark.box.top),
        mark.radius,
      );
      context.fillStyle = mark.colour;
      context.fill();
      return;
    case 'dot':
      context.beginPath();
      context.arc(mark.at.x, mark.at.y, mark.radius, 0, 2 * Math.PI);
      context.fillStyle = mark.colour;
      context.fill();
      return;
    default:
      never(mark);
  }
}

function putAll(context: Context, marks: readonly Mark[]): void {
  context.save();
  for (const mark of marks) put(context, mark);
  context.restore();
}

/** The chart.js plugin that paints the paper, then what lies under chart.js's marks, then what is written over them. */
export const ink = (draft: Draft): Plugin => ({
  id: 'ink',
  beforeDraw({ ctx }) {
    ctx.fillStyle = colours.paper;
    ctx.fillRect(0, 0, draft.width, draft.height);
    putAll(ctx, draft.under);
  },
  afterDraw({ ctx }) {
    putAll(ctx, draft.over);
  },
});
