import type { Command, Intent, ParseContext, Reading, Slots, Understanding } from './command.ts';
import type { Facts } from './facts.ts';
import { fillOrderSlots } from './order-slots.ts';
import { printCommand } from './print-command.ts';
import { fillReportSlots } from './report-slots.ts';
import type { Scan } from './scan.ts';

/** The answer that asks: what is unclear, and readings that a number picks. */
export const clarify = (why: string, slots: Slots, readings: readonly Reading[] = []): Understanding => ({
  kind: 'ask-back',
  why,
  command: { intent: 'clarify', slots },
  readings,
});

/** Orders to the bot and talk about its answers, as against reports. */
export const isOrder = (intent: Intent): boolean =>
  /^(?:subscription_|alert_|action_item_(?:create|done)|export$|help$|metric_definition|feedback_wrong|scope_request|silent_feedback)/.test(
    intent,
  );

/** The slots of an intent from what was said; `ranked` are the intents that spoke up, best first. */
export function slotsFor(
  intent: Intent,
  facts: Facts,
  scan: Scan,
  ranked: readonly Intent[],
  context: ParseContext,
): ReturnType<typeof fillReportSlots> {
  return isOrder(intent)
    ? fillOrderSlots(intent, facts, scan, ranked, context)
    : fillReportSlots(intent, facts, context);
}

/** A command as it is offered: in its canonical words. */
export const offer = (command: Command): Reading => ({ words: printCommand(command), command });

/** One reading of the text, offered. */
export function readingAs(
  intent: Intent,
  facts: Facts,
  scan: Scan,
  ranked: readonly Intent[],
  context: ParseContext,
): Reading {
  const { slots } = slotsFor(intent, facts, scan, ranked, context);
  return offer({ intent, slots: slots as Slots });
}

/** Nothing to go by: what the names and dates would fit, or how questions look. */
export function nothingFits(scan: Scan, facts: Facts, context: ParseContext): Understanding {
  const likely: readonly Intent[] =
    facts.named.customer !== undefined
      ? ['customer_detail', 'interaction_timeline', 'win_probability']
      : ['sales_performance', 'funnel', 'followups'];
  const readings = likely.map((intent) => readingAs(intent, facts, scan, [], context));
  const suggest = readings.map((one) => one.words);
  return Object.keys(facts.named).length > 0 || facts.periods.length > 0
    ? clarify('要看哪个数?', { reason: 'missing_report', suggest }, readings)
    : clarify('没读懂这句。', { reason: 'not_understood', suggest }, readings);
}

/** The readings there are, each once. */
export const present = (readings: readonly (Reading | null)[]): Reading[] =>
  readings
    .filter((one) => one !== null)
    .filter((one, at, all) => all.findIndex((other) => other.words === one.words) === at);
