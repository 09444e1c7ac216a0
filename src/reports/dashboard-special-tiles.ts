import { addDays } from '../calendar/day.ts';
import { elapsed, isRunning, lengthInDays, type Period } from '../calendar/period.ts';
import { ratesDiffer } from '../figures/difference.ts';
import {
  formatCount,
  formatMoney,
  formatPoints,
  formatRatio,
  formatRelativeChange,
  formatValue,
} from '../figures/format.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { metricById } from '../metrics/catalogue.ts';
import { type ChannelResult, cplOf, readChannels } from '../metrics/channel-results.ts';
import { churnRate } from '../metrics/churn.ts';
import { rollUp } from '../metrics/customer-groups.ts';
import { readChurn } from '../metrics/lost-customers.ts';
import { cpl, roi } from '../metrics/marketing.ts';
import { wonAmount } from '../metrics/sales.ts';
import { readSilenceGroups } from '../metrics/silence.ts';
import { readStuckGroups } from '../metrics/stuck.ts';
import { targetAttainment } from '../metrics/targets.ts';
import type { Compared } from './comparison.ts';
import { type Judged, notable, records, type Tile } from './dashboard-tiles.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import type { Company, Question } from './report.ts';
import { readTargets, targetOfScope } from './target-amounts.ts';

/** 目标完成率 against the share of the period that has passed. One query; the amount comes from its own tile. */
export async function targetTile(
  company: Company,
  question: Question,
  actual: Promise<number | null>,
): Promise<Tile | null> {
  if (!records(company, targetAttainment)) return null;
  const period = question.period!;
  const [[targets], done] = await Promise.all([readTargets(company, question, period, wonAmount), actual]);
  const whole = question.filterWords.length > 0 ? null : targetOfScope(company, question, targets);
  if (whole === null || whole.amount <= 0) {
    const figures = [plainFigure(targetAttainment, null, undefined, '没有记录目标')];
    return { metric: targetAttainment, value: '—', note: '没有记录目标', judged: 'unknown', figures, trend: [] };
  }
  const { today } = question.moment;
  const rate: Rate = { numerator: done ?? 0, denominator: whole.amount };
  const share = ratioOf(rate) ?? 0;
  const running = isRunning(period, today) && today < period.to;
  const pace = running ? lengthInDays(elapsed(period, today)) / lengthInDays(period) : 1;
  const ahead = share - pace;
  const judged: Judged = share >= 1 || ahead >= 0.05 ? 'better' : ahead <= -0.05 ? 'worse' : 'level';
  const note = running
    ? `时间进度 ${formatRatio(pace)}`
    : share >= 1
      ? `超 ${formatMoney((done ?? 0) - whole.amount)}`
      : `差 ${formatMoney(whole.amount - (done ?? 0))}`;
  // Both ends are money, which the attainment report shows as figures of their own.
  return {
    metric: targetAttainment,
    value: formatRatio(share),
    note,
    judged,
    figures: [{ ...rateFigure(targetAttainment, rate), ends: 'fen' }],
    trend: [],
  };
}

/** 积压: a stock, beside what is open. One query. */
export async function stuckTile(company: Company, question: Question): Promise<Tile | null> {
  const metric = metricById('stage_stuck');
  if (metric === undefined || !records(company, metric)) return null;
  const { scope, filter, moment } = question;
  const groups = await readStuckGroups(company.crm, company.stages, { scope, filter, moment, overDays: null });
  const [stuck, open] = [groups.reduce((all, g) => all + g.stuck, 0), groups.reduce((all, g) => all + g.open, 0)];
  const note = open === 0 ? '没有在跟商机' : `占在跟的 ${formatRatio(stuck / open)}`;
  // Half of what is open lying still is no matter of chance.
  const judged: Judged = open > 0 && stuck / open >= 0.5 ? 'worse' : 'unknown';
  return { metric, value: formatCount(stuck), note, judged, figures: [plainFigure(metric, stuck)], trend: [] };
}

/** 沉默客户: a stock, beside all active customers. One query. */
export async function silentTile(company: Company, question: Question): Promise<Tile | null> {
  const metric = metricById('silent_customers');
  if (metric === undefined || !records(company, metric)) return null;
  const { scope, filter, moment } = question;
  const groups = await readSilenceGroups(company.crm, { scope, filter, moment, limits: company.settings.silentDays });
  const sum = (of: 'silent' | 'customers') => groups.reduce((all, group) => all + group[of], 0);
  const [silent, customers] = [sum('silent'), sum('customers')];
  const note = customers === 0 ? '没有在册客户' : `共 ${formatCount(customers)} 家客户`;
  const judged: Judged = customers > 0 && silent / customers >= 0.3 ? 'worse' : 'unknown';
  return { metric, value: formatCount(silent), note, judged, figures: [plainFigure(metric, silent)], trend: [] };
}

