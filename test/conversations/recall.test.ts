import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, answer } from '../../src/answer.ts';
import { epochMsOf, momentAt } from '../../src/calendar/clock.ts';
import type { WallTime } from '../../src/calendar/day.ts';
import { readConfig } from '../../src/config.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { connect } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type ChatStore, openChatStore } from '../../src/delivery/chat-store.ts';
import { withDemoGroups } from '../../src/demo.ts';
import { type OpenHouse, openHouse, pushedChoices } from '../../src/house.ts';
import { createLog } from '../../src/log.ts';
import { renderMarkdown } from '../../src/platforms/markdown.ts';
import type { Reply } from '../../src/replies/reply.ts';
import { feedbackChoices } from '../../src/schedule/recall/reminder.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';

const zone = 'Asia/Shanghai';
const nowMs = epochMsOf('2026-11-18 09:40:00' as WallTime, zone);

describe('answers to a reminder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-recall-'));
  let house: OpenHouse;
  let store: ChatStore;
  let people: Map<string, string>;
  /** 王磊's silent customers as they were told, the first one first. */
  let names: string[];
  let ids: string[];
  const told: { to: string; reply: Reply; key: string }[] = [];

  beforeAll(async () => {
    const url = `sqlite:${join(folder, 'crm.sqlite')}`;
    const database = connect<CrmTables>(url);
    await migrate(database, 'cm', crmMigrations(database.dialect));
    await generateCompany(database, { seed: 'chenbao', customers: 300, until: '2026-11-18' });
    await database.close();
    const read = readConfig({ CRM_DATABASE_URL: url, TIMEZONE: zone });
    const config = { ...read, business: withDemoGroups(read.business) };
    store = await openChatStore(`sqlite:${join(folder, 'bot.sqlite')}`);
    house = openHouse(config, {
      state: createInProcessState(),
      charts: null,
      log: createLog('silent'),
      recalls: {
        ledger: store.recalls,
        tell: async (person, _directory, reply, key) => {
          told.push({ to: person.name, reply, key });
          return person.name !== '张伟';
        },
      },
    });
    const { directory } = await house.company(momentAt(nowMs, zone));
    people = new Map(directory.people.filter(({ active }) => active).map(({ id, name }) => [name, id]));
    const silent = await says('王磊', '沉默客户 我的');
    names = silent.figures.filter(({ metric }) => metric === 'silent_days').map(({ dims }) => dims?.customer ?? '');
    const rows = await house.crm.database.kysely
      .selectFrom('cm_customers')
      .select(['customer_id', 'name'])
      .where('name', 'in', names)
      .where('owner_user_id', '=', people.get('王磊') ?? '')
      .execute();
    ids = names.map((name) => rows.find((row) => row.name === name)?.customer_id ?? '');
  }, 60_000);
  afterAll(async () => {
    await house.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    told.length = 0;
    const wang = people.get('王磊') ?? '';
    await store.recalls.clear();
    await store.recalls.load(
      ids.slice(0, 3).map((customerId, n) => ({
        customerId,
        silentSince: '2026-08-10',
        ownerId: wang,
        toldTo: wang,
        grade: 'B',
        silentDays: 100,
        stakeFen: 3 - n,
        wording: 'personal',
        heldOut: false,
        cause: null,
        recalledAt: '2026-11-18 09:05:00',
        contactedAt: null,
        contactedBy: null,
        method: null,
        snoozedUntil: null,
        handedTo: null,
        dismissedAt: null,
      })),
    );
  });

  async function says(who: string, text: string): Promise<Answer & { text: string }> {
    const account = people?.get(who) ?? who;
    const given = await answer(house, { platform: 'simulator', account, groupId: null, text, nowMs });
    return { ...given, text: renderMarkdown(given.reply.blocks, 'plain') };
  }
  const recorded = async (n: number) => (await store.recalls.ofCustomers([ids[n] ?? '']))[0];

  it('已联系 with the way it was done, and the next one offered with its buttons', async () => {
    const heard = await says('王磊', `已联系 ${names[0]} 电话`);
    expect(heard.reply.status).toBe('done');
    expect(heard.text).toContain(`${names[0]} 已联系（电话）`);
    expect(heard.text).toContain(`还有 2 家没回，下一家：${names[1]}`);
    expect(heard.reply.choices.map(({ command }) => command)).toEqual(
      feedbackChoices(names[1] ?? '').map(({ command }) => command),
    );
    expect(await recorded(0)).toMatchObject({
      method: 'call',
      contactedAt: '2026-11-18 09:40:00',
      contactedBy: people.get('王磊'),
    });
    // A bare number presses the first button.
    await says('王磊', '1');
    expect(await recorded(1)).toMatchObject({ contactedAt: '2026-11-18 09:40:00', method: null });
  });

  it.each([
    ['微信', 'wechat'],
    ['上门拜访', 'visit'],
    ['短信', 'sms'],
  ] as const)('已联系 … %s is %s', async (words, method) => {
    await says('王磊', `已联系 ${names[0]} ${words}`);
    expect((await recorded(0))?.method).toBe(method);
  });

  it('稍后 puts off by the days said, and refuses what is no delay', async () => {
    await says('王磊', `稍后 3天 ${names[0]}`);
    expect(await recorded(0)).toMatchObject({ snoozedUntil: '2026-11-21', contactedAt: null });
    const far = await says('王磊', `稍后 400天 ${names[1]}`);
    expect(far.reply.status).toBe('asked-back');
    expect((await recorded(1))?.snoozedUntil).toBeNull();
  });

  it('转交 is a proposal that both hear of; the CRM stays as it is', async () => {
    const heard = await says('王磊', `转交 ${names[0]} 给 李娜`);
    expect(heard.reply.status).toBe('done');
    expect(heard.text).toMatch(/建议把 .* 转给 李娜，已告诉 李娜.*我改不了 CRM/s);
    expect(told.map(({ to }) => to)).toEqual(['李娜']);
    expect(renderMarkdown(told[0]?.reply.blocks ?? [], 'plain')).toContain(`王磊 建议把沉默客户 ${names[0]} 转给你跟`);
    expect((await recorded(0))?.handedTo).toBe(people.get('李娜'));
    const owner = await house.crm.database.kysely
      .selectFrom('cm_customers')
      .select('owner_user_id')
      .where('customer_id', '=', ids[0] ?? '')
      .executeTakeFirst();
    expect(owner?.owner_user_id).toBe(people.get('王磊'));
  });

  it('转交 without a colleague, to nobody, or to oneself asks back and records nothing', async () => {
    for (const [text, pattern] of [
      [`转交 ${names[0]}`, /转给谁/],
      [`转交 ${names[0]} 给 张无忌`, /没有叫「张无忌」的同事/],
      [`转交 ${names[0]} 给 王磊`, /本来就在 王磊 名下/],
      [`转交 ${names[0]} 给 李强`, /李强 不在你的团队里/],
    ] as const) {
      const heard = await says('王磊', text);
      expect.soft(heard.text, text).toMatch(pattern);
      expect.soft(heard.reply.status, text).toBe('asked-back');
    }
    expect((await recorded(0))?.handedTo).toBeNull();
    expect(told).toEqual([]);
  });

  it('a wrong name, a name of others and a bare order are answered clearly, and record nothing', async () => {
    const wrong = await says('王磊', '已联系 不存在的公司');
    expect(wrong.text).toContain('你能看的客户里没有「不存在的公司」');
    const foreign = await says('李强', `已联系 ${names[0]} 电话`);
    expect(foreign.text).toContain(`你能看的客户里没有「${names[0]}」`);
    const bare = await says('王磊', '已联系');
    expect(bare.text).toContain('没回的有 3 家');
    expect(bare.reply.choices).toHaveLength(3);
    const never = await says('王磊', `已联系 ${names[3]} 电话`);
    expect(never.text).toContain('我没有提醒过');
    expect((await Promise.all([0, 1, 2].map(recorded))).every((recall) => recall?.contactedAt === null)).toBe(true);
  });

  it('the number in the push names the customer, and a bare number its button', async () => {
    await says('王磊', `已联系 ${names[0]}`);
    await says('王磊', '已联系 第2个');
    expect((await recorded(1))?.contactedAt).not.toBeNull();
    const { name } = await house.crm.database.kysely
      .selectFrom('cm_customers')
      .select('name')
      .where('owner_user_id', '=', people.get('李娜') ?? '')
      .orderBy('customer_id')
      .executeTakeFirstOrThrow();
    const choices = feedbackChoices(name);
    await pushedChoices(house)({ identity: 'simulator', account: people.get('李娜') ?? '' }, choices, {
      intent: 'silent_customers',
      slots: { filters: { owner: ['@me'] } },
    });
    const heard = await says('李娜', '1');
    expect(heard.command?.intent).toBe('silent_feedback');
  });

  it('唤醒率 of this push knows what it is about', async () => {
    const heard = await says('王磊', '这批沉默的叫醒了几个');
    expect(heard.figures[0]).toMatchObject({ metric: 'wake_rate', denominator: 3 });
    expect((await says('李强', '唤醒率 本月')).text).toContain('没有发过沉默客户提醒');
  });
});
