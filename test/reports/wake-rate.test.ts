import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, type Day } from '../../src/calendar/day.ts';
import { mintScope } from '../../src/crm/scope.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { differenceInterval } from '../../src/figures/rate.ts';
import { wakeRateReport } from '../../src/reports/wake-rate.ts';
import type { Recall, RecallMethod } from '../../src/store/recalls.ts';
import { describeOnBoth } from '../database/databases.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';
import { asking, at, days, figureOf, type Rows, type SmallCompany, smallCompany, textOf } from './small-company.ts';

const now = at('2026-11-30 10:30:00');
const october = days('2026-10-01', '2026-10-31', 'last_month');

const recall = (
  n: number,
  more: Partial<Recall> = {},
): Omit<Recall, 'recallId' | 'untold' | 'recalledOn' | 'toldOn'> => ({
  customerId: `c${n}`,
  silentSince: '2026-07-01',
  ownerId: n % 2 === 0 ? 'wang' : 'li',
  toldTo: n % 2 === 0 ? 'wang' : 'li',
  grade: ['A', 'B', 'C', null][n % 4] ?? null,
  silentDays: 95,
  stakeFen: 0,
  wording: 'generic',
  heldOut: false,
  cause: null,
  recalledAt: `2026-10-${String((n % 28) + 1).padStart(2, '0')} 09:05:00`,
  contactedAt: null,
  contactedBy: null,
  method: null,
  snoozedUntil: null,
  handedTo: null,
  dismissedAt: null,
  ...more,
});

const customersOf = (count: number): NonNullable<Rows['cm_customers']> =>
  Array.from({ length: count }, (_, n) => ({
    customer_id: `c${n}`,
    name: `客户${n}`,
    owner_user_id: 'wang',
    lifecycle: 'active',
    created_at: '2026-01-05 10:00:00',
    industry: n % 3 === 0 ? '制造业' : '零售',
  }));

const activity = (n: number, occurred: string, more: Record<string, unknown> = {}) => ({
  activity_id: `a${n}-${occurred}`,
  kind: 'call',
  subject_type: 'customer',
  customer_id: `c${n}`,
  user_id: 'wang',
  occurred_at: occurred,
  is_connected: 1,
  direction: 'out',
  ...more,
});

