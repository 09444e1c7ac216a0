import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, addMonths, type Day, endOfMonth, startOfMonth } from '../../src/calendar/day.ts';
import type { Period } from '../../src/calendar/period.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import { mintScope } from '../../src/crm/scope.ts';
import { readStages } from '../../src/crm/stages.ts';
import { medianHours, readDwell, readDwellParts } from '../../src/metrics/dwell.ts';
import { readCohort, readCohortParts } from '../../src/metrics/funnel-cohort.ts';
import { readFlow } from '../../src/metrics/funnel-flow.ts';
import { readOpenPipeline } from '../../src/metrics/open-pipeline.ts';
import { readSilenceGroups, readSilentCustomers } from '../../src/metrics/silence.ts';
import { readStuck, readStuckGroups } from '../../src/metrics/stuck.ts';
import { customerDetailReport } from '../../src/reports/customer-detail.ts';
import { customerProfileReport } from '../../src/reports/customer-profile.ts';
import { funnelReport } from '../../src/reports/funnel.ts';
import { interactionTimelineReport } from '../../src/reports/interaction-timeline.ts';
import { opportunityListReport } from '../../src/reports/opportunity-list.ts';
import { pipelineChangesReport } from '../../src/reports/pipeline-changes.ts';
import { pipelineValueReport } from '../../src/reports/pipeline-value.ts';
import type { Company, Question } from '../../src/reports/report.ts';
import { silentCustomersReport } from '../../src/reports/silent-customers.ts';
import { stageConversionReport } from '../../src/reports/stage-conversion.ts';
import { stageDurationReport } from '../../src/reports/stage-duration.ts';
import { stageStuckReport } from '../../src/reports/stage-stuck.ts';
import { describeOnBoth } from '../database/databases.ts';
import {
  fen,
  type PlainRows,
  plainCohort,
  plainFlow,
  plainRows,
  plainSilent,
  plainStays,
  plainStuck,
} from './plain-rows.ts';
import { asking, at, days, everyone, figureOf, type SmallCompany, smallCompany } from './small-company.ts';

const now = at('2026-11-18 10:30:00');
const names = ['潜在客户', '需求诊断', '方案演示', '报价谈判', '成交'];

const periods: readonly Period[] = [
  days('2026-11-01', '2026-11-30', 'this_month'),
  days('2026-10-01', '2026-12-31', 'this_quarter'),
  days('2026-04-01', '2026-06-30', 'quarter'),
  days('2025-12-29', '2026-01-04', 'week'),
  days('2026-02-28', '2026-02-28', 'day'),
  days('2026-01-01', '2026-12-31', 'this_year'),
];

