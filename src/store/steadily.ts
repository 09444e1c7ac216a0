import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';

const passing = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
  'ER_CON_COUNT_ERROR',
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_BUSY_SNAPSHOT',
]);

/** The disk has no room; once more may help, because the embedded database has tidied up meanwhile. */
const noRoom = new Set(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ER_DISK_FULL', 'ER_RECORD_FILE_FULL']);

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && noRoom.has(error.code);

/** Whether the same statement may succeed when it is said again: a deadlock, a lost connection, a busy file. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, fatal } = error as Error & { code?: unknown; fatal?: unknown };
  // mysql2 gives no code when a pooled connection was found dead between taking it and writing to it.
  return (typeof code === 'string' && passing.has(code)) || fatal === true || /closed state/.test(error.message);
}

const pausesMs = [15, 60, 250];

/**
 * Runs work on the bot's own database, again after a deadlock or a lost connection. Whether the first try was committed
 * is then not known, so `work` must come to the same end when it is run twice: every write in this folder compares
 * before it sets. Throws `unavailable` when the database stays away, within about half a second of pauses, or its disk is
 * full.
 */
export async function steadily<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (cause) {
      if (isFull(cause)) {
        if (tries === 0) continue;
        throw away('no room on the disk of the bot database', cause);
      }
      if (!isPassing(cause)) throw cause;
      const pauseMs = pausesMs[tries];
      if (pauseMs === undefined) throw away('the bot database does not answer', cause);
      await sleep(pauseMs);
    }
  }
}

const away = (why: string, cause: unknown): Failure =>
  new Failure('unavailable', why, '系统这会儿有点忙,请过一两分钟再发一次。', cause);
