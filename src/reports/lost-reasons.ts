import { formatCount, formatRate, formatRatio, formatValue } from '../figures/format.ts';
import { differs } from '../figures/rate.ts';
import { measure, total } from '../metrics/engine.ts';
import { lossRate, lostOpportunities } from '../metrics/sales.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, chartSubtitle, followUp, opening, periodWords } from './captions.ts';
import { comparedOf, rateChangeWords } from './comparison.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import { figureOf, rateOf } from './figure-of.ts';
import { dueIn } from './next-steps.ts';
import { isKnown, partFigure, partRows, sizeOf, valueWords } from './part-rows.ts';
import type { Company, Findings, Question } from './report.ts';
import { tiedFor, tiedNames, tiedWithFirst } from './tied.ts';

/** More reasons than these are a tail that nobody acts on. */

/** 丢单原因 (item 17): how many were lost for what, and which reason grew. */
export async function lostReasons(company: Company, question: Question): Promise<Findings> {
  const refused = unanswerable(question, '赢单率');
  if (refused !== null) return refused;
  const period = question.period!;
  const compared = comparedOf(question, period);
  const cells = await measure(company, question.scope, {
    metrics: [lostOpportunities, lossRate],
    filter: question.filter,
    moment: question.moment,
    periods: [compared.now, compared.before],
    groupings: [total, { by: ['lost_reason'] }],
  });
  const lost = cells.total(lostOpportunities).value ?? 0;
  if (lost === 0) {
    const sought = { noun: '丢单', command: '丢单率', table: 'cm_opportunities', at: 'closed_at' } as const;
    return emptyPeriod(company, question, period, sought);
  }
  // Won ones have no reason: only what was lost counts here.
  const rows = partRows(company, question, cells, { grouping: 1, by: ['lost_reason'], main: lostOpportunities }).filter(
    (row) => sizeOf(row, lostOpportunities) > 0,
  );
  const known = rows.filter(isKnown);
  const most = tiedWithFirst(known, (row) => sizeOf(row, lostOpportunities)).map(({ name }) => name);
  const [first, second] = [known[0], known[most.length]];
  const blank = lost - known.reduce((all, row) => all + sizeOf(row, lostOpportunities), 0);
  const before = cells.total(lostOpportunities, 1).value ?? 0;
  const title =
    first === undefined
      ? `${periodWords(question)}丢单 ${formatCount(lost)} 个,都没写原因`
      : `${periodWords(question)}丢单 ${formatCount(lost)} 个,${tiedFor(most, '最多')},${most.length > 1 ? '各' : ''}占 ${formatRatio(sizeOf(first, lostOpportunities) / lost)}`;
  const rate = cells.total(lossRate);
  const lines: Line[] = [
    [
      `${opening(question)}丢单 `,
      { strong: `${formatCount(lost)} 个` },
      `,丢单率 ${formatRate(rateOf(rate))},${rateChangeWords(rateOf(rate), rateOf(cells.total(lossRate, 1)), compared.words)}。`,
    ],
  ];
  if (first !== undefined) {
    const also = second === undefined ? '' : `,其次${second.name} ${formatCount(sizeOf(second, lostOpportunities))} 个`;
    lines.push([
      `原因里${tiedNames(most)}${most.length > 1 ? '各' : ''} ${formatCount(sizeOf(first, lostOpportunities))} 个${also}。`,
    ]);
  }
  const grown = known.find((row) => {
    const share = (now: 0 | 1) => ({
      numerator: sizeOf(row, lostOpportunities, now),
      denominator: now === 0 ? lost : before,
    });
    return (
      sizeOf(row, lostOpportunities) > sizeOf(row, lostOpportunities, 1) && differs(share(0), share(1), known.length)
    );
  });
  if (grown !== undefined) {
    lines.push([
      `${grown.name}的占比比${compared.words}明显高了(${formatCount(sizeOf(grown, lostOpportunities, 1))} → ${formatCount(sizeOf(grown, lostOpportunities))} 个)。`,
    ]);
  }
  if (blank > 0) lines.push([`${formatCount(blank)} 个没写原因,占 ${formatRatio(blank / lost)}。`]);
  return {
    title,
    mode: null,
    headline: [
      figureOf(cells.total(lostOpportunities)),
      figureOf(rate),
      ...known.slice(0, 3).map((row) => partFigure(row, lostOpportunities, ['lost_reason'])),
    ],
    figures: [
      figureOf(cells.total(lostOpportunities)),
      figureOf(rate),
      ...rows.map((row) => partFigure(row, lostOpportunities, ['lost_reason'])),
    ],
    narrative: lines,
    advice: [
      ...(first === undefined
        ? []
        : [
            {
              text: `挑 3 单因「${first.name}」丢掉的复盘,写清下次怎么应对`,
              who: null,
              due: dueIn(question, 5),
              command: `丢单列表 近90天`,
            },
          ]),
      ...(blank > lost / 5
        ? [{ text: '关单必须写原因:把没写的补上', who: null, due: dueIn(question, 3), command: '数据质量' }]
        : []),
    ],
    chart: {
      kind: 'ranking',
      title,
      subtitle: chartSubtitle('丢单原因', period, question),
      footer: chartFooter(company, question),
      rows: rows.map((row, i) => ({
        label: row.name,
        value: sizeOf(row, lostOpportunities),
        note: formatRatio(sizeOf(row, lostOpportunities) / lost),
        tone: i === 0 ? ('lost' as const) : ('other' as const),
      })),
      unit: 'count',
    },
    table: {
      columns: ['丢单原因', '个数', '占比', compared.words],
      rows: rows.map((row) => [
        row.name,
        valueWords(row.at(lostOpportunities), lostOpportunities),
        formatRatio(sizeOf(row, lostOpportunities) / lost),
        formatValue(sizeOf(row, lostOpportunities, 1), 'count'),
      ]),
      numeric: [false, true, true, true],
    },
    notes: question.groupBy.length > 1 ? ['丢单原因这张表只按原因看,其他维度没有用上。'] : [],
    choices: [followUp(question, '赢单率'), followUp(question, '丢单列表'), followUp(question, '赢单率', '按人')],
  };
}
