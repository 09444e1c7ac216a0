import { accountOf, roleOf } from '../access/identity.ts';
import type { AccessSettings } from '../access/settings.ts';
import type { Directory } from '../crm/directory.ts';
import type { ChatStore } from '../delivery/chat-store.ts';
import type { Log } from '../log.ts';
import type { Address, OutboundPart, Platform, PlatformName } from '../platforms/platform.ts';
import { pushAddress, type Tenant } from '../platforms/push-address.ts';
import { plainReply } from '../replies/compose.ts';
import type { DeadLetter } from '../store/outbox.ts';
import type { EndedSlot } from '../store/slot.ts';

/** Words to the administrators of the bot, in their private chats. */
export interface Notices {
  /** Says it once: the same `key` a second time says nothing. Resolves to the number of people who will read it. */
  tell(key: string, sentence: string): Promise<number>;
  /** What a notice would be sent as, for those who put it into a transaction of their own. */
  messages(
    sentence: string,
  ): Promise<readonly { readonly address: Address; readonly parts: readonly OutboundPart[] }[]>;
  ofSlot(ended: EndedSlot, title: string, kindly: string | null): Promise<void>;
  ofDeadLetter(letter: DeadLetter): Promise<void>;
}

export interface NoticeHouse {
  readonly access: AccessSettings;
  readonly store: Pick<ChatStore, 'outbox'>;
  readonly platforms: ReadonlyMap<PlatformName, Pick<Platform, 'render'>>;
  readonly log: Pick<Log, 'warn' | 'error'>;
  directory(): Promise<Directory>;
}

const tenants: readonly Tenant[] = ['wecom', 'dingtalk', 'simulator'];
const cause = 'notice';

export function noticesTo(house: NoticeHouse): Notices {
  /** Administrators, else directors: somebody must read it. */
  async function readers(): Promise<Address[]> {
    const directory = await house.directory();
    const ofRole = (role: string) =>
      directory.people.filter((person) => person.active && roleOf(person, directory, house.access) === role);
    const admins = ofRole('admin');
    return (admins.length > 0 ? admins : ofRole('director')).flatMap((person) => {
      for (const tenant of tenants) {
        const account = accountOf(person, directory, house.access, tenant);
        const address = account === null ? null : pushAddress({ kind: 'person', tenant, account });
        if (address !== null && house.platforms.has(address.platform)) return [address];
      }
      return [];
    });
  }

  const messages: Notices['messages'] = async (sentence) => {
    const reply = plainReply('done', sentence, [sentence]);
    return (await readers()).map((address) => ({
      address,
      parts: house.platforms.get(address.platform)?.render(reply, address) ?? [],
    }));
  };

  const tell: Notices['tell'] = async (key, sentence) => {
    const all = await messages(sentence);
    if (all.length === 0) house.log.warn({ key }, 'no administrator can be told: none has an account on a platform');
    await house.store.outbox.enqueue(
      all.map(({ address, parts }) => ({
        address,
        parts,
        idempotencyKeyBase: `${cause}:${key}:${address.target}`,
        cause: `${cause}:${key}`,
        priority: 5,
      })),
    );
    return all.length;
  };

  return {
    tell,
    messages,
    ofSlot: async (ended, title, kindly) => {
      house.log.error({ ...ended }, 'a scheduled message was not sent');
      const day = ended.day.slice(5);
      const sentence =
        kindly ??
        (ended.state === 'missed'
          ? `${day} 的${title}有收件人没发成,已过补发时间(${whyMissed(ended.why)})。要补就运行 npm run digest -- ${nameOf(ended.job)}。`
          : `${day} 的${title}没有发成:${ended.why ?? '原因见日志'}。`);
      // One word for a morning, not one for each of two hundred groups; refusals have their own reason each.
      await tell(`${ended.job}:${ended.day}:${ended.state}${kindly === null ? '' : `:${ended.target}`}`, sentence);
    },
    ofDeadLetter: async (letter) => {
      house.log.error({ ...letter }, 'a message was given up; npm run digest -- --resend sends it again');
      // A notice that cannot be delivered is no reason for another one.
      if (letter.cause.startsWith(`${cause}:`)) return;
      const via = platformWords[letter.platform] ?? letter.platform;
      const sentence = letter.cause.startsWith('inbox:')
        ? `有人问了话,回答没有送到(${via}):${letter.why}。处理好后请他再问一次。`
        : `一条定时消息没有送到(${via}):${letter.why}。处理好后运行 npm run digest -- --resend 可以再发。`;
      await tell(`dead:${letter.cause}`, sentence);
    },
  };
}

/** As `npm run digest` calls it: `funnel` of `digest:funnel`. */
const nameOf = (job: string): string => job.replace(/^digest:/, '');

const whyMissed = (why: string | null): string =>
  why === 'nothing was running at its time'
    ? '那时服务没有在运行'
    : why === 'not in time' || why === null
      ? '没赶上'
      : why;

const platformWords: Readonly<Record<string, string>> = {
  'wecom-app': '企业微信应用',
  'wecom-aibot': '企业微信智能机器人',
  'wecom-robot': '企业微信群机器人',
  dingtalk: '钉钉',
  'dingtalk-robot': '钉钉群机器人',
  simulator: '模拟器',
};
