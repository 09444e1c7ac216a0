import { write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from './calendar/clock.ts';

/** Where the lines of a log go. */
export interface LogOutput {
  write(line: string): void;
}

/** So much waits for a device that takes nothing; lines beyond it are lost, and counted. */
const mostWaitingBytes = 1 << 20;
const firstPauseMs = 50;
const longestPauseMs = 2_000;
/** So long the last lines wait for a slow reader when the process ends. */
const atExitMs = 500;

/**
 * Lines to an open file. A full disk or a slow reader neither stops nor ends the process: lines wait for room in their
 * order, and of those that had to go it is said how many. Pino's own destination throws at the first `ENOSPC` and then
 * flushes for ever when the process ends.
 */
export function logOutput(fd: number): LogOutput {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let lost = 0;
  let state: 'new' | 'idle' | 'pausing' | 'writing' | 'gone' = 'new';

  const push = (line: string): void => {
    const bytes = Buffer.from(line);
    waiting.push(bytes);
    waitingBytes += bytes.length;
  };
  const gathered = (): Buffer => {
    const all = Buffer.concat(waiting);
    waiting = [all];
    return all;
  };
  const taken = (count: number): void => {
    const [first, ...others] = waiting;
    const rest = first?.subarray(count);
    waiting = rest === undefined || rest.length === 0 ? others : [rest, ...others];
    waitingBytes -= count;
    if (lost === 0 || waiting.length > 0) return;
    push(lostLine(lost));
    lost = 0;
  };

  async function empty(): Promise<void> {
    for (let pauseMs = firstPauseMs; waiting.length > 0; ) {
      state = 'writing';
      try {
        taken(await put(fd, gathered()));
        pauseMs = firstPauseMs;
      } catch (error) {
        if (isGone(error)) {
          state = 'gone';
          return;
        }
        state = 'pausing';
        await sleep(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      }
    }
    state = 'idle';
  }

  function lastLines(): void {
    if (state === 'gone') return;
    // What is being written comes to its end by itself.
    if (state === 'writing') waiting.shift();
    for (const until = performance.now() + atExitMs; waiting.length > 0 && performance.now() < until; ) {
      try {
        taken(writeSync(fd, gathered()));
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }

  return {
    write: (line) => {
      if (state === 'gone') return;
      if (state === 'new') process.once('exit', lastLines);
      if (waitingBytes + Buffer.byteLength(line) > mostWaitingBytes) {
        lost += 1;
        return;
      }
      push(line);
      if (state === 'new' || state === 'idle') void empty();
    },
  };
}

const put = (fd: number, bytes: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, null, (error, count) => (error === null ? resolve(count) : reject(error)));
  });

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Nobody reads any more, or the file was closed. */
const isGone = (error: unknown): boolean => codeOf(error) === 'EPIPE' || codeOf(error) === 'EBADF';

const lostLine = (lines: number): string =>
  `${JSON.stringify({ level: 40, time: new Date(systemClock.now()).toISOString(), lines, msg: 'no room for lines of this log, they are lost' })}\n`;
