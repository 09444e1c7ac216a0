import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessSettingsSchema } from '../../src/access/settings.ts';
import { epochMsOf, momentAt } from '../../src/calendar/clock.ts';
import type { Day, WallTime } from '../../src/calendar/day.ts';
import { chineseWorkDays } from '../../src/calendar/work-calendar.ts';
import { directoryOf, type Person } from '../../src/crm/directory.ts';
import type { ChatStore } from '../../src/delivery/chat-store.ts';
import { createSimulator } from '../../src/platforms/simulator/simulator.ts';
import { calendarWatch } from '../../src/schedule/calendar-watch.ts';
import { type Notices, noticesTo } from '../../src/schedule/notices.ts';
import type { DeadLetter } from '../../src/store/outbox.ts';
import type { EndedSlot, LastSent } from '../../src/store/slot.ts';
import { quiet } from '../delivery/collector-platform.ts';
import { type OwnPlace, ownPlace } from '../store/stores.ts';

let place: OwnPlace;
let store: ChatStore;
let notices: Notices;
const person = (id: string, roles: string[]): Person => ({
  id,
  name: id,
  departmentId: null,
  region: null,
  roles,
  managerId: null,
  active: true,
  mobile: null,
  email: null,
  wecomUserId: null,
  dingtalkUserId: null,
});

beforeAll(async () => {
  place = await ownPlace('sqlite');
  store = await place.open();
  notices = noticesTo({
    access: accessSettingsSchema.parse({}),
    store,
    platforms: new Map([['simulator', createSimulator([], { now: () => 0 })]]),
    log: quiet,
    directory: async () =>
      directoryOf([], [person('rep', ['rep']), person('boss', ['director']), person('it', ['admin'])]),
  });
});
afterAll(() => place.drop());

const said = async (): Promise<string[]> =>
  (await store.database.kysely.selectFrom('cb_outbox').select(['target_id', 'part']).execute()).map(
    (row) => `${row.target_id} ${row.part}`,
  );
const slot = (more: Partial<EndedSlot>): EndedSlot => ({
  slotId: 's',
  job: 'digest:funnel',
  day: '2026-11-18',
  target: 'a',
  part: 'digest',
  plannedAt: 0,
  priority: 0,
  state: 'missed',
  why: 'nothing was running at its time',
  finishedAt: null,
  ...more,
});
const letter = (more: Partial<DeadLetter>): DeadLetter => ({
  outboxId: 'o',
  cause: 'digest:funnel:2026-11-18:a:digest',
  platform: 'wecom-robot',
  targetId: 'wecom-robot:a',
  partKind: 'text',
  attempts: 1,
  why: 'errcode 93000: chat unknown',
  failedAt: 0,
  ...more,
});

it('tells administrators, one word for a missed morning whatever the number of groups', async () => {
  await notices.ofSlot(slot({}), '漏斗晨报', null);
  await notices.ofSlot(slot({ slotId: 't', target: 'b' }), '漏斗晨报', null);
  const all = await said();
  expect(all).toHaveLength(1);
  expect(all[0]).toContain('private-it');
  expect(all[0]).toMatch(/11-18 的漏斗晨报有收件人没发成[\s\S]*那时服务没有在运行/);
});

it('tells of a group that cannot be reached once, and not of notices that cannot', async () => {
  const before = (await said()).length;
  await notices.ofDeadLetter(letter({}));
  await notices.ofDeadLetter(letter({ outboxId: 'p', partKind: 'picture' }));
  await notices.ofDeadLetter(letter({ outboxId: 'q', cause: 'notice:dead:x' }));
  const all = await said();
  expect(all).toHaveLength(before + 1);
  expect(all.at(-1)).toMatch(/企业微信群机器人[\s\S]*93000[\s\S]*--resend/);
});

it('tells 60 days before the work-day calendar ends, again after a fortnight, and when it has ended', async () => {
  const told = async (day: string, last: LastSent | null) => {
    const watch = calendarWatch(chineseWorkDays(), notices, { lastSent: async () => last });
    const wall = `${day} 09:10:00` as WallTime;
    const plannedAt = epochMsOf(wall, 'Asia/Shanghai');
    const moment = momentAt(plannedAt, 'Asia/Shanghai');
    return watch.prepare({ job: watch.name, day: day as Day, target: 'admins', part: 'notice', plannedAt, moment });
  };
  expect((await told('2026-10-31', null)).kind).toBe('nothing');
  const first = await told('2026-11-02', null);
  if (first.kind !== 'ready') throw new Error('nothing was said');
  expect(JSON.stringify(first.messages)).toContain('只到 2026-12-31');
  const last = (day: string): LastSent => ({ day, plannedAt: 0, memory: first.memory });
  expect((await told('2026-11-10', last('2026-11-02'))).kind).toBe('nothing');
  expect((await told('2026-11-16', last('2026-11-02'))).kind).toBe('ready');
  const ended = await told('2027-01-04', last('2026-12-30'));
  expect(JSON.stringify(ended)).toContain('按周一到周五算');
});
