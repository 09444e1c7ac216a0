import { describePeriod, type Period, periodName } from '../calendar/period.ts';
import { formatCount, formatMoney, formatRatio } from '../figures/format.ts';
import { countsDiffer } from '../figures/rate.ts';
import { followupCount } from '../metrics/activity.ts';
import { paymentAmount } from '../metrics/collection.ts';
import { type Cells, measure, total } from '../metrics/engine.ts';
import type { Metric } from '../metrics/metric.ts';
import { renewedOrders, repeatCustomers, wonAmount, wonCount } from '../metrics/sales.ts';
import { surveyCsat } from '../metrics/service.ts';
import { caseAmount, caseDays, caseFollowups, readWonCases } from '../metrics/won-cases.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, isOwn, opening, periodWords, whose } from './captions.ts';
import { type Compared, changeWords, comparedOf } from './comparison.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { isKnown, oddParts, type PartRow, partFigure, partRows, sizeOf, valueWords } from './part-rows.ts';
import { type Case, caseLine, caseName, medianDays, pickCases } from './recognition-cases.ts';
import { type Advice, type Company, defineReport, type Findings, nothingFound, type Question } from './report.ts';

/** Who stands out in something, and by what. */
interface Star {
  readonly name: string;
  readonly row: PartRow;
  readonly metric: Metric;
  readonly value: string;
  readonly reason: string;
}

const recorded = [wonAmount, wonCount, repeatCustomers, paymentAmount, followupCount, surveyCsat];

/** 复盘之星、优秀案例 (item 39): who stood out in what, and which deals are worth telling; monthly or quarterly, or of yesterday at once. */
export const recognitionReport = defineReport({
  intent: 'recognition',
  items: [39],
  defaultPeriod: 'last_month',
  dimensions: [],
  needs: ['contracts', 'opportunities'],
  run: async (company, question) => {
    const refused = unanswerable(question, '复盘之星');
    if (refused !== null) return refused;
    const period = question.period!;
    const compared = comparedOf(question, period);
    const { scope, filter, moment } = question;
    const metrics = recorded.filter(({ sources }) =>
      sources.every((table) => company.capabilities.get(table.slice('cm_'.length))?.level !== 'none'),
    );
    const [cells, cases] = await Promise.all([
      measure(company, scope, {
        metrics: [...metrics, renewedOrders],
        filter,
        moment,
        periods: [compared.now, compared.before],
        groupings: [total, { by: ['owner'] }],
      }),
      readWonCases(company.crm, { scope, filter, moment, period }),
    ]);
    const rows = partRows(company, question, cells, { grouping: 1, by: ['owner'], main: wonAmount })
      .filter(isKnown)
      .filter(({ parts }) => {
        const person = company.directory.person(parts[0]!.key!);
        return person?.active === true && person.roles.includes('rep');
      });
    const stars = isOwn(question) ? [] : starsOf(rows, cells, compared, metrics);
    const picked = pickCases(cases);
    if (stars.length === 0 && picked.length === 0 && (cells.total(wonCount).value ?? 0) > 0)
      return soldWithoutCase(question, period, cells);
    if (stars.length === 0 && picked.length === 0)
      return emptyPeriod(company, question, period, {
        noun: '成交',
        command: '复盘之星',
        table: 'cm_contracts',
        at: 'signed_on',
      });
    return findingsOf(company, question, { stars, picked, usual: medianDays(cases), won: cases.length });
  },
});

/** Contracts were signed and no opportunity was won, as renewals mostly go: there is nothing to tell, but something was sold. */
function soldWithoutCase(question: Question, period: Period, cells: Cells): Findings {
  const [deals, renewed] = [cells.total(wonCount).value ?? 0, cells.total(renewedOrders).value ?? 0];
  const ofThem = renewed === 0 ? '' : renewed === deals ? ',都是续约' : `,其中续约 ${formatCount(renewed)} 单`;
  return nothingFound(
    `${periodName(period)}没有可写的案例`,
    `${whose(question)}在${describePeriod(period, question.moment.today)}成交 ${formatMoney(cells.total(wonAmount).value ?? 0)}(${formatCount(deals)} 单)${ofThem},没有赢下商机;优秀案例写的是赢下的商机。`,
    [followUp(question, '业绩'), { label: '复盘之星 今年', command: '复盘之星 今年' }],
  );
}

