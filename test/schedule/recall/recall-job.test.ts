import { afterEach, expect, it } from 'vitest';
import { accessSettingsSchema } from '../../../src/access/settings.ts';
import { epochMsOf, standingClock } from '../../../src/calendar/clock.ts';
import { addDays, type Day, type WallTime } from '../../../src/calendar/day.ts';
import { chineseWorkDays } from '../../../src/calendar/work-calendar.ts';
import { readDirectory } from '../../../src/crm/directory.ts';
import { createCourier } from '../../../src/delivery/courier.ts';
import { renderMarkdown } from '../../../src/platforms/markdown.ts';
import { createSimulator, type Simulator } from '../../../src/platforms/simulator/simulator.ts';
import type { Company } from '../../../src/reports/report.ts';
import { recallSettingsSchema } from '../../../src/schedule/recall/config.ts';
import { isHeldOut } from '../../../src/schedule/recall/held-out.ts';
import { reachOver } from '../../../src/schedule/recall/reach-over.ts';
import { recallJob } from '../../../src/schedule/recall/recall-job.ts';
import { createScheduler } from '../../../src/schedule/scheduler.ts';
import { createInProcessState } from '../../../src/store/in-process-state.ts';
import type { EndedSlot } from '../../../src/store/slot.ts';
import { quiet } from '../../delivery/collector-platform.ts';
import { type Rows, type SmallCompany, smallCompany, threePeople, zone } from '../../reports/small-company.ts';
import { describeStores, type OwnPlace, ownPlace } from '../../store/stores.ts';

const wall = (at: string): number => epochMsOf(at as WallTime, zone);

const customer = (id: string, touched: string | null, more: Record<string, unknown> = {}) => ({
  row: {
    customer_id: id,
    name: `客户${id}`,
    owner_user_id: 'wang',
    lifecycle: 'active',
    level: 'B',
    created_at: '2026-01-05 10:00:00',
    ...more,
  },
  touch: touched === null ? null : { customer_id: id, last_touch_at: touched },
});

const rowsOf = (customers: ReturnType<typeof customer>[], more: Rows = {}): Rows => ({
  cm_customers: customers.map(({ row }) => row),
  cm_customer_last_touch: customers.flatMap(({ touch }) => (touch === null ? [] : [touch])),
  ...more,
});

