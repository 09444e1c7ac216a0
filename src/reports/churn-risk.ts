import { formatCount, formatMoney, unknown } from '../figures/format.ts';
import { amountAtRisk, customersInForce, redCustomers, renewalsDueAmount, riskyCustomers } from '../metrics/churn.ts';
import { type CustomerHealth, readCustomerHealth } from '../metrics/customer-health.ts';
import { renewalGraceDays } from '../predictions/churn.ts';
import { loginsHalved } from '../predictions/health.ts';
import { chartFooter, isOwn, wanted, whose } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { countOwners } from './health-score.ts';
import { loginWords, renewalWords, shortReason } from './health-words.ts';
import { doerFor, dueIn } from './next-steps.ts';
import { ownerName, ownersWords } from './owner-name.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

const listed = 20;
const drawn = 10;
/** Quiet for so many days counts as a sign, long before the customer is silent (decision 16: active = within 30 days). */
const quietFrom = 30;
/** So many signs together make a risk. */
const enough = 2;

/** The signs of leaving that one customer shows, in words. */
export function riskSigns(c: CustomerHealth): string[] {
  const login = loginWords(c);
  const renewal = renewalWords(c);
  return [
    ...(renewal === null ? [] : [renewal]),
    ...(login !== null && loginsHalved(c) ? [login] : []),
    ...(c.complaints > 0 ? [`投诉 ${c.complaints} 次`] : []),
    ...(c.quietDays !== null && c.quietDays >= quietFrom ? [`${c.quietDays} 天没往来`] : []),
  ];
}

/** Whether the signs are enough: two together, red health, or a contract that already ran out. */
export const isAtRisk = (c: CustomerHealth): boolean =>
  c.inGrace || c.health === 'red' || riskSigns(c).length >= enough;

/** 流失风险名单 (items 50, 51): who of the signed customers may leave, by which signs, and what leaves with them. */
export const churnRiskReport = defineReport({
  intent: 'churn_risk',
  items: [50, 51, 88],
  defaultPeriod: null,
  onlyNow: { past: ['churn_rate', 'churn_analysis'], coming: ['renewal_due'] },
  dimensions: [],
  needs: ['customers', 'contracts'],
  async run(company, question) {
    const refused = unanswerable(question, '流失风险');
    if (refused !== null) return refused;
    const { scope, filter, moment } = question;
    const all = await readCustomerHealth(company.crm, { scope, filter, moment, on: moment.today });
    if (all.length === 0)
      return nothingFound(
        '没有合同在手的客户',
        `${whose(question)}现在没有合同在手的客户,谈不上流失。没签过约的看「沉默客户」。`,
        [{ label: '沉默客户', command: '沉默客户' }],
      );
    const colours = (question.slots.filters?.health ?? []) as readonly string[];
    const atRisk = all
      .filter((c) => isAtRisk(c) && (colours.length === 0 || colours.includes(c.health)))
      .sort(
        (a, b) =>
          riskSigns(b).length - riskSigns(a).length ||
          b.amountFen - a.amountFen ||
          (a.daysToRenewal ?? 9_999) - (b.daysToRenewal ?? 9_999),
      );
    return findings(company, question, all, atRisk);
  },
});

const sumFen = (list: readonly CustomerHealth[]): number => list.reduce((sum, c) => sum + c.amountFen, 0);

const toneOf = (c: CustomerHealth): 'lost' | 'warning' => (c.inGrace || c.health === 'red' ? 'lost' : 'warning');

