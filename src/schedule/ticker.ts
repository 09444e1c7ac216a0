import cron, { type ScheduledTask } from 'node-cron';
import type { Log } from '../log.ts';

export interface Ticker {
  /** Sets the times of the wall clock (`HH:MM`) at which it wakes; those that are set already stay. */
  wakeAt(times: readonly string[]): void;
  stop(): Promise<void>;
}

/**
 * Wakes the scheduler at the times of the timetable, in the company's zone. Nothing depends on a single waking:
 * node-cron drops one when the loop was blocked for a second or the process slept (`reliability.md`, section 1), and
 * the scheduler's own sweep finds what was left.
 */
export function createTicker(
  wake: () => void,
  { zone, log }: { readonly zone: string; readonly log: Pick<Log, 'warn'> },
): Ticker {
  const tasks = new Map<string, ScheduledTask>();
  return {
    wakeAt: (times) => {
      for (const time of new Set(times)) {
        const [hour, minute] = time.split(':').map(Number);
        if (tasks.has(time) || hour === undefined || minute === undefined) continue;
        const expression = `${minute} ${hour} * * *`;
        if (!cron.validate(expression)) {
          log.warn({ time }, 'not a time of day, nothing wakes for it');
          continue;
        }
        const task = cron.schedule(expression, wake, { timezone: zone, name: time, suppressMissedWarning: true });
        tasks.set(time, task);
      }
    },
    stop: async () => {
      await Promise.all([...tasks.values()].map((task) => task.destroy()));
      tasks.clear();
    },
  };
}
