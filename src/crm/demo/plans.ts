import type { Day } from '../../calendar/day.ts';
import { dayNumber, signingSeason } from './company-time.ts';
import type { Generation } from './generation.ts';
import { channels } from './market.ts';
import { reps, salesDepartments } from './people.ts';
import { Random } from './random.ts';

/** A campaign for each channel and month, with what it cost and brought. */
export function addCampaigns(generation: Generation, seed: string): void {
  const { time, sink, results } = generation;
  const random = new Random(`${seed}/campaigns`);
  for (const month of monthsFrom(generation)) {
    for (const channel of channels) {
      if (channel.costPerLead === 0) continue;
      const id = `g${month.replace('-', '')}-${channel.name}`;
      const running = time.day(time.last).slice(0, 7) === month;
      const leads = results.leads.get(id) ?? 0;
      if (leads === 0 && month > time.day(time.last).slice(0, 7)) continue;
      const cost = Math.round((leads * channel.costPerLead * random.between(0.96, 1.04)) / 10) * 10;
      sink.add('cm_campaigns', {
        campaign_id: id,
        name: `${month.slice(0, 4)} 年 ${Number(month.slice(5))} 月${channel.name}`,
        type: channel.name,
        status: running ? 'active' : 'ended',
        starts_on: `${month}-01`,
        ends_on: lastDayOf(month),
        budget: Math.ceil((cost * random.between(0.95, 1.25)) / 1_000) * 1_000,
        actual_cost: cost,
        actual_revenue: results.revenue.get(id) ?? 0,
        created_at: `${month}-01 09:00:00`,
      });
    }
  }
}

/** Targets for every month up to the end of the year, a little above what each has shown to be able to do. */
export function addTargets(generation: Generation): void {
  const { results } = generation;
  // The first year was a start, without targets.
  const months = monthsFrom(generation).slice(12);
  const measures = [
    ['won_amount', results.won, 10_000],
    ['contract_amount', results.won, 10_000],
    ['payment_amount', results.paid, 10_000],
    ['new_customers', results.newCustomers, 1],
  ] as const;
  for (const [metric, achieved, step] of measures) {
    const byRep = new Map(reps.map((rep) => [rep.id, repTargets(generation, rep.id, achieved, months, step)]));
    for (const rep of reps) addTarget(generation, 'user', rep.id, metric, months, byRep.get(rep.id)!);
    for (const department of salesDepartments) {
      const sums = months.map((_, i) => department.repIds.reduce((sum, repId) => sum + byRep.get(repId)![i]!, 0));
      addTarget(generation, 'department', department.id, metric, months, sums);
      if (department.id === 'd10') addTarget(generation, 'company', 'd01', metric, months, sums);
    }
  }
}

function repTargets(
  { time }: Generation,
  repId: string,
  achieved: ReadonlyMap<string, number>,
  months: readonly string[],
  step: number,
): number[] {
  const past = months.filter((month) => month < time.day(time.last).slice(0, 7));
  const total = past.reduce((sum, month) => sum + (achieved.get(`${repId} ${month}`) ?? 0), 0);
  const seasons = past.reduce((sum, month) => sum + signingSeason(Number(month.slice(5))), 0);
  const usual = seasons === 0 ? 0 : total / seasons;
  return months.map((month, i) => {
    const growth = 0.8 + (0.45 * i) / months.length;
    const wanted = usual * signingSeason(Number(month.slice(5))) * growth * 1.06;
    return Math.max(step, Math.round(wanted / step) * step);
  });
}

function addTarget(
  { sink }: Generation,
  scope: string,
  scopeId: string,
  metric: string,
  months: readonly string[],
  amounts: readonly number[],
): void {
  months.forEach((month, i) => {
    sink.add('cm_targets', { scope, scope_id: scopeId, metric, month: `${month}-01`, amount: amounts[i]! });
  });
}

/** `YYYY-MM` from the first month of the history to the end of the current year. */
function monthsFrom({ time }: Generation): string[] {
  const months: string[] = [];
  const end = `${time.day(time.last).slice(0, 4)}-12`;
  for (let month = time.day(time.first).slice(0, 7); month <= end; month = nextMonth(month)) months.push(month);
  return months;
}

function nextMonth(month: string): string {
  const number = Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`;
}

const lastDayOf = (month: string): string =>
  new Date((dayNumber(`${nextMonth(month)}-01` as Day) - 1) * 86_400_000).toISOString().slice(0, 10);
