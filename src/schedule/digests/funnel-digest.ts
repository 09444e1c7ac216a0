import { addDays, dayOfWallTime, type WallTime } from '../../calendar/day.ts';
import type { Period } from '../../calendar/period.ts';
import type { ChartSpec } from '../../charts/spec.ts';
import { formatCount, formatMoney } from '../../figures/format.ts';
import { differs, type Rate } from '../../figures/rate.ts';
import { newCustomers } from '../../metrics/customers.ts';
import { measure, total } from '../../metrics/engine.ts';
import { rateBetween, readCohort } from '../../metrics/funnel-cohort.ts';
import { type Flow, readFlow } from '../../metrics/funnel-flow.ts';
import { readSnapshot, type Snapshot } from '../../metrics/funnel-snapshot.ts';
import { readJustLost } from '../../metrics/just-lost.ts';
import { type OpportunityRow, readOpportunityRows } from '../../metrics/opportunity-rows.ts';
import { readStuck, type StuckGroup, type StuckOpportunity } from '../../metrics/stuck.ts';
import type { Company } from '../../reports/report.ts';
import type { Digest, DigestAsk } from './digest.ts';
import { chartTitle, funnelView } from './funnel-view.ts';
import { readNewestRecord } from './newest-record.ts';

/** A rate and the one that it is measured against. */
export interface KeyConversion {
  readonly from: string;
  readonly to: string;
  /** Opportunities created in the four weeks up to yesterday. */
  readonly now: Rate;
  /** Those created in the four weeks before, seen when they were as old (decision 20). */
  readonly before: Rate;
  /** Whether the difference is more than chance (95 %, decision 21). */
  readonly real: boolean;
}

/** The funnel of one scope in the morning. What the CRM does not record is null, never zero. */
export interface FunnelMorning {
  readonly asOf: WallTime;
  /** The newest thing on record in the whole company; null = nothing is. */
  readonly newestRecord: WallTime | null;
  readonly snapshot: Snapshot;
  /** What moved on the days covered; null without stage history. */
  readonly flow: Flow | null;
  /** Open per stage at the first moment of the days covered, where no digest remembers it. */
  readonly atStart: readonly { readonly stage: string; readonly opportunities: number }[] | null;
  readonly newCustomers: number | null;
  /** Customers whose contract was not continued; null where contracts are not recorded. */
  readonly lostCustomers: number | null;
  /** null where a stage of the setting does not exist, or stages are not recorded. */
  readonly key: KeyConversion | null;
  /** null where follow-ups are not recorded. */
  readonly stuck: readonly StuckGroup[] | null;
  readonly stuckLargest: readonly StuckOpportunity[];
  /** Open ones, the largest first, for those whose expected close has passed. */
  readonly largest: readonly OpportunityRow[];
  /** The largest one won on the days covered. */
  readonly bestWin: OpportunityRow | null;
}

const fourWeeksDays = 28;
const largestLooked = 30;

const records = (company: Company, table: string): boolean => company.capabilities.get(table)?.level !== 'none';

