import { sql } from 'kysely';
import { addDays, addMonths, type Day, daysBetween, endOfMonth, startOfMonth } from '../calendar/day.ts';
import { lengthInDays, type Period } from '../calendar/period.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { newCustomers } from '../metrics/customers.ts';
import type { Metric } from '../metrics/metric.ts';
import { wonAmount } from '../metrics/sales.ts';
import type { Company, Question } from './report.ts';
import { peopleInScope } from './sales-cuts.ts';

/** The kinds of targets a CRM records, with the metric that each is held against. */
const kinds: readonly { readonly metric: Metric; readonly recorded: readonly string[] }[] = [
  { metric: wonAmount, recorded: ['contract_amount', 'won_amount'] },
  { metric: paymentAmount, recorded: ['payment_amount'] },
  { metric: newCustomers, recorded: ['new_customers'] },
];

/** The metric whose targets were asked for: 成交金额 unless another one with targets was named. */
export const targetedMetric = (named: Metric | undefined): Metric =>
  named !== undefined && named !== followupCount && kinds.some(({ metric }) => metric === named) ? named : wonAmount;

/** Targets of a period in the metric's unit; what is not recorded is absent, never zero. */
export interface Targets {
  readonly company: number | null;
  byDepartment(departmentId: string): number | null;
  byPerson(userId: string): number | null;
  /** The period cuts through months: their targets count by days. */
  readonly prorated: boolean;
}

interface Row {
  readonly kind: string;
  readonly holder_id: string;
  readonly metric: string;
  readonly month: string;
  readonly amount: number;
}

const recordedAs = (metric: Metric): readonly string[] => kinds.find((kind) => kind.metric === metric)?.recorded ?? [];

/** The targets of each metric: the months of the period for the company and the people and departments asked about. One query. */
export async function readTargets<M extends readonly Metric[]>(
  company: Company,
  question: Question,
  period: Period,
  ...metrics: M
): Promise<{ [I in keyof M]: Targets }> {
  const people = peopleInScope(company, question);
  const departments = company.directory.departments.map((department) => department.id);
  const rows = await company.crm.read<Row>(question.scope, ({ rows: scoped, sql: bridge }) => {
    const holders = [
      sql`t.scope = 'company'`,
      ...(departments.length === 0 ? [] : [sql`(t.scope = 'department' and t.scope_id in (${sql.join(departments)}))`]),
      ...(people.length === 0 ? [] : [sql`(t.scope = 'user' and t.scope_id in (${sql.join(people)}))`]),
    ];
    return sql`select t.scope as kind, t.scope_id as holder_id, t.metric as metric, ${bridge.day(sql`t.month`)} as month, ${bridge.fen(sql`t.amount`)} as amount from ${scoped.open('cm_targets')} as t where t.month >= ${startOfMonth(period.from)} and t.month <= ${period.to} and t.metric in (${sql.join(metrics.flatMap(recordedAs))}) and (${sql.join(holders, sql` or `)})`;
  });
  return metrics.map((metric) => targetsOf(metric, rows, period)) as { [I in keyof M]: Targets };
}

function targetsOf(metric: Metric, rows: readonly Row[], period: Period): Targets {
  const recorded = recordedAs(metric);
  // A CRM that records 合同额 under both names means one target: the first name that a holder has counts.
  const sumOf = (kind: string, holder?: string): number | null => {
    for (const name of recorded) {
      const own = rows.filter(
        (row) => row.kind === kind && row.metric === name && (holder === undefined || row.holder_id === holder),
      );
      if (own.length === 0) continue;
      const sum = own.reduce((all, row) => all + Number(row.amount) * shareOfMonth(row.month as Day, period), 0);
      // Counts are stored in the same DECIMAL as money: fen of a count are hundredths of it.
      return metric.unit === 'fen' ? Math.round(sum) : Math.round(sum) / 100;
    }
    return null;
  };
  return {
    company: sumOf('company'),
    byDepartment: (id) => sumOf('department', id),
    byPerson: (id) => sumOf('user', id),
    prorated: period.from !== startOfMonth(period.from) || period.to !== endOfMonth(period.to),
  };
}

/** Which part of a month lies in the period, by days. */
function shareOfMonth(month: Day, period: Period): number {
  const [first, last] = [startOfMonth(month), addDays(addMonths(startOfMonth(month), 1), -1)];
  const from = period.from > first ? period.from : first;
  const to = period.to < last ? period.to : last;
  return to < from ? 0 : (daysBetween(from, to) + 1) / lengthInDays({ label: 'range', from: first, to: last });
}

/** The target of a whole scope and whose it is; null where nobody recorded one. */
export interface ScopeTarget {
  readonly amount: number;
  /** Whether it is the scope's own target, or what its people's targets add up to. */
  readonly source: 'own' | 'people';
}

/** The company's, a department's or region's own target, else the sum of its people's (said in the reply). */
export function targetOfScope(company: Company, question: Question, targets: Targets): ScopeTarget | null {
  const { owners } = question.scope;
  if (owners === 'everyone' && targets.company !== null) return { amount: targets.company, source: 'own' };
  const people = peopleInScope(company, question);
  if (owners !== 'everyone' && people.length > 1) {
    const department = departmentOf(company, people);
    const own = department === null ? null : targets.byDepartment(department);
    if (own !== null) return { amount: own, source: 'own' };
  }
  const each = people.map((id) => targets.byPerson(id)).filter((amount): amount is number => amount !== null);
  if (each.length === 0) return null;
  return { amount: each.reduce((all, amount) => all + amount, 0), source: people.length === 1 ? 'own' : 'people' };
}

/** The topmost department whose sales people are exactly these. */
function departmentOf(company: Company, people: readonly string[]): string | null {
  const { directory } = company;
  const sellers = (ids: readonly string[]) =>
    ids
      .filter((id) => directory.person(id)?.active === true && directory.person(id)?.roles.includes('rep') === true)
      .sort();
  const wanted = sellers(people).join(' ');
  if (wanted === '') return null;
  const matching = directory.departments.filter((department) => {
    const members = directory
      .membersOf(directory.tree(department.id).map((below) => below.id))
      .map((person) => person.id);
    return sellers(members).join(' ') === wanted;
  });
  const top = matching.find((department) => !matching.some((other) => other.id === department.parentId));
  return top?.id ?? null;
}