describeOnBoth('the wake rate', (dialect) => {
  const open: { company: SmallCompany; place: OwnPlace }[] = [];
  afterAll(async () => {
    for (const { company, place } of open) {
      await company.drop();
      await place.drop();
    }
  });
  async function world(rows: Rows, recalls: readonly ReturnType<typeof recall>[]) {
    const company = await smallCompany(dialect, rows);
    const place = await ownPlace(dialect);
    open.push({ company, place });
    const store: ChatStore = await place.open();
    await store.recalls.load(recalls);
    const run = (question: Parameters<typeof asking>[1] = {}) =>
      wakeRateReport.run({ ...company, recalls: store.recalls }, asking(now, { period: october, ...question }));
    return { company, store, run };
  }

  it('counts what decision 7 counts, within 30 days of the recall, each customer once', async () => {
    const on = { recalledAt: '2026-10-10 09:05:00' };
    const { run } = await world(
      {
        cm_customers: customersOf(20),
        cm_activities: [
          activity(0, '2026-10-10 09:04:59'),
          activity(1, '2026-10-10 09:05:00'),
          activity(2, '2026-11-09 23:59:59'),
          activity(3, '2026-11-10 00:00:00'),
          activity(4, '2026-10-12 10:00:00', { is_connected: 0 }),
          activity(5, '2026-10-12 10:00:00', { kind: 'wechat' }),
          activity(6, '2026-10-12 10:00:00', { kind: 'wechat', direction: 'in' }),
          activity(7, '2026-10-12 10:00:00', { kind: 'visit', is_connected: null }),
          activity(8, '2026-10-12 10:00:00', { kind: 'note', is_connected: null }),
        ],
        cm_contracts: [
          { contract_id: 'k9', customer_id: 'c9', amount: 1, status: 'effective', signed_on: '2026-10-10' },
          { contract_id: 'k10', customer_id: 'c10', amount: 1, status: 'draft', signed_on: '2026-10-12' },
        ],
        cm_payments: [
          { payment_id: 'p11', customer_id: 'c11', amount: 1, status: 'confirmed', paid_on: '2026-11-09' },
          { payment_id: 'p12', customer_id: 'c12', amount: 1, status: 'pending', paid_on: '2026-11-09' },
        ],
        cm_tickets: [{ ticket_id: 't13', customer_id: 'c13', status: 'open', created_at: '2026-10-20 10:00:00' }],
        cm_customer_usage: [
          { customer_id: 'c14', day: '2026-10-20', logins: 2, active_users: 1, features_used: 1 },
          { customer_id: 'c15', day: '2026-10-20', logins: 0, active_users: 0, features_used: 0 },
        ],
      },
      [
        ...Array.from({ length: 16 }, (_, n) => recall(n, on)),
        // Another silence of the same customer is the same customer; September is another month.
        recall(1, { silentSince: '2026-08-01', recalledAt: '2026-10-25 09:05:00' }),
        recall(16, { recalledAt: '2026-09-30 09:05:00' }),
      ],
    );
    const found = await run();
    expect(found.headline[0]).toMatchObject({ metric: 'wake_rate', numerator: 8, denominator: 16 });
    expect(found.notes.join('')).toContain('毛唤醒率');
    expect(found.mode).toBe('毛唤醒率');
  });

  it('case S8: the personal wording brings back three times as many, said with how many it rests on', async () => {
    const { run } = await world(
      {
        cm_customers: customersOf(200),
        cm_activities: [
          ...Array.from({ length: 30 }, (_, n) => activity(n, '2026-10-30 10:00:00')),
          ...Array.from({ length: 10 }, (_, n) => activity(100 + n, '2026-10-30 10:00:00')),
        ],
      },
      Array.from({ length: 200 }, (_, n) => recall(n, { wording: n < 100 ? 'personal' : 'generic' })),
    );
    const found = await run();
    expect(figureOf(found.figures, 'wake_rate', { wording: '个性化话术' })).toBe(0.3);
    expect(figureOf(found.figures, 'wake_rate', { wording: '通用话术' })).toBe(0.1);
    expect(figureOf(found.figures, 'wake_wording_ratio')).toBeCloseTo(3, 10);
    expect(textOf(found.narrative)).toContain('个性化是通用的 3.0 倍;共 200 家');
    expect(textOf(found.narrative)).toContain('30.0 %(30/100)');
  });

  it('stands beside the held-out group with the difference and its interval', async () => {
    const { run } = await world(
      {
        cm_customers: customersOf(240),
        cm_activities: Array.from({ length: 90 }, (_, n) => activity(n * 2, '2026-10-30 10:00:00')),
      },
      Array.from({ length: 240 }, (_, n) => recall(n, { heldOut: n % 10 === 1 || n % 60 === 2 })),
    );
    const found = await run();
    const held = Array.from({ length: 240 }, (_, n) => n).filter((n) => n % 10 === 1 || n % 60 === 2);
    const came = (n: number) => n % 2 === 0 && n < 180;
    const told = { numerator: 90 - held.filter(came).length, denominator: 240 - held.length };
    const other = { numerator: held.filter(came).length, denominator: held.length };
    expect(found.headline.slice(0, 2)).toMatchObject([told, other]);
    expect(found.headline[2]?.value).toBeCloseTo(
      told.numerator / told.denominator - other.numerator / other.denominator,
      12,
    );
    const interval = differenceInterval(told, other);
    expect(textOf(found.narrative)).toContain(
      `95 % 区间 ${((interval?.low ?? 0) * 100).toFixed(1)} 到 ${((interval?.high ?? 0) * 100).toFixed(1)} 个百分点`,
    );
    expect(found.mode).toBe('与对照组比');
    expect(found.notes.join('')).not.toContain('毛唤醒率');
  });

  it('a report without a ledger, or of a month without reminders, says so and shows no zero', async () => {
    const { run, company } = await world({ cm_customers: customersOf(1) }, []);
    for (const found of [await run(), await wakeRateReport.run(company, asking(now, { period: october }))]) {
      expect(found.headline).toEqual([]);
      expect(textOf(found.narrative)).toContain('没有发过沉默客户提醒');
    }
  });

  describeAgainstSql();

  /** Random rows, counted once more by one statement over a copy of the ledger beside the CRM. */
  function describeAgainstSql(): void {
    let found: Awaited<ReturnType<typeof prepare>>;
    async function prepare() {
      let seed = 7;
      const random = (below: number): number => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return Math.floor((seed / 2_147_483_648) * below);
      };
      const methods: readonly (RecallMethod | null)[] = ['call', 'wechat', 'visit', null];
      const rows = Array.from({ length: 700 }, (_, n) =>
        recall(n, {
          heldOut: random(10) === 0,
          wording: random(2) === 0 ? 'personal' : 'generic',
          ...(random(2) === 0 ? { contactedAt: '2026-10-30 10:00:00', method: methods[random(4)] ?? null } : {}),
        }),
      );
      const day = () => addDays('2026-09-25' as Day, random(70));
      const made = await world(
        {
          cm_customers: customersOf(700),
          cm_activities: Array.from({ length: 900 }, (_, n) => ({
            ...activity(random(700), `${day()} ${String(random(24)).padStart(2, '0')}:05:00`),
            activity_id: `r${n}`,
            kind: ['call', 'visit', 'wechat', 'meeting'][random(4)] ?? 'call',
            is_connected: [0, 1, null][random(3)] ?? null,
            direction: random(5) === 0 ? 'in' : 'out',
          })),
          cm_contracts: Array.from({ length: 60 }, (_, n) => ({
            contract_id: `k${n}`,
            customer_id: `c${random(700)}`,
            amount: 1,
            status: random(2) === 0 ? 'effective' : 'void',
            signed_on: day(),
          })),
        },
        rows,
      );
      const { kysely } = made.company.database;
      await sql`create table ledger (customer_id varchar(64), told_at datetime, held integer, wording varchar(16), method varchar(16), answered integer, owner varchar(64), grade varchar(8))`.execute(
        kysely,
      );
      for (const row of rows)
        await sql`insert into ledger values (${row.customerId}, ${row.recalledAt}, ${row.heldOut ? 1 : 0}, ${row.wording}, ${row.method}, ${row.contactedAt === null ? 0 : 1}, ${row.ownerId}, ${row.grade})`.execute(
          kysely,
        );
      const until =
        dialect === 'mysql' ? sql`date_add(date(told_at), interval 31 day)` : sql`date(told_at, '+31 days')`;
      const counted = async (where: ReturnType<typeof sql>) => {
        const { rows: result } = await sql<{ told: number; woken: number }>`
          select count(*) as told, coalesce(sum(case when
            exists (select 1 from cm_activities a where a.customer_id = l.customer_id and a.occurred_at >= l.told_at and a.occurred_at < ${until}
              and a.occurred_at <= ${now.wall}
              and (a.direction = 'in' or (a.kind = 'call' and a.is_connected = 1) or (a.kind in ('visit', 'meeting') and (a.is_connected = 1 or a.is_connected is null))))
            or exists (select 1 from cm_contracts k where k.customer_id = l.customer_id and k.status = 'effective' and k.signed_on >= date(l.told_at) and k.signed_on < ${until} and k.signed_on <= ${now.today})
            then 1 else 0 end), 0) as woken from ledger l where ${where}`.execute(kysely);
        return { numerator: Number(result[0]?.woken), denominator: Number(result[0]?.told) };
      };
      return { ...made, counted };
    }
    beforeAll(async () => {
      found = await prepare();
    }, 60_000);

    it('has the numbers of an independent statement: in all, by wording, method, owner, grade and filter', async () => {
      const { run, counted } = found;
      const all = await run();
      expect(all.headline[0]).toMatchObject(await counted(sql`held = 0`));
      expect(all.headline[1]).toMatchObject(await counted(sql`held = 1`));
      for (const [name, wording] of [
        ['个性化话术', 'personal'],
        ['通用话术', 'generic'],
      ] as const) {
        const figure = all.figures.find(({ dims }) => dims?.wording === name);
        expect(figure).toMatchObject(await counted(sql`held = 0 and wording = ${wording}`));
      }
      const cases: [Parameters<typeof asking>[1], string, ReturnType<typeof sql>][] = [
        [{}, '电话', sql`method = 'call'`],
        [{}, '没说方式', sql`answered = 1 and method is null`],
        [{}, '没有回执', sql`answered = 0`],
        [{ groupBy: ['owner'] }, '李强', sql`owner = 'li'`],
        [{ groupBy: ['grade'] }, 'A 级', sql`grade = 'A'`],
        [{ groupBy: ['grade'] }, '未分级', sql`grade is null`],
      ];
      for (const [question, name, where] of cases) {
        const figure = (await run(question)).figures.find(({ dims }) => Object.values(dims ?? {}).includes(name));
        expect(figure, name).toMatchObject(await counted(sql`held = 0 and ${where}`));
      }
      const scoped = await run({ scope: mintScope(['wang'], '王磊') });
      expect(scoped.headline[0]).toMatchObject(await counted(sql`held = 0 and owner = 'wang'`));
      const narrowed = await run({ filter: { grades: ['B'], industries: ['制造业'] } });
      expect(narrowed.headline[0]).toMatchObject(
        await counted(
          sql`held = 0 and grade = 'B' and customer_id in (select customer_id from cm_customers where industry = '制造业')`,
        ),
      );
      expect(all.notes.join('')).not.toContain('还不满 30 天');
    });
  }
});
