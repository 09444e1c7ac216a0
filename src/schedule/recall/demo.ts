import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { wholeCompany } from '../../access/authorise.ts';
import type { Moment } from '../../calendar/clock.ts';
import { addDays, type Day, daysBetween } from '../../calendar/day.ts';
import type { WorkCalendar } from '../../calendar/work-calendar.ts';
import { noFilter } from '../../crm/rows.ts';
import { readSilentCustomers } from '../../metrics/silence.ts';
import { readWoken } from '../../metrics/wake.ts';
import type { Company } from '../../reports/report.ts';
import type { Recall, RecallMethod, Recalls } from '../../store/recalls.ts';

/** How long the bot seems to have been at work in the demo. */
const historyDays = 150;
/** Silences that have ended were told after so many days: as if the company had begun with a shorter limit. */
const formerLimitDays = 45;

/** A silence of the past: it began with the last interaction, and was told when its days were over. */
interface PastSilence {
  readonly customerId: string;
  readonly ownerId: string;
  readonly grade: string | null;
  readonly since: Day;
  readonly toldOn: Day;
  readonly days: number;
}

/**
 * Writes the ledger that the bot would have kept had it reminded the generated company's reps for the last months: the
 * silences and what became of the customers are the CRM's own, what the reps answered is made up from a hash. What
 * became silent since the last work day is left for the reminder of today. Begins anew every time.
 */
export async function seedRecallHistory(
  recalls: Recalls,
  company: Pick<Company, 'crm' | 'settings'>,
  calendar: WorkCalendar,
  moment: Moment,
): Promise<number> {
  const silences = await pastSilences(company, calendar, moment);
  const moments = silences.map(({ customerId, toldOn }) => ({ customerId, recalledAt: `${toldOn} 09:05:10` }));
  const woken = await readWoken(company.crm, wholeCompany(), moments, moment);
  const putOff = new Set<string>();
  const rows = silences.map((silence, at): Omit<Recall, 'recallId' | 'untold' | 'recalledOn' | 'toldOn'> => {
    const chance = (of: string) => draw(`${silence.customerId} ${silence.since} ${of}`);
    const cameBack = woken[at] === true;
    const recent = daysBetween(silence.toldOn, moment.today) <= 3;
    // One of each rep's still silent ones was put off until today, so that coming back can be seen.
    const later = !cameBack && !recent && !putOff.has(silence.ownerId) && chance('later') < 0.5;
    if (later) putOff.add(silence.ownerId);
    const contacted = !later && !recent && chance('contacted') < (cameBack ? 0.85 : 0.6);
    const contactedOn = addDays(silence.toldOn, chance('day') < 0.6 ? 0 : 1);
    return {
      customerId: silence.customerId,
      silentSince: silence.since,
      ownerId: silence.ownerId,
      toldTo: silence.ownerId,
      grade: silence.grade,
      silentDays: silence.days,
      stakeFen: 0,
      wording: chance('wording') < (cameBack ? 0.75 : 0.4) ? 'personal' : 'generic',
      heldOut: false,
      cause: null,
      recalledAt: `${silence.toldOn} 09:05:10`,
      contactedAt: contacted ? `${contactedOn} 1${Math.floor(chance('hour') * 8)}:20:00` : null,
      contactedBy: contacted ? silence.ownerId : null,
      method: contacted ? methodOf(chance('method')) : null,
      snoozedUntil: later ? moment.today : null,
      handedTo: null,
      dismissedAt: null,
    };
  });
  await recalls.clear();
  await recalls.load(rows);
  return rows.length;
}

/** The same, unless there is a ledger already: for scripts that run beside the demo. */
export async function seedRecallHistoryOnce(
  recalls: Recalls,
  company: Pick<Company, 'crm' | 'settings'>,
  calendar: WorkCalendar,
  moment: Moment,
): Promise<void> {
  if ((await recalls.lastDay(null, moment.today)) === null) await seedRecallHistory(recalls, company, calendar, moment);
}

/** 0..1, the same for the same words. */
const draw = (words: string): number => createHash('sha256').update(words).digest().readUInt32BE(0) / 2 ** 32;

const methodOf = (chance: number): RecallMethod | null =>
  chance < 0.5 ? 'call' : chance < 0.8 ? 'wechat' : chance < 0.92 ? 'visit' : null;

async function pastSilences(
  company: Pick<Company, 'crm' | 'settings'>,
  calendar: WorkCalendar,
  moment: Moment,
): Promise<PastSilence[]> {
  const { today } = moment;
  const limitOf = (grade: string | null): number =>
    company.settings.silentDays.byGrade[grade ?? ''] ?? company.settings.silentDays.default;
  const from = addDays(today, -historyDays);
  const lastTold = calendar.previousWorkDay(today);
  const past: PastSilence[] = [];
  const add = (
    customerId: string,
    ownerId: string,
    grade: string | null,
    since: Day,
    until: Day,
    limit: number,
  ): void => {
    // Those that were silent before the bot came were told on its first day.
    const silentOn = addDays(since, limit);
    const due = silentOn < from ? from : silentOn;
    const toldOn = calendar.isWorkDay(due) ? due : calendar.nextWorkDay(due);
    if (toldOn >= until || toldOn > lastTold) return;
    past.push({ customerId, ownerId, grade, since, toldOn, days: daysBetween(since, toldOn) });
  };
  const touches = await company.crm.read<{ customer_id: string; owner: string; level: string | null; day: string }>(
    wholeCompany(),
    ({ rows, sql: bridge }) => sql`
      select distinct t.customer_id, c.owner_user_id as owner, c.level, t.day from (
        select customer_id, ${bridge.day(sql`occurred_at`)} as day from ${rows.of('cm_activities')} as a
        union select customer_id, ${bridge.day(sql`signed_on`)} from ${rows.of('cm_contracts')} as k where status in ('effective', 'completed')
        union select customer_id, ${bridge.day(sql`paid_on`)} from ${rows.of('cm_payments')} as p where status = 'confirmed'
        union select customer_id, ${bridge.day(sql`created_at`)} from ${rows.of('cm_tickets')} as x
        union select customer_id, ${bridge.day(sql`day`)} from ${rows.of('cm_customer_usage')} as u where logins > 0
      ) as t join ${rows.of('cm_customers')} as c on c.customer_id = t.customer_id
      where t.day is not null and t.day <= ${today} and c.owner_user_id is not null and c.lifecycle = 'active'
      order by t.customer_id, t.day`,
  );
  for (const [at, touch] of touches.entries()) {
    const next = touches[at + 1];
    if (next === undefined || next.customer_id !== touch.customer_id) continue;
    const [since, until] = [touch.day as Day, next.day as Day];
    if (until < from || daysBetween(since, until) <= formerLimitDays) continue;
    add(touch.customer_id, touch.owner, touch.level, since, until, formerLimitDays);
  }
  const still = await readSilentCustomers(company.crm, {
    scope: wholeCompany(),
    filter: noFilter,
    moment,
    limits: company.settings.silentDays,
    order: 'stake',
    limit: 20_000,
  });
  for (const { customerId, ownerId, grade, days } of still)
    add(customerId, ownerId, grade, addDays(today, -days), addDays(today, 1), limitOf(grade));
  return past.sort((a, b) => a.toldOn.localeCompare(b.toldOn) || a.customerId.localeCompare(b.customerId));
}
