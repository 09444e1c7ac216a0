import { atOnce, inSlices, type Steps } from '../in-slices.ts';
import { clarify, isOrder, nothingFits, offer, present, slotsFor } from './ask-back.ts';
import type { Entities, Intent, ParseContext, Parser, Reading, Repair, Slots, Understanding } from './command.ts';
import { injection, otherWork, outsideWords, smallTalk } from './cues/order-cues.ts';
import { recentLengths } from './default-slots.ts';
import { definitionAsked } from './definition-asked.ts';
import { doubtOf } from './doubts.ts';
import { type EntityIndex, entityIndexSteps, type NamedEntity } from './entity-index.ts';
import { type Facts, gatherFacts } from './facts.ts';
import { chosen, goesOn, readFollowUp } from './follow-ups.ts';
import { createLatinReader, type LatinReader } from './latin-words.ts';
import { leftOut } from './left-out.ts';
import { askedOf, metricAsked } from './metric-asked.ts';
import { joinSplitWords, longestQuestion, normaliseText, withoutCourtesy } from './normalise-text.ts';
import { printCommand } from './print-command.ts';
import { type Ranking, rankIntents, vocabularyWords } from './rank-intents.ts';
import { repairWords } from './repair-words.ts';
import { type Scan, scanText, type ToldName } from './scan.ts';
import { type NameFound, typedCustomer, unreadName } from './unread-names.ts';
import { knownPlaces, saysSomething, stretchesLeftBy, unreadStretches } from './unread-stretches.ts';
import { incompleteOrder } from './unserved-words.ts';

/** Below this no report is meant: single hints (客户, 渠道) do not make a question. */
const enough = 4.3;

interface Parts {
  readonly entities: EntityIndex;
  readonly latin: LatinReader;
  readonly grades: readonly string[];
  readonly stages: readonly string[];
}

/** How far reading has come: a text is read again once a name in it is settled. */
interface Round {
  readonly repairs: readonly Repair[];
  readonly told: readonly ToldName[];
  readonly number: number;
}

/** Rounds beyond this come from offering readings: nothing is repaired or asked in them. */
const lastRound = 3;

/** Reads what people type, built at once: 200,000 customers take a second or two. */
export const createParser = (entities: Entities): Parser => atOnce(parserSteps(entities));

/** The same, built while others have their turn; build it anew when the names of the CRM change. */
export const buildParser = (entities: Entities): Promise<Parser> => inSlices(parserSteps(entities));

function* parserSteps(entities: Entities): Steps<Parser> {
  const index = yield* entityIndexSteps(entities, vocabularyWords);
  const parts: Parts = {
    entities: index,
    latin: createLatinReader(index),
    grades: entities.grades.map((grade) => grade.toUpperCase()),
    stages: entities.stages,
  };
  return {
    understand: (text, context) => understand(text, context, parts),
    print: printCommand,
  };
}

const command = (
  intent: Intent,
  slots: Slots,
  repairs: readonly Repair[] = [],
  assumed: Readonly<Record<string, unknown>> = {},
): Understanding => ({ kind: 'command', command: { intent, slots }, repairs, assumed });

function understand(text: string, context: ParseContext, parts: Parts): Understanding {
  const raw = text
    .slice(0, longestQuestion * 8)
    .normalize('NFKC')
    .toLowerCase();
  if (injection.some((pattern) => pattern.test(raw))) return command('reject', { reason: 'injection' });
  const plain = normaliseText(text);
  if (plain === '')
    return context.chat === 'group'
      ? { kind: 'not-addressed' }
      : { kind: 'small-talk', line: '在。想看哪个数,直接打:漏斗 本月,或 业绩 上周。' };
  for (const { pattern, line, murmur } of smallTalk) {
    // 哈哈, 好的 in a group is said to people.
    if (pattern.test(plain))
      return murmur === true && context.chat === 'group' ? { kind: 'not-addressed' } : { kind: 'small-talk', line };
  }
  if (plain.length > longestQuestion)
    return clarify('这条太长了,没能读完。一次问一件事,比如:漏斗 本月 华东。', { reason: 'too_long' });
  const picked = chosen(plain, context.previous);
  if (picked !== null) return command(picked.intent, picked.slots);
  const definition = definitionAsked(plain, parts.stages);
  if (definition !== null) return command('metric_definition', { metric: definition });
  const latin = parts.latin.translate(withoutCourtesy(plain));
  const named = metricAsked(latin.text, context.moment.today, (word) => parts.entities.named(word).length > 0);
  if (named !== null) {
    const whole = joinSplitWords(named.text, vocabularyWords);
    const asked = askedOf(named, read(whole, { repairs: latin.repairs, told: [], number: 0 }, context, parts));
    if (asked !== null) return asked;
  }
  const joined = joinSplitWords(latin.text, vocabularyWords);
  return read(joined, { repairs: latin.repairs, told: [], number: 0 }, context, parts);
}

