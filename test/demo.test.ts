import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseDay } from '../src/calendar/day.ts';
import type { CrmTables } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { ensureDemoCompany } from '../src/demo.ts';

const folder = mkdtempSync(join(tmpdir(), 'chenbao-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes the company once a day, anew on the next, and never over data of ones own', async () => {
  const url = `sqlite:${join(folder, 'crm.sqlite')}`;
  const [day, next] = [parseDay('2026-11-17'), parseDay('2026-11-18')];
  expect(await ensureDemoCompany(url, day, 40)).toBe('generated');
  expect(await ensureDemoCompany(url, day, 40)).toBe('kept');
  expect(await ensureDemoCompany(url, next, 40)).toBe('generated');
  const database = connect<CrmTables>(url);
  try {
    const latest = await database.kysely
      .selectFrom('cm_activities')
      .select((eb) => eb.fn.max('occurred_at').as('at'))
      .executeTakeFirstOrThrow();
    expect(String(latest.at).slice(0, 10)).toBe(next);
    await database.kysely.deleteFrom('cm_capabilities').execute();
  } finally {
    await database.close();
  }
  expect(await ensureDemoCompany(url, parseDay('2026-11-19'), 40)).toBe('own data');
});
