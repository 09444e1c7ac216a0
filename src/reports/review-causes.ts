import type { Dimension } from '../commands/command.ts';
import { attributeProduct, attributeRate, type Cut, type PartRates } from '../figures/attribution.ts';
import { formatCount, formatMoney, formatPoints, formatRate, formatRatio, formatValue } from '../figures/format.ts';
import { differs, ratioOf } from '../figures/rate.ts';
import { churnRate } from '../metrics/churn.ts';
import { newCustomers } from '../metrics/customers.ts';
import type { Cells } from '../metrics/engine.ts';
import { leadResponseTime } from '../metrics/lead-response.ts';
import { cac, leadConversion, newLeads } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import { avgOrderValue, winRate, wonAmount, wonCount } from '../metrics/sales.ts';
import { changeWords } from './comparison.ts';
import { rateOf } from './figure-of.ts';
import type { Company } from './report.ts';
import { churnParts, lineOf, type ReviewNumbers, shownOf } from './review-numbers.ts';
import { carriedWords, explain, partSums } from './sales-cuts.ts';

/** Why something is as it is: one sentence, a few words for the title, and what is to blame. */
export interface Cause {
  readonly words: string;
  readonly short: string | null;
  /** The metric that explains it where that is another one: 首次响应 for 新增客户. */
  readonly culprit: Metric;
  /** The part that carries it, by its dimension. */
  readonly part: { readonly dimension: string; readonly name: string } | null;
}

const hours = (value: number | null): string => formatValue(value, 'hours');

/** What leads to customers: enough leads, quick contact, leads that convert. The one that really moved is named, the rest cleared. */
export function processCause(numbers: ReviewNumbers): Cause | null {
  const [leads, response, conversion] = [newLeads, leadResponseTime, leadConversion].map((m) => lineOf(numbers, m));
  const guilty: { readonly words: string; readonly short: string; readonly metric: Metric }[] = [];
  const cleared: string[] = [];
  if (leads !== undefined) {
    const words = `线索 ${shownOf(leads)} 条,${numbers.compared.words} ${formatCount(leads.before ?? 0)} 条`;
    if (leads.judged === 'worse') guilty.push({ words: `线索少了(${words})`, short: '缺的是线索', metric: newLeads });
    else if ((leads.now ?? 0) >= (leads.before ?? 0)) cleared.push(`不缺线索(${words})`);
    else cleared.push(`线索少得不多,在正常波动以内(${words})`);
  }
  if (response !== undefined && response.now !== null) {
    const words = `首次响应平均 ${hours(response.now)},${numbers.compared.words} ${hours(response.before)}`;
    if (response.judged === 'worse')
      guilty.push({ words: `首次响应慢了(${words})`, short: '卡在首次响应', metric: leadResponseTime });
    else cleared.push(`首次响应没有变慢(${hours(response.now)})`);
  }
  if (conversion !== undefined && conversion.rates !== null) {
    const [now, before] = conversion.rates;
    const words = `线索转化率 ${formatRate(now)},${numbers.compared.words} ${formatRate(before)}`;
    if (conversion.judged === 'worse')
      guilty.push({ words: `线索转化掉了(${words})`, short: '线索转化掉了', metric: leadConversion });
    else cleared.push('线索转化率没有变差');
  }
  if (guilty.length === 0) return null;
  // What did not fall was not held back by it: the slower step is told, as a remark, and blamed for nothing.
  const customers = lineOf(numbers, newCustomers);
  if (customers !== undefined && (customers.now ?? 0) >= (customers.before ?? 0)) return null;
  // Slow contact comes before poor conversion: the second follows from the first.
  const order = [newLeads, leadResponseTime, leadConversion];
  guilty.sort((a, b) => order.indexOf(a.metric) - order.indexOf(b.metric));
  const main = guilty[0]!;
  const clear = cleared.length === 0 ? '' : `${cleared.join(',')};`;
  return {
    words: `${clear}${customers?.judged === 'worse' ? '原因在' : '这一段里变差的是'}${guilty.map(({ words }) => words).join(customers?.judged === 'worse' ? ',也在' : ',还有')}。`,
    short: main.short,
    culprit: main.metric,
    part: main.metric === newLeads ? carrierOf(numbers.cells, newLeads, numbers) : null,
  };
}

function carrierOf(cells: Cells, metric: Metric, { groupings }: ReviewNumbers): Cause['part'] {
  const found = explain(cells, metric, groupings);
  return found.kind === 'carried' ? { dimension: found.dimension, name: found.carriers[0]!.name } : null;
}

