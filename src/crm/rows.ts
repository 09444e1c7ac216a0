import { type RawBuilder, sql } from 'kysely';
import type { Expr, SqlBridge } from '../database/dialect.ts';
import type { CrmTableName } from './schema.ts';
import type { Scope } from './scope.ts';

/** Which of the rows in scope are asked for, in ids and CRM values: names were resolved before. Fields combine by AND. */
export interface RowFilter {
  readonly owners?: readonly string[];
  readonly industries?: readonly string[];
  readonly grades?: readonly string[];
  readonly channels?: readonly string[];
  readonly cities?: readonly string[];
  readonly customerIds?: readonly string[];
  readonly campaignIds?: readonly string[];
  readonly productIds?: readonly string[];
  readonly stageIds?: readonly string[];
  readonly outcomes?: readonly string[];
  /** Integer fen, both ends included; a missing end is open. */
  readonly amountFen?: { readonly from?: number; readonly to?: number };
  /** What is left out: 除了华北. */
  readonly not?: Omit<RowFilter, 'not' | 'amountFen'>;
}

export const noFilter: RowFilter = {};

/** How a table hangs on an owner, a customer and the rest; a table without an entry here cannot be read by a report. */
interface Shape {
  /** The column whose person decides who may see the row; absent = it follows its customer or opportunity. */
  readonly owner?: string;
  readonly customer?: string;
  readonly opportunity?: string;
  readonly contract?: string;
  /** Own columns for what is otherwise taken from the customer. */
  readonly industry?: string;
  readonly grade?: string;
  readonly channel?: string;
  readonly city?: string;
  readonly campaign?: string;
  readonly stage?: string;
  readonly outcome?: string;
  readonly amount?: string;
  readonly product?: string;
}

const shapes = {
  cm_opportunities: {
    owner: 'owner_user_id',
    customer: 'customer_id',
    opportunity: 'opportunity_id',
    channel: 'source',
    campaign: 'campaign_id',
    stage: 'stage_id',
    outcome: 'outcome',
    amount: 'amount',
  },
  cm_customers: {
    owner: 'owner_user_id',
    customer: 'customer_id',
    industry: 'industry',
    grade: 'level',
    channel: 'source',
    city: 'city',
    campaign: 'campaign_id',
  },
  cm_contacts: { customer: 'customer_id' },
  cm_leads: {
    owner: 'owner_user_id',
    customer: 'customer_id',
    opportunity: 'opportunity_id',
    industry: 'industry',
    grade: 'level',
    channel: 'source',
    campaign: 'campaign_id',
  },
  cm_stage_events: { opportunity: 'opportunity_id' },
  cm_activities: { owner: 'user_id', customer: 'customer_id', opportunity: 'opportunity_id' },
  cm_contracts: {
    owner: 'owner_user_id',
    customer: 'customer_id',
    opportunity: 'opportunity_id',
    contract: 'contract_id',
    amount: 'amount',
  },
  cm_contract_lines: { contract: 'contract_id', product: 'product_id' },
  cm_quotes: { owner: 'owner_user_id', customer: 'customer_id', opportunity: 'opportunity_id', amount: 'amount' },
  cm_payments: { owner: 'owner_user_id', customer: 'customer_id', contract: 'contract_id', amount: 'amount' },
  cm_payment_plans: { owner: 'owner_user_id', customer: 'customer_id', contract: 'contract_id', amount: 'amount' },
  cm_tickets: { customer: 'customer_id', product: 'product_id' },
  cm_surveys: { customer: 'customer_id' },
  cm_customer_usage: { customer: 'customer_id' },
  cm_customer_scores: { customer: 'customer_id' },
  cm_customer_last_touch: { customer: 'customer_id' },
  cm_opportunity_daily: {
    owner: 'owner_user_id',
    opportunity: 'opportunity_id',
    stage: 'stage_id',
    outcome: 'outcome',
    amount: 'amount',
  },
} as const satisfies Partial<Record<CrmTableName, Shape>>;

export type ScopedTable = keyof typeof shapes;

/** Tables that belong to the company as a whole and hold nobody's customers. */
export type OpenTable =
  | 'cm_stages'
  | 'cm_departments'
  | 'cm_products'
  | 'cm_campaigns'
  | 'cm_campaign_responses'
  | 'cm_targets'
  | 'cm_capabilities';

