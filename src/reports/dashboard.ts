import type { Role } from '../access/viewer.ts';
import { trendOf } from '../figures/trend.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { newCustomers } from '../metrics/customers.ts';
import { openAmount } from '../metrics/funnel.ts';
import { leadResponseTime } from '../metrics/lead-response.ts';
import { leadConversion, newLeads } from '../metrics/marketing.ts';
import type { Metric } from '../metrics/metric.ts';
import { winRate, wonAmount } from '../metrics/sales.ts';
import { complaintCount, csat, firstResponseTime, nps, resolutionRate, ticketCount } from '../metrics/service.ts';
import { targetAttainment } from '../metrics/targets.ts';
import type { Choice, Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, opening, periodCommand, periodWords } from './captions.ts';
import { type Compared, comparedOf } from './comparison.ts';
import { churnTile, silentTile, spendTiles, stuckTile, targetTile } from './dashboard-special-tiles.ts';
import { measuredTiles, type Tile, toneOf } from './dashboard-tiles.ts';
import { unanswerable } from './empty-period.ts';
import { dueIn } from './next-steps.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** Whose board it is: the narrower the role, the closer to the day's work (items 95-105, 115). */
type Board = 'lead' | 'team' | 'own' | 'service' | 'marketing';

interface Plan {
  readonly name: string;
  readonly metrics: readonly Metric[];
  /** The order of the tiles, by metric. */
  readonly order: readonly string[];
  readonly choices: readonly string[];
}

const plans: Readonly<Record<Board, Plan>> = {
  lead: {
    name: '经营看板',
    metrics: [wonAmount, winRate, paymentAmount],
    order: ['won_amount', 'target_attainment', 'win_rate', 'payment_amount', 'churn_rate', 'roi'],
    choices: ['业绩', '漏斗', '复盘', '预测 下季度'],
  },
  team: {
    name: '团队看板',
    metrics: [wonAmount, winRate, leadConversion, followupCount],
    order: ['won_amount', 'target_attainment', 'win_rate', 'lead_conversion', 'followup_count', 'stage_stuck'],
    choices: ['业绩', '目标', '积压', '排行'],
  },
  own: {
    name: '我的看板',
    metrics: [wonAmount, followupCount, openAmount],
    order: ['won_amount', 'target_attainment', 'open_amount', 'followup_count', 'stage_stuck', 'silent_customers'],
    choices: ['业绩', '积压', '沉默客户', '流失风险'],
  },
  service: {
    name: '客服看板',
    metrics: [ticketCount, complaintCount, firstResponseTime, resolutionRate, csat, nps],
    order: ['ticket_count', 'complaint_count', 'first_response_time', 'resolution_rate', 'csat', 'nps'],
    choices: ['投诉', '满意度', 'NPS', '健康度'],
  },
  marketing: {
    name: '市场看板',
    metrics: [newLeads, leadConversion, leadResponseTime, newCustomers],
    order: ['new_leads', 'lead_conversion', 'lead_response_time', 'new_customers', 'cpl', 'roi'],
    choices: ['渠道', '线索转化率', '新增线索', '漏斗'],
  },
};

const boardOf = (role: Role): Board => {
  switch (role) {
    case 'director':
    case 'admin':
      return 'lead';
    case 'regional_manager':
    case 'manager':
      return 'team';
    case 'rep':
      return 'own';
    case 'service':
      return 'service';
    case 'marketing':
      return 'marketing';
  }
};

/** What to do when a tile turned for the worse, and the command that shows more. */
const remedies: Readonly<
  Record<string, { readonly text: string; readonly command: (period: string) => string; readonly days: number }>
