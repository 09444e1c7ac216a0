import { daysBetween } from '../calendar/day.ts';
import { describePeriod, type Period } from '../calendar/period.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { daysToRenewal, renewalsDue, renewalsDueAmount, riskyRenewals } from '../metrics/churn.ts';
import { type CustomerHealth, readCustomerHealth } from '../metrics/customer-health.ts';
import { type DueContract, readDueContracts } from '../metrics/renewals.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, opening, periodWords, wanted } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { healthNames, healthReasons } from './health-words.ts';
import { dueIn } from './next-steps.ts';
import { ownerName, ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawn = 10;

interface Due extends DueContract {
  readonly days: number;
  readonly health: CustomerHealth | null;
}

/** 续费到期 (item 60): contracts that run out and are not renewed yet, the next first, with how their customers fare. */
export const renewalDueReport = defineReport({
  intent: 'renewal_due',
  items: [60],
  defaultPeriod: 'next_30_days',
  dimensions: [],
  needs: ['customers', 'contracts'],
  async run(company, question) {
    const { scope, filter, moment } = question;
    const period = question.period!;
    // What lies ahead is what this report is for: only an empty scope is refused.
    const refused = unanswerable({ ...question, period: null }, '续费到期');
    if (refused !== null) return refused;
    const ask = { scope, filter, moment };
    const contracts = await readDueContracts(company.crm, ask, period.from, period.to);
    const choices = [
      { label: '未来 90 天', command: '续费到期 未来90天' },
      { label: '续约率', command: '续约率 今年' },
    ];
    if (contracts.length === 0)
      return nothingFound(
        `${periodWords(question)}没有待续的合同`,
        `${opening(question)}没有到期还没续的合同(${describePeriod(period, moment.today)})。`,
        choices,
      );
    const health = await readCustomerHealth(company.crm, { ...ask, on: moment.today });
    const byCustomer = new Map(health.map((c) => [c.customerId, c]));
    const due = contracts.map(
      (contract): Due => ({
        ...contract,
        days: daysBetween(moment.today, contract.endsOn),
        health: byCustomer.get(contract.customerId) ?? null,
      }),
    );
    return findings(company, question, period, due);
  },
});

const sumFen = (list: readonly Due[]): number => list.reduce((sum, d) => sum + d.amountFen, 0);
const isRisky = ({ health, days }: Due): boolean => days < 0 || (health !== null && health.health !== 'green');
const daysWords = (days: number): string => (days < 0 ? `已过 ${-days} 天` : days === 0 ? '今天' : `还有 ${days} 天`);
/** Why a renewal may fail; the nearness of its end is known already. */
const reasons = ({ health }: Due): string[] =>
  health === null ? [] : healthReasons(health).filter((words) => !words.includes('到期'));

function findings(company: Company, question: Question, period: Period, due: readonly Due[]): Findings {
  const risky = due.filter(isRisky);
  const overdue = due.filter(({ days }) => days < 0);
  const title = `${periodWords(question)}有 ${formatCount(due.length)} 份合同待续,${formatMoney(sumFen(due))}${risky.length > 0 ? `,${formatCount(risky.length)} 份有风险` : ''}`;
  const onlyRisky = question.slots.with_risk === true && risky.length > 0;
  // Those at risk stand first where that was asked; the next to end otherwise.
  const ordered = onlyRisky ? [...risky, ...due.filter((d) => !isRisky(d))] : due;
  const list = ordered.slice(0, question.top ?? listed);
  const owner = (d: Due): string => ownerName(company.directory, d.ownerId);
  const figures = [
    plainFigure(renewalsDue, due.length),
    plainFigure(renewalsDueAmount, sumFen(due)),
    plainFigure(riskyRenewals, risky.length),
    plainFigure(renewalsDueAmount, sumFen(risky), { renewal: '有风险的' }),
  ];
  return {
    title,
    mode: null,
    headline: figures,
    figures: [
      ...figures,
      ...list.map((d) => plainFigure(daysToRenewal, d.days, { customer: d.customer, contract: d.contractId })),
    ],
    narrative: narrative(company, question, due, risky, overdue),
    advice: advice(company, question, due, risky),
    chart: {
      kind: 'ranking',
      title,
      subtitle: `待续合同 · ${describePeriod(period, question.moment.today)}`,
      footer: chartFooter(company, question),
      unit: 'fen',
      counter: '份',
      total: wanted(question, ordered.length),
      rows: list.slice(0, drawn).map((d) => ({
        label: d.customer,
        value: d.amountFen,
        note: `${d.days} 天 · ${owner(d)}`,
        tone:
          d.health?.health === 'red' || d.days < 0
            ? ('lost' as const)
            : isRisky(d)
              ? ('warning' as const)
              : ('ours' as const),
      })),
    },
    table: {
      columns: ['客户', '级别', '到期', '还有', '金额', '健康度', '原因', '负责人'],
      rows: list.map((d) => [
        d.customer,
        d.grade ?? unknown,
        d.endsOn,
        daysWords(d.days),
        formatMoney(d.amountFen),
        d.health === null ? unknown : healthNames[d.health.health],
        reasons(d).join(';') || unknown,
        owner(d),
      ]),
      numeric: [false, false, false, true, true, false, false, false],
    },
    notes: ['已经签了续约合同的不在里面。', ...(due.length > list.length ? [`名单列了 ${list.length} 份。`] : [])],
    choices: [
      ...(due[0] === undefined ? [] : [{ label: due[0].customer, command: `客户 ${due[0].customer}` }]),
      { label: '续约率', command: '续约率 今年' },
      { label: '流失风险', command: '流失风险' },
    ],
  };
}

function narrative(
  company: Company,
  question: Question,
  due: readonly Due[],
  risky: readonly Due[],
  overdue: readonly Due[],
): Line[] {
  const next = due.find(({ days }) => days >= 0);
  const biggest = [...risky].sort((a, b) => b.amountFen - a.amountFen)[0];
  const counts = new Map<string | null, number>();
  for (const { ownerId } of due) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
  const owners = [...counts].map(([ownerId, count]) => ({ ownerId, count }));
  const by = (d: Due): string => (isOwn(question) ? '' : `,${ownerName(company.directory, d.ownerId)}负责`);
  return [
    [
      `${opening(question)}有 `,
      { strong: `${formatCount(due.length)} 份合同` },
      `到期还没续,共 ${formatMoney(sumFen(due))}${overdue.length > 0 ? `,其中 ${formatCount(overdue.length)} 份已经过了到期日` : ''}。`,
    ],
    ...(next === undefined
      ? []
      : [
          [
            `最近的是${next.customer},${next.endsOn} 到期(${daysWords(next.days)}),${formatMoney(next.amountFen)}${by(next)}。`,
          ],
        ]),
    biggest === undefined
      ? ['到期的客户健康度都正常。']
      : [
          `${formatCount(risky.length)} 份有风险,牵涉 ${formatMoney(sumFen(risky))};金额最大的是${biggest.customer}${reasons(biggest).length === 0 ? '' : `(${reasons(biggest).join(',')})`}。`,
        ],
    ...(owners.some(({ count }) => count > 1) && owners.length > 1 && !isOwn(question)
      ? [[`按人看:${ownersWords(company.directory, owners, '份')}。`]]
      : []),
  ];
}

function advice(company: Company, question: Question, due: readonly Due[], risky: readonly Due[]): Advice[] {
  const who = (d: Due): string | null => (isOwn(question) ? null : ownerName(company.directory, d.ownerId));
  const first = [...risky].sort((a, b) => a.days - b.days || b.amountFen - a.amountFen)[0];
  const next = due.find((d) => d !== first && d.days >= 0);
  return [
    ...(first === undefined
      ? []
      : [
          {
            text: `${first.customer}(${daysWords(first.days)}):${(first.health?.complaints ?? 0) > 0 ? '先把投诉处理完,再谈续约' : '先问清使用情况,再谈续约'}`,
            who: who(first),
            due: dueIn(question, 2),
            command: `客户 ${first.customer}`,
          },
        ]),
    ...(next === undefined
      ? []
      : [
          {
            text: `约${next.customer}谈续约,把报价和新一年的安排带上`,
            who: who(next),
            due: dueIn(question, Math.max(1, Math.min(5, next.days))),
            command: `客户 ${next.customer}`,
          },
        ]),
  ];
}
