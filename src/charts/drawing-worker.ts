import { workerData } from 'piscina';
import { ChartCanvas, type DrawnPng } from './chart-canvas.ts';
import type { ChartSpec } from './spec.ts';

/** What a drawing thread is started with. */
export interface DrawingWorkerData {
  readonly ownFont: string | null;
}

/** Loading chart.js and the fonts happens once, while the thread starts, not in the first picture. */
const canvas = new ChartCanvas((workerData as DrawingWorkerData).ownFont);

/** Runs in a worker thread: one picture. `null` only asks whether the thread is up. */
export default async function drawInThread(spec: ChartSpec | null): Promise<DrawnPng | null> {
  if (spec === null) return null;
  return canvas.draw(spec);
}