/** Which part carries the rise or fall of a sum, in a sentence; null where nothing moved. */
export function sumCause(cells: Cells, metric: Metric, noun: string, numbers: ReviewNumbers): Cause | null {
  const change = (cells.total(metric).value ?? 0) - (cells.total(metric, 1).value ?? 0);
  const words = carriedWords(explain(cells, metric, numbers.groupings), change, metric.unit, noun);
  if (words === null) return null;
  const part = carrierOf(cells, metric, numbers);
  return { words, short: part === null ? null : `${change < 0 ? '少' : '多'}在${part.name}`, culprit: metric, part };
}

/** 新增客户 where nothing on the way to them got worse: where they are missing, or that only the target is far. */
function customersCause(numbers: ReviewNumbers): Cause | null {
  const line = lineOf(numbers, newCustomers);
  if (line?.judged === 'worse') return sumCause(numbers.cells, newCustomers, ' 家', numbers);
  const [now, before] = [line?.now ?? 0, line?.before ?? 0];
  const slower = [newLeads, leadResponseTime, leadConversion]
    .flatMap((metric) => lineOf(numbers, metric) ?? [])
    .filter(({ judged }) => judged === 'worse');
  const against = `比${numbers.compared.words}${changeWords(now, before, 'count', ' 家')}${now === before ? '' : ',在正常波动以内'}`;
  const words =
    slower.length === 0
      ? `${against},线索、首次响应和转化都没有变差:要么加线索,要么把目标定实。`
      : `${against};${slower.map(({ metric, now: value, before: was }) => `${metric.name}${metric.unit === 'hours' ? `慢了(${hours(value)},${numbers.compared.words} ${hours(was)})` : '变差了'}`).join('、')},但新增客户没有跟着少,差的是目标。`;
  return { words, short: null, culprit: newCustomers, part: null };
}

/** 成交金额: number of deals or their size, and where. */
export function amountCause(numbers: ReviewNumbers): Cause | null {
  const where = sumCause(numbers.cells, wonAmount, '', numbers);
  const at = (metric: Metric, p: number) => numbers.cells.total(metric, p).value ?? 0;
  if (lineOf(numbers, wonAmount)?.judged === 'level')
    return {
      words: `和${numbers.compared.words}比在正常波动以内,哪一块多、哪一块少都可能是偶然:看在跟的商机够不够。`,
      short: null,
      culprit: wonAmount,
      part: null,
    };
  if (at(wonCount, 0) === 0 || at(wonCount, 1) === 0) return where;
  const { fromA, fromB } = attributeProduct(
    { a: at(wonCount, 0), b: at(avgOrderValue, 0) },
    { a: at(wonCount, 1), b: at(avgOrderValue, 1) },
  );
  // A split into number and size is a cause only where the number of deals really moved.
  if (lineOf(numbers, wonCount)?.judged === 'level') return where;
  const part = (fen: number): string => `${fen >= 0 ? '多' : '少'} ${formatMoney(Math.abs(Math.round(fen)))}`;
  const split = `单数带来${part(fromA)},客单价带来${part(fromB)}`;
  return where === null
    ? { words: `${split}。`, short: null, culprit: wonAmount, part: null }
    : { ...where, words: `${split};${where.words}` };
}

function rateCause(cuts: readonly Cut<PartRates>[], metric: Metric): Cause | null {
  const found = attributeRate(cuts);
  switch (found.kind) {
    case 'within-chance':
      return null;
    case 'even':
      return {
        words: `${found.together ? '各块都在变,没有哪一块单独拉动' : '没有哪一块能单独解释'}(各块自身 ${formatPoints(found.rateEffect)},结构 ${formatPoints(found.mixEffect)})。`,
        short: null,
        culprit: metric,
        part: null,
      };
    case 'carried': {
      const { carrier, by, dimension } = found;
      const size = formatPoints(carrier.contribution);
      const { name } = carrier;
      const words =
        by === 'rate'
          ? `主要在${name}:从 ${formatRate(carrier.before)} 到 ${formatRate(carrier.now)},影响整体 ${size}。`
          : `主要是结构变了:${name}的占比变化影响整体 ${size},它自己是 ${formatRate(carrier.now)}。`;
      return { words, short: `主要在${name}`, culprit: metric, part: { dimension, name } };
    }
  }
}

function ratesOf(cells: Cells, metric: Metric, grouping: number): PartRates[] {
  const nothing = { numerator: 0, denominator: 0 };
  const parts = new Map<string, PartRates>();
  for (const period of [0, 1] as const) {
    for (const cell of cells.of(metric, grouping, period)) {
      const [part] = cell.parts;
      const name = part?.name ?? '';
      const known = parts.get(name) ?? { name, unknown: (part?.key ?? null) === null, now: nothing, before: nothing };
      parts.set(name, { ...known, [period === 0 ? 'now' : 'before']: rateOf(cell) });
    }
  }
  return [...parts.values()];
}

