import type { AccessSettings } from '../access/settings.ts';
import type { Directory } from '../crm/directory.ts';
import { fine, type Verdict, wrong } from './verdict.ts';

/** Whether the groups, roles and identities of `SETTINGS_FILE` name departments, regions and people that exist. */
export function checkBusiness(settings: AccessSettings, directory: Directory): Verdict[] {
  const verdicts: Verdict[] = [];
  const departments = new Set(directory.departments.flatMap(({ id, name }) => [id, name]));
  const regions = new Set(directory.regions);
  for (const { name, bind } of settings.groups) {
    if (bind === 'all') continue;
    if ('department' in bind && !departments.has(bind.department)) {
      verdicts.push(
        wrong('群', `「${name}」绑定的部门「${bind.department}」在 CRM 里没有`, `改 SETTINGS_FILE 的 groups`),
      );
    }
    if ('region' in bind && !regions.has(bind.region)) {
      const known = directory.regions.length === 0 ? 'CRM 里没有大区' : `有的是:${directory.regions.join('、')}`;
      verdicts.push(
        wrong('群', `「${name}」绑定的大区「${bind.region}」在 CRM 里没有`, `改 SETTINGS_FILE 的 groups,${known}`),
      );
    }
  }
  for (const group of repeated(settings.groups.map(({ platform, id }) => `${platform} ${id}`))) {
    verdicts.push(wrong('群', `${group} 写了两次`, '在 SETTINGS_FILE 的 groups 里只留一条'));
  }
  const named = (who: string): number =>
    directory.people.filter((person) => person.id === who || person.name === who).length;
  for (const who of Object.keys(settings.roles)) {
    const people = named(who);
    if (people === 1) continue;
    verdicts.push(
      people === 0
        ? wrong('角色', `「${who}」在 CRM 里没有这个人`, '改 SETTINGS_FILE 的 roles')
        : wrong('角色', `「${who}」在 CRM 里有 ${people} 个人`, '在 SETTINGS_FILE 的 roles 里改用 CRM 的用户编号'),
    );
  }
  for (const { account, platform, user } of settings.identities) {
    if (directory.person(user) === undefined) {
      verdicts.push(
        wrong('身份', `${platform} 账号 ${account} 指向的 CRM 用户 ${user} 不存在`, '改 SETTINGS_FILE 的 identities'),
      );
    }
  }
  const said = settings.groups.length + Object.keys(settings.roles).length + settings.identities.length;
  if (verdicts.length > 0) return verdicts;
  return [
    fine(
      '业务设置',
      said === 0
        ? '没有绑定群,机器人只在私聊里给数'
        : `${settings.groups.length} 个群、${Object.keys(settings.roles).length} 个角色、${settings.identities.length} 个身份都对得上`,
    ),
  ];
}

const repeated = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];
