import type { Directory, Person } from '../crm/directory.ts';
import type { AccessSettings } from './settings.ts';
import { type Role, roles, type Viewer } from './viewer.ts';

/** Tenants of identities: both WeCom channels know a person by the same userid. */
export type IdentityPlatform = 'wecom' | 'dingtalk' | 'simulator';

/**
 * The CRM user behind a platform account: by settings, else by the CRM's own column. WeCom compares ids without regard
 * to case (wecom.md 5.7); all are text, so `007` is never `7`. Two people with one account are nobody.
 */
export function personBehind(
  directory: Directory,
  settings: AccessSettings,
  platform: IdentityPlatform,
  account: string,
): Person | null {
  if (account === '') return null;
  const folded = (text: string) => (platform === 'wecom' ? text.toLowerCase() : text);
  const wanted = folded(account);
  const set = settings.identities.find((entry) => entry.platform === platform && folded(entry.account) === wanted);
  if (set !== undefined) return directory.person(set.user) ?? null;
  if (platform === 'simulator') return directory.person(account) ?? null;
  const found = accountsOf(directory)[platform].get(wanted);
  return found?.length === 1 ? (found[0] ?? null) : null;
}

type Accounts = Readonly<Record<'wecom' | 'dingtalk', ReadonlyMap<string, readonly Person[]>>>;

/** A morning asks for thousands of people; looking each up among all of them would be millions of comparisons. */
const accountsByDirectory = new WeakMap<Directory, Accounts>();

function accountsOf(directory: Directory): Accounts {
  const known = accountsByDirectory.get(directory);
  if (known !== undefined) return known;
  const by = (accountOfPerson: (person: Person) => string | null): ReadonlyMap<string, readonly Person[]> => {
    const people = new Map<string, Person[]>();
    for (const person of directory.people) {
      const account = accountOfPerson(person);
      if (account === null) continue;
      const same = people.get(account);
      if (same === undefined) people.set(account, [person]);
      else same.push(person);
    }
    return people;
  };
  const accounts: Accounts = {
    wecom: by(({ wecomUserId }) => wecomUserId?.toLowerCase() ?? null),
    dingtalk: by(({ dingtalkUserId }) => dingtalkUserId),
  };
  accountsByDirectory.set(directory, accounts);
  return accounts;
}

/** The account of a person on a platform, for pushes; null where none is on record or two people share it. */
export function accountOf(
  person: Person,
  directory: Directory,
  settings: AccessSettings,
  platform: IdentityPlatform,
): string | null {
  const set = settings.identities.find((entry) => entry.platform === platform && entry.user === person.id);
  const own = { wecom: person.wecomUserId, dingtalk: person.dingtalkUserId, simulator: person.id }[platform];
  const account = set?.account ?? own;
  if (account === null || account === '') return null;
  // The way back must lead to the same person: what is pushed to a shared account is read by somebody else.
  return personBehind(directory, settings, platform, account)?.id === person.id ? account : null;
}

const width: readonly Role[] = ['service', 'marketing', 'rep', 'manager', 'regional_manager', 'admin', 'director'];

/**
 * Turns what the CRM calls roles into the bot's; the widest one counts. Heading a department makes a manager, but of no
 * one in service or marketing: who heads 客服部 sees the customers, not the sales of a department that sells nothing.
 */
export function roleOf(person: Person, directory: Directory, settings: AccessSettings): Role {
  const set = settings.roles[person.id] ?? settings.roles[person.name];
  if (set !== undefined) return set;
  const known = person.roles.filter((role): role is Role => (roles as readonly string[]).includes(role));
  const heads = directory.departments.some((department) => department.managerId === person.id);
  const sells = !known.some((role) => role === 'service' || role === 'marketing');
  const all: readonly Role[] = [...known, ...(heads && sells ? (['manager'] as const) : [])];
  return all.length === 0
    ? 'rep'
    : all.reduce((widest, role) => (width.indexOf(role) > width.indexOf(widest) ? role : widest));
}

export function viewerOf(person: Person, directory: Directory, settings: AccessSettings): Viewer {
  return {
    userId: person.id,
    name: person.name,
    role: roleOf(person, directory, settings),
    departmentId: person.departmentId,
    region: person.region,
  };
}

/** An active person by id or name, for scripts; without one, the director nearest to the sales people. */
export function personNamed(directory: Directory, settings: AccessSettings, named: string | null): Person | null {
  const active = directory.people.filter((person) => person.active);
  if (named !== null) {
    return active.find((person) => person.id === named) ?? active.find((person) => person.name === named) ?? null;
  }
  const span = (person: Person): number => {
    const headed = directory.departments.filter((department) => department.managerId === person.id);
    const below = directory.membersOf(
      headed.flatMap((department) => directory.tree(department.id).map(({ id }) => id)),
    );
    return below.some((member) => roleOf(member, directory, settings) === 'rep')
      ? below.length
      : Number.POSITIVE_INFINITY;
  };
  const directors = active.filter((person) => roleOf(person, directory, settings) === 'director');
  return directors.sort((a, b) => span(a) - span(b))[0] ?? active[0] ?? null;
}
