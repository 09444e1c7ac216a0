import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, type Day, daysBetween } from '../../src/calendar/day.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { mintScope } from '../../src/crm/scope.ts';
import type { Database } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import { churnAnalysisReport } from '../../src/reports/churn-analysis.ts';
import { churnRateReport } from '../../src/reports/churn-rate.ts';
import { churnRiskReport } from '../../src/reports/churn-risk.ts';
import { clvReport } from '../../src/reports/clv.ts';
import { csatReport } from '../../src/reports/csat.ts';
import { customerGradesReport } from '../../src/reports/customer-grades.ts';
import { dataQualityReport } from '../../src/reports/data-quality.ts';
import { gradeConversionReport } from '../../src/reports/grade-conversion.ts';
import { healthScoreReport } from '../../src/reports/health-score.ts';
import { npsReport } from '../../src/reports/nps.ts';
import { paymentOverdueReport } from '../../src/reports/payment-overdue.ts';
import { renewalDueReport } from '../../src/reports/renewal-due.ts';
import { renewalRateReport } from '../../src/reports/renewal-rate.ts';
import type { Company, Findings, Question, Report } from '../../src/reports/report.ts';
import { repurchaseRateReport } from '../../src/reports/repurchase-rate.ts';
import { serviceMetricsReport } from '../../src/reports/service-metrics.ts';
import { staleRepsReport } from '../../src/reports/stale-reps.ts';
import { describeOnBoth } from '../database/databases.ts';
import { companyOver } from './company-over.ts';
import { asking, at, days, figureOf, textOf } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const today: Day = '2026-11-18';
const thisYear = days('2026-01-01', '2026-12-31', 'this_year');
const thisMonth = days('2026-11-01', '2026-11-30', 'this_month');

type Rows<T extends keyof CrmTables> = readonly CrmTables[T][];

/** All rows of the generated company, for counting by hand. */
interface All {
  readonly customers: Rows<'cm_customers'>;
  readonly contacts: Rows<'cm_contacts'>;
  readonly contracts: Rows<'cm_contracts'>;
  readonly opportunities: Rows<'cm_opportunities'>;
  readonly activities: Rows<'cm_activities'>;
  readonly tickets: Rows<'cm_tickets'>;
  readonly surveys: Rows<'cm_surveys'>;
  readonly usage: Rows<'cm_customer_usage'>;
  readonly plans: Rows<'cm_payment_plans'>;
  readonly events: Rows<'cm_stage_events'>;
  readonly touches: Rows<'cm_customer_last_touch'>;
}

const fen = (amount: unknown): number => Math.round(Number(amount ?? 0) * 100);
const sum = <T>(list: readonly T[], of: (item: T) => number): number => list.reduce((all, item) => all + of(item), 0);

