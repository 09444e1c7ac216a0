import Koa from 'koa';
import { systemClock } from '../src/calendar/clock.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import { type ChatStore, openChatStore } from '../src/delivery/chat-store.ts';
import { createLog } from '../src/log.ts';
import { createDingtalk } from '../src/platforms/dingtalk/dingtalk.ts';
import { checkRobotSignature } from '../src/platforms/dingtalk/signature.ts';
import { appKeys } from '../src/platforms/wecom/receive-app.ts';
import { decrypt, signatureHolds, signatureOf } from '../src/platforms/wecom/signature.ts';
import { createWecomApp } from '../src/platforms/wecom/wecom-app.ts';
import { start } from '../src/running.ts';
import { createHttpServer, listen } from '../src/server/app.ts';
import { callbacks } from '../src/server/callbacks.ts';
import { createInstruments } from '../src/server/instruments.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { samples } from '../test/charts/samples.ts';
import { type BenchConfig, benchConfig } from './callback-keys.ts';
import { busyMorning, type Morning, openMorning } from './morning-house.ts';

/**
 * A server process of the benchmark: `bare` Koa that reads the body and does the same crypto, the real `doors` with the
 * real inbox and nobody who answers, the `whole` bot, or doors beside a schedule that goes through a `morning`. Told over
 * IPC what to do.
 */
export type ServerKind = 'bare' | 'doors' | 'whole' | 'morning';
export type Order = 'usage' | 'draw' | 'morning' | 'stop';
export type Report =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'over' }
  | { readonly kind: 'usage'; readonly cpuUs: number; readonly drawn: number };

const [kind = 'bare', folder = '.', botUrl = '', groups = '0'] = process.argv.slice(2);
const config = benchConfig({
  CRM_DATABASE_URL: `sqlite:${folder}/crm.sqlite`,
  BOT_DATABASE_URL: botUrl === '' ? `sqlite:${folder}/bot-${kind}.sqlite` : botUrl,
});
// Where a deployment's log goes: written, not thrown away.
const log = createLog('info', { write: (line: string) => void process.stderr.write(line) });

function bareServer({ wecomApp, dingtalk }: BenchConfig): Promise<number> {
  const keys = appKeys(wecomApp);
  const app = new Koa();
  app.use(async (ctx) => {
    const chunks: Buffer[] = [];
    for await (const chunk of ctx.req as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (ctx.path.endsWith('/robot')) {
      const { timestamp, sign } = ctx.req.headers;
      const check = checkRobotSignature(
        { timestamp: String(timestamp), sign: String(sign) },
        dingtalk.clientSecret,
        Date.now(),
      );
      ctx.status = check.kind === 'valid' ? 200 : 403;
    } else {
      const query = new URLSearchParams(ctx.querystring);
      const sealed = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(body.toString('utf8'))?.[1] ?? '';
      const expected = signatureOf(keys.token, query.get('timestamp') ?? '', query.get('nonce') ?? '', sealed);
      const holds = signatureHolds(expected, query.get('msg_signature') ?? '');
      ctx.status = holds && decrypt(keys, sealed).kind === 'clear' ? 200 : 403;
    }
    ctx.body = '';
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function doorsOf({ wecomApp, dingtalk }: BenchConfig, store: ChatStore): Promise<number> {
  const state = createInProcessState();
  const note = (event: string, fields: Readonly<Record<string, unknown>>) => log.info(fields, event);
  const server = createHttpServer(
    [
      callbacks([createWecomApp(wecomApp, { state }), createDingtalk(dingtalk, { state })], {
        clock: systemClock,
        instruments: createInstruments(),
        remember: (message) => store.inbox.remember(message),
        log: note,
      }),
    ],
    note,
  );
  return listen(server, '127.0.0.1', 0);
}

let morning: Morning | null = null;

const serving: Record<ServerKind, () => Promise<number>> = {
  bare: () => bareServer(config),
  doors: async () => doorsOf(config, await openChatStore(config.house.BOT_DATABASE_URL)),
  morning: async () => {
    morning = await openMorning(folder, botUrl, Number(groups));
    return doorsOf(config, morning.store);
  },
  whole: async () => (await start(config, log)).port,
};

let drawn = 0;

/** Keeps both drawing threads busy for as long as the process lives. */
async function drawOn(): Promise<void> {
  const renderer = createChartRenderer({ workers: 2, fontPath: null });
  await renderer.warm();
  const hand = async (): Promise<never> => {
    for (;;) {
      await renderer.draw({ ...samples.funnel!, subtitle: `${drawn}` });
      drawn += 1;
    }
  };
  void Promise.all([hand(), hand()]);
}

const report = (message: Report): void => void process.send?.(message);

process.on('message', (order: Order) => {
  if (order === 'usage') {
    const { user, system } = process.cpuUsage();
    report({ kind: 'usage', cpuUs: user + system, drawn });
  } else if (order === 'draw') void drawOn();
  else if (order === 'morning') void morning?.run(busyMorning).then(() => report({ kind: 'over' }));
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));
report({ kind: 'listening', port: await serving[kind as ServerKind]() });