const most = (rows: readonly PartRow[], metric: Metric): { first: PartRow; second: PartRow | undefined } | null => {
  const sorted = [...rows].sort((a, b) => sizeOf(b, metric) - sizeOf(a, metric));
  const first = sorted[0];
  return first === undefined || sizeOf(first, metric) <= 0 ? null : { first, second: sorted[1] };
};

/** Decision 21: nobody is praised for a lead that the numbers do not support; then there is no star of that kind. */
function starsOf(rows: readonly PartRow[], cells: Cells, compared: Compared, metrics: readonly Metric[]): Star[] {
  if (rows.length < 2) return [];
  const stars: Star[] = [];
  const amount = most(rows, wonAmount);
  const whole = cells.total(wonAmount).value ?? 0;
  if (
    amount !== null &&
    sizeOf(amount.first, wonAmount) !== (amount.second === undefined ? 0 : sizeOf(amount.second, wonAmount))
  ) {
    const { first } = amount;
    stars.push({
      name: '业绩之星',
      row: first,
      metric: wonAmount,
      value: formatMoney(sizeOf(first, wonAmount)),
      reason: `成交 ${formatMoney(sizeOf(first, wonAmount))}(${formatCount(sizeOf(first, wonCount))} 单),占 ${formatRatio(sizeOf(first, wonAmount) / whole)}`,
    });
  }
  const rises = rows
    .map((row) => ({ row, by: sizeOf(row, wonAmount) - sizeOf(row, wonAmount, 1) }))
    .filter(({ row }) => row !== amount?.first)
    .sort((a, b) => b.by - a.by);
  if (rises[0] !== undefined && rises[0].by > 0) {
    const { row } = rises[0];
    const [now, before] = [sizeOf(row, wonAmount), sizeOf(row, wonAmount, 1)];
    stars.push({
      name: '进步之星',
      row,
      metric: wonAmount,
      value: `+${formatMoney(now - before)}`,
      reason:
        before === 0
          ? `成交 ${formatMoney(now)},${compared.words}还没有成交`
          : `成交 ${formatMoney(now)},比${compared.words}${changeWords(now, before, 'fen')}`,
    });
  }
  const paid = metrics.includes(paymentAmount) ? most(rows, paymentAmount) : null;
  if (paid !== null)
    stars.push({
      name: '回款之星',
      row: paid.first,
      metric: paymentAmount,
      value: formatMoney(sizeOf(paid.first, paymentAmount)),
      reason: `到账 ${formatMoney(sizeOf(paid.first, paymentAmount))}`,
    });
  const busy = metrics.includes(followupCount) ? most(rows, followupCount) : null;
  if (
    busy !== null &&
    countsDiffer(sizeOf(busy.first, followupCount), busy.second === undefined ? 0 : sizeOf(busy.second, followupCount))
  )
    stars.push({
      name: '勤奋之星',
      row: busy.first,
      metric: followupCount,
      value: `${formatCount(sizeOf(busy.first, followupCount))} 次`,
      reason: `跟进 ${formatCount(sizeOf(busy.first, followupCount))} 次,第二名 ${formatCount(busy.second === undefined ? 0 : sizeOf(busy.second, followupCount))} 次`,
    });
  const again = most(rows, repeatCustomers);
  if (
    again !== null &&
    sizeOf(again.first, repeatCustomers) > (again.second === undefined ? 0 : sizeOf(again.second, repeatCustomers))
  )
    stars.push({
      name: '老客户之星',
      row: again.first,
      metric: repeatCustomers,
      value: `${formatCount(sizeOf(again.first, repeatCustomers))} 家`,
      reason: `${formatCount(sizeOf(again.first, repeatCustomers))} 家老客户续签`,
    });
  const liked = metrics.includes(surveyCsat) ? oddParts(rows, surveyCsat).odd.find(({ higher }) => higher) : undefined;
  if (liked !== undefined)
    stars.push({
      name: '口碑之星',
      row: liked.row,
      metric: surveyCsat,
      value: valueWords(liked.row.at(surveyCsat), surveyCsat),
      reason: `客户回访满意度 ${valueWords(liked.row.at(surveyCsat), surveyCsat)},明显高于其余`,
    });
  return stars;
}

