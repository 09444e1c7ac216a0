import type { Day } from '../calendar/day.ts';
import { periodName } from '../calendar/period.ts';
import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import {
  amountAtRisk,
  customersInForce,
  healthScoreMetric,
  redCustomers,
  renewalsDueAmount,
  yellowCustomers,
} from '../metrics/churn.ts';
import { type CustomerHealth, readCustomerHealth } from '../metrics/customer-health.ts';
import type { Health } from '../predictions/health.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isOwn, wanted, whose } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { healthNames, healthReasons, renewalWords, shortReason } from './health-words.ts';
import { doerFor, dueIn } from './next-steps.ts';
import { ownerName, ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawn = 10;
const weight: Readonly<Record<Health, number>> = { red: 0, yellow: 1, green: 2 };

/** 健康度 (items 58-60, 87): who of the signed customers is in the red, why, and what is at stake with them. */
export const healthScoreReport = defineReport({
  intent: 'health_score',
  items: [58, 59, 60, 87],
  defaultPeriod: null,
  dimensions: [],
  needs: ['customers', 'contracts', 'customer_usage'],
  async run(company, question) {
    const refused = unanswerable(question, '健康度');
    if (refused !== null) return refused;
    const { today } = question.moment;
    const { period } = question;
    const on: Day = period === null || period.to >= today ? today : period.to;
    const { scope, filter, moment } = question;
    const all = (await readCustomerHealth(company.crm, { scope, filter, moment, on })).filter((c) => !c.inGrace);
    const head = on === today ? '现在' : `${period === null ? '' : periodName(period)}末(${on})`;
    if (all.length === 0)
      return nothingFound('没有合同在手的客户', `${whose(question)}${head}没有合同在手的客户,健康度没有可算的。`, [
        { label: '续约率 今年', command: '续约率 今年' },
      ]);
    if (all.every((c) => c.loginsNow === null))
      return nothingFound(
        '没有使用记录,算不出健康度',
        `${whose(question)}合同在手的 ${formatCount(all.length)} 家,CRM 在 ${on} 之前 60 天里都没有登录记录,健康度算不出来。`,
        [{ label: '续费到期', command: '续费到期 未来30天' }],
      );
    const asked = askedColours(question);
    const shown = all
      .filter((c) => asked === null || asked.includes(c.health))
      .sort(
        (a, b) => weight[a.health] - weight[b.health] || b.amountFen - a.amountFen || (a.score ?? 0) - (b.score ?? 0),
      );
    return findings(company, question, { all, shown, on, head, asked });
  },
});

function askedColours({ slots }: Question): readonly Health[] | null {
  const asked = (slots.filters?.health ?? []).filter(
    (word): word is Health => word === 'red' || word === 'yellow' || word === 'green',
  );
  return asked.length === 0 ? null : asked;
}

interface Seen {
  readonly all: readonly CustomerHealth[];
  readonly shown: readonly CustomerHealth[];
  readonly on: Day;
  readonly head: string;
  readonly asked: readonly Health[] | null;
}

const sumFen = (list: readonly CustomerHealth[]): number => list.reduce((sum, c) => sum + c.amountFen, 0);

function findings(company: Company, question: Question, seen: Seen): Findings {
  const { all, shown, on, head } = seen;
  const red = all.filter((c) => c.health === 'red');
  const yellow = all.filter((c) => c.health === 'yellow');
  const scored = all.filter((c) => c.score !== null);
  const mean = scored.length === 0 ? null : scored.reduce((sum, c) => sum + c.score!, 0) / scored.length;
  const redDue = red.filter((c) => c.renewalOpen);
  const title =
    red.length === 0
      ? `${formatCount(all.length)} 家合同在手,没有红色客户`
      : `${formatCount(red.length)} 家红色客户,${formatMoney(sumFen(red))}合同有风险`;
  const list = shown.slice(0, question.top ?? listed);
  const picture = shown.filter((c) => c.health !== 'green').slice(0, drawn);
  return {
    title,
    mode: on === question.moment.today ? null : `截至 ${on}`,
    headline:
      red.length === 0
        ? [
            plainFigure(redCustomers, 0),
            plainFigure(yellowCustomers, yellow.length),
            plainFigure(healthScoreMetric, mean, undefined, '没有使用记录'),
            plainFigure(customersInForce, all.length),
          ]
        : [
            plainFigure(redCustomers, red.length),
            plainFigure(amountAtRisk, sumFen(red), { health: '红色' }),
            plainFigure(renewalsDueAmount, sumFen(redDue), { health: '红色,90 天内到期' }),
            plainFigure(yellowCustomers, yellow.length),
            plainFigure(healthScoreMetric, mean, undefined, '没有使用记录'),
          ],
    figures: [
      plainFigure(redCustomers, red.length),
      plainFigure(amountAtRisk, sumFen(red), { health: '红色' }),
      plainFigure(renewalsDueAmount, sumFen(redDue), { health: '红色,90 天内到期' }),
      plainFigure(yellowCustomers, yellow.length),
      plainFigure(healthScoreMetric, mean, undefined, '没有使用记录'),
      plainFigure(customersInForce, all.length),
      ...list.map((c) => plainFigure(healthScoreMetric, c.score, { customer: c.name }, '没有使用记录')),
    ],
    narrative: narrative(company, question, seen, { red, yellow, redDue, head }),
    advice: advice(company, question, red, yellow),
    chart:
      picture.length === 0
        ? null
        : {
            kind: 'ranking',
            title,
            subtitle: `健康度 · ${head} · 红色在前,金额大的在前`,
            footer: chartFooter(company, question),
            unit: 'score',
            counter: '家',
            total: wanted(question, shown.filter((c) => c.health !== 'green').length),
            rows: picture.map((c) => ({
              label: c.name,
              value: c.score,
              note: shortReason(c),
              tone: c.health === 'red' ? ('lost' as const) : ('warning' as const),
            })),
          },
    table:
      list.length === 0
        ? null
        : {
            columns: ['客户', '健康度', '分', '原因', '合同金额', '到期', '负责人'],
            rows: list.map((c) => [
              c.name,
              healthNames[c.health],
              c.score === null ? unknown : formatCount(c.score),
              healthReasons(c).join(';') || '没有异常',
              formatMoney(c.amountFen),
              c.endsOn ?? '长期',
              ownerName(company.directory, c.ownerId),
            ]),
            numeric: [false, false, true, false, true, false, false],
          },
    notes: notes(seen, list.length),
    choices: [
      ...(red[0] === undefined ? [] : [{ label: red[0].name, command: `客户 ${red[0].name}` }]),
      { label: '续费到期', command: '续费到期 未来30天' },
      { label: '流失风险', command: '流失风险' },
      { label: '口径 健康度', command: '口径 健康度' },
    ],
  };
}

/** 宏达机械(李娜,登录降 66 %、投诉 1 次) */
const oneOf = (company: Company, question: Question, c: CustomerHealth): string =>
  `${c.name}(${[isOwn(question) ? '' : ownerName(company.directory, c.ownerId), ...healthReasons(c)].filter((part) => part !== '').join(',')})`;

function narrative(
  company: Company,
  question: Question,
  { all, shown, asked }: Seen,
  parts: {
    readonly red: readonly CustomerHealth[];
    readonly yellow: readonly CustomerHealth[];
    readonly redDue: readonly CustomerHealth[];
    readonly head: string;
  },
): Line[] {
  const { red, yellow, redDue, head } = parts;
  const lines: Line[] = [];
  if (red.length === 0) {
    lines.push([
      `${whose(question)}${head}有 ${formatCount(all.length)} 家合同在手,没有红色的${yellow.length === 0 ? ',黄色的也没有' : `;黄色 ${formatCount(yellow.length)} 家`}。`,
    ]);
  } else {
    lines.push([
      `${whose(question)}${head}合同在手的 ${formatCount(all.length)} 家里,红色 `,
      { warning: `${formatCount(red.length)} 家` },
      `,合同 ${formatMoney(sumFen(red))}:登录降到一半以下,又有投诉。`,
    ]);
    const first = [...red].sort((a, b) => b.amountFen - a.amountFen).slice(0, 5);
    lines.push([`${first.map((c) => oneOf(company, question, c)).join(';')}${red.length > 5 ? '等' : ''}。`]);
    lines.push([
      redDue.length === 0
        ? '红色客户 90 天内没有要到期的合同,还有时间。'
        : `${redDue.length === red.length ? '都在' : `其中 ${formatCount(redDue.length)} 家`} 90 天内到期,牵涉 ${formatMoney(sumFen(redDue))}。`,
    ]);
    const owners = countOwners(red);
    if ((owners[0]?.count ?? 0) > 1 && owners.length > 1 && !isOwn(question))
      lines.push([`按人看:${ownersWords(company.directory, owners, '家')}。`]);
  }
  if (asked !== null && !asked.includes('red') && shown[0] !== undefined) {
    lines.push([
      `${healthNames[asked[0]!]}里金额最大的:${shown
        .slice(0, 3)
        .map((c) => oneOf(company, question, c))
        .join(';')}。`,
    ]);
  }
  return lines.slice(0, 4);
}

export function countOwners(list: readonly CustomerHealth[]): { ownerId: string | null; count: number }[] {
  const counts = new Map<string | null, number>();
  for (const { ownerId } of list) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
  return [...counts].map(([ownerId, count]) => ({ ownerId, count })).sort((a, b) => b.count - a.count);
}

function advice(
  company: Company,
  question: Question,
  red: readonly CustomerHealth[],
  yellow: readonly CustomerHealth[],
): Advice[] {
  const urgent = [...red].sort(
    (a, b) => (a.daysToRenewal ?? 9_999) - (b.daysToRenewal ?? 9_999) || b.amountFen - a.amountFen,
  );
  const found: Advice[] = urgent.slice(0, 2).map((c) => {
    const renewal = renewalWords(c);
    return {
      text: `联系${c.name}:先问投诉解决没有,再约一次使用培训${renewal === null ? '' : `(${renewal})`}`,
      who: isOwn(question) ? null : doerFor(company, c.ownerId),
      due: dueIn(question, 2),
      command: `客户 ${c.name}`,
    };
  });
  const falling = yellow.filter((c) => loginHalf(c)).length;
  if (falling > 0)
    found.push({
      text: `黄色里 ${formatCount(falling)} 家登录已降到一半以下,变红之前先回访`,
      who: null,
      due: dueIn(question, 5),
      command: '健康度 黄色',
    });
  return found.slice(0, 3);
}

const loginHalf = (c: CustomerHealth): boolean =>
  c.complaints === 0 && healthReasons(c).some((r) => r.startsWith('登录降'));

function notes({ all, shown, asked }: Seen, count: number): string[] {
  const unknownUse = all.filter((c) => c.loginsNow === null).length;
  return [
    '红色:近 30 天登录不到之前 30 天的一半,并且 90 天内有投诉。',
    ...(unknownUse > 0 ? [`${formatCount(unknownUse)} 家没有使用记录,不打分。`] : []),
    ...(shown.length > count ? [`名单列了 ${count} 家${asked === null ? ',红色在前' : ''}。`] : []),
  ];
}
