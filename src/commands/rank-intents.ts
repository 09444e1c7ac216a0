import { orderWords, type ReportWords, reportWords } from '../reports/vocabulary.ts';
import { absorbs } from './absorbed-words.ts';
import type { Intent } from './command.ts';
import { customerCues, operationCues } from './cues/customer-cues.ts';
import { orderCues } from './cues/order-cues.ts';
import { pipelineCues, resultCues } from './cues/report-cues.ts';
import { dimensionOf, findDimensions } from './dimension-words.ts';

/** An intent with what speaks for it. */
export interface RankedIntent {
  readonly intent: Intent;
  readonly weight: number;
}

export interface Ranking {
  /** Best first. */
  readonly intents: readonly RankedIntent[];
  /** 1 where a character of the skeleton was read by a word or cue. */
  readonly read: Uint8Array;
  /** The places of the skeleton that each intent's words and cues name themselves. */
  readonly readings: readonly { readonly intent: Intent; readonly places: readonly number[] }[];
  /** The reports' and orders' own words that stand in the text, longest first. */
  readonly words: readonly { readonly word: string; readonly intent: Intent }[];
}

/** Words whose report yields to a more telling one beside it, or outranks one: 4 where nothing is said here. */
const baseWeight: Readonly<Partial<Record<Intent, number>>> = {
  customer_detail: 2,
  opportunity_list: 3.8,
  new_leads: 3.6,
  campaign_roi: 3.6,
  followups: 3.6,
  funnel: 4.2,
  sales_performance: 3.8,
  target_attainment: 4.3,
  dashboard: 3.6,
  ranking: 7,
  sales_trend: 6,
  forecast: 5,
  review_report: 6.5,
  digest: 6.5,
  win_rate: 4.4,
  subscription_create: 10.2,
  subscription_list: 11.2,
  subscription_cancel: 12,
  subscription_update: 11.5,
  alert_create: 8,
  alert_mute: 12,
  feedback_wrong_number: 10.6,
  export: 10.2,
  help: 10.4,
  metric_definition: 10.8,
  scope_request: 10.4,
  action_items_list: 9,
};

interface Word {
  readonly word: string;
  readonly intent: Intent;
  readonly weight: number;
}

const words: readonly Word[] = Object.entries({ ...reportWords, ...orderWords } as Record<string, ReportWords>)
  .flatMap(([intent, entry]) =>
    [entry.name, ...entry.aliases].map((word) => ({
      word: word.toLowerCase(),
      intent: intent as Intent,
      weight: (baseWeight[intent as Intent] ?? 4) + 0.4 * Math.min(word.length, 8),
    })),
  )
  .sort((a, b) => b.word.length - a.word.length);

/** Metric names and dimensions that are no report by themselves but say what is asked. */
const halfWords: readonly Word[] = (
  [
    ['成交额', 'sales_performance', 5],
    ['成交金额', 'sales_performance', 5],
    ['销售额', 'sales_performance', 5],
    ['签约额', 'sales_performance', 5],
    ['签单额', 'sales_performance', 5],
    ['合同额', 'sales_performance', 5],
    ['合同金额', 'sales_performance', 5],
    ['营收', 'sales_performance', 5],
    ['收入', 'sales_performance', 4.4],
    ['流水', 'sales_performance', 4.4],
    ['成交', 'sales_performance', 4.2],
    ['签单', 'sales_performance', 4.2],
    ['单量', 'sales_performance', 4.6],
    ['成交单数', 'sales_performance', 5.2],
    ['签单数', 'sales_performance', 5.2],
    ['成交量', 'sales_performance', 5.2],
    ['赢单', 'opportunity_list', 4],
    ['丢单', 'opportunity_list', 4.4],
    ['线索转化', 'lead_conversion', 6],
    ['新增', 'new_customers', 4],
    ['流失客户', 'churn_analysis', 5.4],
    ['流失', 'churn_rate', 4.4],
    ['到期', 'renewal_due', 5],
    ['续费', 'renewal_due', 4.6],
    ['续约', 'renewal_due', 4.6],
    ['重复', 'data_quality', 5],
    ['评分', 'csat', 4],
    ['画像', 'customer_profile', 5],
    ['分布', 'customer_profile', 5],
  ] as const
).map(([word, intent, weight]) => ({ word, intent, weight }));
const isHalfWord: ReadonlySet<string> = new Set(halfWords.map((entry) => entry.word));
const allWords = [...words, ...halfWords].sort((a, b) => b.word.length - a.word.length);

/** Every word of the vocabulary, for repair and for keeping names out of longer words. */
export const vocabularyWords: ReadonlySet<string> = new Set(
  allWords.map((entry) => entry.word).filter((word) => word.length >= 2),
);
export const intentOfWord = (word: string): Intent | null =>
  allWords.find((entry) => entry.word === word)?.intent ?? null;

/** What a phrase leaves open (`.{0,6}`) it has not read: those stretches are captured, to be taken out again. */
const open = /(?<!\\)\.(\{\d*,?\d*\}|[*+])\??/g;
const cues = [...pipelineCues, ...resultCues, ...customerCues, ...operationCues, ...orderCues].map((cue) => ({
  ...cue,
  // With the gaps as short and as long as they may be: 平均停几天 is read by 平均 and by 停.
  gaps: ['(.$1?)', '(.$1)'].map((gap) => new RegExp(cue.pattern.source.replace(open, gap), 'dg')),
}));

