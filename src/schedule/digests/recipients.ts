import { authorise, boundScope } from '../../access/authorise.ts';
import { accountOf, roleOf } from '../../access/identity.ts';
import type { AccessSettings, GroupSetting, PushSetting } from '../../access/settings.ts';
import type { Directory, Person } from '../../crm/directory.ts';
import type { Scope } from '../../crm/scope.ts';
import { type PushTarget, pushAddress, type Tenant } from '../../platforms/push-address.ts';

/** Someone, or a group, to whom something is pushed. `key` names them in the slot table. */
export interface Recipient {
  readonly key: string;
  /** As notices name it: 总监群, 王磊. */
  readonly name: string;
  readonly push: PushSetting;
  /** Directors first. */
  readonly priority: number;
  readonly to: Destination;
}

type Destination =
  | { readonly kind: 'group'; readonly group: GroupSetting }
  | { readonly kind: 'person'; readonly tenant: Tenant; readonly personId: string };

/** What a recipient may see now and where it goes; asked anew at every run. */
export type Admission =
  | { readonly kind: 'admitted'; readonly scope: Scope; readonly target: PushTarget }
  | { readonly kind: 'refused'; readonly why: string; readonly kindly: string };

/** Everyone to whom `what` is pushed, as the settings and the CRM say it now. */
export function recipientsOf(what: string, settings: AccessSettings, directory: Directory): Recipient[] {
  const ofWhat = (pushes: readonly PushSetting[] | undefined) => (pushes ?? []).filter((push) => push.what === what);
  const groups = settings.groups.flatMap((group) =>
    ofWhat(group.push).map(
      (push): Recipient => ({
        key: `${group.platform}:group:${group.id}${push.via === undefined ? '' : `:${push.via}`}`,
        name: group.name,
        push,
        priority: group.bind === 'all' ? 0 : 10,
        to: { kind: 'group', group },
      }),
    ),
  );
  const people = (settings.recipients ?? []).flatMap(({ platform, to, push }) => {
    const named = 'user' in to;
    const found = named ? one(directory, to.user) : ofRole(directory, settings, to.role);
    // A name that is nobody stays in the timetable, so that its refusal is told.
    const persons =
      found.length > 0 || !named ? found.map(({ id, name }) => ({ id, name })) : [{ id: to.user, name: to.user }];
    return persons.flatMap(({ id, name }) =>
      ofWhat(push).map(
        (each): Recipient => ({
          key: `${platform}:person:${id}`,
          name,
          push: each,
          priority: isDirector(directory, settings, id) ? 0 : 20,
          to: { kind: 'person', tenant: platform, personId: id },
        }),
      ),
    );
  });
  // Someone who is named and is of a named role gets it once.
  return [...new Map([...groups, ...people].map((recipient) => [recipient.key, recipient])).values()];
}

const one = (directory: Directory, user: string): Person[] => {
  const byId = directory.person(user);
  const found = byId === undefined ? directory.people.filter((person) => person.name === user) : [byId];
  return found.length === 1 ? found : [];
};

const ofRole = (directory: Directory, settings: AccessSettings, role: string): Person[] =>
  directory.people.filter((person) => person.active && roleOf(person, directory, settings) === role);

function isDirector(directory: Directory, settings: AccessSettings, personId: string): boolean {
  const person = directory.person(personId);
  return person !== undefined && roleOf(person, directory, settings) === 'director';
}

const refused = (why: string, kindly: string): Admission => ({ kind: 'refused', why, kindly });

const scopesByDirectory = new WeakMap<Directory, Map<string, Scope | null>>();

/** Two hundred groups are bound to a dozen scopes, some of them of thousands of people. */
function scopeOfGroup(bind: GroupSetting['bind'], directory: Directory): Scope | null {
  const scopes = scopesByDirectory.get(directory) ?? new Map<string, Scope | null>();
  scopesByDirectory.set(directory, scopes);
  const key = JSON.stringify(bind);
  const known = scopes.get(key);
  const scope = known === undefined ? boundScope(bind, directory) : known;
  scopes.set(key, scope);
  return scope;
}

export function admit(recipient: Recipient, settings: AccessSettings, directory: Directory): Admission {
  const { to, name } = recipient;
  if (to.kind === 'group') {
    const { group } = to;
    const scope = scopeOfGroup(group.bind, directory);
    if (scope === null)
      return refused(
        'group bound to what does not exist',
        `「${name}」绑定的部门或区域在 CRM 里没有,今天的没有发。请改 SETTINGS_FILE 里的 groups。`,
      );
    if (scope.owners !== 'everyone' && scope.owners.length === 0)
      return refused('group bound to nobody', `「${name}」绑定的部门或区域里没有人,今天的没有发。请检查绑定。`);
    const via = recipient.push.via ?? (group.robot === undefined ? 'app' : 'robot');
    return {
      kind: 'admitted',
      scope,
      target: { kind: 'group', tenant: group.platform, groupId: group.id, via, mention: [] },
    };
  }
  const person = directory.person(to.personId);
  if (person === undefined)
    return refused('recipient is nobody', `收件人「${name}」在 CRM 里找不到,请改 SETTINGS_FILE 里的 recipients。`);
  const account = accountOf(person, directory, settings, to.tenant);
  if (account === null)
    return refused('recipient without account', `「${name}」没有可用的平台账号,今天的没有发。请在 CRM 里补上。`);
  const verdict = authorise({ platform: to.tenant, account, groupId: null }, directory, settings);
  if (verdict.kind === 'denied')
    return refused(verdict.why, `「${name}」现在没有权限(账号停用或认不出),今天的没有发。`);
  return { kind: 'admitted', scope: verdict.grant.scope, target: { kind: 'person', tenant: to.tenant, account } };
}

/** Where a message to an admitted recipient goes; null where that channel does not exist. */
export const addressOf = (target: PushTarget, mention: readonly string[]) =>
  pushAddress(target.kind === 'group' ? { ...target, mention } : target);
