import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import type { Day } from '../src/calendar/day.ts';
import { atRate, type Served, serve } from './callbacks.ts';
import type { CrmAtSize } from './crm-at-size.ts';
import { openMorning } from './morning-house.ts';
import type { BenchRow } from './row.ts';

export interface MorningBenchOptions {
  /** A server on which a schema may be made for the bot's own tables; it is dropped at the end. */
  readonly serverUrl: string;
  readonly groups: number;
}

/** The last day of the company's data, a Monday; then the first mornings of a new bot. */
export const morningDataUntil = '2026-11-16' as Day;
const mornings: readonly (readonly [Day, string])[] = [
  ['2026-11-17' as Day, 'first morning, every silence new'],
  ['2026-11-18' as Day, 'next morning'],
];
const callbacksPerSecond = 50;

/**
 * The whole morning (digests of all groups, reminders of all reps, until every message is in the outbox) beside its
 * distinct scopes alone; and how fast callbacks are acknowledged by the same process meanwhile.
 */
export async function benchMorning(crm: CrmAtSize, { serverUrl, groups }: MorningBenchOptions): Promise<BenchRow[]> {
  const crmUrl = await crm.url();
  const name = `chenbao_bench_bot_${process.pid}_${randomBytes(3).toString('hex')}`;
  const admin = async (text: string): Promise<void> => {
    const connection = await createConnection({ uri: serverUrl, connectTimeout: 3_000 });
    await connection.query(text).finally(() => connection.end());
  };
  await admin(`create database ${name} default charset utf8mb4 collate utf8mb4_bin`);
  const botUrl = new URL(name, serverUrl).href;
  try {
    return [...crm.rows(), ...(await costs(crmUrl, botUrl, groups)), ...(await acknowledged(crmUrl, botUrl, groups))];
  } finally {
    await admin(`drop database if exists ${name}`);
  }
}

async function costs(crmUrl: string, botUrl: string, groups: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const morning = await openMorning(crmUrl, botUrl, groups);
  try {
    for (const [day, what] of mornings) {
      // The first time brings the rows into the database's memory, for both.
      await morning.scopesAlone(day);
      const alone = await morning.scopesAlone(day);
      const { digests, reminders, pictures, beforeDirectors } = await morning.run(day);
      rows.push(
        { name: `${what}: ${morning.scopes} scopes alone`, value: alone, unit: 'ms' },
        { name: `${what}: ${digests.messages} messages of ${groups} digests`, value: digests.ms, unit: 'ms' },
        { name: `${what}: ${reminders.messages} messages of reminders`, value: reminders.ms, unit: 'ms' },
        { name: `${what}: digests / scopes alone`, value: digests.ms / alone, unit: 'ratio' },
        { name: `${what}: whole / scopes alone`, value: (digests.ms + reminders.ms) / alone, unit: 'ratio', goal: 1.5 },
        { name: `${what}: CRM queries of the digests`, value: digests.queries, unit: 'queries' },
        { name: `${what}: CRM queries of the reminders`, value: reminders.queries, unit: 'queries' },
        { name: `${what}: pictures drawn`, value: pictures, unit: 'times', goal: morning.scopes },
        { name: `${what}: others before the last director`, value: beforeDirectors, unit: 'times', goal: 0 },
        { name: `${what}: memory added by digests`, value: digests.grewBytes / 2 ** 20, unit: 'MiB', goal: 300 },
        { name: `${what}: memory added by reminders`, value: reminders.grewBytes / 2 ** 20, unit: 'MiB', goal: 300 },
        {
          name: `${what}: most memory of the process`,
          value: Math.max(digests.mostBytes, reminders.mostBytes) / 2 ** 20,
          unit: 'MiB',
        },
      );
    }
    return rows;
  } finally {
    await morning.close();
  }
}

/** Callbacks come to a process of its own while it goes through a morning. */
async function acknowledged(crmUrl: string, botUrl: string, groups: number): Promise<BenchRow[]> {
  const served: Served = await serve('morning', crmUrl, botUrl, [String(groups)]);
  try {
    await atRate(served, 'wecom-app', 2, callbacksPerSecond);
    const before = await atRate(served, 'wecom-app', 5, callbacksPerSecond);
    let going = true;
    const over = served.morning().then(() => {
      going = false;
    });
    const p99: number[] = [];
    const most: number[] = [];
    while (going) {
      const measured = await atRate(served, 'wecom-app', 5, callbacksPerSecond);
      p99.push(measured.p99Ms);
      most.push(measured.maxMs);
    }
    await over;
    return [
      { name: `${callbacksPerSecond} callbacks a second before it: p99`, value: before.p99Ms, unit: 'ms' },
      {
        name: `${callbacksPerSecond} callbacks a second during a morning: worst p99 of 5 s`,
        value: Math.max(...p99),
        unit: 'ms',
        goal: 200,
      },
      { name: 'the slowest of them', value: Math.max(...most), unit: 'ms' },
    ];
  } finally {
    await served.stop();
  }
}
