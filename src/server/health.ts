import type { Middleware } from 'koa';
import { withinTime } from '../time-limit.ts';
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
      const reasons = await Promise.all(checks.map(async (check) => [check.name, await reasonOf(check)] as const));
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

const reasonOf = (check: ReadyCheck): Promise<string | null> =>
  withinTime(
    budgetMs,
    check.why().catch(() => 'does not answer'),
    () => `no answer within ${budgetMs} ms`,
  );