/** The 9:00 digest of item 107: 当前 for totals, 流转 for what moved, 批次 for the four-week conversion (decision 2). */
export const funnelDigest: Digest<FunnelMorning> = {
  what: 'funnel',
  title: '漏斗晨报',
  about: { intent: 'funnel', slots: {} },
  template: 'digest',
  needs: ['opportunities'],

  async compute(company, ask) {
    const { crm, stages } = company;
    const { scope, moment, covers } = ask;
    const base = { scope, filter: {}, moment };
    const history = records(company, 'stage_events');
    const followUps = records(company, 'activities');
    const [newestRecord, snapshot, flow, atStart, created, lostCustomers, key, stuck, largest, wins] =
      await Promise.all([
        readNewestRecord(company, ask),
        readSnapshot(crm, stages, base),
        history ? readFlow(crm, stages, { ...base, period: covers }) : null,
        history && ask.first ? readFlow(crm, stages, { ...base, period: { ...covers, to: moment.today } }) : null,
        records(company, 'customers')
          ? measure(company, scope, {
              metrics: [newCustomers],
              moment,
              filter: {},
              periods: [covers],
              groupings: [total],
            })
          : null,
        records(company, 'contracts') ? readJustLost(crm, scope, covers, moment.today) : null,
        history ? readKeyConversion(company, ask) : null,
        followUps ? readStuck(crm, stages, { ...base, overDays: null, limit: largestLooked }) : null,
        readOpportunityRows(crm, {
          ...base,
          filter: { outcomes: ['open'] },
          period: null,
          dated: 'created_at',
          order: 'largest',
          limit: largestLooked,
        }),
        readOpportunityRows(crm, {
          ...base,
          filter: { outcomes: ['won'] },
          period: covers,
          dated: 'closed_at',
          order: 'largest',
          limit: 1,
        }),
      ]);
    return {
      asOf: company.dataAsOf(moment),
      newestRecord,
      snapshot,
      flow,
      atStart:
        atStart === null ? null : atStart.steps.map((step) => ({ stage: step.stage, opportunities: step.atStart })),
      newCustomers: created === null ? null : created.total(newCustomers).value,
      lostCustomers,
      key,
      stuck: stuck?.groups ?? null,
      stuckLargest: stuck?.largest ?? [],
      largest,
      bestWin: wins[0] ?? null,
    };
  },

  chart(morning, ask): ChartSpec | null {
    const { snapshot } = morning;
    if (snapshot.opportunities === 0) return null;
    const stuckIn = (stage: string): number =>
      (morning.stuck ?? []).filter((group) => group.stage === stage).reduce((sum, group) => sum + group.stuck, 0);
    const worst = [...snapshot.steps].sort((a, b) => stuckIn(b.stage) - stuckIn(a.stage))[0];
    return {
      kind: 'funnel',
      title: chartTitle(morning),
      subtitle: '漏斗(当前,在跟商机按所在阶段)',
      footer: `数据截至 ${morning.asOf.slice(5, 16)} · ${ask.scope.words}`,
      unit: 'count',
      steps: snapshot.steps.map((step) => {
        const stuck = stuckIn(step.stage);
        return {
          label: step.stage,
          value: step.opportunities,
          note: `${formatMoney(step.amountFen)}${stuck === 0 ? '' : ` · 积压 ${formatCount(stuck)} 个`}`,
          tone: step === worst && stuck > 0 ? 'warning' : 'ours',
        };
      }),
    };
  },

  view: funnelView,

  memory: ({ snapshot }) => ({
    opportunities: snapshot.opportunities,
    customers: snapshot.customers,
    stages: snapshot.steps.map(({ stage, opportunities, customers }) => ({ stage, opportunities, customers })),
  }),
};

/** The conversion that the company watches, over four weeks of new opportunities, against the four weeks before. */
async function readKeyConversion(company: Company, { scope, moment }: DigestAsk): Promise<KeyConversion | null> {
  const { keyConversion } = company.settings;
  const from = company.stages.byName(keyConversion.from);
  const to = company.stages.byName(keyConversion.to);
  if (from === undefined || to === undefined || from.position >= to.position) return null;
  const weeks = (back: number): Period => ({
    label: 'range',
    from: addDays(moment.today, -fourWeeksDays * (back + 1)),
    to: addDays(moment.today, -fourWeeksDays * back - 1),
  });
  const earlier = `${addDays(dayOfWallTime(moment.wall), -fourWeeksDays)}${moment.wall.slice(10)}` as WallTime;
  const ask = { scope, filter: {} };
  const [now, before] = await Promise.all([
    readCohort(company.crm, company.stages, { ...ask, period: weeks(0), until: moment.wall }),
    readCohort(company.crm, company.stages, { ...ask, period: weeks(1), until: earlier }),
  ]);
  const rates = [now, before].map((cohort) => rateBetween(cohort, from.position, to.position));
  const [rateNow, rateBefore] = rates as [Rate, Rate];
  return { from: from.name, to: to.name, now: rateNow, before: rateBefore, real: differs(rateNow, rateBefore) };
}
