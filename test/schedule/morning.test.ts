import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Day } from '../../src/calendar/day.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { connect } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { dialects } from '../database/databases.ts';
import { until } from '../delivery/processes.ts';
import { type GroupRobotServer, startGroupRobotServer } from '../fakes/group-robot-server.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { type Bot, startBotProcess, wall } from './bot-child.ts';

const keyOf = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
const groups = 5;
const keys = Array.from({ length: groups }, (_, n) => keyOf(n));

// Whole bots on one MariaDB, their clocks set by the test, group robots at a strict fake of WeCom's. Days build on each other.
describe.skipIf(!dialects.includes('mysql'))('the morning, with real processes', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-morning-'));
  let [one, two]: Bot[] = [];
  let place: OwnPlace;
  let server: GroupRobotServer;
  let store: ChatStore;

  beforeAll(async () => {
    const database = connect<CrmTables>(`sqlite:${join(folder, 'crm.sqlite')}`);
    await migrate(database, 'crm', crmMigrations('sqlite'));
    await generateCompany(database, { seed: 'morning', customers: 60, until: '2026-11-17' as Day });
    await database.close();
    const push = [{ what: 'funnel', at: '09:00' }];
    const bind = (n: number) => (n === 0 ? 'all' : { region: n % 2 === 1 ? '华东' : '华南' });
    const settings = {
      groups: keys.map((key, n) => ({
        platform: 'wecom',
        id: `g${n}`,
        name: `群${n}`,
        bind: bind(n),
        robot: { key },
        push,
      })),
    };
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
    [place, server] = await Promise.all([ownPlace('mysql'), startGroupRobotServer(keys)]);
    store = await place.open();
    [one, two] = await Promise.all([startBot('2026-11-17 08:59:00'), startBot('2026-11-17 08:57:30')]);
  });
  afterAll(async () => {
    await Promise.all([one?.kill(), two?.kill()]);
    await server.close();
    await place.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const startBot = (at: string): Promise<Bot> =>
    startBotProcess({
      environment: {
        CRM_DATABASE_URL: `sqlite:${join(folder, 'crm.sqlite')}`,
        BOT_DATABASE_URL: place.url,
        SETTINGS_FILE: join(folder, 'settings.json'),
        WECOM_API_BASE: server.url,
        PORT: '0',
      },
      startsAt: wall(at),
    });
  /** What came since the day began. */
  let seen = 0;
  const posts = () => server.posts.slice(seen);
  const words = (key?: string) =>
    posts().filter((post) => post.msgtype === 'markdown' && (key === undefined || post.key === key));
  const pictures = (key?: string) =>
    posts().filter((post) => post.msgtype === 'image' && (key === undefined || post.key === key));
  const arrived = (among: readonly string[] = keys): boolean =>
    among.every((key) => words(key).length > 0 && pictures(key).length > 0);
  /** Everything that was due has long been sent: what is doubled would be there by now. */
  const settled = () => sleep(1_500);
  const once_ = (among: readonly string[] = keys): void => {
    for (const key of among) expect([words(key).length, pictures(key).length], key).toEqual([1, 1]);
    expect(server.complaints).toEqual([]);
  };
  /** Spread over a minute for all but the directors; the test brings it forward. */
  const hurry = async (): Promise<void> => {
    await store.database.kysely.updateTable('cb_outbox').set({ due_at: 0 }).where('state', '=', 'due').execute();
  };
  const queued = async (day: string, count: number): Promise<void> => {
    for (let n = 0; n < 400; n += 1) {
      const rows = await store.database.kysely
        .selectFrom('cb_outbox')
        .select('outbox_id')
        .where('cause', 'like', `digest:funnel:${day}:%`)
        .execute();
      if (rows.length >= count) return;
      await sleep(50);
    }
  };

  it('two instances, one with a clock 90 s behind, send each group its words and picture once', async () => {
    expect(posts()).toEqual([]);
    const began = Date.now();
    one?.setClock('2026-11-17 09:00:00');
    await until(() => words(keys[0]).length > 0, 20_000);
    expect((words(keys[0])[0]?.at ?? 0) - began).toBeLessThan(10_000);
    await queued('2026-11-17', groups * 2);
    await hurry();
    two?.setClock('2026-11-17 09:00:00');
    await until(() => arrived(), 20_000);
    one?.setClock('2026-11-17 08:58:00');
    one?.setClock('2026-11-17 09:00:10');
    await settled();
    once_();
    expect(words(keys[0])[0]?.content).toContain('漏斗晨报 · 全公司 · 11-17 周二');
    expect(words(keys[1])[0]?.content).toContain('华东');
    // One picture for the two groups of a scope.
    expect(pictures(keys[1])[0]?.content).toBe(pictures(keys[3])[0]?.content);
  });

  it('a broken robot keeps no other waiting; asleep over nine is caught up, later is recorded; a weekend is none', async () => {
    await two?.kill();
    seen = server.posts.length;
    const asked = server.requestsOf(keys[1]!);
    server.always(keys[1]!, 93000);
    one?.setClock('2026-11-18 09:04:00');
    const fine = keys.filter((key) => key !== keys[1]);
    await queued('2026-11-18', groups * 2);
    await hurry();
    one?.setClock('2026-11-18 09:05:00');
    await until(() => arrived(fine), 20_000);
    await settled();
    once_(fine);
    expect(server.requestsOf(keys[1]!) - asked).toBeLessThanOrEqual(5);
    // Thursday and Friday are slept over, Saturday is no work day.
    one?.setClock('2026-11-19 12:30:00');
    one?.setClock('2026-11-21 09:00:30');
    await settled();
    once_(fine);
    const rows = await store.database.kysely.selectFrom('cb_slots').select(['day', 'state', 'job']).execute();
    const states = (day: string) =>
      rows.filter((row) => row.job === 'digest:funnel' && row.day === day).map((row) => row.state);
    expect(states('2026-11-18').sort()).toEqual(['failed', 'sent', 'sent', 'sent', 'sent']);
    expect(new Set(states('2026-11-19'))).toEqual(new Set(['missed']));
    expect(states('2026-11-21')).toEqual([]);
  });
});
