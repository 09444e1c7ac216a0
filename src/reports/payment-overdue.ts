import { describePeriod } from '../calendar/period.ts';
import { formatCount, formatMoney, formatRatio, unknown } from '../figures/format.ts';
import { type OverdueCustomer, readOverduePayments } from '../metrics/overdue-payments.ts';
import { overdueCustomers, overdueDays, overduePlans, overdueTotal } from '../metrics/quality.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, wanted, whose } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { doerFor, dueIn, leaderOf } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawn = 10;
/** From this age on, money comes in rarely by itself. */
const oldFrom = 90;

/** 逾期回款 (item 32): who owes what since when, by age, and who should call whom first. */
export const paymentOverdueReport = defineReport({
  intent: 'payment_overdue',
  items: [32],
  defaultPeriod: null,
  dimensions: ['owner'],
  needs: ['payment_plans'],
  async run(company, question) {
    const refused = unanswerable(question, '逾期回款');
    if (refused !== null) return refused;
    const { threshold } = question.slots;
    const said = threshold !== undefined && 'days' in threshold ? threshold : null;
    const atLeastDays = said === null ? 1 : said.op === '>' ? said.days + 1 : said.days;
    const { scope, filter, moment, period } = question;
    const { customers, ages } = await readOverduePayments(company.crm, { scope, filter, moment, atLeastDays, period });
    const since = said === null ? '' : `超过 ${atLeastDays - 1} 天的`;
    if (customers.length === 0)
      return nothingFound(
        `没有${since}逾期款`,
        `${whose(question)}${period === null ? '现在' : `在${describePeriod(period, moment.today)}`}没有${since}逾期未收的款。`,
        [{ label: '回款率 本月', command: '回款率 本月' }],
      );
    return findings(company, question, customers, ages, since);
  },
});

function findings(
  company: Company,
  question: Question,
  customers: readonly OverdueCustomer[],
  ages: readonly { readonly words: string; readonly plans: number; readonly amountFen: number }[],
  since: string,
): Findings {
  const total = customers.reduce((sum, c) => sum + c.amountFen, 0);
  const plans = customers.reduce((sum, c) => sum + c.plans, 0);
  const debtors = new Set(customers.map((c) => c.customerId ?? c.name)).size;
  const old = ages.at(-1)!;
  const list = customers.slice(0, question.top ?? listed);
  const title = `${formatCount(debtors)} 家客户逾期 ${formatMoney(total)}${old.amountFen > 0 && old.amountFen < total ? `,${oldFrom} 天以上的占 ${formatRatio(old.amountFen / total)}` : ''}`;
  const figures = [
    plainFigure(overdueTotal, total),
    plainFigure(overdueCustomers, debtors),
    plainFigure(overduePlans, plans),
    plainFigure(overdueTotal, old.amountFen, { age: `${oldFrom} 天以上` }),
  ];
  return {
    title,
    mode: null,
    headline: figures,
    figures: [
      ...figures,
      ...ages.map((age) => plainFigure(overdueTotal, age.amountFen, { age: age.words })),
      ...list.map((c) => plainFigure(overdueDays, c.days, { customer: c.name })),
      ...byOwner(customers).map(({ ownerId, amountFen }) =>
        plainFigure(overdueTotal, amountFen, { owner: ownerName(company.directory, ownerId) }),
      ),
    ],
    narrative: narrative(company, question, { customers, ages, total, debtors, plans, since }),
    advice: advice(company, question, customers),
    chart: {
      kind: 'ranking',
      title,
      subtitle: '逾期未收 · 金额大的在前',
      footer: chartFooter(company, question),
      unit: 'fen',
      counter: '家',
      total: wanted(question, debtors),
      rows: list.slice(0, drawn).map((c) => ({
        label: c.name,
        value: c.amountFen,
        note: `${c.days} 天 · ${ownerName(company.directory, c.ownerId)}`,
        tone: c.days > oldFrom ? ('lost' as const) : ('warning' as const),
      })),
    },
    table: {
      columns: ['客户', '级别', '逾期金额', '笔数', '最早到期', '逾期', '负责人'],
      rows: list.map((c) => [
        c.name,
        c.grade ?? unknown,
        formatMoney(c.amountFen),
        formatCount(c.plans),
        c.earliest,
        `${c.days} 天`,
        ownerName(company.directory, c.ownerId),
      ]),
      numeric: [false, false, true, true, false, true, false],
    },
    notes: [
      '按回款计划到期日算,到期当天不算逾期;部分收到的只算没收的那部分。',
      ...(customers.length > list.length ? [`名单列了 ${list.length} 家。`] : []),
    ],
    choices: [
      ...(list[0] === undefined ? [] : [{ label: list[0].name, command: `客户 ${list[0].name}` }]),
      { label: `超过 ${oldFrom} 天的`, command: `逾期回款 超${oldFrom}天` },
      { label: '回款率 本月', command: '回款率 本月' },
    ],
  };
}

