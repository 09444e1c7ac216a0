import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Log } from '../log.ts';
import type { Carrier, CarrierParts } from './carrier.ts';

export interface QueueCarrierOptions extends CarrierParts {
  readonly redisUrl: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Before every key of the queues. Default `chenbao`. */
  readonly prefix?: string;
  /** Questions this instance takes from the queue at once. Default 8. */
  readonly questionsAtOnce?: number;
  /** Targets this instance takes from the queue at once. Default 16. */
  readonly targetsAtOnce?: number;
}

/** What a job carries: the id of a question or of a target, nothing that was written. */
interface Word {
  readonly id: string;
}

/**
 * For several instances: BullMQ on Redis spreads the work. A queue carries only "this question waits" and "this target
 * has something due"; with Redis flushed or away each instance works what it wrote itself, and sweeps find the rest.
 */
export function carryThroughQueue(options: QueueCarrierOptions): Carrier {
  const { store, courier, worker, log } = options;
  const prefix = options.prefix ?? 'chenbao';
  let isAway = false;

  const connection = new Redis(options.redisUrl, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 400,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2_000),
  });
  // The worker's commands block by design, so they have no time limit.
  const taking = new Redis(options.redisUrl, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2_000),
  });
  const away = (error: unknown): void => {
    if (!isAway) log.warn({ error }, 'the queue does not answer, each instance works what it wrote itself');
    isAway = true;
  };
  connection.on('error', away);
  taking.on('error', away);

  const lane = (name: 'inbox' | 'outbox', work: (id: string) => Promise<void>, wake: () => void, atOnce: number) => {
    const queue = new Queue<Word>(name, {
      connection,
      prefix,
      skipVersionCheck: true,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
    });
    const taker = new Worker<Word>(name, (job) => work(job.data.id), {
      connection: taking,
      prefix,
      concurrency: atOnce,
      skipVersionCheck: true,
    });
    queue.on('error', away);
    taker.on('error', away);
    const announce = (id: string): void => {
      if (connection.status !== 'ready') {
        wake();
        return;
      }
      queue.add('due', { id }).then(
        () => {
          if (isAway) log.info({}, 'the queue is back');
          isAway = false;
        },
        (error: unknown) => {
          away(error);
          wake();
        },
      );
    };
    return { queue, taker, announce };
  };

  const inbox = lane('inbox', (id) => worker.work(id), worker.wake, options.questionsAtOnce ?? 8);
  const outbox = lane('outbox', (id) => courier.deliver(id), courier.wake, options.targetsAtOnce ?? 16);
  store.inbox.onRemembered(inbox.announce);
  store.outbox.onEnqueued(outbox.announce);

  return {
    close: async () => {
      const lanes = [inbox, outbox];
      await Promise.all(lanes.map(({ taker }) => taker.close(taking.status !== 'ready').catch(() => undefined)));
      await Promise.all(lanes.map(({ queue }) => queue.close().catch(() => undefined)));
      connection.disconnect();
      taking.disconnect();
    },
  };
}
