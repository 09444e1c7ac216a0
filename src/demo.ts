import { boundScope } from './access/authorise.ts';
import { roleOf } from './access/identity.ts';
import type { AccessSettings, PushSetting } from './access/settings.ts';
import { type Role, roleNames } from './access/viewer.ts';
import type { Day } from './calendar/day.ts';
import { emptyCrm, generateCompany } from './crm/demo/generate-company.ts';
import { demoCompanyIn, markDemoCompany } from './crm/demo/marker.ts';
import type { Directory, Person } from './crm/directory.ts';
import { type CrmTables, crmMigrations } from './crm/schema.ts';
import { connect, type Database } from './database/connect.ts';
import { migrate } from './database/migrate.ts';
import type { SimulatedChat } from './platforms/simulator/simulator.ts';
import type { SimulatedPerson } from './server/simulator.ts';
import type { BusinessSettings } from './settings.ts';

const everyMorning: PushSetting[] = [{ what: 'funnel', at: '09:00', days: 'cn_workday', mentionOwners: false }];

/** The groups of the demo: one for the directors, one for a region. */
export const demoGroups: AccessSettings['groups'] = [
  { platform: 'simulator', id: 'directors', name: '总监群', bind: 'all', push: everyMorning },
  { platform: 'simulator', id: 'east', name: '华东区群', bind: { region: '华东' }, push: everyMorning },
];

/** How the generated company's people call each other. */
const demoNicknames = { 小李: '李强', 张姐: '张丽' };

/** Business settings with the demo's groups and nicknames, where the company has set none of its own for the simulator. */
export const withDemoGroups = (settings: BusinessSettings): BusinessSettings =>
  settings.groups.some((group) => group.platform === 'simulator')
    ? settings
    : {
        ...settings,
        groups: [...settings.groups, ...demoGroups],
        nicknames: { ...demoNicknames, ...settings.nicknames },
      };

/**
 * Makes sure that the embedded CRM holds a company: generates one when it is empty, and generates it anew when the one
 * there was generated on another day. What was loaded by `npm run load` is left alone. Returns what was done.
 */
export async function ensureDemoCompany(
  url: string,
  until: Day,
  customers = 300,
): Promise<'kept' | 'generated' | 'own data'> {
  const database = connect<CrmTables>(url);
  try {
    await migrate(database, 'crm', crmMigrations(database.dialect));
    const made = await demoCompanyIn(database);
    const anyone = await database.kysely.selectFrom('cm_users').select('user_id').limit(1).executeTakeFirst();
    if (anyone !== undefined && made === null) return 'own data';
    if (made?.until === until) return 'kept';
    await emptyCrm(database);
    await markDemoCompany(database, { until: null });
    await generateCompany(database, { seed: 'chenbao', customers, until });
    await markDemoCompany(database, { until });
    return 'generated';
  } finally {
    await database.close();
  }
}

/** A customer of each owner, to ask about: the one that signed first. */
export async function customersByOwner({ kysely }: Pick<Database<CrmTables>, 'kysely'>): Promise<Map<string, string>> {
  const rows = await kysely
    .selectFrom('cm_customers')
    .select(['owner_user_id', 'name'])
    .where('first_deal_at', 'is not', null)
    .orderBy('first_deal_at', 'desc')
    .execute();
  return new Map(rows.flatMap((row) => (row.owner_user_id === null ? [] : [[row.owner_user_id, row.name] as const])));
}

/**
 * The people a visitor can be: those named in the README first, one of each role, every rep behind them. `customers` are
 * those to ask about, by owner.
 */
export function simulatedPeople(
  directory: Directory,
  settings: AccessSettings,
  customers: ReadonlyMap<string, string>,
): SimulatedPerson[] {
  const [anyones] = customers.values();
  return peopleInOrder(directory, settings).map(({ person, role }) => ({
    id: person.id,
    name: person.name,
    roleName: roleNames[role],
    suggestions: suggestionsFor(role, role === 'rep' ? customers.get(person.id) : anyones),
  }));
}

function peopleInOrder(
  directory: Directory,
  settings: AccessSettings,
): { readonly person: Person; readonly role: Role }[] {
  const first = ['陈志远', '周建国', '王磊', '李娜', '李强'];
  const weight = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  return directory.people
    .filter((person) => person.active)
    .map((person) => ({ person, role: roleOf(person, directory, settings) }))
    .sort((a, b) => weight(a.person.name) - weight(b.person.name));
}

function suggestionsFor(role: Role, customer: string | undefined): string[] {
  const card = customer === undefined ? [] : [`客户 ${customer}`];
  switch (role) {
    case 'rep':
      return ['漏斗 本月', '业绩 本月', '目标 本月', '沉默客户 我的', '积压', ...card, '帮助'];
    case 'service':
      return [...card, '沉默客户', '帮助'];
    case 'marketing':
      return ['渠道 上月', '新增客户 本月 按来源', '线索转化率 上月', '帮助'];
    case 'manager':
    case 'regional_manager':
    case 'director':
    case 'admin':
      return ['漏斗 本月', '业绩 上月 按人', '目标 本月', '积压', '沉默客户', '渠道 上月', '排行 本月', '帮助'];
  }
}

const leading: readonly Role[] = ['director', 'regional_manager', 'manager'];

/**
 * The simulator's chats: everyone's own chat with the bot, and the groups of the settings with those who would be in
 * them: who leads where the group sees the whole company, who belongs there and the directors where it sees a part.
 */
export function simulatedChats(directory: Directory, settings: AccessSettings): SimulatedChat[] {
  const people = peopleInOrder(directory, settings);
  const groups = settings.groups.filter((group) => group.platform === 'simulator');
  return [
    ...groups.map((group): SimulatedChat => {
      const seen = boundScope(group.bind, directory)?.owners ?? [];
      const belongs = ({ person, role }: (typeof people)[number]) =>
        seen === 'everyone' ? leading.includes(role) : role === 'director' || seen.includes(person.id);
      return {
        id: group.id,
        title: group.name,
        kind: 'group',
        members: people.filter(belongs).map(({ person }) => person.id),
      };
    }),
    ...people.map(
      ({ person }): SimulatedChat => ({
        id: `private-${person.id}`,
        title: '晨报',
        kind: 'private',
        members: [person.id],
      }),
    ),
  ];
}

/** What a chat may see, in a few words under its title. */
export function audienceWords(chatId: string, settings: AccessSettings): string {
  const group = settings.groups.find((one) => one.platform === 'simulator' && one.id === chatId);
  if (group === undefined) return '私聊：按你自己的权限';
  if (group.bind === 'all') return '群绑定：全公司';
  return `群绑定：${'region' in group.bind ? group.bind.region : group.bind.department}`;
}