function findings(
  company: Company,
  question: Question,
  all: readonly CustomerHealth[],
  atRisk: readonly CustomerHealth[],
): Findings {
  const red = atRisk.filter((c) => c.health === 'red');
  const grace = atRisk.filter((c) => c.inGrace);
  const due = atRisk.filter((c) => c.renewalOpen && !c.inGrace);
  const figures = [
    plainFigure(riskyCustomers, atRisk.length),
    plainFigure(amountAtRisk, sumFen(atRisk)),
    plainFigure(redCustomers, red.length),
    plainFigure(renewalsDueAmount, sumFen(due), { renewal: '有风险,90 天内到期' }),
  ];
  const more = [plainFigure(customersInForce, all.filter((c) => !c.inGrace).length)];
  const choices = [
    ...(atRisk[0] === undefined ? [] : [{ label: atRisk[0].name, command: `客户 ${atRisk[0].name}` }]),
    { label: '健康度', command: '健康度 红色' },
    { label: '续费到期', command: '续费到期 未来30天' },
  ];
  if (atRisk.length === 0) {
    return {
      ...nothingFound(
        '没有要跑的客户',
        `${whose(question)}的 ${formatCount(all.length)} 家签约客户里,没有同时出现两个流失信号的。`,
        choices,
      ),
      figures: [...figures, ...more],
    };
  }
  const title = `${formatCount(atRisk.length)} 家客户可能流失,牵涉合同 ${formatMoney(sumFen(atRisk))}`;
  const list = atRisk.slice(0, question.top ?? listed);
  const worst = atRisk
    .slice(0, 3)
    .map(
      (c) =>
        `${c.name}(${[isOwn(question) ? '' : ownerName(company.directory, c.ownerId), ...riskSigns(c)].filter((w) => w !== '').join(',')})`,
    );
  const owners = countOwners(atRisk);
  return {
    title,
    mode: null,
    headline: figures,
    figures: [...figures, ...more],
    narrative: [
      [
        `${whose(question)}签约客户 ${formatCount(all.length)} 家里有 `,
        { warning: `${formatCount(atRisk.length)} 家` },
        `可能流失,牵涉合同 ${formatMoney(sumFen(atRisk))}。`,
      ],
      [signMix(atRisk)],
      [`信号最多的:${worst.join(';')}。`],
      ...((owners[0]?.count ?? 0) > 1 && owners.length > 1 && !isOwn(question)
        ? [[`按人看:${ownersWords(company.directory, owners, '家')}。`]]
        : []),
    ],
    advice: advice(company, question, atRisk, grace),
    chart: {
      kind: 'ranking',
      title,
      subtitle: '流失风险 · 信号多的在前 · 合同金额',
      footer: chartFooter(company, question),
      unit: 'fen',
      counter: '家',
      total: wanted(question, atRisk.length),
      rows: list.slice(0, drawn).map((c) => ({
        label: c.name,
        value: c.amountFen,
        note: shortReason(c),
        tone: toneOf(c),
      })),
    },
    table: {
      columns: ['客户', '级别', '信号', '合同金额', '到期', '负责人'],
      rows: list.map((c) => [
        c.name,
        c.grade ?? unknown,
        riskSigns(c).join(';'),
        formatMoney(c.amountFen),
        c.endsOn ?? '长期',
        ownerName(company.directory, c.ownerId),
      ]),
      numeric: [false, false, false, true, false, false],
    },
    notes: [
      `两个信号以上、健康度红色、或到期没续的才进名单:登录减半、90 天内投诉、90 天内到期、${quietFrom} 天没往来。`,
      ...(atRisk.length > list.length ? [`名单列了 ${list.length} 家。`] : []),
    ],
    choices,
  };
}

/** How often each sign stands behind the list: which one to work on. */
function signMix(atRisk: readonly CustomerHealth[]): string {
  const counts = [
    ['90 天内到期没续', atRisk.filter((c) => renewalWords(c) !== null).length],
    ['登录减半', atRisk.filter((c) => loginsHalved(c)).length],
    ['有投诉', atRisk.filter((c) => c.complaints > 0).length],
    [`${quietFrom} 天没往来`, atRisk.filter((c) => (c.quietDays ?? 0) >= quietFrom).length],
  ] as const;
  const said = [...counts].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  return `按信号看:${said.map(([words, count]) => `${words} ${formatCount(count)} 家`).join('、')}。`;
}

function advice(
  company: Company,
  question: Question,
  atRisk: readonly CustomerHealth[],
  grace: readonly CustomerHealth[],
): Advice[] {
  const who = (c: CustomerHealth): string | null => (isOwn(question) ? null : ownerName(company.directory, c.ownerId));
  const urgent = [...grace].sort((a, b) => (a.daysToRenewal ?? 0) - (b.daysToRenewal ?? 0))[0];
  const found: Advice[] = [];
  if (urgent !== undefined)
    found.push({
      text: `${urgent.name}已到期 ${-(urgent.daysToRenewal ?? 0)} 天没续,先把它谈下来;满 ${renewalGraceDays} 天就算流失`,
      who: who(urgent),
      due: dueIn(question, 1),
      command: `客户 ${urgent.name}`,
    });
  const first = atRisk.find((c) => c !== urgent);
  if (first !== undefined)
    found.push({
      text: `联系${first.name},${first.complaints > 0 ? '先处理投诉' : loginsHalved(first) ? '问为什么不怎么用了' : '谈续约的打算'}`,
      who: who(first),
      due: dueIn(question, 2),
      command: `客户 ${first.name}`,
    });
  const owners = countOwners(atRisk);
  const most = owners[0];
  if (most !== undefined && owners.length > 1 && most.count >= 3 && most.ownerId !== null)
    found.push({
      text: `名下 ${formatCount(most.count)} 家有风险,逐家定挽回动作并在周会上过`,
      who: doerFor(company, most.ownerId),
      due: dueIn(question, 5),
      command: `流失风险 ${company.directory.person(most.ownerId)?.name ?? ''}`.trim(),
    });
  return found;
}
