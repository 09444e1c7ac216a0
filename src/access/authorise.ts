import type { Directory } from '../crm/directory.ts';
import { mintScope, type Scope } from '../crm/scope.ts';
import { never } from '../failure.ts';
import { everythingMasked, type Mask } from '../figures/sensitive.ts';
import { type IdentityPlatform, personBehind, viewerOf } from './identity.ts';
import type { AccessSettings, GroupBinding } from './settings.ts';
import { roleNames, type Viewer } from './viewer.ts';

/** Who asks, and where the answer will be seen. */
export interface Asking {
  readonly platform: IdentityPlatform;
  readonly account: string;
  /** The group's id on the platform, null in a private chat. */
  readonly groupId: string | null;
}

export interface Grant {
  readonly viewer: Viewer;
  readonly audience: 'private' | 'group';
  /** Asker ∩ group. */
  readonly scope: Scope;
  readonly mask: Mask;
}

/** `why` is for the log, `kindly` for the person; a refusal says nothing about the data. */
export type Verdict =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'denied'; readonly why: string; readonly kindly: string };

const denied = (why: string, kindly: string): Verdict => ({ kind: 'denied', why, kindly });

/** Decides anew at every question and every push: roles change, people leave, groups are re-bound. */
export function authorise(asking: Asking, directory: Directory, settings: AccessSettings): Verdict {
  const person = personBehind(directory, settings, asking.platform, asking.account);
  if (person === null) {
    return denied(
      'unknown person',
      '我还不认识你,所以不能给你看数据。请管理员在 CRM 里填上你的企业微信或钉钉账号,或在设置里加上你,之后就能直接提问。',
    );
  }
  if (!person.active) return denied('inactive person', '你的 CRM 账号已停用,暂时不能查数据。如有疑问请找管理员。');
  const viewer = viewerOf(person, directory, settings);
  const own = ownScope(viewer, directory);
  if (asking.groupId === null) {
    const clear = settings.clearContactsFor.includes(viewer.role) ? 'clear' : 'masked';
    return {
      kind: 'granted',
      grant: { viewer, audience: 'private', scope: own, mask: { phones: clear, emails: clear, contactNames: 'clear' } },
    };
  }
  const group = settings.groups.find((entry) => entry.platform === asking.platform && entry.id === asking.groupId);
  if (group === undefined) {
    return denied(
      'group without a scope',
      '这个群还没有设置能看哪些数据,所以我先不在这里报数。请管理员在设置里绑定本群,或私聊我提问。',
    );
  }
  const ceiling = boundScope(group.bind, directory);
  if (ceiling === null) {
    return denied(
      'group bound to what does not exist',
      '这个群绑定的部门或区域在 CRM 里找不到,请管理员检查设置。你可以先私聊我提问。',
    );
  }
  return {
    kind: 'granted',
    grant: { viewer, audience: 'group', scope: intersect(own, ceiling), mask: everythingMasked },
  };
}

/** What a person may see by their role, before any group. */
export function ownScope(viewer: Viewer, directory: Directory): Scope {
  switch (viewer.role) {
    case 'rep':
      return mintScope([viewer.userId], `${viewer.name}本人`);
    case 'manager': {
      const headed = directory.departments
        .filter((department) => department.managerId === viewer.userId)
        .map((department) => department.id);
      const tops = headed.length > 0 ? headed : viewer.departmentId === null ? [] : [viewer.departmentId];
      const tree = tops.flatMap((top) => directory.tree(top).map((department) => department.id));
      const name = tops.length === 1 ? (directory.department(tops[0] ?? '')?.name ?? '本团队') : '本团队';
      return mintScope([viewer.userId, ...directory.membersOf(tree).map((person) => person.id)], name);
    }
    case 'regional_manager':
      return viewer.region === null
        ? mintScope([viewer.userId], `${viewer.name}本人`)
        : mintScope([viewer.userId, ...peopleOfRegion(directory, viewer.region)], viewer.region);
    case 'director':
    case 'admin':
    case 'service':
    case 'marketing':
      return mintScope('everyone', '全公司');
    default:
      return never(viewer.role);
  }
}

/** Everything, for what the clock counts over the whole company and tells nobody. */
export const wholeCompany = (): Scope => mintScope('everyone', '全公司');

/** The scope that a group is bound to; null where the CRM has no such department or region. */
export function boundScope(bind: GroupBinding, directory: Directory): Scope | null {
  if (bind === 'all') return mintScope('everyone', '全公司');
  if ('region' in bind) {
    return directory.regions.includes(bind.region)
      ? mintScope(peopleOfRegion(directory, bind.region), bind.region)
      : null;
  }
  const top = directory.departments.find(
    (department) => department.id === bind.department || department.name === bind.department,
  );
  if (top === undefined) return null;
  const tree = directory.tree(top.id).map((department) => department.id);
  return mintScope(
    directory.membersOf(tree).map((person) => person.id),
    top.name,
  );
}

export const peopleOfRegion = (directory: Directory, region: string): string[] =>
  directory.people.filter((person) => person.region === region).map((person) => person.id);

/** What both may see; never wider than either. The words are those of the narrower one. */
export function intersect(a: Scope, b: Scope): Scope {
  if (a.owners === 'everyone') return b;
  if (b.owners === 'everyone') return a;
  const allowed = new Set(b.owners);
  const both = a.owners.filter((owner) => allowed.has(owner));
  if (both.length === a.owners.length) return a;
  if (both.length === b.owners.length) return b;
  return mintScope(both, `${a.words}与${b.words}的交集`);
}

/** Narrows a scope to some people; those outside it are dropped, so the result is never wider. */
export function narrow(scope: Scope, owners: readonly string[], words: string): Scope {
  const allowed = scope.owners === 'everyone' ? null : new Set(scope.owners);
  return mintScope(allowed === null ? owners : owners.filter((owner) => allowed.has(owner)), words);
}

/**
 * What at least one of several may see, for reading once what many are told each their own part of: who reads with it
 * hands each person only the rows of the owners in their own scope.
 */
export function union(scopes: readonly Scope[]): Scope {
  const owners = scopes.flatMap((scope) => (scope.owners === 'everyone' ? [] : scope.owners));
  const everyone = scopes.some((scope) => scope.owners === 'everyone');
  return mintScope(everyone ? 'everyone' : owners, `${scopes.length} 个范围合起来`);
}

/** The sentence for a question that a role does not cover. */
export const notForRole = (viewer: Viewer): string =>
  `这张报表不在${roleNames[viewer.role]}的权限里。需要的话,请找你的主管或管理员开通。`;

/** The same for a question about one customer, whether there is such a customer or not. */
export const notSingleCustomers = (viewer: Viewer): string =>
  `${roleNames[viewer.role]}的权限看汇总,不看单个客户。需要的话,请找客户的负责人或管理员。`;
