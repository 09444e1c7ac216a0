import { createServer, type Server } from 'node:http';
import Koa, { type Middleware } from 'koa';
import { keepRoomForCallers } from './callers.ts';

/** Slow senders hold a socket at most this long before their request is complete. */
const requestTimeoutMs = 15_000;

/**
 * The HTTP server: the given doors in order, 404 behind them. An error that reaches this far is logged and answered
 * with a bare 500; its text stays inside.
 */
export function createHttpServer(
  doors: readonly Middleware[],
  log: (event: string, fields: Readonly<Record<string, unknown>>) => void,
): Server {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    try {
      await next();
    } catch (error) {
      const status =
        typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
          ? error.status
          : 500;
      if (status >= 500) log('request failed', { path: ctx.path, error });
      ctx.status = status;
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = status >= 500 ? 'internal error' : ((error as Error).message ?? 'bad request');
    }
  });
  for (const door of doors) app.use(door);
  app.on('error', (error: unknown) => {
    // A reader that leaves, such as a closed page behind an event stream, is no failure.
    const left = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!left) log('response failed', { error });
  });
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 16 << 10 },
    app.callback(),
  );
  server.maxRequestsPerSocket = 10_000;
  keepRoomForCallers(server);
  return server;
}

/** Listens; resolves to the port (of use with port 0). */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