function read(text: string, round: Round, context: ParseContext, parts: Parts): Understanding {
  const scan = scanText(text, parts.entities, vocabularyWords, context, parts.grades, round.told);
  const ranking = rankIntents(scan.skeleton);
  const again = (told: ToldName, repair: Repair): Understanding =>
    read(
      text,
      { repairs: [...round.repairs, repair], told: [...round.told, told], number: round.number + 1 },
      context,
      parts,
    );
  const resolve = (found: NameFound): Understanding | null => {
    const end = found.start + found.typed.length;
    const entity = found.names[0];
    if (entity === undefined) return null;
    if (found.kind === 'typed' || found.kind === 'one') {
      if (found.kind === 'one')
        return again({ start: found.start, end, entity }, { typed: found.typed, read: entity.value });
      return read(
        text,
        { ...round, told: [...round.told, { start: found.start, end, entity }], number: round.number + 1 },
        context,
        parts,
      );
    }
    return null;
  };
  if (round.number < 2) {
    const known = knownPlaces(scan, ranking);
    const best = ranking.intents[0]?.weight ?? 0;
    if (round.told.length === 0 && (best < 6.6 || text.includes(' '))) {
      const asked = typedCustomer(scan, parts.entities);
      if (asked !== null) return resolve(asked) ?? askName(asked, text, round, context, parts);
      const repaired = repairWords(text, known);
      if (repaired.repairs.length > 0)
        return read(
          repaired.text,
          { repairs: [...round.repairs, ...repaired.repairs], told: [], number: round.number + 1 },
          context,
          parts,
        );
    }
  }
  const facts = gatherFacts(scan, parts.entities.stageForms, parts.entities.stageShortForm, parts.entities.stages);
  const problem = problemOf(facts, text, round, context, parts);
  if (problem !== null) return problem;
  const best = ranking.intents[0];
  if (
    otherWork.test(text) ||
    (outsideWords.some((pattern) => pattern.test(text)) && !(best !== undefined && best.weight >= 7.5))
  )
    return command('out_of_scope', {});
  const stretches = unreadStretches(scan, ranking, facts);
  const freeText =
    best !== undefined &&
    /^(?:action_item_create|feedback_wrong_number|help|scope_request|metric_definition)/.test(best.intent);
  if (!freeText && round.number < lastRound) {
    const isQuestion = best !== undefined && (best.weight >= enough || best.intent === 'customer_detail');
    const found = unreadName(stretches, ranking, parts.entities, isQuestion);
    if (found !== null) return resolve(found) ?? askName(found, text, round, context, parts);
  }
  return decide(scan, ranking, facts, round, context);
}

/** The text with a stretch settled otherwise, read as it would be offered; null where that is no command. */
function reread(text: string, told: readonly ToldName[], context: ParseContext, parts: Parts): Reading | null {
  const got = read(text, { repairs: [], told, number: lastRound }, context, parts);
  return got.kind === 'command' ? offer(got.command) : null;
}

function readingsOf(
  names: readonly NamedEntity[],
  start: number,
  typed: string,
  text: string,
  round: Round,
  context: ParseContext,
  parts: Parts,
): Reading[] {
  if (round.number >= lastRound) return [];
  return present(
    names.map((entity) => reread(text, [...round.told, { start, end: start + typed.length, entity }], context, parts)),
  );
}

/** Dates that do not exist, 最近 without a length, and nicknames that fit several people: asked before anything else. */
function problemOf(
  facts: Facts,
  text: string,
  round: Round,
  context: ParseContext,
  parts: Parts,
): Understanding | null {
  const impossible = facts.periods.find((mark) => mark.period === null);
  if (impossible !== undefined) {
    const nearest = impossible.nearest ?? '';
    const mended = `${text.slice(0, impossible.start)}${nearest}${text.slice(impossible.end)}`;
    const readings = round.number < lastRound && nearest !== '' ? present([reread(mended, [], context, parts)]) : [];
    return clarify(
      `${impossible.why ?? '日历上没有这个时间,'}最近的是 ${nearest}。`,
      { reason: 'invalid_period', suggest: [nearest] },
      readings,
    );
  }
  const doubt = facts.doubts[0];
  if (doubt === undefined) return null;
  const { typed, field, start } = doubt;
  const names = doubt.names.slice(0, 5);
  const entities = names.map((value) => ({ field, value }));
  return clarify(
    names.length === 1 ? `「${typed}」是指${names[0]}吗?` : `「${typed}」有 ${doubt.names.length} 位,是哪一位?`,
    { reason: 'ambiguous_name', field, suggest: names },
    readingsOf(entities, start, typed, text, round, context, parts),
  );
}

