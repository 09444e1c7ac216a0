import { attributeSum } from '../figures/attribution.ts';
import { formatCount, formatRate, formatRatio } from '../figures/format.ts';
import { countsDiffer, type Rate } from '../figures/rate.ts';
import { type ReturnGroup, readReturnRates, readReturns, returnPart, returnRate } from '../metrics/returns.ts';
import { returnCount, ticketCount } from '../metrics/service.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodCommand, periodWords } from './captions.ts';
import { changeWords, comparedOf, rateChangeWords } from './comparison.ts';
import { emptyPeriod, type Sought, unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOfRegion } from './next-steps.ts';
import { type Advice, type Company, defineReport, type Findings, type Question } from './report.ts';

const sought: Sought = { noun: '退货', command: '退货', table: 'cm_tickets', at: 'created_at' };

const byPart: MetricReport = {
  command: '退货',
  main: returnCount,
  beside: [ticketCount],
  noun: ' 个',
  sought,
  cuts: ['product'],
};

/** The four levels of item 67, in its order. */
const levels = [
  { key: 'region', name: '大区' },
  { key: 'carrier', name: '物流商' },
  { key: 'product', name: '产品' },
  { key: 'wording', name: '说法' },
] as const;
type Level = (typeof levels)[number];

/** One step down: the part that holds most of what is looked at. */
interface Step {
  readonly level: Level;
  readonly name: string;
  readonly now: number;
  readonly before: number;
  /** What was looked at on this level. */
  readonly of: number;
}

/** 退货 (item 67): how many, against before, and down through region, carrier, product and wording to where they come from. */
export const returnAnalysisReport = defineReport({
  intent: 'return_analysis',
  items: [67, 38],
  defaultPeriod: 'last_90_days',
  overTime: true,
  dimensions: [
    'region',
    'product',
    'product_line',
    'industry',
    'owner',
    'department',
    'grade',
    'city',
    'province',
    'size',
    'agent',
  ],
  needs: ['tickets'],
  run: async (company, question) => {
    if (question.groupBy.length > 0 || question.slots.grain !== undefined)
      return metricFindings(company, question, byPart);
    const refused = unanswerable(question, sought.command);
    if (refused !== null) return refused;
    const period = question.period!;
    const compared = comparedOf(question, period);
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment };
    const periods = [compared.now, compared.before];
    const [groups, rates] = await Promise.all([
      readReturns(company.crm, company, ask, periods),
      readReturnRates(company.crm, ask, periods),
    ]);
    if (groups.every(({ counts }) => counts.every((count) => count === 0)))
      return emptyPeriod(company, question, period, sought);
    return findingsOf(company, question, { groups, rates, beforeWords: compared.words });
  },
});

interface Found {
  readonly groups: readonly ReturnGroup[];
  readonly rates: readonly Rate[];
  readonly beforeWords: string;
}

const sum = (groups: readonly ReturnGroup[], period: 0 | 1): number =>
  groups.reduce((all, { counts }) => all + (counts[period] ?? 0), 0);

interface PartCount {
  readonly name: string;
  readonly known: boolean;
  readonly now: number;
  readonly before: number;
}

function partsOf(groups: readonly ReturnGroup[], { key }: Level): PartCount[] {
  const names = [...new Set(groups.map((group) => group[key]))];
  return names
    .map((name) => {
      const own = groups.filter((group) => group[key] === name);
      return { name: name ?? '没有记', known: name !== null, now: sum(own, 0), before: sum(own, 1) };
    })
    .sort((a, b) => b.now - a.now || a.name.localeCompare(b.name, 'zh'));
}

/** With fewer left there is nothing to be cut further. */
const enoughToCut = 3;

/**
 * Down the four levels: on each the part that carries the rise where there is one, else the one that holds more
 * than half; a level where no part does is passed over, and so is one that the CRM does not record.
 */
function pathOf(groups: readonly ReturnGroup[], rising: boolean): Step[] {
  const path: Step[] = [];
  let left = groups;
  for (const level of levels) {
    const of = sum(left, 0);
    if (of < enoughToCut) break;
    const parts = partsOf(left, level);
    const carried = rising
      ? attributeSum([
          {
            dimension: level.key,
            parts: parts.map(({ name, known, now, before }) => ({ name, unknown: !known, now, before })),
          },
        ])
      : null;
    const carrier = carried?.kind === 'carried' ? carried.carriers[0]?.name : undefined;
    const part =
      parts.find(({ name, known }) => known && name === carrier) ??
      parts.find(({ known, now }) => known && now * 2 > of);
    if (part === undefined || part.now === 0) continue;
    // The only region there is, or the only product that ever comes back, says nothing; all of a region's by one carrier does.
    const alone = parts.filter((one) => one.now + one.before > 0).length < 2;
    if (alone && (path.length === 0 || level.key === 'region')) continue;
    path.push({ level, name: part.name, now: part.now, before: part.before, of });
    left = left.filter((group) => group[level.key] === part.name);
  }
  return path;
}