/**
 * The only way from a report to a CRM table: a derived table that holds just the rows in scope that pass the filter.
 * Both databases merge it into the query around it, so the indexes of the table still serve.
 */
export interface ScopedRows {
  /** `select … from ${rows.of('cm_opportunities', filter)} as o where …` */
  of(table: ScopedTable, filter?: RowFilter): RawBuilder<unknown>;
  open(table: OpenTable): RawBuilder<unknown>;
  /**
   * Customers as attributes of rows that are in scope already (industry, grade, city to group by): join it on the
   * customer id only.
   */
  customerAttributes(): RawBuilder<unknown>;
  /**
   * Follow-ups on rows that are in scope already, by whomever: a colleague's call counts for the customer too. Join it
   * on the customer or opportunity id only.
   */
  followUpAttributes(): RawBuilder<unknown>;
  /**
   * Contracts of customers or opportunities that are in scope already, by whomever they were signed: who takes over a
   * customer has its renewals too. Join it on the customer or opportunity id only.
   */
  contractAttributes(): RawBuilder<unknown>;
  /** Lines of such contracts: join them on the contract id only. */
  contractLineAttributes(): RawBuilder<unknown>;
  /**
   * Stage moves of opportunities that are in scope already; unlike `of`, it leaves the database free to begin with the
   * days of the moves. Join it on the opportunity id only.
   */
  stageEventAttributes(): RawBuilder<unknown>;
  /** People as attributes: user_id, name, department_id. */
  peopleAttributes(): RawBuilder<unknown>;
}

export function scopedRows(scope: Scope, bridge: SqlBridge): ScopedRows {
  const of = (table: ScopedTable, filter: RowFilter = noFilter): RawBuilder<unknown> => {
    const shape: Shape = shapes[table];
    const conditions = [...scopeConditions(shape, scope), ...filterConditions(shape, filter, bridge)];
    return conditions.length === 0
      ? sql`${sql.table(table)}`
      : sql`(select * from ${sql.table(table)} where ${sql.join(conditions, sql` and `)})`;
  };
  return {
    of,
    open: (table) => sql`${sql.table(table)}`,
    customerAttributes: () => sql`cm_customers`,
    followUpAttributes: () => sql`cm_activities`,
    contractAttributes: () => sql`cm_contracts`,
    contractLineAttributes: () => sql`cm_contract_lines`,
    stageEventAttributes: () => sql`cm_stage_events`,
    peopleAttributes: () => sql`cm_users`,
  };
}

