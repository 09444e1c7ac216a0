import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RawRequest } from '../src/platforms/platform.ts';

export interface OpenLoop {
  readonly sent: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * Requests at even distances, whether those before were answered or not, as a platform sends them. A time counts from
 * when its request was due, so that neither the server nor this process hides a pause. Throws on an answer that is not 2xx.
 */
export async function openLoop(
  url: string,
  ready: readonly RawRequest[],
  perSecond: number,
  seconds: number,
): Promise<OpenLoop> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const post = async (one: RawRequest, dueAt: number): Promise<number> => {
    const query = new URLSearchParams(one.query as Record<string, string>).toString();
    const asked = request(`${url}${one.path}${query === '' ? '' : `?${query}`}`, {
      agent,
      method: 'POST',
      headers: { ...one.headers, 'content-length': Buffer.byteLength(one.body) },
    });
    asked.end(one.body);
    const [response] = await once(asked, 'response');
    response.resume();
    await once(response, 'end');
    if (response.statusCode >= 300) throw new Error(`answered ${response.statusCode}`);
    return performance.now() - dueAt;
  };
  const startedAt = performance.now();
  const answers: Promise<number>[] = [];
  try {
    for (const [n, one] of ready.slice(0, perSecond * seconds).entries()) {
      const dueAt = startedAt + (n * 1_000) / perSecond;
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      answers.push(post(one, dueAt));
    }
    const times = (await Promise.all(answers)).sort((a, b) => a - b);
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    return { sent: times.length, p99Ms: at(0.99), maxMs: at(1) };
  } finally {
    agent.destroy();
  }
}
