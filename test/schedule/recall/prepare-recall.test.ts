import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessSettingsSchema } from '../../../src/access/settings.ts';
import { epochMsOf, momentAt } from '../../../src/calendar/clock.ts';
import type { Day, WallTime } from '../../../src/calendar/day.ts';
import { crmOver } from '../../../src/crm/crm.ts';
import { generateCompany } from '../../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../../src/crm/directory.ts';
import { noFilter } from '../../../src/crm/rows.ts';
import { type CrmTables, crmMigrations } from '../../../src/crm/schema.ts';
import { readStages } from '../../../src/crm/stages.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { readSilentCustomers } from '../../../src/metrics/silence.ts';
import { dearestFirst, readSilentRows, readStakes } from '../../../src/metrics/silence-of-many.ts';
import { renderMarkdown } from '../../../src/platforms/markdown.ts';
import type { Company } from '../../../src/reports/report.ts';
import { reportSettingsSchema } from '../../../src/reports/settings.ts';
import { recallSettingsSchema } from '../../../src/schedule/recall/config.ts';
import { ownRows, prepareRecalls, type ToRemind } from '../../../src/schedule/recall/prepare-recall.ts';
import { recipientOf, scopeOfOwners } from '../../../src/schedule/recall/recipient.ts';
import { readSilenceInCompany, type SilenceInCompany } from '../../../src/schedule/recall/silence-in-company.ts';
import { readTeams, together } from '../../../src/schedule/recall/team-silence.ts';
import { dialects, openEmpty } from '../../database/databases.ts';
import { zone } from '../../reports/small-company.ts';
import { type OwnPlace, ownPlace } from '../../store/stores.ts';

const moment = momentAt(epochMsOf('2026-11-18 09:05:00' as WallTime, zone), zone);

