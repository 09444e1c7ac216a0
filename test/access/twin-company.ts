import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { type Answer, answer } from '../../src/answer.ts';
import { epochMsOf } from '../../src/calendar/clock.ts';
import type { Day, WallTime } from '../../src/calendar/day.ts';
import type { ChartRenderer } from '../../src/charts/spec.ts';
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
const until: Day = '2026-11-18';
const nowMs = epochMsOf(`${until} 10:30:00` as WallTime, zone);

export type Place = 'private' | 'directors' | 'east';

/** An active person as the CRM's own tables have them. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly roles: string;
}

/** Everything that an answer shows or hands to scripts, as one text. */
export interface Shown {
  readonly status: string;
  /** Words of the reply and its buttons. */
  readonly words: string;
  /** These, and the picture's data. */
  readonly text: string;
  /** Figures, command and the whole picture's data. */
  readonly data: string;
  readonly answer: Answer;
}

export type Ask = (account: string, place: Place, text: string) => Promise<Shown>;

/**
 * The rule of rights a second time, in SQL alone and apart from src/access: a rep sees themself; a manager the members of
 * the departments that they head with all below, or of their own; a regional manager the people of the region; the rest
 * all. The east group shows at most the people of 华东. null = everything, also what nobody owns.
 */
export function ownersFor(db: Database.Database, person: Colleague, place: Place): string[] | null {
  const ids = (text: string, ...values: unknown[]): string[] =>
    (db.prepare(text).all(...values) as { id: string }[]).map(({ id }) => id);
  const tree = `with recursive below(id) as (
      select department_id from cm_departments where case when exists (select 1 from cm_departments where manager_user_id = :me)
        then manager_user_id = :me else department_id = (select department_id from cm_users where user_id = :me) end
      union select d.department_id from cm_departments d join below on d.parent_id = below.id)
    select user_id as id from cm_users where department_id in (select id from below) union select :me`;
  const region = `with recursive up(id, at) as (
      select department_id, department_id from cm_departments
      union select up.id, d.parent_id from up join cm_departments d on d.department_id = up.at where d.region is null and d.parent_id is not null),
    regions as (select up.id, d.region from up join cm_departments d on d.department_id = up.at where d.region is not null)
    select u.user_id as id from cm_users u join regions r on r.id = u.department_id where r.region = :region`;
  const ofRegion = (name: string): string[] =>
    (db.prepare(region).all({ region: name }) as { id: string }[]).map(({ id }) => id);
  let own: string[] | null;
  const roles = person.roles.split(',');
  if (roles.some((role) => ['director', 'admin', 'service', 'marketing'].includes(role))) own = null;
  else if (roles.includes('regional_manager')) {
    const [mine] = ids(
      `select coalesce(d.region, p.region) as id from cm_users u join cm_departments d on d.department_id = u.department_id
       left join cm_departments p on p.department_id = d.parent_id where u.user_id = ?`,
      person.id,
    );
    own = [person.id, ...ofRegion(mine ?? '')];
  } else if (roles.includes('manager')) {
    own = (db.prepare(tree).all({ me: person.id }) as { id: string }[]).map(({ id }) => id);
  } else own = [person.id];
  if (place !== 'east') return own === null ? null : [...new Set(own)].sort();
  const east = ofRegion('华东');
  return [...new Set(own === null ? east : own.filter((id) => east.includes(id)))].sort();
}

/**
 * Takes away what a reader of these owners must not see. What stays: rows of the owners; of their customers also the
 * contracts and follow-ups of colleagues; the bare record of a colleague's customer on whom one of the owners has a
 * case. The names of people, departments, products and campaigns are no secret, nor which industries, grades, channels and
 * cities there are: each stays as a word, on a customer of nobody.
 */