> = {
  won_amount: { text: '成交少了,先看少在哪一块,再看漏斗后段还有多少能签', command: (p) => `业绩 ${p}`, days: 2 },
  target_attainment: { text: '目标落后于时间进度,把本期能签的商机逐单过一遍', command: (p) => `目标 ${p}`, days: 2 },
  win_rate: { text: '赢单率掉了,把丢单按原因过一遍', command: (p) => `赢单率 ${p} 按丢单原因`, days: 3 },
  payment_amount: { text: '回款少了,核对到期未收的款', command: (p) => `回款率 ${p}`, days: 3 },
  churn_rate: { text: '流失率高了,逐家问清没续的原因', command: (p) => `流失分析 ${p}`, days: 5 },
  roi: { text: '投放回报低了,看哪个渠道拖的', command: () => '渠道 上季度', days: 5 },
  cpl: { text: '线索变贵了,看哪个渠道拖的', command: () => '渠道 上季度', days: 5 },
  lead_conversion: { text: '线索转化率掉了,看是哪个渠道的线索', command: (p) => `线索转化率 ${p} 按渠道`, days: 3 },
  lead_response_time: { text: '线索等得更久了,2 小时内先联系上', command: (p) => `线索转化率 ${p}`, days: 1 },
  new_leads: { text: '线索少了,看是哪个渠道少的', command: (p) => `新增线索 ${p} 按渠道`, days: 3 },
  new_customers: { text: '新增客户少了,看是哪个渠道少的', command: (p) => `新增客户 ${p} 按渠道`, days: 3 },
  followup_count: { text: '跟进少了,先把超期没联系的补上', command: () => '积压', days: 1 },
  stage_stuck: { text: '一半以上的商机超期没人跟,逐个定下次联系时间,没戏的关掉', command: () => '积压', days: 1 },
  silent_customers: { text: '三成以上的客户没有往来了,先联系级别高的', command: () => '沉默客户', days: 2 },
  ticket_count: { text: '工单多了,看是哪类问题', command: (p) => `工单 ${p}`, days: 2 },
  complaint_count: { text: '投诉多了,找出集中在哪个产品、哪个大区', command: (p) => `投诉 ${p}`, days: 1 },
  first_response_time: { text: '首次响应变慢,看排班和没回的工单', command: (p) => `首响 ${p}`, days: 1 },
  resolution_rate: { text: '解决率低了,把没解决的工单按天数过一遍', command: (p) => `解决率 ${p}`, days: 2 },
  csat: { text: '满意度低了,看低分集中在谁、哪个产品', command: (p) => `满意度 ${p}`, days: 3 },
  nps: { text: 'NPS 低了,回访打低分的客户', command: (p) => `NPS ${p}`, days: 5 },
};

/** A period that is over cannot be caught up in: what it asks of the one that runs. */
const afterwards: typeof remedies = {
  won_amount: { text: '看少在哪一块,这个月在跟的商机够不够补上', command: () => '预测 本月', days: 2 },
  target_attainment: { text: '目标没到,看本月的目标和在跟的商机够不够', command: () => '目标 本月', days: 2 },
  followup_count: { text: '那段时间跟进少,看现在有多少超期没联系的', command: () => '积压', days: 1 },
};

/** 看板: at most six tiles for the reader's role, each with its change over the same number of days (items 95-105, 112, 115). */
export const dashboardReport = defineReport({
  intent: 'dashboard',
  items: [95, 97, 98, 99, 100, 101, 105, 108, 112, 115, 134],
  defaultPeriod: 'this_month',
  dimensions: [],
  needs: [],
  run: async (company, question) => {
    const refused = unanswerable(question, '看板');
    if (refused !== null) return refused;
    const plan = plans[boardOf(question.viewer.role)];
    const compared = comparedOf(question, question.period!);
    const tiles = await readTiles(company, question, plan, compared);
    if (tiles.length === 0 || tiles.every(({ figures }) => figures.every(({ value }) => (value ?? 0) === 0))) {
      return nothingFound(
        `${opening(question)}还没有数`,
        `看板要看的${tiles.map(({ metric }) => metric.name).join('、') || '表'}在这段时间里都没有记录。`,
        [{ label: '看板 上月', command: '看板 上月' }],
      );
    }
    return board(company, question, plan, compared, tiles);
  },
});

/** How many queries the tiles take that the engine does not count. */
const queriesOf: Readonly<Record<string, number>> = {
  target_attainment: 1,
  stage_stuck: 1,
  silent_customers: 1,
  churn_rate: 2,
  roi: 2,
};

/** Six queries at most: what the engine counts has what the others leave. */
async function readTiles(company: Company, question: Question, plan: Plan, compared: Compared): Promise<Tile[]> {
  const shows = (id: string): boolean => plan.order.includes(id);
  const others = plan.order.reduce((all, id) => all + (queriesOf[id] ?? 0), 0);
  const measured = measuredTiles(company, question, compared, plan.metrics, 6 - others);
  const amount = measured.then((tiles) => tiles.find(({ metric }) => metric === wonAmount)?.figures[0]?.value ?? null);
  const [found, ...special] = await Promise.all([
    measured,
    shows('target_attainment') ? targetTile(company, question, amount) : null,
    shows('stage_stuck') ? stuckTile(company, question) : null,
    shows('silent_customers') ? silentTile(company, question) : null,
    shows('churn_rate') ? churnTile(company, question, compared) : null,
    shows('roi') ? spendTiles(company, question, shows('cpl')) : [],
  ]);
  const all = [...found, ...special.flat().filter((tile): tile is Tile => tile !== null)];
  return plan.order.flatMap((id) => all.filter(({ metric }) => metric.id === id));
}

