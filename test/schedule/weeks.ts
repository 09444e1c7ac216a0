import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Bot, wall } from './bot-child.ts';
import { type Arrival, directorsChats, expectOnce, hasArrived } from './chats.ts';
import { type Company, companyOfChannels } from './company-of-channels.ts';
import { ownRedis } from './own-servers.ts';

export const leaseMs = 2_500;
export const patienceMs = 40_000;

/** 9-20 as the heading of a digest writes it. */
export const shown = (day: Day): string => day.slice(5).replace(/^0/, '');

export const about = (arrivals: readonly Arrival[], words: RegExp): Arrival[] =>
  arrivals.filter(({ text }) => words.test(text));

/** Two bots on one MariaDB and one Redis, whose days a test makes pass one by one. The clock of the second is ten seconds behind. */
export class Weeks {
  readonly place: OwnPlace;
  readonly store: ChatStore;
  readonly company: Company;
  readonly redis: Awaited<ReturnType<typeof ownRedis>>;
  readonly days = new Map<Day, () => Arrival[]>();
  first!: Bot;
  second!: Bot;
  today: Day;

  private constructor(today: Day, parts: Pick<Weeks, 'place' | 'store' | 'company' | 'redis'>) {
    this.today = today;
    this.place = parts.place;
    this.store = parts.store;
    this.company = parts.company;
    this.redis = parts.redis;
  }

  static async open(today: Day): Promise<Weeks> {
    const [place, redis, company] = await Promise.all([ownPlace('mysql'), ownRedis(), companyOfChannels(today)]);
    const weeks = new Weeks(today, { place, redis, company, store: await place.open() });
    [weeks.first, weeks.second] = await Promise.all([
      weeks.startBot(`${today} 18:00:00`),
      weeks.startBot(`${today} 17:59:50`),
    ]);
    return weeks;
  }

  startBot(at: string): Promise<Bot> {
    return this.company.startBot({ botUrl: this.place.url, at, leaseMs, redisUrl: this.redis.url });
  }

  async close(): Promise<void> {
    await this.company.close();
    await Promise.all([this.redis.close(), this.place.drop()]);
  }

  itIs(time: string): void {
    const now = `${this.today} ${time}`;
    this.company.chats.setClock(now);
    this.first.setClock(now);
    this.second.setClock(tenSecondsBefore(now));
  }

  begin(day: string): () => Arrival[] {
    this.today = day as Day;
    this.company.chats.gate.onSend(() => 'pass');
    const arrivals = this.company.chats.since();
    this.days.set(this.today, arrivals);
    return arrivals;
  }

  /** What of today's digest is there; words by their heading, and only digests have pictures. */
  digestIn(arrivals: readonly Arrival[]): Arrival[] {
    const heading = `漏斗晨报 · 全公司 · ${shown(this.today)} `;
    return arrivals.filter(({ part, text }) => part === 'picture' || text.includes(heading));
  }

  /** Until nothing is under way; `time` comes again meanwhile as the sweep of every half minute would look again. */
  async quietAt(time: string): Promise<void> {
    for (const began = Date.now(); ; ) {
      for (let n = 0; n < 10; n += 1) {
        await sleep(100);
        if ((await this.underWay()) === 0) return;
      }
      if (Date.now() - began > patienceMs) throw new Error(`${this.today} ${time}: something is still under way`);
      this.itIs(time);
    }
  }

  private async underWay(): Promise<number> {
    const { kysely } = this.store.database;
    const slots = await kysely
      .selectFrom('cb_slots')
      .select('slot_id')
      .where('state', 'in', ['due', 'working'])
      .execute();
    const rows = await kysely
      .selectFrom('cb_outbox')
      .select('outbox_id')
      .where('state', 'in', ['due', 'unknown', 'sending'])
      .execute();
    return slots.length + rows.length;
  }

  async digestArrives(arrivals: () => Arrival[], chats = directorsChats): Promise<void> {
    for (const began = Date.now(); !hasArrived(this.digestIn(arrivals()), chats); await sleep(20)) {
      if (Date.now() - began > patienceMs) throw new Error(`${this.today}: a digest is lost`);
    }
  }

  /** It becomes so late, and what is due then is done. */
  async at(time: string): Promise<void> {
    this.itIs(time);
    await sleep(150);
    await this.quietAt(time);
  }

  /** 9:00 has been; the reminders of 9:05, the watch of 9:10, the evening. */
  async restOfDay(): Promise<void> {
    for (const time of ['09:05:30', '09:10:30', '18:00:00']) await this.at(time);
  }

  async plainDay(day: string): Promise<Arrival[]> {
    const arrivals = this.begin(day);
    this.itIs('08:59:30');
    this.itIs('09:00:00');
    await this.digestArrives(arrivals);
    await this.restOfDay();
    expectOnce(this.digestIn(arrivals()));
    return arrivals();
  }

  async daysOff(from: Day, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const arrivals = this.begin(addDays(from, n));
      for (const time of ['09:00:30', '09:10:30']) {
        this.itIs(time);
        await sleep(50);
        await this.quietAt(time);
      }
      expect(arrivals(), this.today).toEqual([]);
    }
  }
}

const tenSecondsBefore = (at: string): string =>
  new Date(wall(at) + 8 * 3_600_000 - 10_000).toISOString().slice(0, 19).replace('T', ' ');
