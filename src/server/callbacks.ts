import type { Middleware } from 'koa';
import type { Clock } from '../calendar/clock.ts';
import type { InboundMessage, Platform, RawRequest, RawResponse } from '../platforms/platform.ts';
import type { Remembered } from '../store/inbox.ts';
import type { Instruments } from './instruments.ts';
import { readRawBody } from './raw-body.ts';

/** What the callbacks hand a message to. */
export interface CallbackDeps {
  readonly clock: Clock;
  readonly instruments: Instruments;
  remember(message: InboundMessage): Promise<Remembered>;
  log(event: string, fields: Readonly<Record<string, unknown>>): void;
}

const plain = (status: number, body: string): RawResponse => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

/**
 * Verify, remember, acknowledge: no work is done here, so that a platform never waits and never repeats itself because
 * of a slow answer (rule 8). A message is acknowledged only when it is a row.
 */
export function callbacks(platforms: readonly Platform[], deps: CallbackDeps): Middleware {
  const byPath = new Map(
    platforms.flatMap((platform) =>
      platform.callbackPath === null ? [] : [[platform.callbackPath, platform] as const],
    ),
  );
  return async (ctx, next) => {
    const platform = byPath.get(ctx.path);
    if (platform === undefined) return next();
    const startedAt = performance.now();
    const response = await receive(platform, ctx.req, ctx.method, ctx.path, ctx.querystring, deps);
    deps.instruments.callbackSeconds.observe(
      { platform: platform.name, status: String(response.status) },
      (performance.now() - startedAt) / 1000,
    );
    // What is left of an oversized body is not read to its end.
    if (response.status === 413) ctx.set('Connection', 'close');
    ctx.status = response.status;
    ctx.type = response.contentType;
    ctx.body = response.body;
  };
}

async function receive(
  platform: Platform,
  request: import('node:http').IncomingMessage,
  method: string,
  path: string,
  query: string,
  deps: CallbackDeps,
): Promise<RawResponse> {
  if (method !== 'GET' && method !== 'POST') return plain(405, 'method not allowed');
  const body = method === 'GET' ? Buffer.alloc(0) : await readRawBody(request);
  if (body === null) return plain(413, 'too large');
  const received = await platform.receive(
    { method, path, query: firstValues(query), headers: singleHeaders(request), body },
    deps.clock.now(),
  );
  deps.instruments.received.inc({ platform: platform.name, kind: received.kind });
  switch (received.kind) {
    case 'message':
      try {
        const remembered = await deps.remember(received.message);
        if (remembered.kind === 'seen') deps.instruments.duplicates.inc({ platform: platform.name });
        return received.acknowledge();
      } catch (error) {
        deps.log('not remembered', { platform: platform.name, error });
        return received.busy();
      }
    case 'poll':
      return received.answer();
    case 'challenge':
      return received.response;
    case 'ignored':
      deps.log('ignored', { platform: platform.name, why: received.why });
      return received.response;
    case 'refused':
      deps.log('refused', { platform: platform.name, why: received.why });
      return received.response;
  }
}

function firstValues(query: string): RawRequest['query'] {
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) values[name] ??= value;
  return values;
}

/** A header that came twice is nobody's: which of the two a signature covers cannot be known. */
function singleHeaders(request: import('node:http').IncomingMessage): RawRequest['headers'] {
  const { rawHeaders } = request;
  const joined = request.headers as RawRequest['headers'];
  if (rawHeaders.length === 2 * Object.keys(joined).length) return joined;
  const single: Record<string, string | undefined> = Object.create(null);
  for (const [name, values] of Object.entries(request.headersDistinct))
    single[name] = values?.length === 1 ? values[0] : undefined;
  return single;
}