function board(company: Company, question: Question, plan: Plan, compared: Compared, tiles: readonly Tile[]): Findings {
  const title = titleOf(question, tiles);
  return {
    title,
    mode: null,
    headline: tiles.slice(0, 5).map(({ figures }) => figures[0]!),
    figures: tiles.flatMap(({ figures }) => figures),
    narrative: narrativeOf(question, compared, tiles),
    advice: adviceOf(question, tiles),
    chart: {
      kind: 'tiles',
      title,
      subtitle: chartSubtitle(`${plan.name}(对比${compared.words})`, question.period, question),
      footer: chartFooter(company, question),
      tiles: tiles.map(({ metric, value, note, judged, trend }) => ({
        label: metric.name,
        value,
        note,
        tone: toneOf(judged),
        trend,
      })),
    },
    table: {
      columns: ['指标', periodWords(question).trim(), '变化'],
      rows: tiles.map(({ metric, value, note }) => [metric.name, value, note]),
      numeric: [false, true, false],
    },
    notes: notesOf(company, tiles),
    choices: plan.choices.map((command): Choice => ({ label: command, command })),
  };
}

const changed = (tiles: readonly Tile[], judged: Tile['judged']): Tile[] =>
  tiles.filter((tile) => tile.judged === judged);

/** 成交额 `比上月同期 +12.5 %`, a stock `占在跟的 40 %`. */
const inWords = ({ metric, value, note }: Tile): string => `${metric.name} ${value}(${note.replace(/ · .*$/, '')})`;

/** A target that is reached settles the amount: less than before is told, and is nothing to see to. */
const toManage = (tiles: readonly Tile[]): Tile[] => {
  const reached = tiles.some(({ metric, judged }) => metric === targetAttainment && judged === 'better');
  return changed(tiles, 'worse').filter(({ metric }) => !(reached && metric === wonAmount));
};

function titleOf(question: Question, tiles: readonly Tile[]): string {
  const [worse, better] = [toManage(tiles), changed(tiles, 'better')];
  const when = periodWords(question).trim();
  const names = (list: readonly Tile[]): string =>
    list
      .slice(0, 2)
      .map(({ metric }) => metric.name)
      .join('、');
  if (worse.length > 0)
    return `${when}要管的是${/^[A-Z]/.test(names(worse)) ? ' ' : ''}${names(worse)}${worse.length > 2 ? `等 ${worse.length} 项` : ''}`;
  const settled = changed(tiles, 'worse').length > 0;
  if (better.length > 0) return `${when}${names(better)}变好,没有${settled ? '要管的' : '变差的'}`;
  return `${when}各项平稳,没有明显变化`;
}

function narrativeOf(question: Question, compared: Compared, tiles: readonly Tile[]): Line[] {
  const first = tiles[0]!;
  const [worse, better] = [changed(tiles, 'worse'), changed(tiles, 'better')];
  const lines: Line[] = [
    [
      `${opening(question)}${first.metric.name} `,
      { strong: first.value },
      `${first.judged === 'unknown' ? '' : `,对比${compared.words} ${first.note}`}。`,
    ],
  ];
  const others = (list: readonly Tile[]): Tile[] => list.filter((tile) => tile !== first);
  if (others(worse).length > 0) lines.push([{ warning: `变差的:${others(worse).map(inWords).join('、')}` }, '。']);
  if (others(better).length > 0) lines.push([`变好的:${others(better).map(inWords).join('、')}。`]);
  const course = first.trend.filter((value): value is number => value !== null);
  const trend = trendOf(course);
  if (trend === 'rising' || trend === 'falling')
    lines.push([`近 ${course.length} 周看,每周的${first.metric.name}一路在${trend === 'rising' ? '涨' : '跌'}。`]);
  if (lines.length === 1) lines.push(['其余各项都在正常波动以内。']);
  return lines.slice(0, 4);
}

function adviceOf(question: Question, tiles: readonly Tile[]): Advice[] {
  const over = question.period!.to < question.moment.today;
  return toManage(tiles)
    .flatMap(({ metric }): Advice[] => {
      const remedy = (over ? afterwards[metric.id] : undefined) ?? remedies[metric.id];
      if (remedy === undefined) return [];
      return [
        {
          text: remedy.text,
          who: null,
          due: dueIn(question, remedy.days),
          command: remedy.command(periodCommand(question)).trim(),
        },
      ];
    })
    .slice(0, 3);
}

function notesOf(company: Company, tiles: readonly Tile[]): string[] {
  const has = (id: string): boolean => tiles.some(({ metric }) => metric.id === id);
  return [
    '绿色变好、橙色变差;差别在正常波动以内的不上色。小线是近 8 周。',
    ...(has('roi')
      ? [
          `ROI ${has('cpl') ? '和单条线索成本' : ''}看的是已满 ${company.settings.conversionLagDays} 天观察期的近一年,本月的线索还没到出结果的时候。`,
        ]
      : []),
    ...(has('resolution_rate') ? ['解决率都算到现在为止,之前的工单多等了一段时间。'] : []),
    ...(has('lead_conversion') ? ['线索转化率都只算到各自期末,两边一样长。'] : []),
  ];
}