describeStores('the silent-customer reminders', (dialect) => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function world(rows: Rows, options: { start: string; recall?: object; accounts?: readonly string[] }) {
    /** Messages to them cannot be made just now. */
    const broken = new Set<string>();
    const company = await smallCompany(dialect, rows);
    const place: OwnPlace = await ownPlace(dialect);
    const store = await place.open({ leaseMs: 5_000 });
    const clock = standingClock(wall(options.start));
    const accounts = options.accounts ?? ['zhou', 'wang', 'li', 'chen'];
    const simulator: Simulator = createSimulator(
      accounts.map((id) => ({ id: `private-${id}`, title: '晨报', kind: 'private' as const, members: [id] })),
      clock,
    );
    const platforms = new Map([['simulator', simulator] as const]);
    const access = accessSettingsSchema.parse({});
    const calendar = chineseWorkDays();
    const told: { ended: EndedSlot; kindly: string | null }[] = [];
    const reach = reachOver(access, platforms);
    // Who has no chat in the simulator has no account on any platform.
    const reaching: typeof reach = (person, directory) => {
      const found = accounts.includes(person.id) ? reach(person, directory) : null;
      if (found === null || !broken.has(person.id)) return found;
      const render = () => {
        throw new Error('a message that cannot be rendered');
      };
      return { ...found, render };
    };
    const current = async (): Promise<Company> => ({ ...company, directory: await readDirectory(company.database) });
    const schedulerOn = (on: typeof store) => {
      const job = recallJob({
        company: current,
        access,
        settings: recallSettingsSchema.parse({ recall: { ...options.recall } }).recall,
        recalls: on.recalls,
        slots: on.slots,
        calendar,
        reaching,
        log: quiet,
      });
      const scheduler = createScheduler({
        store: on,
        jobs: [job],
        calendar,
        clock,
        zone,
        catchUpMs: 7_200_000,
        log: quiet,
        onUntold: async (ended, kindly) => {
          told.push({ ended, kindly });
        },
      });
      stops.push(() => scheduler.stop());
      return scheduler;
    };
    const courier = createCourier({ store, platforms, state: createInProcessState(), clock, log: quiet, sweepMs: 50 });
    stops.push(
      () => company.drop(),
      () => place.drop(),
      () => courier.stop(),
    );
    const scheduler = schedulerOn(store);
    const morning = async (day: string, time = '09:05:00', pauseMs = 80) => {
      clock.moveTo(wall(`${day} ${time}`));
      await scheduler.tick();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await courier.drain();
    };
    const said = (userId: string): string[] =>
      simulator.lines(`private-${userId}`).map((line) => renderMarkdown(line.blocks, 'plain'));
    const namesTold = (userId: string): string[] =>
      said(userId).flatMap((text) => [...new Set([...text.matchAll(/客户[\w-]+/g)].map(([name]) => name))]);
    return { company, store, place, clock, scheduler, schedulerOn, courier, morning, said, namesTold, told, broken };
  }
  const touch = async (company: SmallCompany, id: string, at: string) => {
    await company.database.kysely
      .updateTable('cm_customer_last_touch')
      .set({ last_touch_at: at })
      .where('customer_id', '=', id)
      .execute();
  };

  it('case S7: exactly those of 90 days and more, to their own owner, once', async () => {
    const { morning, said, namesTold, store } = await world(
      rowsOf([
        customer('89', '2026-08-21 00:00:00'),
        customer('90', '2026-08-20 23:59:59', { level: 'A' }),
        customer('91', '2026-08-19 12:00:00', { owner_user_id: 'li' }),
        customer('young', null, { created_at: '2026-11-08 10:00:00' }),
        customer('pool', '2026-01-01 00:00:00', { lifecycle: 'pool' }),
      ]),
      { start: '2026-11-18 08:00:00' },
    );
    await morning('2026-11-18', '09:04:59');
    expect(said('wang')).toEqual([]);
    await morning('2026-11-18');
    await morning('2026-11-18', '09:06:00');
    expect(namesTold('wang')).toEqual(['客户90']);
    expect(namesTold('li')).toEqual(['客户91']);
    expect(said('wang')[0]).toMatch(/A 级 · \*\*90 天没动静\*\*/);
    const [recall] = await store.recalls.ofCustomers(['90']);
    expect(recall).toMatchObject({
      silentSince: '2026-08-20',
      toldTo: 'wang',
      silentDays: 90,
      wording: 'generic',
      recalledAt: '2026-11-18 09:05:00',
    });
  });

  it('a silence is told once in a month, a new silence anew, and what was put off on its day', async () => {
    const { morning, namesTold, company, store, said } = await world(
      rowsOf([customer('a', '2026-07-01 10:00:00'), customer('b', '2026-08-12 10:00:00')]),
      { start: '2026-11-02 08:00:00' },
    );
    for (let day = '2026-11-02' as Day; day <= '2026-12-02'; day = addDays(day, 1)) {
      await morning(day, '09:05:00', 0);
      if (day === '2026-11-03') {
        const [a] = await store.recalls.ofCustomers(['a']);
        await store.recalls.feedback(a?.recallId ?? '', { kind: 'later', until: '2026-11-07' });
      }
    }
    // The 7th is a Saturday; b is 90 days silent on the 10th.
    expect(namesTold('wang')).toEqual(['客户a', '客户a', '客户b']);
    expect(said('wang')[1]).toContain('你说过今天再提醒');
    const days = (await store.slots.known('recall', '2026-11-01')).filter(
      ({ target, state }) => target === 'owners' && state !== 'void',
    );
    expect(days.map(({ day }) => day).sort()).toEqual(['2026-11-02', '2026-11-09', '2026-11-10']);
    await touch(company, 'a', '2026-12-02 15:00:00');
    await morning('2027-03-02');
    expect(namesTold('wang')).toEqual(['客户a', '客户a', '客户b', '客户a']);
  });

  it('goes to the owner at send time; of one who left to the manager, who sees it named', async () => {
    const { morning, namesTold, said, company } = await world(
      rowsOf(
        [customer('moved', '2026-08-01 10:00:00'), customer('left', '2026-08-01 10:00:00', { owner_user_id: 'ex' })],
        {
          cm_users: [
            ...(threePeople.cm_users ?? []),
            { user_id: 'ex', name: '赵前', department_id: 'd1', manager_user_id: 'zhou', roles: 'rep', is_active: 0 },
          ],
        },
      ),
      { start: '2026-11-18 08:00:00' },
    );
    await morning('2026-11-18', '09:04:30');
    await company.database.kysely
      .updateTable('cm_customers')
      .set({ owner_user_id: 'li' })
      .where('customer_id', '=', 'moved')
      .execute();
    await morning('2026-11-18');
    expect(namesTold('wang')).toEqual([]);
    expect(namesTold('li')).toEqual(['客户moved']);
    expect(namesTold('zhou')).toEqual(['客户left']);
    expect(said('zhou')[0]).toContain('原负责人 赵前(已离职)'.replace('(', '（').replace(')', '）'));
  });

  it('who has no account is told to the administrators in one line, once; the run goes on for the others', async () => {
    const { morning, namesTold, told, store } = await world(
      rowsOf([customer('w', '2026-08-01 10:00:00'), customer('l', '2026-08-01 10:00:00', { owner_user_id: 'li' })]),
      { start: '2026-11-17 08:00:00', accounts: ['wang'] },
    );
    await morning('2026-11-17');
    await morning('2026-11-18');
    await morning('2026-11-18', '09:06:00');
    expect(namesTold('wang')).toEqual(['客户w']);
    expect(told.map(({ kindly }) => kindly)).toEqual([expect.stringMatching(/送不到 李强\(共 1 家客户\)/)]);
    expect(await store.recalls.ofCustomers(['l'])).toEqual([]);
  });

  it('at most so many a day, the dearest first; the others on the next days, nobody twice', async () => {
    const many = Array.from({ length: 12 }, (_, n) => customer(`n${n + 10}`, `2026-0${(n % 3) + 5}-01 10:00:00`));
    const { morning, said, namesTold } = await world(rowsOf(many), {
      start: '2026-11-17 08:00:00',
      recall: { perDay: 7 },
    });
    await morning('2026-11-17');
    expect(namesTold('wang')).toHaveLength(7);
    expect(said('wang')[0]).toContain('另有 5 家排在后面几天');
    for (const day of ['2026-11-18', '2026-11-19']) await morning(day);
    expect(new Set(namesTold('wang')).size).toBe(12);
    expect(namesTold('wang')).toHaveLength(12);
  });

  it('holds a share out from 200 silent ones on, by a hash, records them and never tells them', async () => {
    const of = (count: number) => Array.from({ length: count }, (_, n) => customer(`h${n}`, '2026-08-01 10:00:00'));
    const recall = { perDay: 50, heldOutShare: 0.2 };
    const { morning, namesTold, store } = await world(rowsOf(of(200)), { start: '2026-11-16 08:00:00', recall });
    for (const day of ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']) await morning(day);
    const rows = await store.recalls.between('2026-11-01', '2026-11-30', 'everyone');
    const expected = of(200)
      .map(({ row }) => row.customer_id)
      .filter((customerId) => isHeldOut({ customerId, silentSince: '2026-08-01' }, 0.2));
    expect(
      rows
        .filter(({ heldOut }) => heldOut)
        .map(({ customerId }) => customerId)
        .sort(),
    ).toEqual(expected.sort());
    expect(expected.length).toBeGreaterThan(20);
    expect(new Set(namesTold('wang')).size).toBe(200 - expected.length);
    const fewer = await world(rowsOf(of(199)), { start: '2026-11-16 08:00:00', recall });
    await fewer.morning('2026-11-16');
    expect((await fewer.store.recalls.between('2026-11-16', '2026-11-16', 'everyone')).some((r) => r.heldOut)).toBe(
      false,
    );
  }, 30_000);

  it('a reminder whose slot came to nothing is told the next morning', async () => {
    const { morning, namesTold, store, clock, scheduler } = await world(
      rowsOf([customer('a', '2026-08-01 10:00:00')]),
      {
        start: '2026-11-17 08:00:00',
      },
    );
    // Taken in the ledger, then the process died until the window was over.
    await store.recalls.reserve(
      'recall:2026-11-17:owners:1/1',
      [
        {
          customerId: 'a',
          silentSince: '2026-08-01',
          ownerId: 'wang',
          toldTo: 'wang',
          grade: 'B',
          silentDays: 108,
          stakeFen: 0,
          wording: 'generic',
          heldOut: false,
          recalledAt: '2026-11-17 09:05:00',
        },
      ],
      [],
    );
    await store.slots.noteMissed(
      [{ job: 'recall', day: '2026-11-17', target: 'owners', part: '1/1', plannedAt: clock.now(), priority: 1 }],
      'test',
    );
    await scheduler.tick();
    await morning('2026-11-18');
    await morning('2026-11-19');
    expect(namesTold('wang')).toEqual(['客户a']);
    expect((await store.recalls.ofCustomers(['a']))[0]?.recalledOn).toBe('2026-11-18');
  });

  it('who cannot be told today was not told: the others are, and they the next morning, once', async () => {
    const { morning, namesTold, store, broken } = await world(
      rowsOf([
        customer('w', '2026-08-01 10:00:00'),
        customer('later', '2026-08-02 10:00:00'),
        customer('l', '2026-08-01 10:00:00', { owner_user_id: 'li' }),
      ]),
      { start: '2026-11-16 08:00:00' },
    );
    await morning('2026-11-16');
    const [later] = await store.recalls.ofCustomers(['later']);
    await store.recalls.feedback(later?.recallId ?? '', { kind: 'later', until: '2026-11-17' });
    broken.add('wang');
    await morning('2026-11-17');
    expect(namesTold('wang').sort()).toEqual(['客户later', '客户w']);
    broken.clear();
    await morning('2026-11-18');
    await morning('2026-11-19');
    expect(namesTold('wang').sort()).toEqual(['客户later', '客户later', '客户w']);
    expect(namesTold('li')).toEqual(['客户l']);
    const first = await world(
      rowsOf([customer('w', '2026-08-01 10:00:00'), customer('l', '2026-08-01 10:00:00', { owner_user_id: 'li' })]),
      { start: '2026-11-16 08:00:00' },
    );
    first.broken.add('wang');
    await first.morning('2026-11-16');
    expect(await first.store.recalls.between('2026-11-16', '2026-11-16', ['wang'])).toEqual([]);
    expect(first.namesTold('li')).toEqual(['客户l']);
    first.broken.clear();
    await first.morning('2026-11-17');
    await first.morning('2026-11-18');
    expect(first.namesTold('wang')).toEqual(['客户w']);
    expect((await first.store.recalls.ofCustomers(['w']))[0]?.recalledOn).toBe('2026-11-17');
  });

  it('the manager reads the team on Mondays: who has how many, and who has not answered', async () => {
    const { morning, said, store } = await world(
      rowsOf([customer('a', '2026-07-01 10:00:00'), customer('b', '2026-07-02 10:00:00')]),
      { start: '2026-11-17 08:00:00' },
    );
    await morning('2026-11-17');
    const [a] = await store.recalls.ofCustomers(['a']);
    await store.recalls.feedback(a?.recallId ?? '', {
      kind: 'contacted',
      by: 'wang',
      at: '2026-11-17 10:00:00',
      method: 'call',
    });
    expect(said('zhou')).toEqual([]);
    await morning('2026-11-23');
    expect(said('zhou')).toHaveLength(1);
    expect(said('zhou')[0]).toMatch(/上周提醒了 2 家，已联系 \*\*1\*\* 家，\*\*1 家没有回音\*\*/);
    expect(said('zhou')[0]).toMatch(/王磊 2 家/);
  });

  // Two connections of one process would wait for each other's lock on an embedded file.
  it.skipIf(dialect === 'sqlite')('two instances remind once', async () => {
    const { schedulerOn, place, scheduler, clock, courier, namesTold } = await world(
      rowsOf(
        Array.from({ length: 8 }, (_, n) =>
          customer(`t${n}`, '2026-08-01 10:00:00', { owner_user_id: n % 2 ? 'li' : 'wang' }),
        ),
      ),
      { start: '2026-11-18 08:00:00' },
    );
    const other = schedulerOn(await place.open({ leaseMs: 5_000 }));
    clock.moveTo(wall('2026-11-18 09:05:00'));
    await Promise.all([scheduler.tick(), other.tick()]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await courier.drain();
    expect(namesTold('wang').sort()).toEqual(['客户t0', '客户t2', '客户t4', '客户t6']);
    expect(namesTold('li').sort()).toEqual(['客户t1', '客户t3', '客户t5', '客户t7']);
  });
});
