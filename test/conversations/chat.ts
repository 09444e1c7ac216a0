import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Answer, answer } from '../../src/answer.ts';
import { epochMsOf } from '../../src/calendar/clock.ts';
import type { Day, WallTime } from '../../src/calendar/day.ts';
import { readConfig } from '../../src/config.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { connect } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { withDemoGroups } from '../../src/demo.ts';
import { openHouse } from '../../src/house.ts';
import { createLog } from '../../src/log.ts';
import { renderMarkdown } from '../../src/platforms/markdown.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';

const zone = 'Asia/Shanghai';

/** What someone got to read. */
export interface Heard extends Answer {
  readonly text: string;
  /** Fails with the whole reply when one of the patterns is not in it. */
  sees(...patterns: (string | RegExp)[]): Heard;
  seesNo(...patterns: (string | RegExp)[]): Heard;
}

export interface Someone {
  says(text: string): Promise<Heard>;
}

/** A company with people in chats, through the whole line but the platforms. */
export interface ChatWorld {
  /** By CRM name: in private, or in a group of the demo. */
  person(name: string, group?: '总监群' | '华东区群' | string): Someone;
  /** Someone whose account nobody knows. */
  stranger(): Someone;
  at(wall: WallTime): void;
  close(): Promise<void>;
}

/** Generates the demo company up to a day into a database of its own and opens the line on it. */
export async function openWorld(
  options: {
    readonly until?: Day;
    readonly now?: WallTime;
    readonly crmUrl?: string;
    readonly customers?: number;
  } = {},
): Promise<ChatWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-chat-'));
  const url = options.crmUrl ?? `sqlite:${join(folder, 'crm.sqlite')}`;
  const until = options.until ?? '2026-11-18';
  const database = connect<CrmTables>(url);
  await migrate(database, 'cm', crmMigrations(database.dialect));
  await generateCompany(database, { seed: 'chenbao', customers: options.customers ?? 300, until });
  await database.close();

  const read = readConfig({ CRM_DATABASE_URL: url, TIMEZONE: zone });
  const config = { ...read, business: withDemoGroups(read.business) };
  const house = openHouse(config, { state: createInProcessState(), charts: null, log: createLog('silent') });
  let nowMs = epochMsOf(options.now ?? (`${until} 10:30:00` as WallTime), zone);
  const directory = (await house.company({ epochMs: nowMs, zone, wall: `${until} 10:30:00` as WallTime, today: until }))
    .directory;

  const someone = (account: string, groupId: string | null): Someone => ({
    says: async (text) => heard(text, await answer(house, { platform: 'simulator', account, groupId, text, nowMs })),
  });
  return {
    person: (name, group) => {
      const found = directory.people.find((person) => person.name === name && person.active);
      if (found === undefined) throw new Error(`nobody is called ${name}`);
      const bound = config.business.groups.find((one) => one.name === group);
      if (group !== undefined && bound === undefined) return someone(found.id, group);
      return someone(found.id, bound?.id ?? null);
    },
    stranger: () => someone('nobody-knows-me', null),
    at: (wall) => {
      nowMs = epochMsOf(wall, zone);
    },
    close: async () => {
      await house.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function heard(asked: string, answered: Answer): Heard {
  const text = [
    renderMarkdown(answered.reply.blocks, 'plain'),
    ...answered.reply.choices.map((choice) => `[${choice.label}]`),
  ].join('\n');
  const contains = (pattern: string | RegExp) =>
    typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
  const result: Heard = {
    ...answered,
    text,
    sees: (...patterns) => {
      for (const pattern of patterns)
        expect.soft(contains(pattern), `「${asked}」 should show ${pattern}, but the reply was:\n${text}`).toBe(true);
      return result;
    },
    seesNo: (...patterns) => {
      for (const pattern of patterns)
        expect
          .soft(contains(pattern), `「${asked}」 should not show ${pattern}, but the reply was:\n${text}`)
          .toBe(false);
      return result;
    },
  };
  return result;
}