describe.each(dialects)('reminders of many people on %s', (dialect) => {
  const places: OwnPlace[] = [];
  const drops: (() => Promise<unknown>)[] = [];
  let company: Company;
  let people: ToRemind[];
  let silence: SilenceInCompany;

  beforeAll(async () => {
    const database = await openEmpty<CrmTables>(dialect);
    drops.push(() => database.drop());
    await migrate(database, 'crm', crmMigrations(dialect));
    await generateCompany(database, { seed: 'many', customers: 160, activities: 1_500, until: '2026-11-18' as Day });
    // What one owner has at stake with a customer of another is not the other's to see.
    await sql`update cm_opportunities set owner_user_id = 'u011' where outcome = 'open' and opportunity_id like '%3'`.execute(
      database.kysely,
    );
    await sql`update cm_contracts set owner_user_id = 'u016' where status = 'effective' and contract_id like '%7'`.execute(
      database.kysely,
    );
    await sql`update cm_users set is_active = 0 where user_id = 'u014'`.execute(database.kysely);
    const directory = await readDirectory(database);
    company = {
      crm: crmOver(database),
      directory,
      stages: await readStages(database, null, 7),
      settings: reportSettingsSchema.parse({ silentDays: { default: 25, byGrade: { A: 20 } } }),
      capabilities: new Map(),
      dataAsOf: ({ wall }) => wall,
    };
    silence = await readSilenceInCompany(company, moment);
    const left = directory.people.filter(({ id }) => id === 'u014');
    people = directory.people.flatMap((person): ToRemind[] => {
      const recipient = recipientOf(person, directory, accessSettingsSchema.parse({}), () => ({
        identity: 'simulator',
        account: person.id,
        address: { platform: 'simulator', target: person.id, data: {} },
        render: () => [],
      }));
      if (recipient === null) return [];
      return [{ recipient, left: person.id === 'u005' ? left : [] }];
    });
  }, 60_000);
  afterAll(async () => {
    for (const place of places) await place.drop();
    for (const drop of drops) await drop();
  });

  const settings = recallSettingsSchema.parse({ recall: { perDay: 7, heldOutFrom: 1, heldOutShare: 0.2 } }).recall;

  async function told(batches: readonly (readonly ToRemind[])[]) {
    const place = await ownPlace(dialect);
    places.push(place);
    const { recalls } = await place.open();
    const words = new Map<string, string>();
    for (const batch of batches)
      for (const { recipient, reply } of await prepareRecalls(
        { recalls, settings },
        company,
        batch,
        'recall:2026-11-18:owners:1/1',
        moment,
        { ...silence, customers: 100 },
      ))
        words.set(recipient.person.id, renderMarkdown(reply().blocks, 'plain'));
    const ledger = await recalls.between('2026-11-18', '2026-11-18', 'everyone');
    const rows = ledger.map(({ recallId, ...row }) => row);
    return { words, rows: rows.sort((a, b) => a.customerId.localeCompare(b.customerId)) };
  }

  it('each is told and written down as if they had been the only one', async () => {
    const together = await told([people]);
    const alone = await told(people.map((one) => [one]));
    expect(together.words.size).toBeGreaterThan(10);
    expect([...together.words.values()].some((text) => text.includes('原负责人'))).toBe(true);
    expect([...together.words].sort()).toEqual([...alone.words].sort());
    expect(together.rows).toEqual(alone.rows);
    expect(together.rows.some(({ heldOut }) => heldOut)).toBe(true);
    expect(new Set(together.rows.map(({ wording }) => wording)).has('none')).toBe(true);
  }, 60_000);

  it('the customers of one, their order and stakes are those that the report of that person counts', async () => {
    const scopes = people.map(({ recipient, left }) => scopeOfOwners(recipient, left));
    const ask = { filter: noFilter, moment, limits: company.settings.silentDays };
    const whole = people.find(({ recipient }) => recipient.scope.owners === 'everyone')!.recipient.scope;
    const silent = await readSilentRows(company.crm, { ...ask, scope: whole });
    const ids = silent.map(({ customerId }) => customerId);
    const within = ownRows(silent, await readStakes(company.crm, whole, ids, moment));
    let stakes = 0;
    for (const scope of scopes) {
      const expected = await readSilentCustomers(company.crm, { ...ask, scope, order: 'stake', limit: 1_000 });
      expect(within(scope).sort(dearestFirst)).toEqual(expected.map(({ lastFollowUp, ...row }) => row));
      stakes += expected.reduce((sum, { openFen, contractFen }) => sum + openFen + contractFen, 0);
    }
    const all = within(whole).reduce((sum, { openFen, contractFen }) => sum + openFen + contractFen, 0);
    // Some stakes are another owner's: nobody is told of those.
    expect(stakes).toBeGreaterThan(0);
    expect(stakes).toBeLessThan(all);
  }, 60_000);

  it('teams that are read together have what each of them has when it is read alone', async () => {
    const scopes = people.map(({ recipient }) => recipient.scope);
    const batches = together(scopes);
    expect(batches.some((batch) => batch.length > 3)).toBe(true);
    expect(batches.flat().length).toBe(scopes.length);
    const brief = (teams: Awaited<ReturnType<typeof readTeams>>, scope: (typeof scopes)[number]) => {
      const team = teams.get(scope);
      return {
        owners: [...(team?.byOwner ?? [])].filter(([, { silent }]) => silent > 0).sort(),
        top: team?.top.map(({ customerId, openFen, contractFen, days }) => [customerId, openFen, contractFen, days]),
      };
    };
    let withSeveral = 0;
    for (const batch of batches) {
      const read = await readTeams(company, batch, moment);
      for (const scope of batch) {
        const alone = brief(await readTeams(company, [scope], moment), scope);
        expect(brief(read, scope), scope.words).toEqual(alone);
        if (alone.owners.length > 1) withSeveral += 1;
      }
    }
    expect(withSeveral).toBeGreaterThan(0);
  });
});