/** A rate that the engine counts, over the cuts of this scope. */
export function measuredRateCause(cells: Cells, metric: Metric, { groupings }: ReviewNumbers): Cause | null {
  const cuts = groupings.flatMap(({ by }, i): Cut<PartRates>[] =>
    by.length === 1 ? [{ dimension: by[0] as Dimension, parts: ratesOf(cells, metric, i) }] : [],
  );
  return rateCause(cuts, metric);
}

/** 流失率: old customers or new ones, and which region, industry or grade. */
export function churnCause(company: Company, numbers: ReviewNumbers): Cause | null {
  const { tenure } = numbers;
  const cuts: Cut<PartRates>[] = (['region', 'industry', 'grade'] as const).map((dimension) => ({
    dimension,
    parts: churnParts(company, numbers, dimension),
  }));
  const [now, before] = tenure ?? [];
  if (now !== undefined && before !== undefined) {
    cuts.unshift({
      dimension: 'tenure',
      parts: [
        { name: '老客户(签约满一年)', now: now.old, before: before.old },
        { name: '新客户(签约不满一年)', now: now.young, before: before.young },
      ],
    });
  }
  return rateCause(cuts, churnRate);
}

/** 获客成本: more spent, or fewer customers for it. */
export function costCause({ acquisition, compared }: ReviewNumbers): Cause | null {
  const [now, before] = acquisition ?? [];
  if (now?.costFen == null || before?.costFen == null) return null;
  const words = `费用 ${formatMoney(now.costFen)},${compared.words} ${formatMoney(before.costFen)};成交客户 ${formatCount(now.customers)} 家,${compared.words} ${formatCount(before.customers)} 家。`;
  return { words, short: null, culprit: cac, part: null };
}

/** Orders up while leads convert worse (S15): more leads of lower quality, with the channel that brought them. */
export function contradiction(numbers: ReviewNumbers): Cause | null {
  const [deals, conversion] = [lineOf(numbers, wonCount), lineOf(numbers, leadConversion)];
  if (deals === undefined || conversion?.rates == null || (deals.now ?? 0) <= (deals.before ?? 0)) return null;
  const [now, before] = conversion.rates;
  if ((ratioOf(now) ?? 0) >= (ratioOf(before) ?? 0) || !differs(now, before)) return null;
  const channel = numbers.groupings.findIndex(({ by }) => by[0] === 'channel');
  const grown = partSums(numbers.cells, newLeads, channel)
    .map((part) => ({ ...part, change: part.now - part.before }))
    .sort((a, b) => b.change - a.change)[0];
  const more = now.denominator - before.denominator;
  if (more <= 0 || grown === undefined || grown.change <= 0)
    return { words: '线索并没有变多,是跟进或线索质量的问题。', short: null, culprit: leadConversion, part: null };
  return {
    words: `线索多了 ${formatCount(more)} 条,其中${grown.name}多 ${formatCount(grown.change)} 条(占 ${formatRatio(Math.min(1, grown.change / more))}),量上去了、质量没跟上。`,
    short: `多出来的线索来自${grown.name}`,
    culprit: leadConversion,
    part: { dimension: 'channel', name: grown.name },
  };
}

/** What went well, with where it comes from: said as it is, and whether it is more than chance. */
export function remarkOf(numbers: ReviewNumbers, metric: Metric, noun: string): string | null {
  const line = lineOf(numbers, metric);
  if (line === undefined || line.now === null || line.before === null || line.now <= line.before) return null;
  const where = sumCause(numbers.cells, metric, noun, numbers);
  const chance = line.judged === 'level' ? ',总数的变化在正常波动以内' : '';
  const size = changeWords(line.now, line.before, metric.unit, noun);
  return `${metric.name}${size}${chance}${where === null ? '。' : `;${where.words}`}`;
}

/** The cause of what became of one core number; null where the data do not show one. */
export function causeOf(company: Company, numbers: ReviewNumbers, metric: Metric): Cause | null {
  switch (metric) {
    case wonAmount:
      return amountCause(numbers);
    case wonCount:
      return sumCause(numbers.cells, wonCount, ' 单', numbers);
    case newCustomers:
      return processCause(numbers) ?? customersCause(numbers);
    case newLeads:
      return sumCause(numbers.cells, newLeads, ' 条', numbers);
    case leadConversion:
      return contradiction(numbers) ?? measuredRateCause(numbers.cells, leadConversion, numbers);
    case winRate:
      return measuredRateCause(numbers.cells, winRate, numbers);
    case churnRate:
      return churnCause(company, numbers);
    case cac:
      return costCause(numbers);
    default:
      return null;
  }
}
