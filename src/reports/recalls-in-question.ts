import { sql } from 'kysely';
import type { Period } from '../calendar/period.ts';
import type { RowFilter } from '../crm/rows.ts';
import type { Recall, Recalls } from '../store/recalls.ts';
import type { Company, Question } from './report.ts';

const chunk = 500;

/**
 * The recalls of a period that the asker may count: by who had the customer then, whose work they are. Each customer
 * once, at its first recall. Grades are those of the recall; industry, city and the like are the customer's of today.
 */
export async function recallsInQuestion(
  ledger: Recalls,
  company: Company,
  { scope, filter }: Question,
  period: Period,
): Promise<Recall[]> {
  const { grades, owners, not, ...rest } = filter;
  const { grades: notGrades, owners: notOwners, ...notRest } = not ?? {};
  const firsts = new Map<string, Recall>();
  for (const recall of await ledger.between(period.from, period.to, scope.owners)) {
    if (grades !== undefined && !grades.includes(recall.grade ?? '')) continue;
    if (notGrades?.includes(recall.grade ?? '') === true) continue;
    if (owners !== undefined && !owners.includes(recall.ownerId)) continue;
    if (notOwners?.includes(recall.ownerId) === true) continue;
    if (!firsts.has(recall.customerId)) firsts.set(recall.customerId, recall);
  }
  const recalls = [...firsts.values()];
  const narrowing: RowFilter = { ...rest, ...(Object.keys(notRest).length === 0 ? {} : { not: notRest }) };
  if (Object.keys(narrowing).length === 0 || recalls.length === 0) return recalls;
  const wanted = new Set<string>();
  for (let at = 0; at < recalls.length; at += chunk) {
    const some = recalls.slice(at, at + chunk).map(({ customerId }) => customerId);
    const customerIds = rest.customerIds === undefined ? some : some.filter((id) => rest.customerIds?.includes(id));
    const rows = await company.crm.read<{ customer_id: string }>(
      scope,
      (parts) => sql`select customer_id from ${parts.rows.of('cm_customers', { ...narrowing, customerIds })} as t`,
    );
    for (const row of rows) wanted.add(String(row.customer_id));
  }
  return recalls.filter(({ customerId }) => wanted.has(customerId));
}