/** 客户流失率, now against before. Two queries at most. */
export async function churnTile(company: Company, question: Question, compared: Compared): Promise<Tile | null> {
  if (!records(company, churnRate)) return null;
  const { scope, filter, moment } = question;
  const ask = { scope, filter, moment, silentDays: company.settings.silentDays.default };
  const [now, before] = (await readChurn(company.crm, ask, [compared.now, compared.before], [])).map((groups): Rate => {
    const [whole] = rollUp(groups, [], company);
    return { numerator: whole?.sums.lost ?? 0, denominator: whole?.sums.base ?? 0 };
  }) as [Rate, Rate];
  const [rNow, rBefore] = [ratioOf(now), ratioOf(before)];
  const real = differs(now, before);
  const judged: Judged =
    rNow === null || rBefore === null ? 'unknown' : !real ? 'level' : rNow > rBefore ? 'worse' : 'better';
  const points = rNow === null || rBefore === null ? '之前没有可比的数' : formatPoints(rNow - rBefore);
  return {
    metric: churnRate,
    value: formatValue(rNow, 'ratio'),
    note: judged === 'level' && points !== '持平' ? '波动内' : points,
    judged,
    figures: [rateFigure(churnRate, now), rateFigure(churnRate, before, { period: compared.words })],
    trend: [],
  };
}

/** The last year whose leads have all had their days to become customers, and the year before it. */
export function settledYears({ moment }: Question, lagDays: number): readonly [Period, Period] {
  const to = addDays(moment.today, -lagDays - 1);
  const year = (end: typeof to): Period => ({ label: 'range', from: addDays(end, -364), to: end });
  return [year(to), year(addDays(to, -365))];
}

/** ROI and CPL of settled leads: a month's leads have not become customers yet. Two queries. */
export async function spendTiles(company: Company, question: Question, withBefore: boolean): Promise<Tile[]> {
  if (!records(company, roi)) return [];
  const lagDays = company.settings.conversionLagDays;
  const { scope, filter, moment } = question;
  // Costs are the company's: nobody can say what a part of it spent.
  if (scope.owners !== 'everyone') return [];
  const results = await readChannels(company.crm, {
    scope,
    filter,
    periods: settledYears(question, lagDays).slice(0, withBefore ? 2 : 1),
    by: 'channel',
    lagDays,
    settled: true,
    moment,
    withCosts: true,
  });
  const [now, before] = results.map(wholeOf);
  const back = (whole: ChannelResult | undefined): number | null =>
    whole === undefined || whole.costFen === null || whole.costFen <= 0 ? null : whole.revenueFen / whole.costFen;
  const [r, rBefore] = [back(now), back(before)];
  const [c, cBefore] = [now === undefined ? null : cplOf(now), before === undefined ? null : cplOf(before)];
  const missing = '没有记录投放费用';
  // Told only where leads, or customers, came at another rate for the money: what each brought is chance on top of it.
  const reallyMoved = (of: (whole: ChannelResult) => number): boolean =>
    now !== undefined &&
    before !== undefined &&
    ratesDiffer({ count: of(now), exposure: now.costFen ?? 0 }, { count: of(before), exposure: before.costFen ?? 0 });
  const judgedBy = (a: number | null, b: number | null, more: boolean, of: (whole: ChannelResult) => number): Judged =>
    a === null || b === null
      ? 'unknown'
      : Math.abs(a - b) < notable * b || !reallyMoved(of)
        ? 'level'
        : a > b === more
          ? 'better'
          : 'worse';
  const against = (a: number | null, b: number | null): string =>
    a === null || b === null ? '' : `比前一年 ${formatRelativeChange(a, b) ?? '持平'}`;
  return [
    {
      metric: roi,
      value: r === null ? '—' : formatRatio(r - 1),
      note: r === null ? missing : against(r, rBefore) || `1 元换回 ${r.toFixed(1)} 元`,
      judged: judgedBy(r, rBefore, true, ({ wonCustomers }) => wonCustomers),
      figures: [
        plainFigure(roi, r === null ? null : r - 1, undefined, missing),
        ...(rBefore === null ? [] : [plainFigure(roi, rBefore - 1, { period: '前一年' })]),
      ],
      trend: [],
    },
    {
      metric: cpl,
      value: formatValue(c === null ? null : Math.round(c), 'fen'),
      note: c === null ? missing : against(c, cBefore),
      judged: judgedBy(c, cBefore, false, ({ leads }) => leads),
      figures: [
        plainFigure(cpl, c === null ? null : Math.round(c), undefined, missing),
        ...(cBefore === null ? [] : [plainFigure(cpl, Math.round(cBefore), { period: '前一年' })]),
      ],
      trend: [],
    },
  ];
}

const wholeOf = (results: readonly ChannelResult[]): ChannelResult => ({
  key: null,
  name: '合计',
  costFen: results.some(({ costFen }) => costFen !== null)
    ? results.reduce((all, one) => all + (one.costFen ?? 0), 0)
    : null,
  leads: results.reduce((all, one) => all + one.leads, 0),
  converted: results.reduce((all, one) => all + one.converted, 0),
  wonLeads: results.reduce((all, one) => all + one.wonLeads, 0),
  wonCustomers: results.reduce((all, one) => all + one.wonCustomers, 0),
  revenueFen: results.reduce((all, one) => all + one.revenueFen, 0),
  recordedFen: results.reduce((all, one) => all + one.recordedFen, 0),
  settled: true,
});
