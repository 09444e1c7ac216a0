import { createRequire } from 'node:module';
import { type Canvas, createCanvas } from 'canvas';
import type { ChartItem, Chart as ChartJs } from 'chart.js';
import { ChartJSNodeCanvasBase } from 'chartjs-node-canvas';
import { Failure } from '../failure.ts';
import type { Draft } from './draft.ts';
import { draftOf } from './draft-of.ts';
import { fontFiles, glyphCheck, type MissingGlyphs } from './fonts.ts';
import { ink } from './ink.ts';
import { legible } from './legible.ts';
import { encodePng } from './png.ts';
import type { ChartSpec } from './spec.ts';
import { page } from './theme.ts';

const require = createRequire(import.meta.url);

/** Pixels of the largest picture; the kinds stay well below (the tallest is about 750 × 1600). */
const mostPixels = 2_000_000;

/** A drawn picture as it leaves the drawing thread. */
export interface DrawnPng {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * The one chartjs-node-canvas of a thread. Each further instance would load chart.js anew and keep it for ever (1.8 MB),
 * so this one draws every size: chart.js is told the size with each picture instead of once.
 */
export class ChartCanvas extends ChartJSNodeCanvasBase {
  readonly missingGlyphs: MissingGlyphs;

  constructor(ownFont: string | null) {
    super({
      width: page.width,
      height: page.width,
      // The matrix must be loaded while chartjs-node-canvas holds its own copy of chart.js, to extend that copy.
      chartCallback: (chartJs) => {
        const { MatrixController, MatrixElement } = require('chartjs-chart-matrix');
        chartJs.register(MatrixController, MatrixElement);
      },
    });
    for (const { path, family, weight } of fontFiles(ownFont)) {
      try {
        this.registerFont(path, { family, weight });
      } catch (cause) {
        throw new Failure('misconfigured', `font cannot be read: ${family}`, '图画不出来:字体文件读不了。', cause);
      }
    }
    this.missingGlyphs = glyphCheck(createCanvas(32, 32).getContext('2d'));
  }

  /** The draft with every text made legible. */
  draft(spec: ChartSpec): Draft {
    return draftOf(legible(spec, this.missingGlyphs));
  }

  /** Draws on a canvas of the draft's size; `chart.destroy()` when its pixels were taken. */
  paint(draft: Draft): { readonly chart: ChartJs; readonly canvas: Canvas } {
    if (draft.width * draft.height * page.pixelRatio ** 2 > mostPixels) {
      throw new Failure('bug', `picture of ${draft.width} × ${draft.height} px is too large`, '这张图太大,画不出来。');
    }
    const canvas = createCanvas(draft.width, draft.height);
    // chart.js writes the size it is shown at into `style`, which a canvas outside a page does not have.
    const surface: object = Object.assign(canvas, { style: {} });
    const chart = new this._chartJs(surface as ChartItem, { ...draft.chart, plugins: [ink(draft)] });
    return { chart, canvas };
  }

  async draw(spec: ChartSpec): Promise<DrawnPng> {
    const { chart, canvas } = this.paint(this.draft(spec));
    const { width, height } = canvas;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    chart.destroy();
    return { png: await encodePng(pixels, width, height), width, height };
  }
}