/** A name that several bear, that is one slip off, or that nobody bears: which one, in numbered readings. */
function askName(found: NameFound, text: string, round: Round, context: ParseContext, parts: Parts): Understanding {
  const { typed, field, start } = found;
  const suggest = found.names.map((one) => one.value);
  const readings = readingsOf(found.names, start, typed, text, round, context, parts);
  switch (found.kind) {
    case 'several':
      return clarify(
        `名字里有「${typed}」的客户不止一家,是哪一家?`,
        { reason: 'ambiguous_name', field, suggest },
        readings,
      );
    case 'nobody': {
      const without = `${text.slice(0, start)} ${text.slice(start + typed.length)}`.replace(/\s+/g, ' ').trim();
      const rest = round.number < lastRound ? present([reread(without, [], context, parts)]) : [];
      const offered = rest.length > 0 ? '先看不带它的?' : '';
      return clarify(
        `「${typed}」没对上人名、客户或报表的词。${offered}`,
        { reason: 'unknown_value', field, suggest },
        rest,
      );
    }
    case 'near':
    case 'one':
    case 'typed':
      return clarify(
        `「${typed}」是不是 ${suggest.join('、')}?`,
        { reason: 'unknown_value', field, suggest },
        readings,
      );
  }
}

function decide(scan: Scan, ranking: Ranking, facts: Facts, round: Round, context: ParseContext): Understanding {
  const { skeleton } = scan;
  const { repairs } = round;
  const ranked = ranking.intents.map((one) => one.intent);
  const best = ranking.intents[0];
  const weak = best === undefined || best.weight < enough;
  const followUp = readFollowUp(facts, context);
  if (followUp !== null && (weak || !isOrder(best.intent)) && (weak || shortFollowUp(skeleton, best.weight))) {
    if (followUp === 'no-earlier')
      return clarify('前面没有别的报表可回。直接打要看的,比如:漏斗 上月。', { reason: 'nothing_before' });
    // 转率画 上周, 昨天谁没来: what stayed unread may have been the question itself.
    const left = stretchesLeftBy(followUp, scan, ranking, facts);
    const leftAtAll = left.map((run) => run.text.replace(/[呢的吧啊呀看我要]/g, '')).join('');
    if (left.some(saysSomething) || (!goesOn(skeleton) && leftAtAll.length >= 2))
      return nothingFits(scan, facts, context);
    const passedOver = leftOut(followUp.intent, followUp.slots, scan, facts, context);
    if (passedOver !== null && round.number < lastRound)
      return clarify(passedOver.why ?? `「${passedOver.words}」在这里用不上,去掉它再说一遍?`, {
        reason: 'unserved_words',
      });
    const bareName =
      !goesOn(skeleton) &&
      followUp.intent === 'refine' &&
      followUp.slots.filters !== undefined &&
      Object.keys(followUp.slots).length === 2;
    if (!bareName || context.previous !== null) return command(followUp.intent, followUp.slots, repairs);
  }
  if (best?.intent === 'customer_detail' && vocabularyWords.has(scan.text)) return whichCustomer;
  if (best === undefined || (weak && !isCustomerQuestion(best.intent, facts))) return nothingFits(scan, facts, context);
  const { slots, assumed } = slotsFor(best.intent, facts, scan, ranked, context);
  const { intent } = best;
  // 订阅 alone is taken up by whoever handles subscriptions.
  const missing = vocabularyWords.has(scan.text) ? null : incompleteOrder(intent, slots);
  if (missing !== null) return clarify(missing, { reason: 'incomplete_order' });
  const doubtful = doubtOf(intent, best.weight, ranking, facts, scan, ranked, context);
  if (doubtful !== null && round.number < lastRound) return doubtful;
  if (slots.clarify === 'period') {
    const { clarify: _, ...rest } = slots;
    const readings = recentLengths(context.moment.today).map((period) =>
      offer({ intent, slots: { ...rest, period } as Slots }),
    );
    return { kind: 'ask-back', why: '「最近」指哪段时间?', command: { intent, slots: slots as Slots }, readings };
  }
  return command(intent, slots as Slots, repairs, assumed);
}

/** 客户 alone: of help's list, and not yet a question. */
const whichCustomer = clarify(
  '看哪一家客户?「客户」后面接上公司名。看一批客户可以问这些:',
  { reason: 'missing_customer', suggest: ['客户分布', '沉默客户', '新增客户'] },
  (['customer_profile', 'silent_customers', 'new_customers'] as const).map((intent) => offer({ intent, slots: {} })),
);

const isCustomerQuestion = (intent: Intent, facts: Facts): boolean =>
  intent === 'customer_detail' && (facts.named.customer !== undefined || facts.named.contact !== undefined);

/** A message that has a report's word in it goes on only when that word is incidental (看下按人的明细). */
const shortFollowUp = (skeleton: string, weight: number): boolean =>
  weight <= 4.5 && /^(?:那|换|改|只看|只要|再|加上|去掉|带上)/.test(skeleton) && goesOn(skeleton);
