import { createHash } from 'node:crypto';
import { createDrawingPool, type DrawingPool, drawingWorkerFile } from './drawing-pool.ts';
import type { ChartRenderer, ChartSpec, Picture } from './spec.ts';

export interface ChartRendererSettings {
  /** Drawing threads, 80 to 100 MB each. */
  readonly workers: number;
  /** A font file of the company's own; null or left out = the bundled Noto Sans SC. */
  readonly fontPath?: string | null;
  /** Pictures waiting at most; 64 where not said. */
  readonly queueLimit?: number;
  /** For one picture including its wait; 10 s where not said. */
  readonly timeoutMs?: number;
}

/** A renderer that can be started before the first picture is wanted. */
export interface WarmChartRenderer extends ChartRenderer {
  /** Starts the threads; rejects with `misconfigured` when the font cannot be read. */
  warm(): Promise<void>;
}

/** Pictures kept: a busy group asks for the same one again and again. 64 of them are about 3 MB. */
const mostKept = 64;

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Least recently used first, as a Map keeps its order. */
class Kept {
  readonly #pictures = new Map<string, Picture>();

  get(key: string): Picture | undefined {
    const picture = this.#pictures.get(key);
    if (picture !== undefined) this.set(key, picture);
    return picture;
  }

  set(key: string, picture: Picture): void {
    this.#pictures.delete(key);
    this.#pictures.set(key, picture);
    if (this.#pictures.size > mostKept) this.#pictures.delete(this.#pictures.keys().next().value!);
  }
}

/** Draws through a pool; the same spec asked for twice is drawn once, also while it is still being drawn. */
export function rendererOver(pool: DrawingPool): WarmChartRenderer {
  const kept = new Kept();
  const inFlight = new Map<string, Promise<Picture>>();

  const drawNew = async (key: string, spec: ChartSpec): Promise<Picture> => {
    const { png, width, height } = await pool.draw(spec);
    const picture: Picture = { id: sha256(png), png, width, height, altText: `${spec.title}。${spec.subtitle}` };
    kept.set(key, picture);
    return picture;
  };

  return {
    draw(spec) {
      const key = sha256(JSON.stringify(spec));
      const ready = kept.get(key);
      if (ready !== undefined) return Promise.resolve(ready);
      const running = inFlight.get(key);
      if (running !== undefined) return running;
      const drawing = drawNew(key, spec).finally(() => inFlight.delete(key));
      inFlight.set(key, drawing);
      return drawing;
    },
    warm: () => pool.warm(),
    close: () => pool.close(),
  };
}

/**
 * The pictures of the whole process. Threads start with the first picture or with `warm()`. A picture that cannot be
 * drawn rejects with a `Failure`: `unavailable` when too many wait or it takes too long, `bug` when its thread died
 * (another one takes its place), `misconfigured` when the font cannot be read.
 */
export const createChartRenderer = (settings: ChartRendererSettings): WarmChartRenderer =>
  rendererOver(
    createDrawingPool({
      workers: settings.workers,
      queueLimit: settings.queueLimit ?? 64,
      timeoutMs: settings.timeoutMs ?? 10_000,
      ownFont: settings.fontPath ?? null,
      workerFile: drawingWorkerFile(),
    }),
  );
