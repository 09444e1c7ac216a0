import { addDays, type Day, dayOfWallTime, type WallTime } from '../calendar/day.ts';
import type { Period } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate } from '../figures/format.ts';
import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { metricById } from '../metrics/catalogue.ts';
import { openAmount, openCustomers, openOpportunities } from '../metrics/funnel.ts';
import { rateBetween, readCohort } from '../metrics/funnel-cohort.ts';
import { type Flow, readFlow } from '../metrics/funnel-flow.ts';
import { readSnapshot, type Snapshot } from '../metrics/funnel-snapshot.ts';
import { readStuckGroups, type StuckGroup } from '../metrics/stuck.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, opening, whose } from './captions.ts';
import { dashboardReport } from './dashboard.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure, rateFigure } from './figure-of.ts';
import { closedWords } from './funnel-flow.ts';
import { dueIn } from './next-steps.ts';
import { ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';
import { reviewReport } from './review-report.ts';
import { salesOverview } from './sales-overview.ts';

const fourWeeks = 28;
const metric = (id: string) => metricById(id)!;

/**
 * 日报, 周报, 月报 asked in the chat (items 10, 106, 107): the morning's funnel for a day, the trend for a week, the full
 * review for a month or quarter; 客服 and 市场 get their own board over the same days.
 */
export const digestReport = defineReport({
  intent: 'digest',
  items: [10, 106, 107],
  defaultPeriod: 'yesterday',
  dimensions: [],
  needs: [],
  run: async (company, question) => {
    const asked = redated(question);
    const refused = unanswerable(asked, '日报');
    if (refused !== null) return refused;
    if (asked.viewer.role === 'service' || asked.viewer.role === 'marketing')
      return dashboardReport.run(company, asked);
    const { cadence } = asked.slots;
    if (cadence === 'weekly') return salesOverview(company, asked);
    if (cadence === 'monthly' || cadence === 'quarterly') return reviewReport.run(company, asked);
    return daily(company, asked);
  },
});

/** 补发 11-17 的日报 is about the day before the morning on which it came. */
function redated(question: Question): Question {
  const { date } = question.slots;
  if (typeof date !== 'string') return question;
  const day = addDays(date as Day, -1);
  return { ...question, period: { label: 'day', from: day, to: day } };
}

interface Morning {
  readonly snapshot: Snapshot;
  readonly flow: Flow | null;
  readonly key: { readonly from: string; readonly to: string; readonly now: Rate; readonly before: Rate } | null;
  readonly stuck: readonly StuckGroup[];
}

const records = (company: Company, table: string): boolean => company.capabilities.get(table)?.level !== 'none';

/** Six queries: what is open, what moved, the watched conversion over four weeks and the four before, what is stuck. */
async function readMorning(company: Company, question: Question): Promise<Morning> {
  const { crm, stages, settings } = company;
  const { scope, filter, moment } = question;
  const base = { scope, filter, moment };
  const [from, to] = [stages.byName(settings.keyConversion.from), stages.byName(settings.keyConversion.to)];
  const history = records(company, 'stage_events');
  const watched = history && from !== undefined && to !== undefined && from.position < to.position;
  const weeks = (back: number): Period => ({
    label: 'range',
    from: addDays(moment.today, -fourWeeks * (back + 1)),
    to: addDays(moment.today, -fourWeeks * back - 1),
  });
  const earlier = `${addDays(dayOfWallTime(moment.wall), -fourWeeks)}${moment.wall.slice(10)}` as WallTime;
  const [snapshot, flow, now, before, stuck] = await Promise.all([
    readSnapshot(crm, stages, base),
    history ? readFlow(crm, stages, { ...base, period: question.period! }) : null,
    watched ? readCohort(crm, stages, { scope, filter, period: weeks(0), until: moment.wall }) : null,
    watched ? readCohort(crm, stages, { scope, filter, period: weeks(1), until: earlier }) : null,
    records(company, 'activities') ? readStuckGroups(crm, stages, { ...base, overDays: null }) : [],
  ]);
  const key =
    now === null || before === null || from === undefined || to === undefined
      ? null
      : {
          from: from.name,
          to: to.name,
          now: rateBetween(now, from.position, to.position),
          before: rateBetween(before, from.position, to.position),
        };
  return { snapshot, flow, key, stuck };
}

async function daily(company: Company, question: Question): Promise<Findings> {
  const morning = await readMorning(company, question);
  const { snapshot, flow, key, stuck } = morning;
  if (snapshot.opportunities === 0 && (flow === null || flow.created + flow.won + flow.lost === 0))
    return nothingFound('没有在跟的商机', `${whose(question)}现在没有在跟的商机,${opening(question)}也没有变动。`, [
      { label: '漏斗 近90天', command: '漏斗 近90天' },
    ]);
  const stuckCount = stuck.reduce((all, group) => all + group.stuck, 0);
  const stuckFen = stuck.reduce((all, group) => all + group.stuckFen, 0);
  const title = `现在在跟 ${formatCount(snapshot.opportunities)} 个、${formatMoney(snapshot.amountFen)}${stuckCount === 0 ? '' : `,${formatCount(stuckCount)} 个积压`}`;
  const stuckIn = (stage: string): number =>
    stuck.filter((group) => group.stage === stage).reduce((all, group) => all + group.stuck, 0);
  const worst = [...snapshot.steps].sort((a, b) => stuckIn(b.stage) - stuckIn(a.stage))[0];
  const flowFigures: Figure[] =
    flow === null
      ? []
      : [
          plainFigure(metric('flow_created'), flow.created),
          plainFigure(metric('flow_won'), flow.won),
          plainFigure(metric('flow_lost'), flow.lost),
        ];
  const head = [plainFigure(openOpportunities, snapshot.opportunities), plainFigure(metric('stage_stuck'), stuckCount)];
  return {
    title,
    mode: null,
    headline: [...head.slice(0, 1), ...flowFigures, ...head.slice(1)],
    figures: [
      ...head,
      ...flowFigures,
      plainFigure(openCustomers, snapshot.customers),
      plainFigure(openAmount, snapshot.amountFen),
      plainFigure(metric('stuck_amount'), stuckFen),
      ...snapshot.steps.flatMap((step) => [
        plainFigure(openOpportunities, step.opportunities, { stage: step.stage }),
        plainFigure(openCustomers, step.customers, { stage: step.stage }),
      ]),
      ...(key === null
        ? []
        : [
            rateFigure(metric('stage_conversion'), key.now, { from_stage: key.from, to_stage: key.to }),
            rateFigure(metric('stage_conversion'), key.before, {
              from_stage: key.from,
              to_stage: key.to,
              period: '再往前四周',
            }),
          ]),
    ],
    narrative: narrativeOf(company, question, morning, stuckCount, stuckFen),
    advice: adviceOf(question, morning, stuckCount),
    chart:
      snapshot.opportunities === 0
        ? null
        : {
            kind: 'funnel',
            title,
            subtitle: '漏斗(当前,在跟商机按所在阶段)',
            footer: chartFooter(company, question),
            unit: 'count',
            steps: snapshot.steps.map((step) => ({
              label: step.stage,
              value: step.opportunities,
              note: `${formatMoney(step.amountFen)}${stuckIn(step.stage) === 0 ? '' : `,积压 ${formatCount(stuckIn(step.stage))} 个`}`,
              tone: step === worst && stuckIn(step.stage) > 0 ? 'warning' : 'ours',
            })),
          },
    table: {
      columns: ['阶段', '商机', '客户', '金额', '积压'],
      rows: snapshot.steps.map((step) => [
        step.stage,
        formatCount(step.opportunities),
        formatCount(step.customers),
        formatMoney(step.amountFen),
        formatCount(stuckIn(step.stage)),
      ]),
      numeric: [false, true, true, true, true],
    },
    notes: [
      '在跟和积压按此刻算,变动按所问的日子算。',
      ...(flow === null ? ['CRM 没有阶段变动记录,看不到这一天的变动。'] : []),
    ],
    choices: [
      { label: '积压', command: '积压' },
      { label: '周报', command: '周报' },
      { label: '商机变动 昨天', command: '商机变动 昨天' },
      { label: '看板', command: '看板' },
    ],
  };
}

function narrativeOf(
  company: Company,
  question: Question,
  { flow, key, stuck }: Morning,
  stuckCount: number,
  stuckFen: number,
): Line[] {
  const lines: Line[] = [];
  if (flow !== null) {
    const quiet = flow.created + flow.won + flow.lost === 0;
    lines.push([
      quiet
        ? `${opening(question)}没有新进、成交和丢单。`
        : `${opening(question)}新进 ${formatCount(flow.created)} 个,${closedWords('成交', flow.won, flow.wonFen)},${closedWords('丢单', flow.lost, flow.lostFen)}。`,
    ]);
  }
  if (key !== null && key.now.denominator > 0) {
    const against =
      ratioOf(key.before) === null
        ? '再往前四周没有可比的数'
        : `再往前四周 ${formatRate(key.before)},${differs(key.now, key.before) ? '不是偶然波动' : '差别在正常波动以内'}`;
    lines.push([`近四周新商机的${key.from}→${key.to} ${formatRate(key.now)},${against}。`]);
  }
  if (stuckCount > 0) {
    const byOwner = new Map<string | null, number>();
    for (const { ownerId, stuck: count } of stuck) byOwner.set(ownerId, (byOwner.get(ownerId) ?? 0) + count);
    const owners = [...byOwner].map(([ownerId, count]) => ({ ownerId, count }));
    lines.push([
      { warning: `${formatCount(stuckCount)} 个(${formatMoney(stuckFen)})超期没跟进` },
      `,${ownersWords(company.directory, owners, '个')}。`,
    ]);
  }
  return lines.length === 0 ? [['没有可报的变动。']] : lines;
}

function adviceOf(question: Question, { flow, key }: Morning, stuckCount: number): Advice[] {
  const advice: Advice[] = [];
  if (stuckCount > 0)
    advice.push({
      text: `${formatCount(stuckCount)} 个积压逐个定下次联系时间,没戏的关掉`,
      who: null,
      due: dueIn(question, 0),
      command: '积压',
    });
  if (key !== null && differs(key.now, key.before) && (ratioOf(key.now) ?? 0) < (ratioOf(key.before) ?? 0))
    advice.push({
      text: `抽 5 个停在${key.from}的商机,看为什么没走到${key.to}`,
      who: null,
      due: dueIn(question, 1),
      command: '转化率 近30天',
    });
  if (flow !== null && flow.lost > flow.won && flow.lost > 1)
    advice.push({ text: '丢的逐个说原因', who: null, due: dueIn(question, 1), command: '丢单明细 本周' });
  return advice;
}
