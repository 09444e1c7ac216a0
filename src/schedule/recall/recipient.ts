import { authorise, narrow } from '../../access/authorise.ts';
import type { IdentityPlatform } from '../../access/identity.ts';
import type { AccessSettings } from '../../access/settings.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Directory, Person } from '../../crm/directory.ts';
import type { Scope } from '../../crm/scope.ts';
import type { Mask } from '../../figures/sensitive.ts';
import type { Address, OutboundPart } from '../../platforms/platform.ts';
import type { Reply } from '../../replies/reply.ts';

/** The way to one person: their account, and the platform that a message to it is rendered for. */
export interface Reach {
  readonly identity: IdentityPlatform;
  readonly account: string;
  readonly address: Address;
  render(reply: Reply): readonly OutboundPart[];
}

/** null where a person has no account on any platform that is set up. */
export type Reaching = (person: Person, directory: Directory) => Reach | null;

export interface Recipient {
  readonly person: Person;
  readonly reach: Reach;
  readonly viewer: Viewer;
  /** What they may see, now. */
  readonly scope: Scope;
  readonly mask: Mask;
}

/** A person as the recipient of a message, with their rights of this moment; null = cannot be reached or may see nothing. */
export function recipientOf(
  person: Person,
  directory: Directory,
  access: AccessSettings,
  reaching: Reaching,
): Recipient | null {
  const reach = reaching(person, directory);
  if (reach === null) return null;
  const verdict = authorise({ platform: reach.identity, account: reach.account, groupId: null }, directory, access);
  // The account must lead back to the same person: somebody else's customers would be told otherwise.
  if (verdict.kind === 'denied' || verdict.grant.viewer.userId !== person.id) return null;
  const { viewer, scope, mask } = verdict.grant;
  return { person, reach, viewer, scope, mask };
}

/** The customers that a recipient is told of: their own, and those of people who left and whose work falls to them. */
export const scopeOfOwners = ({ scope, person }: Recipient, left: readonly Person[]): Scope =>
  narrow(scope, [person.id, ...left.map(({ id }) => id)], `${person.name}本人`);

/** To whom the customers of a person fall: themselves, or where they left the next manager who is there. */
export function heirOf(ownerId: string, directory: Directory): Person | null {
  const seen = new Set<string>();
  let at = directory.person(ownerId);
  while (at !== undefined && !seen.has(at.id)) {
    if (at.active) return at;
    seen.add(at.id);
    const next = at.managerId ?? managerOfDepartment(at, directory);
    at = next === null ? undefined : directory.person(next);
  }
  return null;
}

/** The nearest head of the department or those above it, other than the person. */
function managerOfDepartment(person: Person, directory: Directory): string | null {
  const seen = new Set<string>();
  let department = person.departmentId === null ? undefined : directory.department(person.departmentId);
  while (department !== undefined && !seen.has(department.id)) {
    if (department.managerId !== null && department.managerId !== '' && department.managerId !== person.id) {
      return department.managerId;
    }
    seen.add(department.id);
    department = department.parentId === null ? undefined : directory.department(department.parentId);
  }
  return null;
}
