import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reports } from '../../src/reports/catalogue.ts';
import { reportWords } from '../../src/reports/vocabulary.ts';
import { type Colleague, openTwins, ownersFor, type Place, type Shown, type Twins } from './twin-company.ts';

let twins: Twins;
beforeAll(async () => {
  twins = await openTwins(120);
});
afterAll(() => twins.close());

const places: readonly Place[] = ['private', 'directors', 'east'];
const names: Readonly<Record<string, { readonly name: string }>> = reportWords;

/** Every report by its own word, asked about one customer or not, in many shapes. */
const words = reports.flatMap(({ intent }) => {
  const called = names[intent];
  return called === undefined || intent === 'metric_definition' ? [] : [called.name];
});
const shapes = (
  ' | 按人| 按大区| 按部门| 按行业| 按渠道| 按阶段| 按产品| 按客户级别| 今年| 上月 环比| 本季度 同比| 全公司|' +
  ' 华南| 华东| 华北 今年| A级| 制造业 今年| 展会 今年| 王磊| 李强 今年| 除了王磊 今年| 前3| 我的| 华东一组| 华南一组 今年'
).split('|');
const questions = shapes.flatMap((shape) => words.map((word) => `${word}${shape.trimEnd()}`));

/** Twenty-five for a chat: all reports come up in turn, each chat in other shapes. */
const asksInEachChat = 25;
const questionsFor = (chat: number): string[] =>
  Array.from({ length: asksInEachChat }, (_, at) => questions[(chat * 37 + at * 41) % questions.length]!);

interface Customer {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
}
const customers = (): Customer[] =>
  twins.db.prepare('select customer_id as id, name, owner_user_id as owner from cm_customers').all() as Customer[];

/** Colleagues' customers on whom one of the owners has a case, a contract, a payment or a follow-up of their own. */
function workedOn(owners: readonly string[]): Set<string> {
  const list = owners.map(() => '?').join();
  const found = twins.db
    .prepare(
      `select customer_id as id from cm_opportunities where owner_user_id in (${list})
       union select customer_id from cm_contracts where owner_user_id in (${list})
       union select customer_id from cm_payment_plans where owner_user_id in (${list})
       union select customer_id from cm_activities where user_id in (${list})`,
    )
    .all([...owners, ...owners, ...owners, ...owners]) as { id: string }[];
  return new Set(found.map(({ id }) => id));
}

const chats = (): { person: Colleague; place: Place; owners: string[] | null }[] =>
  twins.colleagues.flatMap((person) =>
    places.map((place) => ({ person, place, owners: ownersFor(twins.db, person, place) })),
  );

const phone = /(?<![\d.])1[3-9]\d{9}(?!\d)/;
const address = /[\w.+-]+@[\w-]+\.\w+/;

