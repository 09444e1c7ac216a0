import { workerData } from 'piscina';
import { ChartCanvas, type DrawnPng } from './chart-canvas.ts';
import type { ChartSpec } from './spec.ts';

/** What a drawing thread is started with. */
export interface DrawingWorkerData {
  readonly ownFont: string | null;
}

/** Made with the first task, so that a font that cannot be read is that task's error and not the thread's end. */
let canvas: ChartCanvas | null = null;

/** Runs in a worker thread: one picture. `null` only loads chart.js and the fonts. */
export default async function drawInThread(spec: ChartSpec | null): Promise<DrawnPng | null> {
  canvas ??= new ChartCanvas((workerData as DrawingWorkerData).ownFont);
  return spec === null ? null : canvas.draw(spec);
}
