import { createCanvas } from 'canvas';
import { Chart, type ChartItem } from 'chart.js/auto';
import { ChartJSNodeCanvas } from 'chartjs-node-canvas';
import { ChartCanvas } from '../src/charts/chart-canvas.ts';
import type { Draft } from '../src/charts/draft.ts';
import { ink } from '../src/charts/ink.ts';
import { encodePng } from '../src/charts/png.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import type { ChartSpec } from '../src/charts/spec.ts';
import { page } from '../src/charts/theme.ts';
import { samples } from '../test/charts/samples.ts';

/** One line of the report; `goal` is the most it may be. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ratio' | 'ms' | 'bytes' | 'per second';
  readonly goal?: number;
}

const kinds = ['funnel', 'bar-up', 'line', 'ranking'] as const;
const warmUps = 6;
const rounds = 30;

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The peer of the goal: chart.js itself, a canvas that is kept, the same plugin, pixels and encoder. */
function directly(): (draft: Draft) => Promise<Buffer> {
  const canvas = createCanvas(page.width, page.width);
  const surface: object = Object.assign(canvas, { style: {} });
  return async (draft) => {
    canvas.width = draft.width;
    canvas.height = draft.height;
    const chart = new Chart(surface as ChartItem, { ...draft.chart, plugins: [ink(draft)] });
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const [width, height] = [canvas.width, canvas.height];
    chart.destroy();
    return encodePng(pixels, width, height);
  };
}

/**
 * Our way of a spec to a PNG (layout, thread, encoder, hash) beside the same configuration drawn directly, and beside
 * what one gets from chartjs-node-canvas without any of it. The three take turns in one run, so that only ratios count.
 */
export async function benchCharts(): Promise<BenchRow[]> {
  const layout = new ChartCanvas(null);
  const renderer = createChartRenderer({ workers: 1 });
  await renderer.warm();
  const direct = directly();
  const rows: BenchRow[] = [];
  let serial = 0;
  // Another title each time: a picture that was kept costs nothing and would not be a fair comparison.
  const fresh = (spec: ChartSpec): ChartSpec => ({ ...spec, subtitle: `${spec.subtitle} · ${serial++}` });
  const timeRatios: number[] = [];
  const byteRatios: number[] = [];
  const plainRatios: number[] = [];
  for (const kind of kinds) {
    const spec = samples[kind]!;
    const draft = layout.draft(spec);
    const plain = new ChartJSNodeCanvas({ width: draft.width, height: draft.height });
    const [ours, peers, plains]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < warmUps + rounds; round++) {
      const one = fresh(spec);
      const oursMs = await timed(() => renderer.draw(one));
      const peerMs = await timed(() => direct(layout.draft(one)));
      const plainMs = await timed(() => plain.renderToBuffer({ ...draft.chart, plugins: [ink(draft)] }));
      if (round < warmUps) continue;
      ours.push(oursMs);
      peers.push(peerMs);
      plains.push(plainMs);
    }
    const [oursMs, peerMs, plainMs] = [at(ours, 0.5), at(peers, 0.5), at(plains, 0.5)];
    const own = await plain.renderToBuffer({ ...draft.chart, plugins: [ink(draft)] });
    const { png } = await renderer.draw(spec);
    rows.push(
      { name: `picture ${kind}, median`, value: oursMs, unit: 'ms' },
      { name: `picture ${kind}, drawn directly, median`, value: peerMs, unit: 'ms' },
      { name: `picture ${kind}, chartjs-node-canvas renderToBuffer, median`, value: plainMs, unit: 'ms' },
      { name: `picture ${kind}`, value: png.length, unit: 'bytes' },
      { name: `picture ${kind}, the canvas library's own PNG`, value: own.length, unit: 'bytes' },
    );
    timeRatios.push(oursMs / peerMs);
    plainRatios.push(oursMs / plainMs);
    byteRatios.push(png.length / own.length);
  }
  rows.push(
    { name: 'picture: time of drawing directly', value: at(timeRatios, 0.5), unit: 'ratio', goal: 1.15 },
    { name: 'picture: time of chartjs-node-canvas renderToBuffer', value: at(plainRatios, 0.5), unit: 'ratio' },
    {
      name: 'picture: bytes of the canvas library (largest)',
      value: Math.max(...byteRatios),
      unit: 'ratio',
      goal: 0.6,
    },
    ...(await benchEventLoop(renderer, fresh)),
  );
  await renderer.close();
  return rows;
}

/** How late a 5 ms timer is while 40 pictures are drawn. */
async function benchEventLoop(
  renderer: { draw(spec: ChartSpec): Promise<unknown> },
  fresh: (spec: ChartSpec) => ChartSpec,
): Promise<BenchRow[]> {
  const late: number[] = [];
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - before - 5));
    before = now;
  }, 5);
  const count = 40;
  const elapsed = await timed(() =>
    Promise.all(Array.from({ length: count }, () => renderer.draw(fresh(samples.funnel!)))),
  );
  clearInterval(timer);
  return [
    { name: 'pictures with one thread', value: (count / elapsed) * 1000, unit: 'per second' },
    { name: 'event loop while drawing, p99 lateness of a 5 ms timer', value: at(late, 0.99), unit: 'ms' },
  ];
}
