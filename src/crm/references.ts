import { sql } from 'kysely';
import type { CrmTableName } from './schema.ts';

/** A column of the read model that holds the key of another table. */
export interface Reference {
  readonly table: CrmTableName;
  readonly column: string;
  readonly target: CrmTableName;
  readonly key: string;
}

const to =
  (target: CrmTableName, key: string) =>
  (table: CrmTableName, column: string = key): Reference => ({ table, column, target, key });

const department = to('cm_departments', 'department_id');
const user = to('cm_users', 'user_id');
const customer = to('cm_customers', 'customer_id');
const opportunity = to('cm_opportunities', 'opportunity_id');
const contract = to('cm_contracts', 'contract_id');
const stage = to('cm_stages', 'stage_id');

/** What points to whom, stages aside. */
export const references: readonly Reference[] = [
  department('cm_users'),
  department('cm_departments', 'parent_id'),
  user('cm_customers', 'owner_user_id'),
  customer('cm_contacts'),
  customer('cm_leads'),
  user('cm_leads', 'owner_user_id'),
  customer('cm_opportunities'),
  user('cm_opportunities', 'owner_user_id'),
  opportunity('cm_stage_events'),
  customer('cm_activities'),
  user('cm_activities'),
  customer('cm_contracts'),
  user('cm_contracts', 'owner_user_id'),
  contract('cm_contract_lines'),
  to('cm_products', 'product_id')('cm_contract_lines'),
  contract('cm_payments'),
  contract('cm_payment_plans'),
  opportunity('cm_quotes'),
  customer('cm_tickets'),
  customer('cm_customer_usage'),
];

/** Without its stage an opportunity falls out of the funnel. */
export const stageReferences: readonly Reference[] = [
  stage('cm_opportunities'),
  stage('cm_stage_events', 'to_stage_id'),
  stage('cm_stage_events', 'from_stage_id'),
];

/** The rows `r` that point to nothing, as what follows a select list. */
export const orphans = ({ table, column, target, key }: Reference) => sql`
    from ${sql.table(table)} as r
    left join ${sql.table(target)} as t on t.${sql.ref(key)} = r.${sql.ref(column)}
    where r.${sql.ref(column)} is not null and t.${sql.ref(key)} is null`;