const within = (column: Expr, values: readonly string[]): Expr =>
  values.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(values)})`;

/** NOT IN that keeps rows without a value: 除了华北 includes what has no region. */
const without = (column: Expr, values: readonly string[]): Expr =>
  values.length === 0 ? sql`1 = 1` : sql`(${column} is null or ${column} not in (${sql.join(values)}))`;

function scopeConditions(shape: Shape, scope: Scope): Expr[] {
  return scope.owners === 'everyone' ? [] : [ownedBy(shape, scope.owners, within)];
}

type Test = (column: Expr, values: readonly string[]) => Expr;

function ownedBy(shape: Shape, owners: readonly string[], test: Test): Expr {
  if (shape.owner !== undefined) return test(sql.ref(shape.owner), owners);
  const owner = sql`owner_user_id`;
  if (shape.opportunity !== undefined) {
    return sql`${sql.ref(shape.opportunity)} in (select opportunity_id from cm_opportunities where ${test(owner, owners)})`;
  }
  if (shape.customer !== undefined) {
    return sql`${sql.ref(shape.customer)} in (select customer_id from cm_customers where ${test(owner, owners)})`;
  }
  return sql`${sql.ref(shape.contract ?? 'contract_id')} in (select contract_id from cm_contracts where ${test(owner, owners)})`;
}

function byCustomer(shape: Shape, condition: Expr): Expr {
  const customers = sql`(select customer_id from cm_customers where ${condition})`;
  if (shape.customer !== undefined) return sql`${sql.ref(shape.customer)} in ${customers}`;
  if (shape.opportunity !== undefined) {
    return sql`${sql.ref(shape.opportunity)} in (select opportunity_id from cm_opportunities where customer_id in ${customers})`;
  }
  return sql`${sql.ref(shape.contract ?? 'contract_id')} in (select contract_id from cm_contracts where customer_id in ${customers})`;
}

function byAttribute(
  shape: Shape,
  own: string | undefined,
  attribute: string,
  values: readonly string[],
  test: Test,
): Expr {
  return own === undefined ? byCustomer(shape, test(sql.ref(attribute), values)) : test(sql.ref(own), values);
}

function byOpportunity(
  shape: Shape,
  own: string | undefined,
  attribute: string,
  values: readonly string[],
  test: Test,
): Expr {
  if (own !== undefined) return test(sql.ref(own), values);
  if (shape.opportunity === undefined) {
    return sql`${sql.ref(shape.customer ?? 'customer_id')} in (select customer_id from cm_opportunities where ${test(sql.ref(attribute), values)})`;
  }
  return sql`${sql.ref(shape.opportunity)} in (select opportunity_id from cm_opportunities where ${test(sql.ref(attribute), values)})`;
}

/** Rows whose contract (or whose opportunity's contract) sells one of the products. */
function byProduct(shape: Shape, productIds: readonly string[], test: Test): Expr {
  if (shape.product !== undefined) return test(sql.ref(shape.product), productIds);
  const contracts = sql`select contract_id from cm_contract_lines where ${test(sql`product_id`, productIds)}`;
  if (shape.contract !== undefined) return sql`${sql.ref(shape.contract)} in (${contracts})`;
  const key = shape.opportunity ?? shape.customer ?? 'customer_id';
  const attribute = shape.opportunity === undefined ? sql`customer_id` : sql`opportunity_id`;
  return sql`${sql.ref(key)} in (select ${attribute} from cm_contracts where contract_id in (${contracts}))`;
}

function listConditions(shape: Shape, filter: Omit<RowFilter, 'not' | 'amountFen'>, test: Test): Expr[] {
  const conditions: Expr[] = [];
  const add = (values: readonly string[] | undefined, build: (values: readonly string[]) => Expr) => {
    if (values !== undefined) conditions.push(build(values));
  };
  add(filter.owners, (v) => ownedBy(shape, v, test));
  add(filter.industries, (v) => byAttribute(shape, shape.industry, 'industry', v, test));
  add(filter.grades, (v) => byAttribute(shape, shape.grade, 'level', v, test));
  add(filter.cities, (v) => byAttribute(shape, shape.city, 'city', v, test));
  add(filter.channels, (v) => byAttribute(shape, shape.channel, 'source', v, test));
  add(filter.customerIds, (v) =>
    shape.customer === undefined ? byCustomer(shape, test(sql`customer_id`, v)) : test(sql.ref(shape.customer), v),
  );
  add(filter.campaignIds, (v) => byAttribute(shape, shape.campaign, 'campaign_id', v, test));
  add(filter.productIds, (v) => byProduct(shape, v, test));
  add(filter.stageIds, (v) => byOpportunity(shape, shape.stage, 'stage_id', v, test));
  add(filter.outcomes, (v) => byOpportunity(shape, shape.outcome, 'outcome', v, test));
  return conditions;
}

function filterConditions(shape: Shape, filter: RowFilter, bridge: SqlBridge): Expr[] {
  const conditions = listConditions(shape, filter, within);
  if (filter.not !== undefined) conditions.push(...listConditions(shape, filter.not, without));
  const { amountFen } = filter;
  if (amountFen !== undefined) {
    const fen = bridge.fen(sql.ref(shape.amount ?? 'amount'));
    const test: Expr[] = [];
    if (amountFen.from !== undefined) test.push(sql`${fen} >= ${amountFen.from}`);
    if (amountFen.to !== undefined) test.push(sql`${fen} <= ${amountFen.to}`);
    if (test.length > 0) {
      const both = sql.join(test, sql` and `);
      conditions.push(
        shape.amount === undefined
          ? sql`${sql.ref(shape.opportunity ?? 'opportunity_id')} in (select opportunity_id from cm_opportunities where ${both})`
          : both,
      );
    }
  }
  return conditions;
}