function findingsOf(company: Company, question: Question, { groups, rates, beforeWords }: Found): Findings {
  const [now, before] = [sum(groups, 0), sum(groups, 1)];
  const [rate, rateBefore] = [rates[0]!, rates[1]!];
  const real = countsDiffer(now, before);
  const path = pathOf(groups, now > before && real);
  const unrecorded = levels.filter(({ key }) => groups.every((group) => group[key] === null));
  const where = path.map(({ name }) => name).join(' → ');
  const title = `${periodWords(question)}退货 ${formatCount(now)} 个${
    where === ''
      ? ''
      : `,集中在${path
          .slice(0, 2)
          .map(({ name }) => name)
          .join('的')}`
  }`;
  const drawnLevel = levels.find(({ key }) => key === (path[0]?.level.key ?? 'product')) ?? levels[2];
  const drawnParts = partsOf(groups, drawnLevel);
  const count = plainFigure(returnCount, now);
  return {
    title,
    mode: null,
    headline: [count, rateFigure(returnRate, rate), ...path.slice(0, 3).map((step) => stepFigure(step))],
    figures: [
      count,
      plainFigure(returnCount, before, { period: beforeWords }),
      rateFigure(returnRate, rate),
      rateFigure(returnRate, rateBefore, { period: beforeWords }),
      ...path.map((step) => stepFigure(step)),
      ...levels.flatMap((level) =>
        partsOf(groups, level).map((part) =>
          plainFigure(returnPart, part.now, { [level.key]: part.name, level: level.name }),
        ),
      ),
    ],
    narrative: narrativeOf(question, { now, before, rate, rateBefore, path, beforeWords, real }),
    advice: adviceOf(company, question, path),
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: chartSubtitle(`退货按${drawnLevel.name}`, question.period, question),
      footer: chartFooter(company, question),
      unit: 'count',
      labels: drawnParts.map(({ name }) => name),
      series: [
        { label: periodWords(question), tone: 'ours', values: drawnParts.map((part) => part.now) },
        { label: beforeWords, tone: 'other', values: drawnParts.map((part) => part.before) },
      ],
    },
    table: {
      columns: ['大区', '物流商', '产品', '说法', '退货', beforeWords],
      rows: [...groups]
        .sort((a, b) => b.counts[0]! - a.counts[0]! || b.counts[1]! - a.counts[1]!)
        .map((group) => [
          ...levels.map(({ key }) => group[key] ?? '没有记'),
          formatCount(group.counts[0]!),
          formatCount(group.counts[1]!),
        ]),
      numeric: [false, false, false, false, true, true],
    },
    notes: [
      '退货率按客户算:有退货的客户 ÷ 期末合同在手的客户。',
      ...(unrecorded.length === 0 ? [] : [`CRM 没有记${unrecorded.map(({ name }) => name).join('、')},这一层没法拆。`]),
    ],
    choices: [
      followUp(question, '退货', '按产品'),
      ...(path[0]?.level.key === 'region' ? [followUp(question, '退货', path[0].name)] : []),
      followUp(question, '投诉'),
    ],
  };
}

const stepFigure = (step: Step) =>
  plainFigure(returnPart, step.now, { [step.level.key]: step.name, path: step.level.name });

interface Story {
  readonly now: number;
  readonly before: number;
  readonly rate: Rate;
  readonly rateBefore: Rate;
  readonly path: readonly Step[];
  readonly beforeWords: string;
  readonly real: boolean;
}

function narrativeOf(question: Question, { now, before, rate, rateBefore, path, beforeWords, real }: Story): Line[] {
  const few = now !== before && !real ? ',在正常波动以内' : '';
  const lines: Line[] = [
    [
      `${opening(question)}退货 `,
      { strong: `${formatCount(now)} 个` },
      `,${beforeWords} ${formatCount(before)} 个,${changeWords(now, before, 'count', ' 个')}${few}。`,
    ],
    [`退货率 ${formatRate(rate)},${rateChangeWords(rate, rateBefore, beforeWords)}。`],
  ];
  if (path.length === 0) lines.push(['拆到大区、物流、产品、说法都比较分散,没有集中在哪一处。']);
  else
    lines.push([
      `一层层看:${path.map((step) => `${step.level.name}是${step.name}(${formatCount(step.now)}/${formatCount(step.of)}，${formatRatio(step.now / step.of)})`).join(' → ')}。`,
    ]);
  return lines;
}

/** What to look at, by which level the path ends on. */
function adviceOf(company: Company, question: Question, path: readonly Step[]): Advice[] {
  const at = (key: Level['key']): Step | undefined => path.find(({ level }) => level.key === key);
  const [region, carrier, product, wording] = [at('region'), at('carrier'), at('product'), at('wording')];
  const where = [region?.name, product === undefined ? undefined : `「${product.name}」`].filter(Boolean).join('的');
  return [
    ...(path.length === 0
      ? []
      : [
          {
            text: `把${where === '' ? '' : where}的退货逐张看${wording === undefined ? ',补上原因' : `,先查「${wording.name}」`}`,
            who: region === undefined ? null : leaderOfRegion(company, region.name),
            due: dueIn(question, 3),
            command: region === undefined ? null : `退货 ${periodCommand(question)} ${region.name}`,
          },
        ]),
    ...(carrier === undefined
      ? []
      : [
          {
            text: `和${carrier.name}核对这 ${formatCount(carrier.now)} 单的签收和破损记录,先把是货的问题还是路上的问题分开`,
            who: null,
            due: dueIn(question, 5),
            command: null,
          },
        ]),
  ];
}
