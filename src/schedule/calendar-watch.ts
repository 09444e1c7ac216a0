import { z } from 'zod';
import { daysBetween } from '../calendar/day.ts';
import type { WorkCalendar } from '../calendar/work-calendar.ts';
import type { Slots } from '../store/slots.ts';
import type { Job } from './job.ts';
import type { Notices } from './notices.ts';

/** So long before the calendar's data ends an administrator is told. */
const noticeDays = 60;
/** And told again after so long while nothing was done. */
const repeatDays = 14;

const name = 'calendar-watch';
const memorySchema = z.object({ knownUntil: z.string(), ended: z.boolean() });

/**
 * Watches the end of the work-day calendar (the state publishes a year in November of the one before): behind it holidays
 * look like work days, and a digest would go out on one.
 */
export function calendarWatch(
  calendar: WorkCalendar,
  notices: Pick<Notices, 'messages'>,
  slots: Pick<Slots, 'lastSent'>,
): Job {
  return {
    name,
    title: '工作日历提醒',
    quietWhenMissed: true,
    timetable: async () => [{ target: 'admins', part: 'notice', at: '09:10', days: 'every_day', priority: 50 }],
    prepare: async ({ day, plannedAt, target, moment }) => {
      const knownUntil = calendar.knownUntil(moment.today);
      const left = daysBetween(day, knownUntil);
      if (left > noticeDays) return { kind: 'nothing', why: `known until ${knownUntil}` };
      const ended = left < 0;
      const last = await slots.lastSent(name, target, plannedAt);
      const said = memorySchema.safeParse(last?.memory);
      const isSame = said.success && said.data.knownUntil === knownUntil && said.data.ended === ended;
      if (last !== null && isSame && daysBetween(last.day as typeof day, day) < repeatDays)
        return { kind: 'nothing', why: 'told a short while ago' };
      const sentence = ended
        ? `工作日历的数据到 ${knownUntil} 就没有了,现在按周一到周五算工作日:节假日会照常发晨报,调休的周末不会发。请升级 chinese-days,或在 SETTINGS_FILE 的 schedule.workDays 里写上。`
        : `工作日历的数据只到 ${knownUntil},还有 ${left} 天。请在那之前升级 chinese-days,或在 SETTINGS_FILE 的 schedule.workDays 里写上明年的放假和调休。`;
      const messages = await notices.messages(sentence);
      if (messages.length === 0) return { kind: 'nothing', why: 'no administrator can be told' };
      return { kind: 'ready', messages, pictures: [], memory: { knownUntil, ended } };
    },
  };
}