export function forget(db: Database.Database, owners: readonly string[]): void {
  db.exec('create temp table mine (id text primary key)');
  const add = db.prepare('insert into mine values (?)');
  for (const id of owners) add.run(id);
  const kept = (column: string) => `(${column} is not null and ${column} in (select id from mine))`;
  db.exec(`
    begin;
    create temp table words as
      select industry, null as level, null as source, null as city from cm_customers union
      select null, level, null, null from cm_customers union select null, null, source, null from cm_customers union
      select null, null, null, city from cm_customers;
    create temp table my_customers as select customer_id as id from cm_customers where ${kept('owner_user_id')};
    delete from cm_opportunities where not ${kept('owner_user_id')};
    delete from cm_opportunity_daily where not ${kept('owner_user_id')};
    delete from cm_stage_events where opportunity_id not in (select opportunity_id from cm_opportunities);
    delete from cm_leads where not ${kept('owner_user_id')};
    delete from cm_quotes where not ${kept('owner_user_id')};
    delete from cm_payments where not ${kept('owner_user_id')};
    delete from cm_payment_plans where not ${kept('owner_user_id')};
    delete from cm_contracts where not ${kept('owner_user_id')} and coalesce(customer_id, '') not in (select id from my_customers);
    delete from cm_contract_lines where contract_id not in (select contract_id from cm_contracts);
    delete from cm_activities where not ${kept('user_id')} and coalesce(customer_id, '') not in (select id from my_customers)
      and coalesce(opportunity_id, '') not in (select opportunity_id from cm_opportunities);
    delete from cm_tickets where coalesce(customer_id, '') not in (select id from my_customers);
    delete from cm_surveys where coalesce(customer_id, '') not in (select id from my_customers);
    delete from cm_contacts where coalesce(customer_id, '') not in (select id from my_customers);
    delete from cm_customer_usage where customer_id not in (select id from my_customers);
    delete from cm_customer_last_touch where customer_id not in (select id from my_customers);
    delete from cm_owner_changes where subject_id not in (select id from my_customers) and subject_id not in (select opportunity_id from cm_opportunities);
    delete from cm_targets where scope = 'user' and scope_id not in (select id from mine);
    delete from cm_customers where customer_id not in (select id from my_customers)
      and customer_id not in (select customer_id from cm_opportunities where customer_id is not null
        union select customer_id from cm_contracts where customer_id is not null
        union select customer_id from cm_leads where customer_id is not null
        union select customer_id from cm_payments where customer_id is not null
        union select customer_id from cm_payment_plans where customer_id is not null
        union select customer_id from cm_activities where customer_id is not null
        union select customer_id from cm_quotes where customer_id is not null);
    insert into cm_customers (customer_id, name, industry, level, source, city, owner_user_id, lifecycle, created_at)
      select 'word-' || rowid, 'word-' || rowid, industry, level, source, city, 'word', 'active', '2001-01-01 00:00:00' from words;
    commit;
    drop table my_customers; drop table mine; drop table words;`);
}

function openLine(file: string): { readonly ask: Ask; close(): Promise<void> } {
  const read = readConfig({ CRM_DATABASE_URL: `sqlite:${file}`, TIMEZONE: zone });
  const config = { ...read, business: withDemoGroups(read.business) };
  let drawn = '';
  const charts: ChartRenderer = {
    draw: (spec) => {
      drawn = JSON.stringify(spec);
      return Promise.resolve({ id: '0', png: Buffer.alloc(0), width: 0, height: 0, altText: spec.title });
    },
    close: () => Promise.resolve(),
  };
  const house = openHouse(config, { state: createInProcessState(), charts, log: createLog('silent') });
  return {
    ask: async (account, place, text) => {
      drawn = '';
      const groupId = place === 'private' ? null : place;
      const answered = await answer(house, { platform: 'simulator', account, groupId, text, nowMs });
      const { reply } = answered;
      const words = [
        reply.title,
        renderMarkdown(reply.blocks, 'plain'),
        ...reply.choices.map((choice) => `[${choice.label} → ${choice.command}]`),
        ...answered.advice,
      ].join('\n');
      return {
        status: reply.status,
        words,
        text: `${words}\n${drawn}`,
        data: JSON.stringify([answered.figures, answered.command, drawn]),
        answer: answered,
      };
    },
    close: () => house.close(),
  };
}

/** The generated company, and for any set of owners its twin in which nothing else was ever there. */
export interface Twins {
  readonly db: Database.Database;
  readonly colleagues: readonly Colleague[];
  readonly ask: Ask;
  /** The line over the twin of these owners; opened once. */
  without(owners: readonly string[]): Ask;
  close(): Promise<void>;
}

export async function openTwins(customers: number): Promise<Twins> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-twins-'));
  const file = join(folder, 'crm.sqlite');
  const database = connect<CrmTables>(`sqlite:${file}`);
  await migrate(database, 'cm', crmMigrations(database.dialect));
  await generateCompany(database, { seed: 'chenbao', customers, until });
  await database.close();
  const db = new Database(file);
  const full = openLine(file);
  const lines = new Map<string, ReturnType<typeof openLine>>();
  return {
    db,
    colleagues: db
      .prepare('select user_id as id, name, roles from cm_users where is_active = 1 order by user_id')
      .all() as Colleague[],
    ask: full.ask,
    without: (owners) => {
      const key = owners.join();
      const known = lines.get(key);
      if (known !== undefined) return known.ask;
      const path = join(folder, `twin-${lines.size}.sqlite`);
      copyFileSync(file, path);
      const twin = new Database(path);
      forget(twin, owners);
      twin.close();
      const line = openLine(path);
      lines.set(key, line);
      return line.ask;
    },
    close: async () => {
      db.close();
      await full.close();
      for (const line of lines.values()) await line.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
