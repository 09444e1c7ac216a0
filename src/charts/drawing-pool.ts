import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Piscina } from 'piscina';
import { Failure } from '../failure.ts';
import type { DrawnPng } from './chart-canvas.ts';
import type { DrawingWorkerData } from './drawing-worker.ts';
import type { ChartSpec } from './spec.ts';
import { Turns } from './turns.ts';

export interface DrawingPoolSettings {
  readonly workers: number;
  /** Pictures waiting for a thread; one more is refused. */
  readonly queueLimit: number;
  /** From being asked for to being drawn. After it the thread is ended and replaced. */
  readonly timeoutMs: number;
  readonly ownFont: string | null;
  /** The file the threads run. */
  readonly workerFile: URL;
}

/** Draws in worker threads, which start with the first picture. */
export interface DrawingPool {
  draw(spec: ChartSpec): Promise<DrawnPng>;
  /** Starts the threads and waits until each has loaded chart.js and the fonts. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/** The drawing thread's file beside this one: `.ts` from source, `.js` when compiled. */
export const drawingWorkerFile = (): URL => new URL(`./drawing-worker${extname(import.meta.url)}`, import.meta.url);

/** A thread does not inherit a loader from every way of starting TypeScript (vitest has its own), so it gets one. */
const execArgvFor = (workerFile: URL): string[] =>
  workerFile.pathname.endsWith('.ts')
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : [];

/** One picture needs far less; a runaway thread is ended before it starves the process. */
const resourceLimits = { maxOldGenerationSizeMb: 256 };

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: 'unknown error' };
  if (name === 'AbortError' || name === 'TimeoutError')
    return new Failure('unavailable', 'drawing took too long', '这张图画得太久,先看文字。');
  if (message.includes('CHART_FONT') || message.startsWith('font cannot be read')) {
    return new Failure('misconfigured', message, '图画不出来:字体文件读不了,请管理员检查。', error);
  }
  return new Failure('bug', 'drawing failed', '这张图没画出来,先看文字。', error);
}

export function createDrawingPool(settings: DrawingPoolSettings): DrawingPool {
  const { workers, queueLimit, timeoutMs, ownFont, workerFile } = settings;
  let pool: Piscina<ChartSpec | null, DrawnPng | null> | null = null;
  let closed = false;
  const turns = new Turns(workers, queueLimit);

  const threads = (): Piscina<ChartSpec | null, DrawnPng | null> => {
    if (closed) throw new Failure('unavailable', 'the chart renderer is closed', '服务正在停止,请稍后再试。');
    if (pool === null) {
      const workerData: DrawingWorkerData = { ownFont };
      pool = new Piscina({
        filename: fileURLToPath(workerFile),
        minThreads: workers,
        maxThreads: workers,
        execArgv: execArgvFor(workerFile),
        // Threads read settings from `workerData` alone; secrets in the environment are none of their business.
        env: {},
        workerData,
        resourceLimits,
        // Between pictures a thread must come back to its event loop, where canvases are freed.
        atomics: 'async',
      });
      // A thread that dies while idle is replaced by the pool; without a listener the event would end the process.
      pool.on('error', () => undefined);
    }
    return pool;
  };

  return {
    async draw(spec) {
      if (turns.isFull) {
        throw new Failure('unavailable', 'drawing queue is full', '现在画图的人太多,请稍后再试。');
      }
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        await turns.enter(signal);
        try {
          const drawn = await threads().run(spec, { signal });
          if (drawn === null) throw new Failure('bug', 'a drawing thread gave no picture', '这张图没画出来,先看文字。');
          return { ...drawn, png: Buffer.from(drawn.png.buffer, drawn.png.byteOffset, drawn.png.byteLength) };
        } finally {
          turns.leave();
        }
      } catch (error) {
        throw failureOf(error);
      }
    },
    async warm() {
      try {
        await Promise.all(Array.from({ length: workers }, () => threads().run(null)));
      } catch (error) {
        throw failureOf(error);
      }
    },
    async close() {
      closed = true;
      await pool?.close({ force: true });
    },
  };
}
