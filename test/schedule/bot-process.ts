import { once } from 'node:events';
import { systemClock } from '../../src/calendar/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { start } from '../../src/running.ts';

/** A whole bot as a process of its own; settings, orders and news go over IPC. */
export interface BotSettings {
  readonly environment: Readonly<Record<string, string>>;
  /** What its clock shows when it starts, milliseconds since 1970. */
  readonly startsAt: number;
  /** How long its claims hold; 30 s as in production where it is left out. */
  readonly leaseMs?: number;
}

export type BotOrder = { readonly kind: 'set-clock'; readonly to: number } | { readonly kind: 'stop' };
export type BotNews = { readonly kind: 'ready' | 'stopped'; readonly port?: number };

const [settings] = (await once(process, 'message')) as [BotSettings];
const tell = (news: BotNews): void => void process.send?.(news);

let aheadMs = settings.startsAt - systemClock.now();
const clock = { now: () => systemClock.now() + aheadMs };
const config = readConfig(settings.environment);
const store = settings.leaseMs === undefined ? config.store : { ...config.store, leaseMs: settings.leaseMs };
const running = await start({ ...config, store }, createLog(process.env.TEST_LOG ?? 'silent'), { clock });

process.on('message', (order: BotOrder) => {
  switch (order.kind) {
    case 'set-clock':
      aheadMs = order.to - systemClock.now();
      // In production the sweep looks every half minute; a test does not wait for it.
      running.schedule.scheduler.wake();
      return;
    case 'stop':
      void running.stop().then(() => {
        tell({ kind: 'stopped' });
        process.exit(0);
      });
  }
});
tell({ kind: 'ready', port: running.port });
