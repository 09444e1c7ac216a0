import type { Command } from './command.ts';

/** The three ways to count a funnel (decision 2). */
export type FunnelMode = 'cohort' | 'snapshot' | 'flow';

const words: readonly { readonly mode: FunnelMode; readonly said: RegExp }[] = [
  { mode: 'flow', said: /流转|阶段流动/ },
  { mode: 'cohort', said: /批次/ },
  // 现在 and 当前 by themselves are said of everything; only beside 漏斗 do they ask for the stock as of now.
  { mode: 'snapshot', said: /快照|(?:当前|现在|目前)的?\s*漏斗|漏斗\s*(?:当前|现在|目前)(?!是?不|为什么)/ },
];

/** What was typed without the words of a mode, and the mode they name; null where none was said of a funnel. */
export function spokenFunnelMode(text: string): { readonly text: string; readonly mode: FunnelMode | null } {
  if (!text.includes('漏斗')) return { text, mode: null };
  for (const { mode, said } of words) {
    if (said.test(text)) return { text: text.replace(/流转|阶段流动|批次|快照|当前|现在|目前/g, ''), mode };
  }
  return { text, mode: null };
}

/** The funnel command counted in a mode; a stock as of now has no period unless one was said. */
export function inMode(command: Command, mode: FunnelMode | null, assumed: Readonly<Record<string, unknown>>): Command {
  if (mode === null || command.intent !== 'funnel') return command;
  const { period, ...slots } = command.slots;
  const isSaid = period !== undefined && assumed.period === undefined;
  return { intent: 'funnel', slots: { ...slots, ...(mode !== 'snapshot' || isSaid ? { period } : {}), mode } };
}
