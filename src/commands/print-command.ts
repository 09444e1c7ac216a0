import { orderWords, reportWords } from '../reports/vocabulary.ts';
import type { Command } from './command.ts';

/** The command in canonical words. */
export function printCommand(command: Command): string {
  const words = { ...reportWords, ...orderWords } as Record<string, { name: string }>;
  return words[command.intent]?.name ?? '';
}
