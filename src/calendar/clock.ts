import { Temporal } from 'temporal-polyfill';
import { type Day, dayOfWallTime, type WallTime } from './day.ts';

/** Where the time comes from. Only the rim reads it; everything that decides takes a `Moment`. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands, for tests, `ask --now` and the simulator's time travel. */
export function standingClock(epochMs: number): Clock & { moveTo(epochMs: number): void } {
  let at = epochMs;
  return {
    now: () => at,
    moveTo: (next) => {
      at = next;
    },
  };
}

/** One instant, together with how the company's wall clock shows it. */
export interface Moment {
  readonly epochMs: number;
  /** IANA zone of the company, `Asia/Shanghai` by default. */
  readonly zone: string;
  readonly wall: WallTime;
  readonly today: Day;
}

/** The company's wall clock at an instant. */
export function wallTimeAt(epochMs: number, zone: string): WallTime {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.trunc(epochMs)).toZonedDateTimeISO(zone).toPlainDateTime();
  return at.toString({ smallestUnit: 'second' }).replace('T', ' ') as WallTime;
}

/** The instant of a company wall-clock time. Where the clock was put forward over it, the later reading is taken. */
export function epochMsOf(wall: WallTime, zone: string): number {
  return Temporal.PlainDateTime.from(wall.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds;
}

export function momentAt(epochMs: number, zone: string): Moment {
  const wall = wallTimeAt(epochMs, zone);
  return { epochMs, zone, wall, today: dayOfWallTime(wall) };
}