interface Found {
  readonly stars: readonly Star[];
  readonly picked: readonly Case[];
  readonly usual: number | null;
  readonly won: number;
}

function findingsOf(company: Company, question: Question, { stars, picked, usual, won }: Found): Findings {
  const [first] = stars;
  const [deal] = picked;
  const title =
    first !== undefined
      ? `${periodWords(question)}${first.name}${first.row.name}${deal === undefined ? '' : `,案例 ${caseName(deal.won)}`}`
      : `${periodWords(question)}优秀案例:${caseName(deal!.won)}`;
  const starFigures = stars.map(({ name, row, metric }) => {
    const figure = partFigure(row, metric, ['owner']);
    return { ...figure, dims: { ...figure.dims, star: name } };
  });
  const winners = new Set(stars.map(({ row }) => row.name));
  const lines: Line[] = [
    [
      opening(question),
      ...(won === 0 ? [] : [`赢下 ${formatCount(won)} 个商机${stars.length === 0 ? '。' : ','}`]),
      ...(stars.length === 0
        ? []
        : [
            `评出 ${formatCount(stars.length)} 项,${winners.size === stars.length ? '' : `${formatCount(winners.size)} 个人,`}`,
            { strong: `${first!.name}是${first!.row.name}` },
            '。',
          ]),
    ],
  ];
  return {
    title,
    mode: null,
    headline: starFigures.slice(0, 5),
    figures: [
      ...starFigures,
      ...picked.flatMap(({ won: one }) => [
        plainFigure(caseAmount, one.amountFen, { opportunity: one.opportunityId }),
        plainFigure(caseDays, one.days, { opportunity: one.opportunityId }),
        plainFigure(caseFollowups, one.followUps, { opportunity: one.opportunityId }),
      ]),
    ],
    narrative: lines,
    sections: [
      ...(stars.length === 0
        ? []
        : [
            {
              title: '复盘之星',
              lines: stars.map((star): Line => [`${star.name} `, { strong: star.row.name }, `:${star.reason}。`]),
            },
          ]),
      ...(picked.length === 0
        ? []
        : [{ title: '优秀案例', lines: picked.map((one) => caseLine(company, one, usual)) }]),
    ],
    advice: adviceOf(company, question, stars, picked),
    chart:
      stars.length === 0
        ? null
        : {
            kind: 'tiles',
            title,
            subtitle: chartSubtitle('复盘之星', question.period, question),
            footer: chartFooter(company, question),
            tiles: stars
              .slice(0, 6)
              .map((star) => ({ label: star.name, value: star.row.name, note: star.value, tone: 'won' as const })),
          },
    table: null,
    notes: [
      '只评数字撑得住的:跟进次数差得不多、满意度样本少的不评。',
      ...(isOwn(question) ? ['评星要和同事比,你能看的只有自己,这里只列自己的案例。'] : []),
    ],
    choices: [followUp(question, '综合得分'), followUp(question, '排行'), followUp(question, '复盘')],
  };
}

function adviceOf(company: Company, question: Question, stars: readonly Star[], picked: readonly Case[]): Advice[] {
  const [first] = stars;
  const [deal] = picked;
  const risen = stars.find(({ name }) => name === '进步之星');
  // Everybody is praised by who leads them, in front of their own team.
  const praised = new Map<string | null, string[]>();
  for (const { row } of [first, risen].flatMap((star) => (star === undefined ? [] : [star]))) {
    const leader = leaderOf(company, row.parts[0]!.key!);
    const names = praised.get(leader) ?? [];
    if (!names.includes(row.name)) praised.set(leader, [...names, row.name]);
  }
  return [
    ...[...praised].map(([who, names]) => ({
      text: `在团队群里点名${names.join('和')},说清楚是因为哪件事`,
      who,
      due: dueIn(question, 1),
      command: null,
    })),
    ...(deal === undefined || deal.won.ownerId === null
      ? []
      : [
          {
            text: `把${caseName(deal.won)}这一单写成一页:怎么找到的、谁拍板、卡在哪、怎么过的`,
            who: company.directory.person(deal.won.ownerId)?.name ?? null,
            due: dueIn(question, 5),
            command: deal.won.customer === null ? null : `互动记录 ${deal.won.customer}`,
          },
        ]),
  ];
}