describeOnBoth('the funnel and the customers of a generated company', (dialect) => {
  let empty: SmallCompany;
  let company: Company;
  let rows: PlainRows;
  beforeAll(async () => {
    empty = await smallCompany(dialect, { cm_stages: [], cm_users: [], cm_departments: [] });
    await generateCompany(empty.database, { seed: 11, customers: 130, until: '2026-11-18' });
    company = {
      ...empty,
      crm: empty.crm,
      directory: await readDirectory(empty.database),
      stages: await readStages(empty.database, null, 7),
    };
    rows = await plainRows(empty.database);
  });
  afterAll(() => empty.drop());

  const model = () => company.stages;

  it.each(periods)('cohort of $from to $to', async (period) => {
    const cohort = await readCohort(company.crm, model(), { scope: everyone, filter: {}, period, until: now.wall });
    const plain = plainCohort(rows, period, now.wall);
    expect(cohort.steps.map((step) => step.reached)).toEqual(plain.reached);
    expect(cohort.steps.map((step) => step.customers)).toEqual(plain.customers);
    expect(cohort.steps.map((step) => step.amountFen)).toEqual(plain.amount);
    expect(cohort.steps.map((step) => step.lostHere)).toEqual(plain.lostHere);
    // As it stood a month after it began, too.
    const early = `${addDays(period.from, 30)} 12:00:00` as const;
    const young = await readCohort(company.crm, model(), {
      scope: everyone,
      filter: {},
      period,
      until: early as never,
    });
    expect(young.steps.map((step) => step.reached)).toEqual(plainCohort(rows, period, early).reached);
  });

  it('cohort within a scope, under a filter, and by owner', async () => {
    const period = periods[5]!;
    const owners = [...new Set(rows.cm_opportunities.map((o) => o.owner_user_id))].slice(0, 3) as string[];
    const scope = mintScope(owners, '三个人');
    const industry = new Set(rows.cm_customers.filter((c) => c.industry === '制造业').map((c) => c.customer_id));
    const ask = { scope, filter: { industries: ['制造业'] }, period, until: now.wall };
    const cohort = await readCohort(company.crm, model(), ask);
    const mine = (o: PlainRows['cm_opportunities'][number]) =>
      owners.includes(o.owner_user_id ?? '') && industry.has(o.customer_id ?? '');
    expect(cohort.steps.map((step) => step.reached)).toEqual(plainCohort(rows, period, now.wall, mine).reached);
    expect(cohort.steps[0]!.reached).toBeGreaterThan(0);
    const parts = await readCohortParts(company.crm, model(), company, { ...ask, by: 'owner' });
    for (const part of parts) {
      const own = plainCohort(rows, period, now.wall, (o) => mine(o) && o.owner_user_id === part.key);
      expect(part.cohort.steps.map((step) => step.reached)).toEqual(own.reached);
    }
    expect(parts.reduce((sum, part) => sum + part.cohort.steps[0]!.reached, 0)).toBe(cohort.steps[0]!.reached);
  });

  it.each(periods)('flow of $from to $to', async (period) => {
    const flow = await readFlow(company.crm, model(), { scope: everyone, filter: {}, period, moment: now });
    const plain = plainFlow(rows, period, now.wall);
    expect(flow.steps.map(({ stage: _stage, position: _position, ...step }) => step)).toEqual(plain.steps);
    expect(flow).toMatchObject(plain.totals);
  });

  it('stuck opportunities', async () => {
    for (const overDays of [7, 2, 40]) {
      const plain = plainStuck(rows, now.today, now.wall, overDays);
      const ask = { scope: everyone, filter: {}, moment: now, overDays };
      const groups = await readStuckGroups(company.crm, model(), ask);
      expect(groups.reduce((sum, group) => sum + group.stuck, 0)).toBe(plain.length);
      expect(groups.reduce((sum, group) => sum + group.stuckFen, 0)).toBe(plain.reduce((sum, row) => sum + row.fen, 0));
      for (const group of groups) {
        const own = plain.filter((row) => row.owner === group.ownerId && names[row.stage] === group.stage);
        expect(group.stuck).toBe(own.length);
      }
      const whole = await readStuck(company.crm, model(), { ...ask, limit: 500 });
      expect(new Map(whole.largest.map((row) => [row.opportunityId, row.days]))).toEqual(
        new Map(plain.map((row) => [row.id, row.days])),
      );
      const few = await readStuck(company.crm, model(), { ...ask, limit: 3 });
      expect(few.groups).toEqual(groups);
      expect(whole.groups).toEqual(groups);
      const byMoney = plain.toSorted((a, b) => b.fen - a.fen || b.days - a.days || (a.id < b.id ? -1 : 1)).slice(0, 3);
      expect(few.largest.map((row) => [row.opportunityId, row.amountFen ?? 0, row.days])).toEqual(
        byMoney.map((row) => [row.id, row.fen, row.days]),
      );
    }
  });

  it('silent customers, with days by grade', async () => {
    for (const limits of [
      { default: 90, byGrade: {} },
      { default: 60, byGrade: { A: 30, C: 200 } },
    ]) {
      const limitOf = (grade: string | null) =>
        (limits.byGrade as Record<string, number>)[grade ?? ''] ?? limits.default;
      const plain = plainSilent(rows, now.today, limitOf);
      const ask = { scope: everyone, filter: {}, moment: now, limits };
      const groups = await readSilenceGroups(company.crm, ask);
      expect(groups.reduce((sum, group) => sum + group.silent, 0)).toBe(plain.length);
      const ids = new Set(plain.map((c) => c.customer_id));
      const open = rows.cm_opportunities.filter((o) => o.outcome === 'open' && ids.has(o.customer_id ?? ''));
      expect(groups.reduce((sum, group) => sum + group.openFen, 0)).toBe(
        open.reduce((sum, o) => sum + fen(o.amount), 0),
      );
      const running = rows.cm_contracts.filter(
        (k) =>
          k.status === 'effective' && (k.ends_on === null || k.ends_on >= now.today) && ids.has(k.customer_id ?? ''),
      );
      expect(groups.reduce((sum, group) => sum + group.contractFen, 0)).toBe(
        running.reduce((sum, k) => sum + fen(k.amount), 0),
      );
      const list = await readSilentCustomers(company.crm, { ...ask, order: 'longest', limit: 1000 });
      expect(new Set(list.map((c) => c.customerId))).toEqual(ids);
      for (const customer of list) {
        const last = rows.cm_activities.filter(
          (a) => a.customer_id === customer.customerId && a.occurred_at <= now.wall,
        );
        const latest = last
          .map((a) => a.occurred_at)
          .sort()
          .at(-1);
        expect(customer.lastFollowUp?.at).toBe(latest);
      }
    }
  });

  it('time in stage', async () => {
    for (const period of periods.slice(1, 3)) {
      const dwell = await readDwell(company.crm, model(), { scope: everyone, filter: {}, period, moment: now });
      const stays = plainStays(rows, period, now.wall);
      for (const stage of dwell) {
        const own = stays.filter((stay) => stay.stage === stage.position);
        const over = own.filter((stay) => stay.over);
        expect([stage.finished, stage.running]).toEqual([over.length, own.length - over.length]);
        const mean =
          over.length === 0 ? null : over.reduce((sum, stay) => sum + stay.seconds, 0) / over.length / 86_400;
        expect(stage.meanDays).toEqual(mean === null ? null : expect.closeTo(mean, 6));
        const hours = own.map((stay) => ({
          hours: Math.floor(stay.seconds / 3600),
          finished: stay.over ? 1 : 0,
          running: stay.over ? 0 : 1,
        }));
        const median = medianHours(hours);
        expect(stage.medianDays).toBe(median === null ? null : median / 24);
      }
    }
  });

  it('time in stage by owner and by grade adds up to the whole, each part as if asked alone', async () => {
    const period = periods[1]!;
    const ask = { scope: everyone, filter: {}, period, moment: now };
    const whole = await readDwell(company.crm, model(), ask);
    const owners = await readDwellParts(company.crm, model(), ask, 'owner', company);
    expect(owners.length).toBeGreaterThan(2);
    for (const { key, dwell } of owners) {
      if (key === null) continue;
      expect(dwell).toEqual(await readDwell(company.crm, model(), { ...ask, filter: { owners: [key] } }));
    }
    for (const parts of [owners, await readDwellParts(company.crm, model(), ask, 'grade', company)]) {
      for (const stage of whole) {
        const own = parts.map(({ dwell }) => dwell[stage.position]!);
        expect(own.reduce((sum, part) => sum + part.finished, 0)).toBe(stage.finished);
        expect(own.reduce((sum, part) => sum + part.running, 0)).toBe(stage.running);
      }
    }
  });

  it('open pipeline in money', async () => {
    const parts = await readOpenPipeline(company.crm, model(), company, {
      scope: everyone,
      filter: {},
      moment: now,
      by: 'stage',
    });
    const open = rows.cm_opportunities.filter((o) => o.outcome === 'open');
    const rate = new Map(rows.cm_stages.map((stage) => [stage.stage_id, stage.win_rate]));
    const sum = (list: typeof open) => list.reduce((total, o) => total + fen(o.amount), 0);
    expect(parts.reduce((total, part) => total + part.amountFen, 0)).toBe(sum(open));
    const weighted = open.reduce(
      (total, o) => total + (fen(o.amount) * Number(o.win_rate ?? rate.get(o.stage_id ?? '') ?? 0)) / 100,
      0,
    );
    const got = parts.reduce((total, part) => total + (part.weightedFen ?? 0), 0);
    expect(Math.abs(got - weighted)).toBeLessThan(parts.length * 10);
    const due = (from: Day, to: Day) =>
      sum(
        open.filter(
          (o) => o.expected_close_date !== null && o.expected_close_date >= from && o.expected_close_date <= to,
        ),
      );
    const next = startOfMonth(addMonths(now.today, 1));
    expect(parts.reduce((total, part) => total + part.dueThisMonthFen, 0)).toBe(due(now.today, endOfMonth(now.today)));
    expect(parts.reduce((total, part) => total + part.dueNextMonthFen, 0)).toBe(due(next, endOfMonth(next)));
    expect(parts.reduce((total, part) => total + part.overdueFen, 0)).toBe(due('2000-01-01', addDays(now.today, -1)));
  });

  it('lists, shares and changes', async () => {
    const period = periods[1]!;
    const lost = await opportunityListReport.run(company, asking(now, { period, filter: { outcomes: ['lost'] } }));
    const closed = rows.cm_opportunities.filter(
      (o) => o.outcome === 'lost' && o.closed_at !== null && o.closed_at >= '2026-10-01' && o.closed_at <= now.wall,
    );
    expect(figureOf(lost.figures, 'listed_opportunities')).toBe(closed.length);
    expect(figureOf(lost.figures, 'listed_amount')).toBe(closed.reduce((sum, o) => sum + fen(o.amount), 0));
    const shares = await customerProfileReport.run(company, asking(now, { groupBy: ['grade'] }));
    const held = rows.cm_customers.filter((c) => c.lifecycle !== 'pool');
    expect(figureOf(shares.figures, 'customers_in_hand')).toBe(held.length);
    expect(figureOf(shares.figures, 'customers_in_hand', { grade: 'A 级' })).toBe(
      held.filter((c) => c.level === 'A').length,
    );
    const touched = new Map(rows.cm_customer_last_touch.map((row) => [row.customer_id, row.last_touch_at ?? '']));
    const active = held.filter((c) => (touched.get(c.customer_id) ?? '') >= addDays(now.today, -29));
    expect(figureOf(shares.figures, 'active_customers')).toBe(active.length);
    const changes = await pipelineChangesReport.run(company, asking(now, { period }));
    const fresh = rows.cm_customers.filter((c) => c.created_at >= '2026-10-01' && c.created_at <= now.wall);
    expect(figureOf(changes.figures, 'new_customers')).toBe(fresh.length);
    const gone = rows.cm_opportunities.filter(
      (o) =>
        ['lost', 'invalid'].includes(o.outcome) &&
        o.closed_at !== null &&
        o.closed_at >= '2026-10-01' &&
        o.closed_at <= now.wall,
    );
    expect(figureOf(changes.figures, 'lost_deal_customers')).toBe(new Set(gone.map((o) => o.customer_id)).size);
  });

  it('one customer: deals, contracts, payments, follow-ups', async () => {
    const signed = rows.cm_contracts.filter((k) => k.status === 'effective' || k.status === 'completed');
    for (const customerId of [...new Set(signed.map((k) => k.customer_id))].slice(0, 5) as string[]) {
      const { figures } = await customerDetailReport.run(
        company,
        asking(now, { filter: { customerIds: [customerId] } }),
      );
      const own = signed.filter(
        (k) => k.customer_id === customerId && k.signed_on !== null && k.signed_on <= now.today,
      );
      expect(figureOf(figures, 'customer_contract_amount')).toBe(own.reduce((sum, k) => sum + fen(k.amount), 0));
      const ids = new Set(own.map((k) => k.contract_id));
      const paid = rows.cm_payments.filter(
        (p) => ids.has(p.contract_id ?? '') && p.status === 'confirmed' && (p.paid_on ?? '') <= now.today,
      );
      expect(figureOf(figures, 'customer_paid_amount')).toBe(paid.reduce((sum, p) => sum + fen(p.amount), 0));
      const recent = rows.cm_activities.filter(
        (a) => a.customer_id === customerId && a.occurred_at >= addDays(now.today, -89) && a.occurred_at <= now.wall,
      );
      expect(figureOf(figures, 'customer_followups_90d')).toBe(recent.length);
      const { figures: told } = await interactionTimelineReport.run(
        company,
        asking(now, {
          period: days(addDays(now.today, -89), now.today, 'last_90_days'),
          filter: { customerIds: [customerId] },
        }),
      );
      if (recent.length > 0) expect(figureOf(told, 'customer_followups')).toBe(recent.length);
    }
  });

  it('asks the database at most six times, for any of them', async () => {
    const period = periods[5]!;
    const customerId = rows.cm_contracts[0]!.customer_id!;
    const questions: readonly [string, () => Promise<unknown>][] = (
      [
        [funnelReport, { period, groupBy: ['region'] }],
        [funnelReport, {}],
        [funnelReport, { period, slots: { view: 'flow' } }],
        [stageConversionReport, { period, groupBy: ['owner'] }],
        [stageStuckReport, {}],
        [stageDurationReport, { period }],
        [silentCustomersReport, {}],
        [customerDetailReport, { filter: { customerIds: [customerId] } }],
        [interactionTimelineReport, { period, filter: { customerIds: [customerId] } }],
        [pipelineValueReport, {}],
        [opportunityListReport, {}],
        [customerProfileReport, { groupBy: ['city', 'industry'] }],
        [pipelineChangesReport, { period }],
      ] as const
    ).map(([report, question]) => [
      report.intent,
      () => report.run(company, asking(now, question as Partial<Question>)),
    ]);
    for (const [intent, run] of questions) {
      const before = company.crm.queriesRun;
      await run();
      const used = company.crm.queriesRun - before;
      expect(used, intent).toBeGreaterThan(0);
      expect(used, intent).toBeLessThanOrEqual(6);
    }
  });
});
