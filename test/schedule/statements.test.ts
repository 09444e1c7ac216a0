import { DefaultQueryExecutor } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessSettingsSchema } from '../../src/access/settings.ts';
import { epochMsOf, momentAt, standingClock } from '../../src/calendar/clock.ts';
import type { Day, WallTime } from '../../src/calendar/day.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import type { KnownCompany } from '../../src/company.ts';
import { crmOver } from '../../src/crm/crm.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { readStages } from '../../src/crm/stages.ts';
import type { Database } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { reportSettingsSchema } from '../../src/reports/settings.ts';
import { digestJob } from '../../src/schedule/digests/digest-job.ts';
import { funnelDigest } from '../../src/schedule/digests/funnel-digest.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import { openEmpty } from '../database/databases.ts';
import { quiet } from '../delivery/collector-platform.ts';
import { describeStores, ownPlace } from '../store/stores.ts';

const zone = 'Asia/Shanghai';
const groups = 200;
const wall = (at: string): number => epochMsOf(at as WallTime, zone);

/** The statements on the bot's own tables while something runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  const executor = Object.getPrototypeOf(DefaultQueryExecutor.prototype) as {
    executeQuery(query: { readonly sql: string }): Promise<unknown>;
  };
  const { executeQuery } = executor;
  executor.executeQuery = function (query) {
    if (/\bcb_\w+/.test(query.sql)) said.push(query.sql);
    return executeQuery.call(this, query);
  };
  try {
    await work();
  } finally {
    executor.executeQuery = executeQuery;
  }
  return said;
}

describeStores(`a morning of ${groups} groups`, (dialect) => {
  let crm: Database<CrmTables> & { drop(): Promise<void> };
  let company: unknown;

  beforeAll(async () => {
    crm = await openEmpty<CrmTables>('sqlite');
    await migrate(crm, 'crm', crmMigrations('sqlite'));
    await generateCompany(crm, { seed: 'statements', customers: 60, until: '2026-11-18' as Day });
    company = {
      crm: crmOver(crm),
      directory: await readDirectory(crm),
      stages: await readStages(crm, null, 7),
      settings: reportSettingsSchema.parse({}),
      capabilities: new Map(),
      dataAsOf: () => '2026-11-18 09:00:00',
    };
  });
  afterAll(() => crm.drop());

  it('asks the bot database few things: who got what last in one query, ended in two statements', async () => {
    const place = await ownPlace(dialect);
    try {
      const store = await place.open();
      const access = accessSettingsSchema.parse({
        groups: Array.from({ length: groups }, (_, n) => ({
          platform: 'simulator',
          id: `g${n}`,
          name: `群${n}`,
          bind: 'all',
          push: [{ what: 'funnel' }],
        })),
      });
      const clock = standingClock(wall('2026-11-17 08:00:00'));
      const job = digestJob(funnelDigest, {
        access,
        calendar: chineseWorkDays(),
        charts: null,
        slots: store.slots,
        platforms: new Map([
          ['simulator', { render: (reply) => [{ kind: 'text', body: { text: reply.title }, pictureId: null }] }],
        ]),
        company: async () => company as KnownCompany,
        log: () => undefined,
      });
      const ended: string[] = [];
      const scheduler = createScheduler({
        store,
        jobs: [job],
        calendar: chineseWorkDays(),
        clock,
        zone,
        catchUpMs: 7_200_000,
        log: quiet,
        onEnded: ({ target }) => ended.push(target),
      });
      const { kysely } = store.database;
      const allSent = () => kysely.updateTable('cb_outbox').set({ state: 'sent', finished_at: 1 }).execute();
      await scheduler.tick();
      clock.moveTo(wall('2026-11-17 09:00:00'));
      await scheduler.tick();
      await allSent();
      clock.moveTo(wall('2026-11-18 09:00:00'));
      const morning = await statementsOf(() => scheduler.tick());
      const rows = await kysely.selectFrom('cb_outbox').select('outbox_id').where('state', '=', 'due').execute();
      expect(rows).toHaveLength(groups);

      const perDigest = morning.length / groups;
      console.info(`${dialect}: ${perDigest.toFixed(2)} statements per digest`);
      // Its slot and its message, both or neither; everything else is asked for all of them together.
      expect(perDigest).toBeLessThan(2.6);
      expect(morning.filter((text) => /last_at/.test(text))).toHaveLength(1);
      expect(morning.filter((text) => /^insert.*cb_slots/s.test(text))).toHaveLength(1);

      await allSent();
      ended.length = 0;
      const settling = await statementsOf(() => scheduler.tick());
      expect(ended).toHaveLength(groups);
      expect(new Set(ended).size).toBe(groups);
      expect(settling.length).toBeLessThan(15);
      const memory = await store.slots.lastSentTo(
        'digest:funnel',
        ['simulator:group:g7'],
        momentAt(clock.now(), zone).epochMs + 1,
      );
      expect(memory.get('simulator:group:g7')?.day).toBe('2026-11-18');
      await scheduler.stop();
    } finally {
      await place.drop();
    }
  });
});
