import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessSettingsSchema } from '../../src/access/settings.ts';
import { epochMsOf, momentAt } from '../../src/calendar/clock.ts';
import { addDays, type Day, type WallTime } from '../../src/calendar/day.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import type { KnownCompany } from '../../src/company.ts';
import { crmOver } from '../../src/crm/crm.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import { migrate } from '../../src/database/migrate.ts';
import { readJustLost } from '../../src/metrics/just-lost.ts';
import { readChurn } from '../../src/metrics/lost-customers.ts';
import { renderMarkdown } from '../../src/platforms/markdown.ts';
import type { Company } from '../../src/reports/report.ts';
import { reportSettingsSchema } from '../../src/reports/settings.ts';
import { coveredBy, type DigestHouse, digestJob } from '../../src/schedule/digests/digest-job.ts';
import { type FunnelMorning, funnelDigest } from '../../src/schedule/digests/funnel-digest.ts';
import type { Recipient } from '../../src/schedule/digests/recipients.ts';
import { taskFor } from '../../src/schedule/run-once.ts';
import type { LastSent } from '../../src/store/slot.ts';
import { openEmpty } from '../database/databases.ts';
import { type Rows, type SmallCompany, smallCompany } from '../reports/small-company.ts';

const zone = 'Asia/Shanghai';
const at = (wall: string) => momentAt(epochMsOf(wall as WallTime, zone), zone);
const everyone = mintScope('everyone', '全公司');
const groups = [{ platform: 'simulator', id: 'directors', name: '总监群', bind: 'all', push: [{ what: 'funnel' }] }];

function houseOf(company: unknown, more: Partial<DigestHouse> & { last?: LastSent | null } = {}): DigestHouse {
  return {
    access: accessSettingsSchema.parse({ groups }),
    calendar: chineseWorkDays(),
    charts: null,
    slots: {
      lastSentTo: async (_job, targets) => {
        const { last } = more;
        return new Map(last === null || last === undefined ? [] : targets.map((target) => [target, last]));
      },
    },
    platforms: new Map(),
    company: async () => company as KnownCompany,
    log: () => undefined,
    ...more,
  };
}

async function textFor(company: unknown, wall: string, last: LastSent | null = null): Promise<string> {
  const job = digestJob(funnelDigest, houseOf(company, { last }));
  const moment = at(wall);
  const [recipient] = (await job.recipients(moment)) as [Recipient];
  const composed = await job.compose(recipient, taskFor(job, recipient, moment));
  return 'kind' in composed ? composed.kindly : renderMarkdown(composed.reply.blocks, 'plain');
}

