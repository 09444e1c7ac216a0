import type { Middleware } from 'koa';
import type { Instruments } from './instruments.ts';

/** One part that must work for the bot to be ready; resolves to the reason when it does not. */
export interface ReadyCheck {
  readonly name: string;
  why(): Promise<string | null>;
}

const budgetMs = 2_000;

/** `/healthz` alive, `/readyz` ready with the reason when not, `/metrics` for Prometheus. None of them names a secret. */
export function health(checks: readonly ReadyCheck[], instruments: Instruments, stopping: () => boolean): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/healthz') {
      ctx.body = { status: 'alive' };
      return;
    }
    if (ctx.path === '/readyz') {
      const reasons = await Promise.all(checks.map(async (check) => [check.name, await within(check.why())] as const));
      const parts = Object.fromEntries(reasons.map(([name, why]) => [name, why ?? 'ready']));
      const ready = !stopping() && reasons.every(([, why]) => why === null);
      ctx.status = ready ? 200 : 503;
      ctx.body = { status: stopping() ? 'stopping' : ready ? 'ready' : 'not ready', parts };
      return;
    }
    if (ctx.path === '/metrics') {
      ctx.type = instruments.registry.contentType;
      ctx.body = await instruments.registry.metrics();
      return;
    }
    await next();
  };
}

async function within(check: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${budgetMs} ms`), budgetMs);
  });
  try {
    return await Promise.race([check.catch(() => 'does not answer'), late]);
  } finally {
    clearTimeout(timer);
  }
}
