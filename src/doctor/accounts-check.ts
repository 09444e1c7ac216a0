import { personBehind } from '../access/identity.ts';
import type { AccessSettings } from '../access/settings.ts';
import type { Directory, Person } from '../crm/directory.ts';
import { fine, someOf, type Verdict, warning, wrong } from './verdict.ts';

const columns = {
  wecom: { name: '企业微信', column: 'wecom_userid', accountOf: (person: Person) => person.wecomUserId },
  dingtalk: { name: '钉钉', column: 'dingtalk_userid', accountOf: (person: Person) => person.dingtalkUserId },
} as const;

/** Active people whom the bot would not know on a connected platform, and accounts that two people share. */
export function checkAccounts(
  directory: Directory,
  settings: AccessSettings,
  connected: readonly ('wecom' | 'dingtalk')[],
): Verdict[] {
  const active = directory.people.filter((person) => person.active);
  return connected.flatMap((platform) => {
    const { name, column, accountOf } = columns[platform];
    const check = `${name}账号`;
    const set = new Set(settings.identities.filter((one) => one.platform === platform).map((one) => one.user));
    const without = active.filter((person) => accountOf(person) === null && !set.has(person.id));
    const shared = active.filter((person) => {
      const account = accountOf(person);
      return account !== null && !set.has(person.id) && personBehind(directory, settings, platform, account) === null;
    });
    const verdicts: Verdict[] = [];
    if (active.length > 0 && without.length === active.length) {
      verdicts.push(
        wrong(check, `${active.length} 个在职员工一个都认不出`, `填 cm_users.${column},或 SETTINGS_FILE 的 identities`),
      );
    } else if (without.length > 0) {
      const names = someOf(without.map((person) => person.name));
      verdicts.push(
        warning(
          check,
          `${without.length} 个在职员工没有账号,他们问了得不到回答:${names}`,
          `填 cm_users.${column},或 SETTINGS_FILE 的 identities`,
        ),
      );
    }
    if (shared.length > 0) {
      verdicts.push(
        wrong(
          check,
          `几个人共用一个账号,都认不出:${someOf(shared.map((person) => person.name))}`,
          `改 cm_users.${column}`,
        ),
      );
    }
    return verdicts.length > 0 ? verdicts : [fine(check, `${active.length} 个在职员工都认得出`)];
  });
}