function byOwner(customers: readonly OverdueCustomer[]): { ownerId: string | null; amountFen: number }[] {
  const sums = new Map<string | null, number>();
  for (const { ownerId, amountFen } of customers) sums.set(ownerId, (sums.get(ownerId) ?? 0) + amountFen);
  return [...sums].map(([ownerId, amountFen]) => ({ ownerId, amountFen })).sort((a, b) => b.amountFen - a.amountFen);
}

function narrative(
  company: Company,
  question: Question,
  found: {
    readonly customers: readonly OverdueCustomer[];
    readonly ages: readonly { readonly words: string; readonly plans: number; readonly amountFen: number }[];
    readonly total: number;
    readonly debtors: number;
    readonly plans: number;
    readonly since: string;
  },
): Line[] {
  const { customers, ages, total, debtors, plans, since } = found;
  const first = customers[0]!;
  const share = first.amountFen / total;
  const owners = byOwner(customers);
  const aged = ages.filter((age) => age.amountFen > 0);
  return [
    [
      `${whose(question)}有 ${formatCount(debtors)} 家客户、${formatCount(plans)} 笔款${since === '' ? '' : `逾期${since.replace('的', '')},`}没收到,共 `,
      { warning: formatMoney(total) },
      '。',
    ],
    ...(aged.length > 1
      ? [[`账龄:${aged.map((age) => `${age.words} ${formatMoney(age.amountFen)}`).join(',')}。`]]
      : []),
    [
      `欠得最多的是${first.name}，${formatMoney(first.amountFen)},逾期 ${first.days} 天${debtors > 1 && share >= 0.3 ? `,占了 ${formatRatio(share)}` : ''}${isOwn(question) ? '' : `,${ownerName(company.directory, first.ownerId)}负责`}。`,
    ],
    ...(owners.length > 1 && !isOwn(question)
      ? [
          [
            `按人看:${owners
              .slice(0, 3)
              .map(({ ownerId, amountFen }) => `${ownerName(company.directory, ownerId)} ${formatMoney(amountFen)}`)
              .join('、')}${owners.length > 3 ? '等' : ''}。`,
          ],
        ]
      : []),
  ];
}

function advice(company: Company, question: Question, customers: readonly OverdueCustomer[]): Advice[] {
  const own = isOwn(question);
  const first = customers[0]!;
  const oldest = [...customers].sort((a, b) => b.days - a.days)[0]!;
  const found: Advice[] = [
    {
      text: `催${first.name}的 ${formatMoney(first.amountFen)},问清卡在哪一步,定下付款日`,
      who: own ? null : doerFor(company, first.ownerId),
      due: dueIn(question, 1),
      command: `客户 ${first.name}`,
    },
  ];
  if (oldest !== first && oldest.days > oldFrom)
    found.push({
      text: `${oldest.name}已逾期 ${oldest.days} 天,主管出面谈,必要时发催款函`,
      who: oldest.ownerId === null ? null : leaderOf(company, oldest.ownerId),
      due: dueIn(question, 3),
      command: `客户 ${oldest.name}`,
    });
  return found;
}
