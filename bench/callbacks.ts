import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { sealDingtalkCallback } from '../src/platforms/dingtalk/seal.ts';
import type { RawRequest } from '../src/platforms/platform.ts';
import { sealAppCallback } from '../src/platforms/wecom/seal.ts';
import { benchConfig } from './callback-keys.ts';
import type { Order, Report, ServerKind } from './callback-server.ts';
import { type OpenLoop, openLoop } from './open-loop.ts';
import { type BenchRow, median } from './row.ts';

export interface CallbackBenchOptions {
  /** Seconds of one measurement; each is made `rounds` times, the servers taking turns. */
  readonly seconds: number;
  readonly rounds: number;
  /** Where the inbox lies; the embedded default when empty. */
  readonly botUrl: string;
}

const channels = ['wecom-app', 'dingtalk'] as const;
type Channel = (typeof channels)[number];

/** A server process of the benchmark. */
export interface Served {
  readonly url: string;
  usage(): Promise<{ cpuUs: number; drawn: number }>;
  draw(): void;
  /** Resolves when the morning is over. */
  morning(): Promise<void>;
  stop(): Promise<void>;
}

export async function serve(
  kind: ServerKind,
  folder: string,
  botUrl: string,
  more: readonly string[] = [],
): Promise<Served> {
  const file = fileURLToPath(new URL('./callback-server.ts', import.meta.url));
  const child: ChildProcess = fork(file, [kind, folder, botUrl, ...more], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const told = async (): Promise<Report> => {
    for (;;) {
      const [message] = (await once(child, 'message')) as [Report];
      if (message.kind !== 'over') return message;
    }
  };
  const give = (order: Order): void => void child.send(order);
  const first = await Promise.race([told(), once(child, 'exit').then(() => null)]);
  if (first?.kind !== 'listening') throw new Error(`the ${kind} server did not start`);
  return {
    url: `http://127.0.0.1:${first.port}`,
    usage: async () => {
      give('usage');
      const usage = await told();
      return usage.kind === 'usage' ? usage : { cpuUs: Number.NaN, drawn: 0 };
    },
    draw: () => give('draw'),
    morning: () => {
      const over = new Promise<void>((resolve, reject) => {
        child.on('message', (report: Report) => {
          if (report.kind === 'over') resolve();
        });
        child.once('exit', () => reject(new Error('the server ended in the middle of its morning')));
      });
      give('morning');
      return over;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      give('stop');
      await ended;
    },
  };
}

const keys = benchConfig({});
let serial = 0;

/** A message nobody has sent before: what was seen before is remembered without a write. */
function sealed(channel: Channel): RawRequest {
  serial += 1;
  const nowMs = Date.now();
  // Many people, as in a company; one of them alone would be asked to slow down.
  const userId = `user${serial % 2_000}`;
  return channel === 'wecom-app'
    ? sealAppCallback(keys.wecomApp, {
        userId,
        text: '漏斗 本月 华东',
        messageId: `7${String(serial).padStart(18, '0')}`,
        nowMs,
      })
    : sealDingtalkCallback({ settings: keys.dingtalk, userId, text: '漏斗 本月 华东', nowMs });
}

interface Measured {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU time of the server's process per request. */
  readonly cpuUs: number;
  readonly drawn: number;
}

/** Callbacks at even distances, so many a second. */
export async function atRate(
  served: Served,
  channel: Channel,
  seconds: number,
  perSecond: number,
): Promise<OpenLoop & { readonly cpuUs: number }> {
  const ready = Array.from({ length: seconds * perSecond }, () => sealed(channel));
  const before = await served.usage();
  const measured = await openLoop(served.url, ready, perSecond, seconds);
  const after = await served.usage();
  return { ...measured, cpuUs: (after.cpuUs - before.cpuUs) / measured.sent };
}

/** As many callbacks as fifty connections bring through. */
async function underLoad(served: Served, channel: Channel, seconds: number): Promise<Measured> {
  // Sealed beforehand: signing is work of the platform, not of the load generator while it measures.
  const ready = Array.from({ length: seconds * 7_000 + 200 }, () => sealed(channel));
  let next = 0;
  const before = await served.usage();
  const result = await autocannon({
    url: served.url,
    connections: 50,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => {
          const one = ready[next++] ?? sealed(channel);
          const query = new URLSearchParams(one.query as Record<string, string>).toString();
          return {
            ...request,
            path: query === '' ? one.path : `${one.path}?${query}`,
            headers: { ...one.headers },
            body: one.body,
          };
        },
      },
    ],
  });
  const after = await served.usage();
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${channel}: ${result.non2xx} answers that are not 2xx, ${result.errors} errors`);
  return {
    perSecond: result.requests.average,
    p99Ms: result.latency.p99,
    maxMs: result.latency.max,
    cpuUs: (after.cpuUs - before.cpuUs) / result.requests.total,
    drawn: after.drawn - before.drawn,
  };
}

/** Acknowledging signed callbacks, beside a bare Koa server with the same crypto; and while pictures are being drawn. */
export async function benchCallbacks({ seconds, rounds, botUrl }: CallbackBenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-bench-'));
  const crm = connect<CrmTables>(`sqlite:${join(folder, 'crm.sqlite')}`);
  await migrate(crm, 'crm', crmMigrations(crm.dialect));
  await crm.close();
  const rows: BenchRow[] = [];
  try {
    const bare = await serve('bare', folder, '');
    const doors = await serve('doors', folder, botUrl);
    for (const channel of channels) {
      await underLoad(bare, channel, 1);
      await underLoad(doors, channel, 1);
      const [bares, ours]: [Measured[], Measured[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        bares.push(await underLoad(bare, channel, seconds));
        ours.push(await underLoad(doors, channel, seconds));
      }
      const rate = (measured: readonly Measured[]) => median(measured.map((one) => one.perSecond));
      const cpu = (measured: readonly Measured[]) => median(measured.map((one) => one.cpuUs));
      rows.push(
        { name: `${channel}: acknowledged and remembered`, value: rate(ours), unit: 'per second' },
        { name: `${channel}: bare Koa, same crypto`, value: rate(bares), unit: 'per second' },
        {
          name: `${channel}: share of the bare server's rate`,
          value: median(ours.map((one, round) => one.perSecond / bares[round]!.perSecond)),
          unit: 'ratio',
          least: 0.6,
        },
        { name: `${channel}: CPU per callback`, value: cpu(ours), unit: 'µs' },
        { name: `${channel}: CPU per callback, bare Koa`, value: cpu(bares), unit: 'µs' },
        { name: `${channel}: p99 at 50 concurrent`, value: median(ours.map((one) => one.p99Ms)), unit: 'ms' },
      );
    }
    await bare.stop();
    doors.draw();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    for (const channel of channels) {
      const drawing = await underLoad(doors, channel, seconds * 2);
      rows.push(
        { name: `${channel}: p99 at 50 concurrent, two threads drawing`, value: drawing.p99Ms, unit: 'ms', goal: 200 },
        { name: `${channel}: rate meanwhile`, value: drawing.perSecond, unit: 'per second' },
        { name: `${channel}: pictures meanwhile`, value: drawing.drawn / (seconds * 2), unit: 'per second' },
      );
    }
    await doors.stop();
    const whole = await serve('whole', folder, '');
    // Compiled code and open connections, as in a bot that has been up for a while.
    await atRate(whole, 'wecom-app', 3, 100);
    const busy = await atRate(whole, 'wecom-app', seconds * 2, 100);
    rows.push(
      { name: 'whole bot, 100 a second, each one answered: p99', value: busy.p99Ms, unit: 'ms', goal: 300 },
      { name: 'whole bot, 100 a second: CPU per question', value: busy.cpuUs, unit: 'µs' },
    );
    const flood = await underLoad(whole, 'wecom-app', seconds);
    rows.push(
      { name: 'whole bot, flooded while it answers: acknowledged', value: flood.perSecond, unit: 'per second' },
      { name: 'whole bot, flooded while it answers: p99', value: flood.p99Ms, unit: 'ms' },
    );
    await whole.stop();
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
