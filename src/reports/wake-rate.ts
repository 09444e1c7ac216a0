import { wholeCompany } from '../access/authorise.ts';
import { addDays, type Day } from '../calendar/day.ts';
import { elapsed, type Period } from '../calendar/period.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatPoints, formatRate, formatRatio, unknown } from '../figures/format.ts';
import { differenceInterval, differs, type Rate, ratioOf } from '../figures/rate.ts';
import { readWoken, wakeWithinDays } from '../metrics/wake.ts';
import type { Line } from '../replies/reply.ts';
import type { Recall, RecallMethod } from '../store/recalls.ts';
import { chartFooter, chartSubtitle, followUp, opening } from './captions.ts';
import { ownerName } from './owner-name.ts';
import { recallsInQuestion } from './recalls-in-question.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** A recall and what came of it. */
interface Outcome {
  readonly recall: Recall;
  readonly woken: boolean;
}

interface Group {
  readonly name: string;
  readonly rate: Rate;
}

export const recallMethodNames: Readonly<Record<RecallMethod, string>> = {
  call: '电话',
  wechat: '微信',
  visit: '拜访',
  meeting: '会议',
  sms: '短信',
  email: '邮件',
  coupon: '优惠券',
};

const kinds = { personal: '个性化话术', generic: '通用话术' } as const;

/** 唤醒率 (decision 7): of the customers recalled, how many came back; beside those that were left alone on purpose. */
export const wakeRateReport = defineReport({
  intent: 'wake_rate',
  items: [53, 54],
  defaultPeriod: 'this_month',
  dimensions: ['recall_method', 'grade', 'owner'],
  needs: ['customers', 'activities'],
  async run(company, asked) {
    const question = await aboutLastPush(company, asked);
    const { period } = question;
    if (company.recalls === undefined || period === null) return nothingRecorded(question);
    const recalls = await recallsInQuestion(company.recalls, company, question, elapsed(period, question.moment.today));
    if (recalls.length === 0) return nothingRecorded(question);
    const woken = await readWoken(company.crm, wholeCompany(), recalls, question.moment);
    const outcomes = recalls.map((recall, at): Outcome => ({ recall, woken: woken[at] === true }));
    const told = outcomes.filter(({ recall }) => !recall.heldOut);
    if (told.length === 0) return nothingRecorded(question);
    return findingsOf(
      company,
      question,
      told,
      outcomes.filter(({ recall }) => recall.heldOut),
    );
  },
});

/** 这批沉默的叫醒了几个: the day of the last push to the asker, else of the last one at all in their scope. */
async function aboutLastPush(company: Company, question: Question): Promise<Question> {
  if (question.slots.context !== 'last_silent_push' || company.recalls === undefined) return question;
  const { today } = question.moment;
  const day =
    (await company.recalls.lastDay(question.viewer.userId, today)) ?? (await company.recalls.lastDay(null, today));
  if (day === null) return question;
  const period: Period = { label: 'range', from: day as Day, to: day as Day };
  return { ...question, period };
}

const nothingRecorded = (question: Question): Findings =>
  nothingFound(
    '没有提醒过沉默客户',
    `${opening(question)}没有发过沉默客户提醒,所以没有唤醒率可算。提醒在工作日早上发给负责人,发过之后 ${wakeWithinDays} 天内看谁回来。`,
    [{ label: '沉默客户', command: '沉默客户' }],
  );

const rateOf = (outcomes: readonly Outcome[]): Rate => ({
  numerator: outcomes.filter(({ woken }) => woken).length,
  denominator: outcomes.length,
});

const rateFigure = (metric: string, label: string, rate: Rate, dims?: Readonly<Record<string, string>>): Figure => ({
  metric,
  label,
  unit: 'ratio',
  value: ratioOf(rate),
  ...rate,
  ...(dims === undefined ? {} : { dims }),
});

