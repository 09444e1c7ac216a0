import { type Day, daysBetween } from '../../src/calendar/day.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import { connect } from '../../src/database/connect.ts';

/** 90 whole days without any interaction (item 52). */
const silentAfterDays = 90;

/**
 * How many silent customers each head of a department with sales people under it has on a day, by their WeCom account:
 * counted row by row over the CRM's tables. The director and the chief executive read the digest instead.
 */
export async function silentByManager(crmUrl: string, day: Day, time: string): Promise<ReadonlyMap<string, number>> {
  const { kysely, close } = connect<CrmTables>(crmUrl, { readOnly: true });
  const [users, departments, customers, touches] = await Promise.all([
    kysely.selectFrom('cm_users').selectAll().execute(),
    kysely.selectFrom('cm_departments').selectAll().execute(),
    kysely.selectFrom('cm_customers').selectAll().execute(),
    kysely.selectFrom('cm_customer_last_touch').selectAll().execute(),
  ]);
  await close();
  const lastTouch = new Map(touches.map((row) => [row.customer_id, row.last_touch_at]));
  const daysSince = (at: string): number => daysBetween(at.slice(0, 10) as Day, day);
  const silentOf = new Map<string, number>();
  for (const row of customers) {
    if (row.lifecycle !== 'active' || row.owner_user_id === null || row.created_at > `${day} ${time}`) continue;
    if (daysSince(row.created_at) < silentAfterDays) continue;
    if (daysSince(lastTouch.get(row.customer_id) ?? row.created_at) < silentAfterDays) continue;
    silentOf.set(row.owner_user_id, (silentOf.get(row.owner_user_id) ?? 0) + 1);
  }
  const within = (id: string | null, under: string): boolean =>
    id !== null &&
    (id === under || within(departments.find((one) => one.department_id === id)?.parent_id ?? null, under));
  const counts = new Map<string, number>();
  for (const department of departments) {
    const head = users.find((user) => user.user_id === department.manager_user_id);
    if (head === undefined || ['郑宏', '陈志远'].includes(head.name ?? '')) continue;
    const team = users.filter((user) => within(user.department_id, department.department_id));
    const silent = team.reduce((sum, user) => sum + (silentOf.get(user.user_id) ?? 0), 0);
    if (silent > 0 && head.wecom_userid !== null) counts.set(head.wecom_userid, silent);
  }
  return counts;
}