describeOnBoth('customer and service reports on the generated company', (_, open) => {
  let database: Database<CrmTables> & { drop(): Promise<void> };
  let company: Company;
  let all: All;

  beforeAll(async () => {
    database = await open<CrmTables>();
    await migrate(database, 'crm', crmMigrations(database.dialect));
    await generateCompany(database, { seed: 'customers', customers: 160, until: today, years: 2 });
    company = await companyOver(database);
    const db = database.kysely;
    all = {
      customers: await db.selectFrom('cm_customers').selectAll().execute(),
      contacts: await db.selectFrom('cm_contacts').selectAll().execute(),
      contracts: await db.selectFrom('cm_contracts').selectAll().execute(),
      opportunities: await db.selectFrom('cm_opportunities').selectAll().execute(),
      activities: await db.selectFrom('cm_activities').selectAll().execute(),
      tickets: await db.selectFrom('cm_tickets').selectAll().execute(),
      surveys: await db.selectFrom('cm_surveys').selectAll().execute(),
      usage: await db.selectFrom('cm_customer_usage').selectAll().execute(),
      plans: await db.selectFrom('cm_payment_plans').selectAll().execute(),
      events: await db.selectFrom('cm_stage_events').selectAll().execute(),
      touches: await db.selectFrom('cm_customer_last_touch').selectAll().execute(),
    };
  }, 120_000);
  afterAll(() => database.drop());

  /** Runs a report, and checks what holds for every one of them. */
  async function ask(report: Report, question: Partial<Question> = {}): Promise<Findings> {
    const before = company.crm.queriesRun;
    const findings = await report.run(company, asking(now, question));
    expect(company.crm.queriesRun - before).toBeLessThanOrEqual(6);
    expect(findings.headline.length).toBeLessThanOrEqual(5);
    expect(findings.narrative.length).toBeLessThanOrEqual(4);
    expect(findings.advice.length).toBeLessThanOrEqual(3);
    expect(findings.choices.length).toBeLessThanOrEqual(4);
    for (const figure of findings.figures) {
      expect(metricById(figure.metric), figure.metric).toBeDefined();
      if (figure.value === null) expect(figure.missing).toBeTruthy();
      if (figure.unit === 'ratio' && figure.value !== null) {
        expect(figure.value).toBeGreaterThanOrEqual(0);
        expect(figure.value).toBeLessThanOrEqual(1);
      }
    }
    return findings;
  }

  const signed = () => all.contracts.filter((k) => k.status === 'effective' || k.status === 'completed');
  const begins = (k: CrmTables['cm_contracts']): string => k.starts_on ?? k.signed_on ?? '';
  const continued = (k: CrmTables['cm_contracts'], asOf: Day): boolean => {
    const lastDay = addDays(k.ends_on as Day, 30);
    return signed().some(
      (n) =>
        n.customer_id === k.customer_id &&
        n.contract_id !== k.contract_id &&
        (n.signed_on === null || n.signed_on <= asOf) &&
        (n.renews_contract_id === k.contract_id ||
          ((n.ends_on === null || n.ends_on > k.ends_on!) &&
            (begins(n) <= lastDay || (n.signed_on !== null && n.signed_on <= lastDay)))),
    );
  };
  const customer = (id: string | null) => all.customers.find((c) => c.customer_id === id);

  /** Who was there at the start, who was lost: by loops over contracts. */
  function churnByHand(from: Day, to: Day) {
    const [base, lost] = [new Set<string>(), new Set<string>()];
    let lostFen = 0;
    for (const k of signed()) {
      const ends = k.ends_on as Day | null;
      if (begins(k) >= from || (ends !== null && addDays(ends, 30) < from)) continue;
      base.add(k.customer_id!);
      if (ends === null || addDays(ends, 30) > to || continued(k, today)) continue;
      lost.add(k.customer_id!);
      lostFen += fen(k.amount);
    }
    return { base, lost, lostFen };
  }

  it('counts churn as loops over contracts do, whole and by region', async () => {
    const hand = churnByHand('2026-01-01', today);
    expect(hand.lost.size).toBeGreaterThan(2);
    const found = await ask(churnRateReport, { period: thisYear, groupBy: ['region'] });
    expect(figureOf(found.figures, 'churn_rate')).toBeCloseTo(hand.lost.size / hand.base.size, 12);
    expect(figureOf(found.figures, 'lost_customers')).toBe(hand.lost.size);
    expect(figureOf(found.figures, 'lost_contract_amount')).toBe(hand.lostFen);
    for (const region of company.directory.regions) {
      const isThere = (id: string) => company.directory.person(customer(id)?.owner_user_id ?? '')?.region === region;
      const [base, lost] = [[...hand.base].filter(isThere).length, [...hand.lost].filter(isThere).length];
      expect(figureOf(found.figures, 'churn_rate', { region })).toBeCloseTo(lost / base, 12);
    }
    const analysis = await ask(churnAnalysisReport, { period: thisYear });
    expect(figureOf(analysis.figures, 'lost_customers')).toBe(hand.lost.size);
    const industries = new Set([...hand.base].map((id) => customer(id)?.industry).filter((i) => i !== null));
    for (const industry of industries) {
      const isIn = (id: string) => customer(id)?.industry === industry;
      const rate = [...hand.lost].filter(isIn).length / [...hand.base].filter(isIn).length;
      expect(figureOf(analysis.figures, 'churn_rate', { industry: industry! })).toBeCloseTo(rate, 12);
    }
  });

  it('counts renewals, what is due and repeat buyers as loops do', async () => {
    const due = signed().filter((k) => k.ends_on !== null && k.ends_on >= '2026-01-01' && k.ends_on <= today);
    const renewed = due.filter((k) => continued(k, today));
    const rate = await ask(renewalRateReport, { period: thisYear });
    expect(figureOf(rate.figures, 'contracts_due')).toBe(due.length);
    expect(figureOf(rate.figures, 'renewal_rate')).toBeCloseTo(renewed.length / due.length, 12);
    expect(figureOf(rate.figures, 'renewal_amount_rate')).toBeCloseTo(
      sum(renewed, (k) => fen(k.amount)) / sum(due, (k) => fen(k.amount)),
      12,
    );
    const pending = due.filter((k) => !continued(k, today) && daysBetween(k.ends_on as Day, today) < 30);
    expect(figureOf(rate.figures, 'contracts_pending')).toBe(pending.length);

    const ahead = days(today, '2027-01-31');
    const open = signed().filter(
      (k) => k.ends_on !== null && k.ends_on >= today && k.ends_on <= ahead.to && !continued(k, today),
    );
    const list = await ask(renewalDueReport, { period: ahead });
    expect(open.length).toBeGreaterThan(1);
    expect(figureOf(list.figures, 'renewals_due')).toBe(open.length);
    expect(figureOf(list.figures, 'renewals_due_amount')).toBe(sum(open, (k) => fen(k.amount)));

    const buyers = new Set(
      signed()
        .filter((k) => k.signed_on !== null && k.signed_on >= '2026-01-01' && k.signed_on <= today)
        .map((k) => k.customer_id),
    );
    const repeat = [...buyers].filter(
      (id) => signed().filter((k) => k.customer_id === id && k.signed_on! <= today).length > 1,
    );
    const again = await ask(repurchaseRateReport, { period: thisYear });
    expect(figureOf(again.figures, 'repurchase_rate')).toBeCloseTo(repeat.length / buyers.size, 12);
  });

  it('finds the red customers that loops over logins and complaints find', async () => {
    const inForce = new Map<string, number>();
    for (const k of signed())
      if (begins(k) <= today && (k.ends_on === null || k.ends_on >= today))
        inForce.set(k.customer_id!, (inForce.get(k.customer_id!) ?? 0) + fen(k.amount));
    const yesterday = addDays(today, -1);
    const [nowFrom, beforeFrom] = [addDays(yesterday, -29), addDays(yesterday, -59)];
    const logins = (id: string, from: string, to: string) =>
      sum(
        all.usage.filter((u) => u.customer_id === id && u.day >= from && u.day <= to),
        (u) => Number(u.logins),
      );
    const red = [...inForce.keys()].filter((id) => {
      const [n, b] = [logins(id, nowFrom, yesterday), logins(id, beforeFrom, addDays(nowFrom, -1))];
      const complaints = all.tickets.filter(
        (t) => t.customer_id === id && t.kind === 'complaint' && t.created_at >= addDays(today, -89),
      );
      return b > 0 && n * 2 <= b && complaints.length > 0;
    });
    expect(red.length).toBeGreaterThan(0);
    const found = await ask(healthScoreReport, { slots: { filters: { health: ['red'] } } });
    expect(figureOf(found.figures, 'red_customers')).toBe(red.length);
    expect(figureOf(found.figures, 'customers_in_force')).toBe(inForce.size);
    expect(figureOf(found.figures, 'amount_at_risk', { health: '红色' })).toBe(sum(red, (id) => inForce.get(id)!));
    expect(new Set(found.table?.rows.map((row) => row[0]))).toEqual(new Set(red.map((id) => customer(id)?.name)));
    const risk = await ask(churnRiskReport);
    const names = new Set(risk.table?.rows.map((row) => row[0]));
    for (const id of red) expect(names).toContain(customer(id)?.name);
  });

  it('counts grades, their conversion, cycle and effort as loops do', async () => {
    const found = await ask(gradeConversionReport, { period: thisYear });
    const grades = await ask(customerGradesReport, { period: thisYear });
    const followUps = all.activities.filter(
      (a) => a.kind !== 'note' && a.occurred_at >= '2026-01-01' && a.occurred_at < '2026-11-19',
    );
    for (const grade of ['A', 'B', 'C']) {
      const isIn = (id: string | null) => customer(id)?.level === grade;
      const created = all.opportunities.filter(
        (o) => o.created_at >= '2026-01-01' && o.created_at < '2026-11-19' && isIn(o.customer_id),
      );
      const won = created.filter((o) => o.outcome === 'won');
      const seconds = sum(won, (o) => (Date.parse(`${o.closed_at}Z`) - Date.parse(`${o.created_at}Z`)) / 1000);
      const dims = { grade: `${grade} 级` };
      for (const { figures } of [found, grades]) {
        expect(figureOf(figures, 'grade_conversion', dims)).toBeCloseTo(won.length / created.length, 12);
        expect(figureOf(figures, 'grade_cycle', dims)).toBeCloseTo(seconds / won.length / 86_400, 6);
        expect(figureOf(figures, 'grade_effort', dims)).toBeCloseTo(
          followUps.filter((a) => isIn(a.customer_id)).length / followUps.length,
          12,
        );
      }
      expect(figureOf(grades.figures, 'customer_grades', dims)).toBe(
        all.customers.filter((c) => c.level === grade && c.lifecycle !== 'pool').length,
      );
    }
  });

  it('values customers by the formula that loops give', async () => {
    const buyers = new Map<string, { fen: number; orders: number; first: Day }>();
    for (const k of signed().filter((c) => c.signed_on !== null && c.signed_on <= today)) {
      const b = buyers.get(k.customer_id!) ?? { fen: 0, orders: 0, first: k.signed_on as Day };
      buyers.set(k.customer_id!, {
        fen: b.fen + fen(k.amount),
        orders: b.orders + 1,
        first: (k.signed_on as Day) < b.first ? (k.signed_on as Day) : b.first,
      });
    }
    const list = [...buyers].map(([id, b]) => ({ id, ...b, years: Math.max(1, daysBetween(b.first, today) / 365) }));
    const top = [...list].sort((a, b) => b.fen / b.years - a.fen / a.years).slice(0, Math.ceil(list.length * 0.2));
    const hand = churnByHand(addDays(today, -364), today);
    const years = Math.min(10, hand.base.size / hand.lost.size);
    const found = await ask(clvReport, { slots: { top_percent: 20 } });
    const cac = figureOf(found.figures, 'clv_cac') ?? 0;
    const aov = sum(list, (b) => b.fen) / sum(list, (b) => b.orders);
    const perYear = sum(list, (b) => b.orders / b.years) / list.length;
    expect(figureOf(found.figures, 'retention_years')).toBeCloseTo(years, 9);
    expect(figureOf(found.figures, 'clv_order_value')).toBeCloseTo(aov, 6);
    expect(figureOf(found.figures, 'yearly_orders')).toBeCloseTo(perYear, 3);
    expect(Math.abs(figureOf(found.figures, 'clv')! / (aov * perYear * years - cac) - 1)).toBeLessThan(1e-4);
    expect(figureOf(found.figures, 'top_customer_share')).toBeCloseTo(
      sum(top, (b) => b.fen) / sum(list, (b) => b.fen),
      9,
    );
    expect(found.table?.rows.map((row) => row[0])).toEqual(top.map(({ id }) => customer(id)?.name));
  });

  it('counts service, satisfaction and NPS as loops do', async () => {
    const quarter = days('2026-07-01', '2026-09-30', 'quarter');
    const inQuarter = (time: string | null) => time !== null && time >= '2026-07-01' && time < '2026-10-01';
    const tickets = all.tickets.filter((t) => inQuarter(t.created_at));
    const service = await ask(serviceMetricsReport, { period: quarter });
    expect(figureOf(service.figures, 'ticket_count')).toBe(tickets.length);
    expect(figureOf(service.figures, 'complaint_count')).toBe(tickets.filter((t) => t.kind === 'complaint').length);
    const answered = tickets.filter((t) => t.first_response_at !== null);
    const hours = sum(
      answered,
      (t) => (Date.parse(`${t.first_response_at}Z`) - Date.parse(`${t.created_at}Z`)) / 3_600_000,
    );
    expect(figureOf(service.figures, 'first_response_time')).toBeCloseTo(hours / answered.length, 6);
    const rated = tickets.filter((t) => t.satisfaction !== null);
    const happy = await ask(csatReport, { period: quarter });
    expect(figureOf(happy.figures, 'csat')).toBeCloseTo(
      rated.filter((t) => t.satisfaction! >= 4).length / rated.length,
      12,
    );
    const answers = all.surveys.filter((s) => s.kind === 'nps' && s.score !== null && inQuarter(s.surveyed_at));
    const balance = answers.filter((s) => s.score! >= 9).length - answers.filter((s) => s.score! <= 6).length;
    const nps = await ask(npsReport, { period: quarter });
    expect(figureOf(nps.figures, 'nps')).toBeCloseTo((balance / answers.length) * 100, 9);
    expect(figureOf(nps.figures, 'nps_answers')).toBe(answers.length);
  });

  it('counts overdue money, missing fields, copies and quiet reps as loops do', async () => {
    const overdue = all.plans.filter(
      (p) =>
        p.due_on !== null &&
        p.due_on < today &&
        p.status !== 'void' &&
        p.status !== 'paid' &&
        fen(p.amount) > Math.max(0, fen(p.paid_amount)),
    );
    const owed = await ask(paymentOverdueReport);
    expect(figureOf(owed.figures, 'overdue_total')).toBe(
      sum(overdue, (p) => fen(p.amount) - Math.max(0, fen(p.paid_amount))),
    );
    expect(figureOf(owed.figures, 'overdue_plans')).toBe(overdue.length);
    expect(figureOf(owed.figures, 'overdue_customers')).toBe(new Set(overdue.map((p) => p.customer_id)).size);

    const inHand = all.customers.filter((c) => c.lifecycle !== 'pool');
    const phone = (c: CrmTables['cm_customers']) =>
      c.mobile !== null ||
      c.telephone !== null ||
      all.contacts.some((x) => x.customer_id === c.customer_id && x.mobile !== null);
    const filled = sum(
      inHand,
      (c) => [c.industry, c.level, c.source, c.city, c.size].filter((v) => v !== null).length + (phone(c) ? 1 : 0),
    );
    const quality = await ask(dataQualityReport);
    expect(figureOf(quality.figures, 'data_quality')).toBeCloseTo(filled / (inHand.length * 6), 12);
    const byRegion = await ask(dataQualityReport, { groupBy: ['region'] });
    const regionOf = (c: CrmTables['cm_customers']) =>
      company.directory.person(c.owner_user_id ?? '')?.region ?? '未分大区';
    for (const region of new Set(inHand.map(regionOf))) {
      const own = inHand.filter((c) => regionOf(c) === region);
      const ownFilled = sum(
        own,
        (c) => [c.industry, c.level, c.source, c.city, c.size].filter((v) => v !== null).length + (phone(c) ? 1 : 0),
      );
      expect(figureOf(byRegion.figures, 'data_quality', { region })).toBeCloseTo(ownFilled / (own.length * 6), 12);
    }
    const graded = await ask(customerGradesReport, { period: thisYear, groupBy: ['region'] });
    for (const region of new Set(inHand.map(regionOf))) {
      for (const level of ['A', 'B', 'C']) {
        const own = inHand.filter((c) => regionOf(c) === region && c.level === level && c.created_at <= now.wall);
        expect(figureOf(graded.figures, 'customer_grades', { region, grade: `${level} 级` })).toBe(own.length);
      }
    }
    const bare = (name: string) => name.replace(/股份有限公司|有限责任公司|有限公司|股份|[ ()\uff08\uff09]/g, '');
    const twice = all.customers.filter((c) =>
      all.customers.some((o) => o !== c && bare(o.name) === bare(c.name) && o.customer_id < c.customer_id),
    );
    expect(figureOf(quality.figures, 'duplicate_customers')).toBe(twice.length);

    const stale = await ask(staleRepsReport, { slots: { threshold: { op: '>=', days: 2 } } });
    const latest = (id: string) =>
      [
        ...all.activities.filter((a) => a.user_id === id).map((a) => a.occurred_at),
        ...all.events.filter((e) => e.actor_user_id === id).map((e) => e.occurred_at),
      ].reduce((best, time) => (time > best ? time : best), '');
    // 2026-11-18 is a Wednesday: two work days without an update = nothing since the end of Monday, or earlier.
    const quiet = company.directory.people.filter(
      (p) => p.active && p.roles.includes('rep') && latest(p.id) < '2026-11-17',
    );
    expect(figureOf(stale.figures, 'stale_reps', quiet.length === 0 ? {} : { threshold: '2 个工作日' }) ?? 0).toBe(
      quiet.length,
    );
  });

  it('counts for a rep only their own customers', async () => {
    const rep = company.directory.people.find((p) => p.active && p.roles.includes('rep'));
    const scope = mintScope([rep!.id], rep!.name);
    const own = new Set(all.customers.filter((c) => c.owner_user_id === rep!.id).map((c) => c.customer_id));
    const due = signed().filter(
      (k) => own.has(k.customer_id!) && k.ends_on !== null && k.ends_on >= '2025-01-01' && k.ends_on <= today,
    );
    expect(due.length).toBeGreaterThan(2);
    const rate = await ask(renewalRateReport, { scope, period: days('2025-01-01', today) });
    expect(figureOf(rate.figures, 'contracts_due')).toBe(due.length);
    for (const report of [healthScoreReport, churnRiskReport, clvReport]) {
      const { table } = await ask(report, { scope });
      for (const row of table?.rows ?? []) expect([...own].map((id) => customer(id)?.name)).toContain(row[0]);
    }
  });

  it('answers empty, future and early periods in words, without a picture', async () => {
    const reports = [
      churnRateReport,
      churnAnalysisReport,
      renewalRateReport,
      repurchaseRateReport,
      gradeConversionReport,
      serviceMetricsReport,
      csatReport,
      npsReport,
    ];
    for (const report of reports) {
      for (const period of [days('2019-01-01', '2019-01-31', 'month'), days('2028-01-01', '2028-01-31', 'month')]) {
        const found = await ask(report, { period });
        expect([found.headline, found.chart], report.intent).toEqual([[], null]);
        expect(textOf(found.narrative).length, report.intent).toBeGreaterThan(8);
      }
    }
    const month = await ask(churnRateReport, { period: thisMonth });
    expect(textOf(month.narrative)).not.toContain('undefined');
  });
});