function findingsOf(
  company: Company,
  question: Question,
  told: readonly Outcome[],
  held: readonly Outcome[],
): Findings {
  const { today } = question.moment;
  const rate = rateOf(told);
  const heldRate = rateOf(held);
  const interval = held.length === 0 ? null : differenceInterval(rate, heldRate);
  const uplift = interval === null ? null : (ratioOf(rate) ?? 0) - (ratioOf(heldRate) ?? 0);
  const [personal, generic] = (['personal', 'generic'] as const).map((kind) =>
    rateOf(told.filter(({ recall }) => recall.wording === kind)),
  ) as [Rate, Rate];
  const times = timesOf(personal, generic);
  const by = question.groupBy[0] ?? 'recall_method';
  const groups = groupsOf(company, told, by);
  const young = told.filter(({ recall }) => addDays(recall.recalledOn as Day, wakeWithinDays) >= today).length;
  const wording: Figure[] = [
    rateFigure('wake_rate', '唤醒率', personal, { wording: kinds.personal }),
    rateFigure('wake_rate', '唤醒率', generic, { wording: kinds.generic }),
  ].filter(({ denominator }) => (denominator ?? 0) > 0);
  const headline: Figure[] = [
    rateFigure('wake_rate', '唤醒率', rate),
    ...(uplift === null
      ? []
      : [
          rateFigure('wake_rate_held_out', '对照组(没提醒)', heldRate),
          { metric: 'wake_uplift', label: '提醒带来的', unit: 'points', value: uplift } as const,
        ]),
    ...wording,
  ];
  const title =
    uplift === null
      ? `提醒 ${formatCount(rate.denominator)} 家沉默客户,回来 ${formatCount(rate.numerator)} 家`
      : `提醒 ${formatCount(rate.denominator)} 家回来 ${formatCount(rate.numerator)} 家,比不提醒${uplift < 0 ? '少' : '多'} ${Math.abs(uplift * 100).toFixed(1)} 个百分点`;
  return {
    title,
    mode: uplift === null ? '毛唤醒率' : '与对照组比',
    headline,
    figures: [
      ...headline,
      { metric: 'recalled_customers', label: '提醒客户', unit: 'count', value: rate.denominator },
      { metric: 'woken_customers', label: '唤醒客户', unit: 'count', value: rate.numerator },
      ...(times === null
        ? []
        : [{ metric: 'wake_wording_ratio', label: '个性化是通用的', unit: 'score', value: times } as const]),
      ...groups.map(({ name, rate: own }) => rateFigure('wake_rate', '唤醒率', own, { [by]: name })),
    ],
    narrative: [
      [
        `${opening(question)}有 ${formatCount(rate.denominator)} 家沉默客户被提醒,${wakeWithinDays} 天内 `,
        { strong: `${formatCount(rate.numerator)} 家` },
        ' 主动联系、接通电话、见面或下单。',
      ],
      upliftLine(rate, heldRate, interval, uplift),
      wordingLine(personal, generic, times),
      groupLine(groups, by),
    ].filter((line) => line.length > 0),
    advice: adviceOf(question, told, personal, generic, times),
    chart: {
      kind: 'bar',
      direction: 'across',
      title,
      subtitle: chartSubtitle(`唤醒率 · ${byWords[by] ?? '按方式'}`, question.period, question),
      footer: chartFooter(company, question),
      unit: 'ratio',
      counter: '项',
      labels: groups.map(({ name, rate: own }) => `${name} ${own.numerator}/${own.denominator}`),
      series: [{ label: '唤醒率', tone: 'ours', values: groups.map(({ rate: own }) => ratioOf(own)) }],
      ...(held.length === 0 ? {} : { line: { label: '没提醒', value: ratioOf(heldRate) ?? 0 } }),
    },
    table: {
      columns: [byWords[by]?.slice(1) ?? '方式', '提醒', '唤醒', '唤醒率'],
      rows: groups.map(({ name, rate: own }) => [
        name,
        formatCount(own.denominator),
        formatCount(own.numerator),
        ratioOf(own) === null ? unknown : formatRatio(ratioOf(own) ?? 0),
      ]),
      numeric: [false, true, true, true],
    },
    notes: [
      ...(young === 0 ? [] : [`其中 ${formatCount(young)} 家提醒还不满 ${wakeWithinDays} 天,数还会涨。`]),
      ...(uplift === null ? ['没有对照组,这是毛唤醒率:不提醒也会有人自己回来。'] : []),
      '回来按 CRM 里的记录算;我发的消息不算。方式以销售的回执为准。',
    ],
    choices: [
      ...(['recall_method', 'grade', 'owner'] as const)
        .filter((dimension) => dimension !== by)
        .map((dimension) => followUp(question, '唤醒率', byWords[dimension] ?? '')),
      { label: '沉默客户', command: '沉默客户' },
    ],
  };
}

