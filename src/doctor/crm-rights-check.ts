import { fine, type Verdict, warning, wrong } from './verdict.ts';

/** Privileges that change nothing of the CRM. */
const harmless = new Set([
  'USAGE',
  'SELECT',
  'SHOW VIEW',
  'SHOW DATABASES',
  'PROCESS',
  'REPLICATION CLIENT',
  'BINLOG MONITOR',
  'SLAVE MONITOR',
  'REPLICA MONITOR',
]);

export interface WritingGrant {
  readonly privileges: readonly string[];
  readonly on: string;
}

/**
 * The privileges of `SHOW GRANTS` that allow more than reading. A line of it may hold the hash of a password: nothing
 * of the line but privileges and object is taken.
 */
export function writingGrants(lines: readonly string[]): { writing: WritingGrant[]; roles: string[] } {
  const writing: WritingGrant[] = [];
  const roles: string[] = [];
  for (const line of lines) {
    const [, list = '', on] = /^GRANT (.+?) ON (\S+) TO /i.exec(line) ?? [];
    if (on === undefined) {
      const [, role] = /^GRANT (\S+) TO /i.exec(line) ?? [];
      if (role !== undefined) roles.push(role.replaceAll('`', ''));
      continue;
    }
    // Column rights (`SELECT (a, b), UPDATE (c)`) hold commas of their own.
    const privileges = list
      .replace(/\s*\([^)]*\)/g, '')
      .split(',')
      .map((privilege) => privilege.trim().toUpperCase())
      .filter((privilege) => !harmless.has(privilege));
    if (/WITH GRANT OPTION\s*$/i.test(line)) privileges.push('GRANT OPTION');
    if (privileges.length > 0) writing.push({ privileges, on: on.replaceAll('`', '') });
  }
  return { writing, roles };
}

/** `grants` null = an embedded database, which has no accounts. `own` = the read model lies beside the bot's own tables. */
export function checkRights(grants: readonly string[] | null, own: boolean): Verdict[] {
  const check = 'CRM 权限';
  if (grants === null) return [fine(check, '内嵌数据库,机器人的会话只读')];
  const { writing, roles } = writingGrants(grants);
  const words = writing.map(({ privileges, on }) => `${on} 的 ${privileges.slice(0, 4).join('、')}`).join(';');
  const remedy = '给机器人建一个只有 SELECT 的账号,见 docs/crm.md';
  if (writing.length > 0) {
    return own
      ? [warning(check, `读模型和机器人自己的表在同一个库,这个账号能写:${words}`, `接真实 CRM 时${remedy}`)]
      : [wrong(check, `这个账号不只是能读:${words}`, remedy)];
  }
  if (roles.length > 0) return [warning(check, `权限来自角色 ${roles.join('、')},没有展开看`, '确认角色里只有 SELECT')];
  return [fine(check, '账号只能读')];
}