describe('what one must not see', () => {
  it('changes no word and no figure of any answer when it is taken away', { timeout: 120_000 }, async () => {
    const leaks: string[] = [];
    let asked = 0;
    let compared = 0;
    const all = customers();
    for (const [chat, { person, place, owners }] of chats().entries()) {
      const seen = owners === null ? null : new Set(owners);
      const worked = owners === null ? null : workedOn(owners);
      const foreign = all.filter(
        ({ id, owner }) => seen !== null && (owner === null || !seen.has(owner)) && worked?.has(id) === false,
      );
      for (const question of questionsFor(chat)) {
        const shown = await twins.ask(person.id, place, question);
        asked += 1;
        const where = `${person.name}, ${place}, 「${question}」`;
        if (owners !== null) {
          const twin = await twins.without(owners)(person.id, place, question);
          compared += 1;
          if (twin.text !== shown.text || twin.data !== shown.data)
            leaks.push(`${where} differs:\n${firstDifference(shown, twin)}`);
        }
        const named = foreign.find(({ name }) => shown.text.includes(name));
        // 宏达机械 stands in the hint of how to ask about a customer, whoever asks and whether there is one.
        if (named !== undefined && named.name !== '宏达机械') leaks.push(`${where} names ${named.name}`);
        if (place !== 'private' && (phone.test(shown.words) || address.test(shown.words)))
          leaks.push(`${where} shows a phone number or an address in a group`);
      }
    }
    console.info(`${asked} questions, ${compared} of them asked again of a company without the rest`);
    expect(leaks).toEqual([]);
    expect(asked).toBeGreaterThanOrEqual(2_000);
  });

  it('is not found by names: a foreign customer or contact reads like one that does not exist', async () => {
    const leaks: string[] = [];
    const contacts = twins.db
      .prepare(
        'select c.name, k.owner_user_id as owner from cm_contacts c join cm_customers k on k.customer_id = c.customer_id where c.name is not null',
      )
      .all() as { name: string; owner: string | null }[];
    for (const [chat, { person, place, owners }] of chats().entries()) {
      if (owners === null || place === 'directors') continue;
      const seen = (owner: string | null): boolean => owner !== null && owners.includes(owner);
      const foreign = customers().filter(({ owner }) => !seen(owner));
      const { name } = foreign[(chat * 7) % foreign.length]!;
      const others = contacts.filter(({ owner }) => !seen(owner));
      const contact = others[(chat * 5) % others.length]!.name;
      const part = name.slice(0, 2);
      for (const question of [
        ...[`客户 ${name}`, name, `漏斗 ${name}`, `${name} 多少钱`, `${name}上次谁联系的`, `漏斗 除了${name}`],
        ...[`客户 ${part}`, `互动记录 ${part}`, `${name.slice(0, 3)}怎么样了`, `流失风险 ${name}`, `已联系 ${name}`],
        ...[`联系人 ${contact}`, `商机列表 ${contact}`],
      ]) {
        const shown = await twins.ask(person.id, place, question);
        const twin = await twins.without(owners)(person.id, place, question);
        if (shown.text !== twin.text || shown.data !== twin.data)
          leaks.push(`${person.name}, ${place}, 「${question}」 differs:\n${firstDifference(shown, twin)}`);
      }
    }
    expect(leaks).toEqual([]);
  });

  it('is no single customer for 市场, in any report, whether there is one or not; 客服 may look at one', async () => {
    for (const shape of ['漏斗 今年 X', '客单价 今年 X', 'NPS X', '已联系 X', 'X 多少钱', '客户 X']) {
      const ask = (name: string) => twins.ask('u031', 'private', shape.replace('X', name));
      const [real, absent] = [await ask('宏达机械'), await ask('宏顶机械')];
      expect.soft(real.words).toBe(absent.words.replaceAll('宏顶机械', '宏达机械'));
      expect.soft([shape, real.status, real.answer.figures.length]).not.toContain('answered');
    }
    expect((await twins.ask('u031', 'private', '漏斗 今年')).status).toBe('answered');
    expect((await twins.ask('u034', 'private', '健康度 宏达机械')).status).toBe('answered');
    // Who heads the department of 客服 or 市场 sees no less than its members.
    for (const [head, member, question] of [
      ['u033', 'u034', '客服'],
      ['u030', 'u031', '漏斗 今年'],
    ] as const) {
      expect((await twins.ask(head, 'private', question)).data).toBe(
        (await twins.ask(member, 'private', question)).data,
      );
    }
  });

  it('shows no phone number or address in groups, also on the card of a customer of one’s own', async () => {
    for (const person of twins.colleagues.filter(({ roles }) => /rep|director|service/.test(roles))) {
      const own = customers().find(({ owner }) => owner !== null && (owner === person.id || person.roles !== 'rep'));
      if (own === undefined) continue;
      for (const place of ['directors', 'east'] as const) {
        const { words: shown } = await twins.ask(person.id, place, `客户 ${own.name}`);
        expect.soft(shown, `${person.name} in ${place}`).not.toMatch(phone);
        expect.soft(shown, `${person.name} in ${place}`).not.toMatch(address);
      }
    }
  });
});

function firstDifference(shown: Shown, twin: Shown): string {
  const [a, b] = [shown.text + shown.data, twin.text + twin.data];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return `  ${a.slice(Math.max(0, at - 30), at + 80)}\n  ${b.slice(Math.max(0, at - 30), at + 80)}`;
}
