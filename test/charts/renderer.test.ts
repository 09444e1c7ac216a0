import { afterEach, describe, expect, it } from 'vitest';
import { createDrawingPool, type DrawingPool, type DrawingPoolSettings } from '../../src/charts/drawing-pool.ts';
import { createChartRenderer, rendererOver, type WarmChartRenderer } from '../../src/charts/renderer.ts';
import type { ChartSpec } from '../../src/charts/spec.ts';
import { Failure } from '../../src/failure.ts';
import { samples } from './samples.ts';

const opened: { close(): Promise<void> }[] = [];
const open = <T extends { close(): Promise<void> }>(one: T): T => {
  opened.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const titled = (title: string): ChartSpec => ({ ...samples.funnel!, title });

const misbehaving = (changes: Partial<DrawingPoolSettings> = {}): DrawingPool =>
  open(
    createDrawingPool({
      workers: 1,
      queueLimit: 50,
      timeoutMs: 5_000,
      ownFont: null,
      workerFile: new URL('./fixtures/misbehaving-worker.js', import.meta.url),
      ...changes,
    }),
  );

const failureOf = (drawing: Promise<unknown>): Promise<Failure> =>
  drawing.then(
    () => {
      throw new Error('was drawn');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(Failure);
      return error as Failure;
    },
  );

describe('the chart renderer', () => {
  it('draws in threads: the same spec gives the same bytes in another renderer', async () => {
    const renderers = [1, 2].map((workers) => open(createChartRenderer({ workers })));
    const [first, second] = await Promise.all(renderers.map((renderer) => renderer.draw(samples.ranking!)));
    expect(first!.png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(first!.png.equals(second!.png)).toBe(true);
    expect(first).toMatchObject({ id: second!.id, width: 750, altText: expect.stringContaining('王磊领先第二名') });
    expect(first!.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves the event loop free while drawing 20 pictures', async () => {
    const renderer: WarmChartRenderer = open(createChartRenderer({ workers: 1 }));
    await renderer.warm();
    const late: number[] = [];
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      late.push(now - before - 5);
      before = now;
    }, 5);
    await Promise.all(Array.from({ length: 20 }, (_, i) => renderer.draw(titled(`第 ${i} 张`))));
    clearInterval(timer);
    late.sort((a, b) => a - b);
    expect(late.length).toBeGreaterThan(20);
    // One picture takes 30 ms and more: drawing on this thread would show as that much delay, twenty times.
    expect(late[Math.floor(late.length * 0.9)]).toBeLessThan(20);
  });

  it('says misconfigured when the company’s font is not there', async () => {
    const renderer = open(createChartRenderer({ workers: 1, fontPath: '/no/such/font.ttf' }));
    const failure = await failureOf(renderer.warm());
    expect(failure.code).toBe('misconfigured');
    expect(failure.message).toContain('CHART_FONT');
  });

  it('refuses new pictures once closed', async () => {
    const renderer = createChartRenderer({ workers: 1 });
    await renderer.close();
    expect((await failureOf(renderer.draw(samples.funnel!))).code).toBe('unavailable');
  });
});

describe('what is drawn once', () => {
  const counting = () => {
    let drawn = 0;
    const pool: DrawingPool = {
      async draw() {
        drawn++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (drawn === 3) throw new Failure('unavailable', 'full', '现在画图的人太多,请稍后再试。');
        return { png: Buffer.from(`picture ${drawn}`), width: 1, height: 1 };
      },
      warm: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    return { renderer: rendererOver(pool), count: () => drawn };
  };

  it('shares a picture in flight and keeps it afterwards', async () => {
    const { renderer, count } = counting();
    const [a, b] = await Promise.all([renderer.draw(titled('一')), renderer.draw(titled('一'))]);
    expect(await renderer.draw(titled('一'))).toBe(a);
    expect(b).toBe(a);
    await renderer.draw(titled('二'));
    expect(count()).toBe(2);
  });

  it('does not keep a failure', async () => {
    const { renderer, count } = counting();
    await renderer.draw(titled('一'));
    await renderer.draw(titled('二'));
    await failureOf(renderer.draw(titled('三')));
    await renderer.draw(titled('三'));
    expect(count()).toBe(4);
  });

  it('keeps the 64 pictures used last', async () => {
    const { renderer, count } = counting();
    await renderer.draw(titled('常用'));
    await renderer.draw(titled('少用'));
    await failureOf(renderer.draw(titled('坏')));
    for (let i = 0; i < 63; i++) {
      await renderer.draw(titled(`第 ${i} 张`));
      await renderer.draw(titled('常用'));
    }
    const before = count();
    await renderer.draw(titled('常用'));
    expect(count()).toBe(before);
    await renderer.draw(titled('少用'));
    expect(count()).toBe(before + 1);
  });
});

describe('the drawing pool', () => {
  it('fails the picture whose thread died and draws the next one', async () => {
    const pool = misbehaving();
    const failure = await failureOf(pool.draw(titled('die')));
    expect(failure.code).toBe('bug');
    expect(failure.kindly).not.toContain('exit');
    expect((await pool.draw(titled('fine'))).width).toBe(1);
  });

  it('ends a thread that takes too long and draws the next picture in a new one', async () => {
    const pool = misbehaving({ timeoutMs: 1500 });
    await pool.warm();
    const failure = await failureOf(pool.draw(titled('hang')));
    expect(failure).toMatchObject({ code: 'unavailable', message: 'drawing took too long' });
    expect((await pool.draw(titled('fine'))).width).toBe(1);
  });

  it('turns any error into a failure without its text', async () => {
    const failure = await failureOf(misbehaving().draw(titled('throw')));
    expect(failure.code).toBe('bug');
    expect(failure.message + failure.kindly).not.toContain('secret');
  });

  it('draws in the order of asking', async () => {
    const pool = misbehaving();
    const order: number[] = [];
    await Promise.all(Array.from({ length: 9 }, (_, i) => pool.draw(titled(`第 ${i} 张`)).then(() => order.push(i))));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives up a picture that waits too long, without drawing it', async () => {
    const pool = misbehaving({ timeoutMs: 900 });
    await pool.warm();
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => pool.draw(titled(`第 ${i} 张`))));
    const late = results.findIndex((result) => result.status === 'rejected');
    expect(late).toBeGreaterThan(1);
    expect(results.slice(late).every((result) => result.status === 'rejected')).toBe(true);
    expect((await pool.draw(titled('fine'))).width).toBe(1);
  });

  it('refuses more pictures than may wait, at once and kindly', async () => {
    const pool = misbehaving({ queueLimit: 2 });
    await pool.warm();
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => pool.draw(titled(`第 ${i} 张`))));
    const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as Failure);
    expect(results.filter((result) => result.status === 'fulfilled').length).toBe(3);
    expect(refused.length).toBe(5);
    for (const failure of refused) {
      expect(failure).toMatchObject({ code: 'unavailable', kindly: '现在画图的人太多,请稍后再试。' });
    }
  });
});
