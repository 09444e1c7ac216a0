import { momentAt } from '../../src/calendar/clock.ts';
import type { ParseContext } from '../../src/commands/command.ts';

/** The clock of the development set: Wednesday 2026-11-18 10:30 in Shanghai, asked by 陈志远 in private. */
export const novemberMorning: ParseContext = {
  moment: momentAt(Date.parse('2026-11-18T10:30:00+08:00'), 'Asia/Shanghai'),
  asker: { userId: '1', name: '陈志远' },
  chat: 'private',
  previous: null,
  fiscalYearStartMonth: 1,
};