describe('the numbers of the digest', () => {
  const today = '2026-11-18' as Day;
  const moment = at('2026-11-18 09:00:00');
  let close: () => Promise<void>;
  let morning: FunnelMorning;
  let company: Company;
  let raw: Record<'opportunities' | 'events' | 'activities', Record<string, string | null>[]>;
  let positions: Map<string, number>;
  let owners: Set<string>;

  beforeAll(async () => {
    const database = await openEmpty<CrmTables>('sqlite');
    close = () => database.drop();
    await migrate(database, 'crm', crmMigrations('sqlite'));
    await generateCompany(database, { seed: 'digest', customers: 400, until: today });
    const settings = reportSettingsSchema.parse({});
    const directory = await readDirectory(database);
    owners = new Set(directory.people.filter((person) => person.region === '华东').map((person) => person.id));
    company = {
      crm: crmOver(database),
      directory,
      stages: await readStages(database, null, 7),
      settings,
      capabilities: new Map(),
      dataAsOf: () => moment.wall,
    };
    positions = new Map(company.stages.stages.flatMap((stage) => stage.stageIds.map((id) => [id, stage.position])));
    morning = await funnelDigest.compute(company, {
      scope: mintScope([...owners], '华东'),
      moment,
      covers: { label: 'range', from: addDays(today, -5), to: addDays(today, -1) },
      first: true,
      lastWorkDay: addDays(today, -1),
    });
    const all = async (table: string) =>
      (await sql<Record<string, string | null>>`select * from ${sql.table(table)}`.execute(database.kysely)).rows;
    const opportunities = (await all('cm_opportunities')).filter((row) => owners.has(row.owner_user_id ?? ''));
    raw = { opportunities, events: await all('cm_stage_events'), activities: await all('cm_activities') };
  });
  afterAll(() => close());

  const dayOf = (text: string | null | undefined): string => (text ?? '').slice(0, 10);
  const covered = (text: string | null | undefined): boolean =>
    dayOf(text) >= addDays(today, -5) && dayOf(text) <= addDays(today, -1);
  const open = () => raw.opportunities.filter((row) => row.outcome === 'open');

  it('count what is open, by stage, customers once', () => {
    expect(open().length).toBeGreaterThan(5);
    for (const step of morning.snapshot.steps) {
      const here = open().filter((row) => positions.get(row.stage_id ?? '') === step.position);
      expect([step.stage, step.opportunities]).toEqual([step.stage, here.length]);
      expect(step.customers).toBe(new Set(here.map((row) => row.customer_id)).size);
      const fen = here.reduce((sum, row) => sum + Math.round(Number(row.amount ?? 0) * 100), 0);
      expect(step.amountFen).toBe(fen);
    }
  });

  it('count what came, was won and lost on the days covered', () => {
    const closed = (outcomes: string[]) =>
      raw.opportunities.filter((row) => outcomes.includes(row.outcome ?? '') && covered(row.closed_at)).length;
    expect(morning.flow?.created).toBe(raw.opportunities.filter((row) => covered(row.created_at)).length);
    expect(morning.flow?.won).toBe(closed(['won']));
    expect(morning.flow?.lost).toBe(closed(['lost', 'invalid']));
  });

  it('count as lost those whose contract was not continued, as the churn report does', async () => {
    const ask = { scope: everyone, filter: {}, moment, silentDays: 60 };
    let lost = 0;
    for (let back = 1; back <= 300; back += 10) {
      const covers = { label: 'range' as const, from: addDays(today, -back - 9), to: addDays(today, -back) };
      const [groups] = await readChurn(company.crm, ask, [covers], []);
      const expected = groups?.reduce((sum, group) => sum + (group.sums.lost ?? 0), 0) ?? 0;
      expect([back, await readJustLost(company.crm, ask.scope, covers, today)]).toEqual([back, expected]);
      lost += expected;
    }
    expect(lost).toBeGreaterThan(3);
  });

  it('count as stuck what nobody followed up for more than seven days', () => {
    const limit = addDays(today, -7);
    const stuck = open().filter((row) => {
      const touches = raw.activities
        .filter(
          (a) =>
            (a.opportunity_id === row.opportunity_id ||
              (a.opportunity_id === null && a.customer_id === row.customer_id)) &&
            ['call', 'visit', 'wechat', 'email', 'sms', 'meeting', 'note'].includes(a.kind ?? '') &&
            (a.occurred_at ?? '') <= moment.wall,
        )
        .map((a) => a.occurred_at ?? '');
      return (touches.sort().at(-1) ?? row.stage_entered_at ?? row.created_at ?? '') < `${limit} 00:00:00`;
    });
    expect(stuck.length).toBeGreaterThan(0);
    expect(morning.stuck?.reduce((sum, group) => sum + group.stuck, 0)).toBe(stuck.length);
    for (const owner of owners)
      expect(morning.stuck?.filter((g) => g.ownerId === owner).reduce((sum, g) => sum + g.stuck, 0)).toBe(
        stuck.filter((row) => row.owner_user_id === owner).length,
      );
  });

  it('follow the four weeks of new opportunities from 需求诊断 to 方案演示, and those before at the same age', () => {
    const reached = (row: Record<string, string | null>, until: string): number => {
      const seen = raw.events
        .filter((e) => e.opportunity_id === row.opportunity_id && (e.occurred_at ?? '') < until)
        .flatMap((e) => [positions.get(e.from_stage_id ?? '') ?? -1, positions.get(e.to_stage_id ?? '') ?? -1]);
      const here =
        (row.stage_entered_at ?? row.created_at ?? '') < until ? (positions.get(row.stage_id ?? '') ?? -1) : -1;
      const won = row.outcome === 'won' && (row.closed_at ?? '') < until;
      return won ? 4 : Math.min(3, Math.max(0, here, ...seen));
    };
    const cohort = (from: number, to: number, until: string) => {
      const rows = raw.opportunities.filter(
        (row) => dayOf(row.created_at) >= addDays(today, from) && dayOf(row.created_at) <= addDays(today, to),
      );
      const depth = rows.map((row) => reached(row, until));
      return { numerator: depth.filter((n) => n >= 2).length, denominator: depth.filter((n) => n >= 1).length };
    };
    expect(morning.key?.now).toEqual(cohort(-28, -1, moment.wall));
    expect(morning.key?.before).toEqual(cohort(-56, -29, `${addDays(today, -28)} 09:00:00`));
  });
});

