import { addDays } from '../calendar/day.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatMoney, formatRate, unknown } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import {
  readSilenceGroups,
  readSilentCustomers,
  type SilenceGroup,
  type SilenceLimits,
  type SilenceOrder,
  type SilentCustomer,
  silenceLimits,
} from '../metrics/silence.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, wanted, whose } from './captions.ts';
import { followUpWords } from './follow-up-words.ts';
import { doerFor } from './next-steps.ts';
import { ownerName, ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawn = 10;

/** 沉默客户: who has not been in touch for the days of their grade, what is at stake, and who should call. */
export const silentCustomersReport = defineReport({
  intent: 'silent_customers',
  items: [50, 51, 52, 82],
  defaultPeriod: null,
  onlyNow: { past: ['wake_rate', 'followups'] },
  dimensions: ['owner', 'grade'],
  needs: ['customers', 'customer_last_touch'],
  async run(company, question) {
    const limits = silenceLimits(question.slots.threshold, company.settings.silentDays);
    const ask = { scope: question.scope, filter: question.filter, moment: question.moment, limits };
    const groups = await readSilenceGroups(company.crm, ask);
    const total = sumUp(groups);
    const words = limitWords(limits);
    if (total.customers === 0)
      return nothingFound('没有在管客户', `${whose(question)}现在没有分配到人的在管客户,谈不上沉默。`);
    if (total.silent === 0) {
      return {
        ...nothingFound(
          '没有沉默客户',
          `${whose(question)}在管的 ${formatCount(total.customers)} 家客户,最近${words}内都有往来。`,
          [{ label: '积压商机', command: '积压' }],
        ),
        figures: [{ metric: 'silent_customers', label: '沉默客户', unit: 'count', value: 0 }],
      };
    }
    const list = await readSilentCustomers(company.crm, {
      ...ask,
      order: orderOf(question),
      limit: question.top ?? listed,
    });
    const share = { numerator: total.silent, denominator: total.customers };
    const byOwner = countBy(groups, ({ ownerId }) => ownerId);
    const byGrade = countBy(groups, ({ grade }) => grade);
    const topGrade = byGrade.find(({ key }) => key === 'A');
    const title =
      total.withStake > 0
        ? `${formatCount(total.silent)} 家客户沉默,${total.withStake === total.silent ? '都' : `其中 ${formatCount(total.withStake)} 家`}还有单子或合同`
        : `${formatCount(total.silent)} 家客户${words}没有任何往来`;
    const stake: Figure[] = [
      { metric: 'silent_open_amount', label: '沉默客户的在跟金额', unit: 'fen', value: total.openFen },
      { metric: 'silent_contract_amount', label: '履行中合同金额', unit: 'fen', value: total.contractFen },
    ];
    const headline: Figure[] = [
      { metric: 'silent_customers', label: '沉默客户', unit: 'count', value: total.silent },
      { metric: 'silent_rate', label: '占有负责人的客户', unit: 'ratio', value: ratioOf(share), ...share },
      ...stake.filter(({ value }) => value !== 0),
      ...(topGrade === undefined || byGrade.length < 2
        ? []
        : [{ metric: 'silent_customers', label: 'A 级沉默客户', unit: 'count', value: topGrade.count } as const]),
    ];
    return {
      title,
      mode: null,
      headline,
      figures: [
        ...headline.slice(0, 2),
        ...stake,
        { metric: 'assigned_customers', label: '有负责人的客户', unit: 'count', value: total.customers },
        ...byGrade.map(
          ({ key, count }): Figure => ({
            metric: 'silent_customers',
            label: '沉默客户',
            unit: 'count',
            value: count,
            dims: { grade: key ?? '未分级' },
          }),
        ),
        ...byOwner.map(
          ({ key, count }): Figure => ({
            metric: 'silent_customers',
            label: '沉默客户',
            unit: 'count',
            value: count,
            dims: { owner: ownerName(company.directory, key) },
          }),
        ),
        ...list.map(
          (customer): Figure => ({
            metric: 'silent_days',
            label: '沉默天数',
            unit: 'days',
            value: customer.days,
            dims: { customer: customer.name },
          }),
        ),
      ],
      narrative: narrativeOf(company, question, total, words, byOwner, byGrade, list),
      advice: adviceOf(company, question, list, byOwner),
      chart: {
        kind: 'ranking',
        title,
        subtitle: `沉默客户 ·${words}以上没有往来 · ${orderWords[orderOf(question)]}`,
        footer: chartFooter(company, question),
        unit: 'days',
        counter: '家',
        total: wanted(question, total.silent),
        rows: list.slice(0, drawn).map((customer) => ({
          label: customer.name,
          value: customer.days,
          note: `${customer.grade === null ? '' : `${customer.grade} `}${ownerName(company.directory, customer.ownerId)}`,
          tone: customer.openFen + customer.contractFen > 0 ? 'warning' : 'other',
        })),
      },
      table: {
        columns: ['客户', '级别', '沉默', '上次联系', '在跟商机', '履行中合同', '负责人'],
        rows: list.map((customer) => [
          customer.name,
          customer.grade ?? unknown,
          `${customer.days} 天`,
          followUpWords(company.directory, customer.lastFollowUp),
          customer.openCount === 0 ? unknown : formatMoney(customer.openFen),
          customer.contractCount === 0 ? unknown : formatMoney(customer.contractFen),
          ownerName(company.directory, customer.ownerId),
        ]),
        numeric: [false, false, true, false, true, true, false],
      },
      notes: [
        `按自然日算:满 ${limits.default} 天没有跟进、拜访、订单、回款、工单或登录才算,建档不满这个天数的不算。${gradeWords(limits)}`,
        ...(total.silent > list.length ? [`名单列了 ${list.length} 家,${orderWords[orderOf(question)]}。`] : []),
      ],
      choices: [
        ...(list[0] === undefined ? [] : [{ label: list[0].name, command: `客户 ${list[0].name}` }]),
        ...(topGrade === undefined || byGrade.length < 2 ? [] : [{ label: '只看 A 级', command: '沉默客户 A级' }]),
        limits.default > 60
          ? { label: '60 天以上', command: '沉默客户 60天' }
          : { label: '90 天以上', command: '沉默客户 90天' },
      ],
    };
  },
});

const orderWords: Readonly<Record<SilenceOrder, string>> = {
  stake: '金额大、级别高的在前',
  grade: '级别高的在前',
  longest: '沉默最久的在前',
  shortest: '刚沉默的在前',
};

function orderOf({ slots: { order } }: Question): SilenceOrder {
  if (order === 'grade') return 'grade';
  if (order === 'asc') return 'shortest';
  return order === 'desc' || order === 'days' ? 'longest' : 'stake';
}

const limitWords = (limits: SilenceLimits): string =>
  ` ${limits.default} 天${Object.keys(limits.byGrade).length > 0 ? '(按级别另有设置)' : ''}`;

const gradeWords = ({ byGrade }: SilenceLimits): string => {
  const parts = Object.entries(byGrade).map(([grade, days]) => `${grade} 级 ${days} 天`);
  return parts.length === 0 ? '' : `分级设置:${parts.join('、')}。`;
};

interface Total {
  readonly customers: number;
  readonly silent: number;
  readonly openFen: number;
  readonly contractFen: number;
  readonly withStake: number;
}

const sumUp = (groups: readonly SilenceGroup[]): Total =>
  groups.reduce(
    (sum, group) => ({
      customers: sum.customers + group.customers,
      silent: sum.silent + group.silent,
      openFen: sum.openFen + group.openFen,
      contractFen: sum.contractFen + group.contractFen,
      withStake: sum.withStake + group.withStake,
    }),
    { customers: 0, silent: 0, openFen: 0, contractFen: 0, withStake: 0 },
  );

function countBy(
  groups: readonly SilenceGroup[],
  of: (group: SilenceGroup) => string | null,
): { readonly key: string | null; readonly count: number }[] {
  const counts = new Map<string | null, number>();
  for (const group of groups) counts.set(of(group), (counts.get(of(group)) ?? 0) + group.silent);
  return [...counts]
    .map(([key, count]) => ({ key, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.key ?? '').localeCompare(b.key ?? ''));
}

const stakeWords = ({ openFen, contractFen }: SilentCustomer): string =>
  [openFen > 0 ? `在跟 ${formatMoney(openFen)}` : '', contractFen > 0 ? `合同 ${formatMoney(contractFen)}` : '']
    .filter((part) => part !== '')
    .join(',');

function narrativeOf(
  company: Company,
  question: Question,
  total: Total,
  words: string,
  byOwner: readonly { readonly key: string | null; readonly count: number }[],
  byGrade: readonly { readonly key: string | null; readonly count: number }[],
  list: readonly SilentCustomer[],
): Line[] {
  const share = { numerator: total.silent, denominator: total.customers };
  const grades = [...byGrade]
    .sort((a, b) => Number(a.key === null) - Number(b.key === null) || (a.key ?? '').localeCompare(b.key ?? ''))
    .map(({ key, count }) => (key === null ? `未分级 ${count} 家` : `${key} 级 ${count} 家`));
  const first = list[0];
  const stake = total.openFen + total.contractFen;
  return [
    [
      `${whose(question)}有 `,
      { warning: `${formatCount(total.silent)} 家客户` },
      `满${words}没有任何往来,占有负责人的客户的 ${formatRate(share)}${grades.length > 1 ? `:${grades.join('、')}` : ''}。`,
    ],
    stake === 0
      ? ['这些客户手里没有在跟的商机,也没有履行中的合同。']
      : [
          `${total.withStake === total.silent ? '都' : `其中 ${formatCount(total.withStake)} 家`}还连着生意:${[total.openFen === 0 ? '' : `在跟商机 ${formatMoney(total.openFen)}`, total.contractFen === 0 ? '' : `履行中合同 ${formatMoney(total.contractFen)}`].filter((part) => part !== '').join(',')}。`,
        ],
    ...(first === undefined
      ? []
      : [
          [
            `${orderOf(question) === 'stake' && stake > 0 ? '最要紧的是' : '排第一的是'}${first.name}${first.grade === null ? '' : `(${first.grade} 级)`},${first.lastTouchAt === null ? `建档 ${first.days} 天从没联系过` : `${first.days} 天没动静`}${stakeWords(first) === '' ? '' : `,${stakeWords(first)}`}。`,
          ],
        ]),
    ...(byOwner.length > 1
      ? [
          [
            `按人看:${ownersWords(
              company.directory,
              byOwner.map(({ key, count }) => ({ ownerId: key, count })),
              '家',
            )}。`,
          ],
        ]
      : []),
  ];
}

function adviceOf(
  company: Company,
  question: Question,
  list: readonly SilentCustomer[],
  byOwner: readonly { readonly key: string | null; readonly count: number }[],
): Advice[] {
  const { today } = question.moment;
  const first = list[0];
  const advice: Advice[] = [];
  if (first !== undefined) {
    const last = first.lastFollowUp;
    advice.push({
      text: `先联系${first.name}${last === null ? ',把基本情况问清楚' : `,接着 ${last.at.slice(0, 4) === today.slice(0, 4) ? last.at.slice(5, 10) : last.at.slice(0, 10)} 那次往下谈`}`,
      who: isOwn(question) ? null : doerFor(company, first.ownerId),
      due: addDays(today, 1),
      command: `客户 ${first.name}`,
    });
  }
  const most = byOwner[0];
  if (most !== undefined && byOwner.length > 1 && most.key !== null) {
    advice.push({
      text: `把名下 ${formatCount(most.count)} 家挨个联系一遍,不再跟的退回公海`,
      who: doerFor(company, most.key),
      due: addDays(today, 5),
      command: `沉默客户 ${company.directory.person(most.key)?.name ?? ''}`.trim(),
    });
  }
  return advice;
}
