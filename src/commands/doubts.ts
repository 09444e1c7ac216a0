import { absorbs } from './absorbed-words.ts';
import { clarify, isOrder, present, readingAs, slotsFor } from './ask-back.ts';
import type { Intent, ParseContext, Reading, Understanding } from './command.ts';
import type { Facts } from './facts.ts';
import { leftOut } from './left-out.ts';
import type { Ranking } from './rank-intents.ts';
import type { Scan } from './scan.ts';
import { contentOf, saysSomething, stretchesLeftBy } from './unread-stretches.ts';
import { unservedWords } from './unserved-words.ts';

/** Readings closer than this are offered, not chosen. */
const close = 0.12;

/** What speaks against the best reading: words that it leaves unread, another report's word, another reading close by. */
export function doubtOf(
  intent: Intent,
  weight: number,
  ranking: Ranking,
  facts: Facts,
  scan: Scan,
  ranked: readonly Intent[],
  context: ParseContext,
): Understanding | null {
  const report = ranking.words[0]?.intent;
  if (/核对/.test(scan.skeleton) && intent === 'feedback_wrong_number' && report !== undefined) {
    const reading = readingAs(report, facts, scan, ranked, context);
    return clarify(
      `先看「${reading.words}」,再打「核对」,就列出算进去和没算的。`,
      { reason: 'incomplete_order', suggest: [reading.words] },
      [reading],
    );
  }
  if (isOrder(intent) && !readsToTheEnd.test(intent)) return null;
  if (intent === 'alert_ack' || intent === 'alert_mute') return null;
  const offered = (intents: readonly Intent[], said = facts): Reading[] =>
    present(intents.map((one) => readingAs(one, said, scan, ranked, context)));
  const ask = (why: string, reason: string, readings: readonly Reading[]): Understanding =>
    clarify(why, { reason, suggest: readings.map((one) => one.words) }, readings);
  if (isOrder(intent)) return unheldOf(intent, ranking, facts, scan, ranked, context);
  // 大客户贡献了多少业绩 is the share of the best; 业绩 大客户 says two things.
  const shares = intent === 'clv' && /贡献|占/.test(scan.skeleton);
  const other = shares
    ? undefined
    : ranking.words.find((found) => isReportIntent(found.intent) && !absorbs(intent, found.intent));
  if (other !== undefined) return ask('这句里说了两样,要看哪个?', 'ambiguous_intent', offered([intent, other.intent]));
  const unserved = unservedWords(intent, scan.text, facts, context.moment.today);
  if (unserved !== null)
    return ask(
      unserved.why,
      'unserved_words',
      (unserved.by ?? [null]).flatMap((dimension) =>
        offered(unserved.instead, {
          ...facts,
          amount: null,
          ...(dimension === null ? {} : { dimensions: [dimension] }),
        }),
      ),
    );
  const rival = ranking.intents[1];
  if (rival !== undefined && weight - rival.weight < close && !isOrder(rival.intent))
    return ask('这句有两种读法,要看哪个?', 'ambiguous_intent', offered([intent, rival.intent]));
  return unheldOf(intent, ranking, facts, scan, ranked, context);
}

/** Orders that are asked about when something in them is not taken up; the others keep what was said as text. */
const readsToTheEnd = /^(?:alert_create|subscription_create|subscription_update|export|metric_definition)$/;

/** What was said and the command does not hold: marked stretches and words alike. */
function unheldOf(
  intent: Intent,
  ranking: Ranking,
  facts: Facts,
  scan: Scan,
  ranked: readonly Intent[],
  context: ParseContext,
): Understanding | null {
  const offered = (intents: readonly Intent[], said = facts): Reading[] =>
    present(intents.map((one) => readingAs(one, said, scan, ranked, context)));
  const ask = (why: string, reason: string, readings: readonly Reading[]): Understanding =>
    clarify(why, { reason, suggest: readings.map((one) => one.words) }, readings);
  const { slots } = slotsFor(intent, facts, scan, ranked, context);
  const passedOver = leftOut(intent, slots, scan, facts, context);
  if (passedOver !== null)
    return ask(
      passedOver.why ?? `「${passedOver.words}」在这里用不上,先看不带它的?`,
      'unserved_words',
      present((passedOver.meant ?? [facts]).flatMap((meant) => offered(passedOver.instead ?? [intent], meant))),
    );
  const unread = stretchesLeftBy({ intent, slots }, scan, ranking, facts)
    .filter(saysSomething)
    .map((run) => contentOf(run) || run.text);
  if (unread.length > 0)
    return ask(`「${unread[0]}」没读懂,是要看这个吗?`, 'unread_words', offered([intent, ...ranked.slice(1, 2)]));
  return null;
}

const isReportIntent = (intent: Intent): boolean => !isOrder(intent) && intent !== 'customer_detail';
