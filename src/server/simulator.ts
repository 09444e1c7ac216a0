import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Middleware } from 'koa';
import { z } from 'zod';
import type { Clock } from '../calendar/clock.ts';
import { Failure } from '../failure.ts';
import type { InboundMessage } from '../platforms/platform.ts';
import type { Simulator } from '../platforms/simulator/simulator.ts';
import { readRawBody } from './raw-body.ts';

/** Someone a visitor can be. */
export interface SimulatedPerson {
  readonly id: string;
  readonly name: string;
  readonly roleName: string;
  /** Commands that work for them, offered above the keyboard. */
  readonly suggestions: readonly string[];
}

/** Puts the demo's clock forward, so that a visitor sees the morning happen. */
export interface TimeTravel {
  /** Where to: 明天 8:59, 今天 9:04. */
  label(): string;
  go(): Promise<void>;
}

export interface SimulatorDeps {
  readonly simulator: Simulator;
  readonly clock: Clock;
  readonly zone: string;
  readonly travel: TimeTravel;
  people(): Promise<readonly SimulatedPerson[]>;
  /** What each chat can see, by chat id. */
  about(chatId: string): string;
  remember(message: InboundMessage): Promise<unknown>;
  loadPicture(pictureId: string): Promise<Buffer | null>;
}

/** So much may wait for a page that does not read its events. */
const unreadBytes = 1 << 20;

const saySchema = z.strictObject({
  chatId: z.string().max(200),
  userId: z.string().max(200),
  text: z.string().max(20_000),
});
const folder = new URL('../../templates/pages/simulator/', import.meta.url);

const fontFile = join(
  dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')),
  '../fonts/NotoSansHans-Regular.otf',
);

const files = new Map<string, { readonly file: string; readonly type: string }>([
  ['/', { file: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/simulator/simulator.css', { file: 'simulator.css', type: 'text/css; charset=utf-8' }],
  ['/simulator/simulator.js', { file: 'simulator.js', type: 'text/javascript; charset=utf-8' }],
]);

/** The chat simulator at `/`: what is typed there takes the same line as a message from WeCom or DingTalk. */
export function simulatorPages(deps: SimulatorDeps): Middleware {
  return async (ctx, next) => {
    const asset = files.get(ctx.path);
    if (asset !== undefined && ctx.method === 'GET') {
      ctx.type = asset.type;
      ctx.set('Content-Security-Policy', "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = readFileSync(new URL(asset.file, folder));
      return;
    }
    // Fetched only by a browser on a machine without any Chinese font of its own.
    if (ctx.path === '/simulator/font.otf' && ctx.method === 'GET') {
      ctx.type = 'font/otf';
      ctx.set('Cache-Control', 'public, max-age=604800');
      ctx.body = createReadStream(fontFile);
      return;
    }
    if (ctx.path === '/simulator/state' && ctx.method === 'GET') {
      ctx.body = {
        zone: deps.zone,
        people: await deps.people(),
        chats: deps.simulator.chats.map((chat) => ({ ...chat, about: deps.about(chat.id) })),
        lines: deps.simulator.lines(),
        now: deps.clock.now(),
        travel: deps.travel.label(),
        about: '这是演示：在「我是」里换身份，点一个聊天进去问。同一句话，总监、主管和销售看到的范围不一样。',
      };
      return;
    }
    if (ctx.path === '/simulator/events' && ctx.method === 'GET') {
      const stream = new PassThrough();
      ctx.req.socket.setTimeout(0);
      ctx.type = 'text/event-stream';
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = stream;
      stream.write(': connected\n\n');
      const stop = deps.simulator.listen((line) => {
        // A page that does not read is let go; when it comes back it asks for what it missed.
        if (stream.writableLength > unreadBytes) stream.destroy();
        else stream.write(`data: ${JSON.stringify(line)}\n\n`);
      });
      ctx.req.once('close', stop);
      stream.once('close', stop);
      return;
    }
    if (ctx.path === '/simulator/messages' && ctx.method === 'POST') {
      const said = saySchema.safeParse(await readJson(ctx.req));
      if (!said.success) return ctx.throw(400, 'chatId, userId and text, please');
      try {
        await deps.remember(deps.simulator.say(said.data.chatId, said.data.userId, said.data.text, deps.clock.now()));
      } catch (error) {
        if (error instanceof Failure && error.code === 'bad-input') return ctx.throw(400, error.message);
        throw error;
      }
      ctx.status = 202;
      ctx.body = { status: 'accepted' };
      return;
    }
    if (ctx.path === '/simulator/travel' && ctx.method === 'POST') {
      await deps.travel.go();
      ctx.body = { now: deps.clock.now(), travel: deps.travel.label() };
      return;
    }
    const picture = /^\/simulator\/pictures\/([0-9a-f]{64})\.png$/.exec(ctx.path);
    if (picture?.[1] !== undefined && ctx.method === 'GET') {
      const png = await deps.loadPicture(picture[1]);
      if (png === null) return ctx.throw(404);
      ctx.type = 'image/png';
      ctx.set('Cache-Control', 'private, max-age=86400, immutable');
      ctx.body = png;
      return;
    }
    await next();
  };
}

async function readJson(request: import('node:http').IncomingMessage): Promise<unknown> {
  const body = await readRawBody(request, 1 << 17);
  try {
    return body === null ? null : JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
