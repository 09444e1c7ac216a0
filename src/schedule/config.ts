import { z } from 'zod';
import { type Day, parseDay } from '../calendar/day.ts';

const day = z.string().transform((text, context): Day => {
  try {
    return parseDay(text);
  } catch {
    context.addIssue('不是日期,要写成 2027-02-08 这样');
    return z.NEVER;
  }
});

/** Settings of the clock (`SETTINGS_FILE`); what goes to whom stands with the groups and recipients. */
export const scheduleSettingsSchema = z.strictObject({
  schedule: z
    .strictObject({
      /** A run that could not start in time may still start so much later; behind that it is recorded as missed. */
      catchUpMinutes: z.number().int().min(5).max(720).default(120),
      /**
       * Days over the work-day calendar's own: for the company's holidays, or for a year that the calendar does not know
       * yet (`knownUntil` then says up to when it does with these).
       */
      workDays: z
        .strictObject({
          off: z.array(day).default([]),
          work: z.array(day).default([]),
          knownUntil: day.nullable().default(null),
        })
        .default({ off: [], work: [], knownUntil: null }),
    })
    .default({ catchUpMinutes: 120, workDays: { off: [], work: [], knownUntil: null } }),
});

export type ScheduleSettings = z.infer<typeof scheduleSettingsSchema>['schedule'];