/** The words by their first character: a text is walked once, however many words there are. */
const wordsByStart = new Map<string, { readonly entry: Word; readonly order: number }[]>();
allWords.forEach((entry, order) => {
  const first = entry.word[0]!;
  wordsByStart.set(first, [...(wordsByStart.get(first) ?? []), { entry, order }]);
});

/** Every word that stands in the text, the longest first. */
function wordsIn(text: string): { entry: Word; at: number }[] {
  const found: { entry: Word; order: number; at: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    for (const { entry, order } of wordsByStart.get(text[at]!) ?? []) {
      if (text.startsWith(entry.word, at)) found.push({ entry, order, at });
    }
  }
  return found.sort((a, b) => a.order - b.order || a.at - b.at);
}

const anyTaken = (taken: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (taken[at] === 1) return true;
  return false;
};

const upTo = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, step) => start + step);

/** The places that a phrase names itself, wherever it can begin, without those that it leaves open. */
function namedBy(gaps: readonly RegExp[], skeleton: string): number[] {
  const places: number[] = [];
  for (const pattern of gaps) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(skeleton); match !== null; match = pattern.exec(skeleton)) {
      const within = match.indices!.slice(1).filter((gap) => gap !== undefined);
      places.push(
        ...upTo(match.index, match.index + match[0].length).filter(
          (at) => !within.some(([from, to]) => from <= at && at < to),
        ),
      );
      pattern.lastIndex = match.index + 1;
    }
  }
  return places;
}

const customerLists = /^(?:silent_customers|churn_risk|health_score|renewal_due|payment_overdue|new_customers)$/;

const isReport = (intent: Intent): boolean => intent in reportWords;

/** Weighs every intent by its words and turns of phrase; a word inside a longer word does not count. */
export function rankIntents(skeleton: string): Ranking {
  const read = new Uint8Array(skeleton.length);
  const taken = new Uint8Array(skeleton.length);
  const weights = new Map<Intent, number>();
  const spans: [number, number, Intent][] = [];
  const found: { word: string; intent: Intent }[] = [];
  const readings: { intent: Intent; places: number[] }[] = [];
  const note = (intent: Intent, places: number[]): void => {
    for (const place of places) read[place] = 1;
    readings.push({ intent, places });
  };
  const add = (intent: Intent, weight: number): void => {
    const before = weights.get(intent);
    // The strongest sign decides; further signs of the same intent only break ties.
    weights.set(intent, before === undefined ? weight : Math.max(before, weight) + 0.15);
  };
  // 按渠道 is a breakdown, not the report 渠道.
  const asked: [number, number][] = [];
  for (const mark of findDimensions(skeleton)) {
    if (mark.loose) {
      // 哪个渠道 asks for a breakdown more than for the report 渠道.
      if (/^[哪什啥]/.test(skeleton.slice(mark.start))) asked.push([mark.start, mark.end]);
      continue;
    }
    taken.fill(1, mark.start, mark.end);
    read.fill(1, mark.start, mark.end);
  }
  for (const { entry, at } of wordsIn(skeleton)) {
    const { word, intent, weight } = entry;
    const end = at + word.length;
    if (anyTaken(taken, at, end)) continue;
    if (/^[a-z]/.test(word) && /[a-z]/.test((skeleton[at - 1] ?? ' ') + (skeleton[end] ?? ' '))) continue;
    taken.fill(1, at, end);
    spans.push([at, end, intent]);
    if (isReport(intent) && dimensionOf(word) === null && !isHalfWord.has(word)) found.push({ word, intent });
    note(intent, upTo(at, end));
    add(intent, asked.some(([from, to]) => from <= at && end <= to) ? weight - 0.5 : weight);
  }
  for (const { intent, weight, pattern, gaps, alone } of cues) {
    if (alone === true && found.some((one) => one.intent !== intent)) continue;
    const match = pattern.exec(skeleton);
    if (match === null || match[0].length === 0) continue;
    const [start, end] = [match.index, match.index + match[0].length];
    // 成交 inside 成交周期 says nothing of its own.
    if (spans.some(([from, to, of]) => from <= start && end <= to && (end - start < to - from || of !== intent)))
      continue;
    // 客户健康度分布: a phrase that swallows another report's name has not understood it.
    if (
      isReport(intent) &&
      spans.some(
        ([from, to, of]) =>
          to - from >= 3 &&
          start <= from &&
          to <= end &&
          end - start > to - from &&
          isReport(of) &&
          !absorbs(intent, of),
      )
    )
      continue;
    note(intent, namedBy(gaps, skeleton));
    add(intent, weight);
  }
  // 签单周期按月看 is that report by months: a trend only where 走势 is said, or where deals are counted.
  if (
    weights.has('sales_trend') &&
    found.some(
      ({ intent }) => !/^(?:sales_performance|sales_trend|ranking|target_|customer_detail|opportunity_)/.test(intent),
    ) &&
    !/走势|趋势|曲线|走向/.test(skeleton)
  )
    weights.delete('sales_trend');
  // A级 and 几个 beside 沉默客户 narrow that list: they do not ask for the grades.
  const grades = weights.get('customer_grades');
  if (grades !== undefined && found.some((one) => customerLists.test(one.intent)))
    if (!found.some((one) => one.intent === 'customer_grades')) weights.set('customer_grades', grades - 4);
  const intents = [...weights].map(([intent, weight]) => ({ intent, weight })).sort((a, b) => b.weight - a.weight);
  return { intents, read, readings, words: found };
}