const byWords: Readonly<Record<string, string>> = { recall_method: '按唤醒方式', grade: '按等级', owner: '按人' };

/** The personal rate over the generic one; null where one of them has nobody. */
function timesOf(personal: Rate, generic: Rate): number | null {
  const [a, b] = [ratioOf(personal), ratioOf(generic)];
  return a === null || b === null || b === 0 ? null : a / b;
}

function upliftLine(
  rate: Rate,
  held: Rate,
  interval: ReturnType<typeof differenceInterval>,
  uplift: number | null,
): Line {
  if (interval === null || uplift === null) return [];
  const range = `${(interval.low * 100).toFixed(1)} 到 ${(interval.high * 100).toFixed(1)} 个百分点`;
  return [
    `故意没提醒的 ${formatCount(held.denominator)} 家自己回来 ${formatRate(held)},相差 ${formatPoints(uplift)}(95 % 区间 ${range})`,
    differs(rate, held)
      ? uplift > 0
        ? ',提醒确实有用。'
        : ',提醒反而更差,先停下来看看怎么联系的。'
      : ',区间跨过 0,还不能说提醒有用。',
  ];
}

function wordingLine(personal: Rate, generic: Rate, times: number | null): Line {
  if (personal.denominator === 0 || generic.denominator === 0) return [];
  const compared =
    times === null
      ? '通用话术还没有人回来,比不出倍数'
      : `个性化是通用的 ${times.toFixed(1)} 倍${differs(personal, generic) ? '' : ',但人数少,差别可能是碰巧'}`;
  return [
    `按话术看:带上次产品或话题的 ${formatRate(personal)},通用问候的 ${formatRate(generic)},${compared};共 ${formatCount(personal.denominator + generic.denominator)} 家。`,
  ];
}

function groupLine(groups: readonly Group[], by: string): Line {
  const enough = groups.filter(({ rate }) => rate.denominator > 0);
  if (enough.length < 2) return [];
  // The largest ones: the highest rates of a few cases are chance (decision 21).
  const largest = [...enough].sort((a, b) => b.rate.denominator - a.rate.denominator).slice(0, 3);
  return [`${byWords[by] ?? ''}看:${largest.map(({ name, rate }) => `${name} ${formatRate(rate)}`).join('、')}。`];
}

/** Largest first; methods are those that were answered, the rest says that nobody answered. */
function groupsOf(company: Company, told: readonly Outcome[], by: string): Group[] {
  const nameOf = ({ recall }: Outcome): string => {
    if (by === 'grade') return recall.grade === null ? '未分级' : `${recall.grade} 级`;
    if (by === 'owner') return ownerName(company.directory, recall.ownerId);
    if (recall.contactedAt === null) return '没有回执';
    return recall.method === null ? '没说方式' : recallMethodNames[recall.method];
  };
  const parts = new Map<string, Outcome[]>();
  for (const outcome of told) parts.set(nameOf(outcome), [...(parts.get(nameOf(outcome)) ?? []), outcome]);
  const groups = [...parts].map(([name, outcomes]): Group => ({ name, rate: rateOf(outcomes) }));
  return by === 'grade'
    ? groups.sort((a, b) => a.name.localeCompare(b.name))
    : groups.sort((a, b) => b.rate.denominator - a.rate.denominator || a.name.localeCompare(b.name));
}

function adviceOf(
  question: Question,
  told: readonly Outcome[],
  personal: Rate,
  generic: Rate,
  times: number | null,
): Advice[] {
  const { today } = question.moment;
  const silent = told.filter(
    ({ recall, woken }) =>
      !woken && recall.contactedAt === null && recall.handedTo === null && recall.dismissedAt === null,
  ).length;
  const advice: Advice[] = [];
  if (silent > 0) {
    advice.push({
      text: `还有 ${formatCount(silent)} 家提醒后没有回执也没有动静,先把这些打完`,
      who: null,
      due: addDays(today, 2),
      command: '沉默客户',
    });
  }
  if (times !== null && times > 1 && generic.denominator > 0 && differs(personal, generic)) {
    advice.push({
      text: `通用问候的 ${formatCount(generic.denominator)} 家补上次产品或谈过的事再联系,CRM 里没记的先问清楚`,
      who: null,
      due: addDays(today, 5),
      command: null,
    });
  }
  return advice;
}