describe('the words of the digest', () => {
  const opened: SmallCompany[] = [];
  afterAll(async () => {
    for (const company of opened) await company.drop();
  });
  const made = async (rows: Rows, settings: Record<string, unknown> = {}): Promise<SmallCompany> => {
    const company = await smallCompany('sqlite', rows, settings);
    opened.push(company);
    return company;
  };
  const customers = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      customer_id: `c${n}`,
      name: `客户${n}`,
      owner_user_id: 'wang',
      lifecycle: 'active',
      is_deal: 0,
      created_at: '2026-01-05 10:00:00',
    }));
  const opportunity = (n: number, more: Record<string, unknown> = {}) => ({
    opportunity_id: `o${n}`,
    name: `商机${n}`,
    customer_id: `c${n}`,
    owner_user_id: 'wang',
    pipeline_id: 'p',
    stage_id: 's2',
    outcome: 'open',
    amount: 100_000 + n,
    created_at: '2026-10-01 10:00:00',
    stage_entered_at: '2026-10-01 10:00:00',
    ...more,
  });
  const rows = (): Rows => ({
    cm_customers: customers(6) as never,
    cm_opportunities: [
      opportunity(0),
      opportunity(1, { stage_id: 's4', amount: 900_000, owner_user_id: 'li' }),
      opportunity(2, { outcome: 'won', stage_id: 's5', closed_at: '2026-11-21 15:00:00', amount: 268_000 }),
      opportunity(3, { outcome: 'lost', stage_id: 'sl', closed_at: '2026-11-20 15:00:00' }),
      opportunity(4, { created_at: '2026-11-22 10:00:00', stage_entered_at: '2026-11-22 10:00:00', stage_id: 's1' }),
    ] as never,
  });

  it('a Monday covers Friday to Sunday and says so; changes are since the last one that arrived', async () => {
    const company = await made(rows());
    const text = await textFor(company, '2026-11-23 09:00:00', {
      day: '2026-11-20',
      plannedAt: 0,
      memory: {
        opportunities: 5,
        customers: 4,
        stages: [{ stage: '需求诊断', opportunities: 3, customers: 3 }],
      },
    });
    expect(text).toContain('漏斗晨报 · 全公司 · 11-23 周一');
    expect(text).toContain('周五到周日：新进 **1**，成交 1 个 26.8 万，丢单 **1 个 10 万**');
    expect(text).toContain('比上一份（11-20）');
    expect(text).toMatch(/需求诊断 \*\*1 个\*\* −2 · 1 家 −2 ·/);
    expect(text).toContain('11-20 至 11-22');
    expect(text).toContain('王磊签下客户2（26.8 万）');
    expect(text).toContain('李强：客户1（报价谈判，90 万）');
  });

  it('is not held against one that went out earlier the same day', async () => {
    const company = await made(rows());
    const memory = { opportunities: 3, customers: 3, stages: [{ stage: '需求诊断', opportunities: 1, customers: 1 }] };
    const text = await textFor(company, '2026-11-23 09:00:00', { day: '2026-11-23', plannedAt: 0, memory });
    expect(text).not.toMatch(/持平|比上一份/);
  });

  it('on a Sunday the steps are for Monday', async () => {
    const stuck = [0, 1, 2, 3].map((n) => opportunity(n));
    const company = await made({ ...rows(), cm_opportunities: stuck as never });
    expect(await textFor(company, '2026-11-23 09:00:00')).toMatch(/今天下班前.*\n.*晨会上/);
    const sunday = await textFor(company, '2026-11-22 09:00:00');
    expect(sunday).toContain('周一下班前');
    expect(sunday).toContain('周一晨会上');
    expect(sunday).not.toContain('今天下班前');
  });

  it('a name full of marks stays a name', async () => {
    const company = await made({
      ...rows(),
      cm_customers: customers(6).map((row) => ({ ...row, name: `**x** ++${row.name}++ # %%y%%` })) as never,
    });
    const text = await textFor(company, '2026-11-23 09:00:00');
    expect(text).toContain('\\*\\*x\\*\\* ++客户1++ # %%y%%');
  });

  it('an empty CRM is said, never shown as zeros', async () => {
    const text = await textFor(await made({}), '2026-11-23 09:00:00');
    expect(text).toContain('现在没有在跟的商机');
    expect(text).not.toMatch(/\*\*0|0 个|0 家/);
  });

  it('what the CRM does not record is said, never shown as zero', async () => {
    const company = await made(rows());
    const without = new Map([
      ['stage_events', { level: 'none', note: null }],
      ['activities', { level: 'none', note: null }],
    ]);
    const text = await textFor({ ...company, capabilities: without }, '2026-11-23 09:00:00');
    expect(text).toContain('CRM 没有记录阶段变动');
    expect(text).toContain('CRM 没有记录跟进,积压给不出'.replace(',', '，'));
    expect(text).not.toMatch(/新进 \*|积压 \d/);
    const none = new Map([['opportunities', { level: 'none', note: '商机在另一个系统' }]]);
    expect(await textFor({ ...company, capabilities: none }, '2026-11-23 09:00:00')).toContain('商机在另一个系统');
  });

  it('late data and a late run are said', async () => {
    const company = await made(rows());
    const copied = { ...company, dataAsOf: () => '2026-11-22 23:00:00' };
    expect(await textFor(copied, '2026-11-23 09:00:00')).toContain('CRM 的数据只到 11-22 23:00');
    expect(await textFor(company, '2026-11-23 09:00:00')).not.toContain('只到');
  });

  it('a CRM that stood still all through the last work day is said, a quiet weekend is not', async () => {
    const company = await made(rows());
    const standsStill = 'CRM 里最近一条记录是';
    // The newest is a Sunday's; on Monday the last work day is the Friday before, on Wednesday it is Tuesday.
    expect(await textFor(company, '2026-11-23 09:00:00')).not.toContain(standsStill);
    expect(await textFor(company, '2026-11-25 09:00:00')).toContain(`${standsStill} 11-22 10:00 的`);
    expect(await textFor(await made({}), '2026-11-25 09:00:00')).not.toContain(standsStill);
  });

  it('one computation serves all groups of a scope, and each is told its own change', async () => {
    const company = await made(rows());
    const access = accessSettingsSchema.parse({
      groups: [...Array(5)].map((_, n) => ({ ...groups[0], id: `g${n}`, name: `群${n}` })),
    });
    const last = (target: string): LastSent => ({
      day: '2026-11-20',
      plannedAt: 0,
      memory: { opportunities: target.endsWith('g0') ? 3 : 9, customers: 3, stages: [] },
    });
    const lastSentTo = async (_job: string, targets: readonly string[]) =>
      new Map(targets.map((target) => [target, last(target)]));
    const job = digestJob(funnelDigest, houseOf(company, { access, slots: { lastSentTo } }));
    const moment = at('2026-11-23 09:00:00');
    const recipients = await job.recipients(moment);
    const before = company.crm.queriesRun;
    const first = await job.compose(recipients[0] as Recipient, taskFor(job, recipients[0] as Recipient, moment));
    const cost = company.crm.queriesRun - before;
    const rest = await Promise.all(recipients.slice(1).map((one) => job.compose(one, taskFor(job, one, moment))));
    expect(company.crm.queriesRun - before).toBe(cost);
    const text = (composed: (typeof rest)[number]): string =>
      'kind' in composed ? '' : renderMarkdown(composed.reply.blocks, 'plain');
    expect(text(first)).toContain('**3 个商机** 持平');
    expect(text(rest[0]!)).toContain('**3 个商机** −6');
  });

  it('the days covered begin with the last digest that arrived', () => {
    const calendar = chineseWorkDays();
    const covered = (day: string, last: string | null) => {
      const { from, to } = coveredBy(day as Day, last === null ? null : { day: last as Day, memory: null }, calendar);
      return `${from} ${to}`;
    };
    expect(covered('2026-11-18', '2026-11-17')).toBe('2026-11-17 2026-11-17');
    expect(covered('2026-11-18', '2026-11-16')).toBe('2026-11-16 2026-11-17');
    // Behind National Day without an earlier one, and on the make-up Saturday.
    expect(covered('2026-10-08', null)).toBe('2026-09-30 2026-10-07');
    expect(covered('2026-10-10', '2026-10-09')).toBe('2026-10-09 2026-10-09');
    expect(everyone.key).toBe('everyone');
  });
});
