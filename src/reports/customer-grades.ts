import { formatCount, formatRatio } from '../figures/format.ts';
import { readCustomerShares } from '../metrics/customer-shares.ts';
import { type GradedCustomers, readGradedCustomers, readGradeResults } from '../metrics/grades.ts';
import { gradeConversion, gradeCustomers, gradeMismatch } from '../metrics/value.ts';
import { chartFooter, followUp, opening, whose } from './captions.ts';
import { unanswerable } from './empty-period.ts';
import { plainFigure } from './figure-of.ts';
import {
  gradeAdvice,
  gradeFigures,
  gradeGap,
  gradeLines,
  gradeName,
  gradeNotes,
  gradeTable,
  misspentOf,
} from './grade-story.ts';
import { gradesByParts } from './grades-by-parts.ts';
import { dueIn } from './next-steps.ts';
import { type Advice, defineReport, type Findings, nothingFound } from './report.ts';

const criteria = { budget: '年预算', leader: '行业龙头', chain: '决策链不清' } as const;

/** 客户分级 (items 55-57): how many of each grade, what they bring, what goes into them, and who is graded off the card. */
export const customerGradesReport = defineReport({
  intent: 'customer_grades',
  items: [55, 56, 57],
  defaultPeriod: 'year_to_date',
  dimensions: ['grade', 'region', 'department', 'owner', 'industry', 'channel', 'city', 'province', 'size', 'campaign'],
  needs: ['customers'],
  async run(company, question) {
    const refused = unanswerable(question, '分级');
    if (refused !== null) return refused;
    const { scope, filter, moment } = question;
    const period = question.period!;
    const [customers, results] = await Promise.all([
      readGradedCustomers(company.crm, { scope, filter, moment }),
      readGradeResults(company.crm, { scope, filter, moment }, period),
    ]);
    const total = customers.reduce((sum, group) => sum + group.customers, 0);
    if (total === 0) return nothingFound('没有在管客户', `${whose(question)}现在没有在管的客户,没有等级可看。`);
    const counts = countGrades(customers);
    const off = mismatches(customers);
    const misspent = misspentOf(results);
    const gap = gradeGap(results);
    const figures = gradeFigures(results);
    const title =
      gap !== null && misspent !== null && misspent.effort.denominator > 0
        ? `${gradeName(gap.low.grade)}拿走 ${formatRatio(misspent.effort.numerator / misspent.effort.denominator)} 的跟进,转化只有 ${formatRatio(gap.low.won / gap.low.created)}`
        : `现在 ${formatCount(total)} 家客户:${counts.map(({ grade, count }) => `${gradeName(grade)} ${count} 家`).join('、')}`;
    const conversions = figures.filter(({ metric, dims }) => metric === gradeConversion.id && dims?.grade !== '未分级');
    const countFigures = counts.map(({ grade, count }) =>
      plainFigure(gradeCustomers, count, { grade: gradeName(grade) }),
    );
    const offTotal = off.up + off.down;
    const whole: Findings = {
      title,
      mode: null,
      headline: [...conversions.slice(0, 3), ...countFigures.slice(0, 2)].slice(0, 5),
      figures: [...countFigures, ...figures, plainFigure(gradeMismatch, offTotal)],
      narrative: [
        ...gradeLines(results, opening(question)),
        [
          `现在在管 ${formatCount(total)} 家:${counts.map(({ grade, count }) => `${gradeName(grade)} ${formatCount(count)} 家`).join('、')}${offTotal === 0 ? '' : `;其中 ${formatCount(offTotal)} 家和评分卡对不上,${offWords(off)}`}。`,
        ],
      ],
      advice: [...gradeAdvice(question, results), ...regrade(question, off)].slice(0, 3),
      chart:
        counts.length < 2
          ? null
          : {
              kind: 'bar',
              direction: 'up',
              title,
              subtitle: '各级占客户、跟进和成交金额的份额',
              footer: chartFooter(company, question),
              labels: counts.filter(({ grade }) => grade !== null).map(({ grade }) => gradeName(grade)),
              series: sharesOf(counts, results, total),
              unit: 'ratio',
            },
      table: gradeTable(results),
      notes: [...gradeNotes(results), '客户数是现在的;转化、跟进和成交按所问的期间。'],
      choices: [
        followUp(question, '分级转化率'),
        followUp(question, '跟进', '按客户级别'),
        { label: '口径 客户分级', command: '口径 客户分级' },
      ],
    };
    const by = question.groupBy.find((dimension) => dimension !== 'grade');
    if (by === undefined) return whole;
    const shares = await readCustomerShares(company.crm, company, { scope, filter, moment, by: [by, 'grade'] });
    return gradesByParts(whole, by, shares);
  },
});

function countGrades(customers: readonly GradedCustomers[]): { grade: string | null; count: number }[] {
  const counts = new Map<string | null, number>();
  for (const { grade, customers: n } of customers) counts.set(grade, (counts.get(grade) ?? 0) + n);
  return [...counts]
    .map(([grade, count]) => ({ grade, count }))
    .sort(
      (a, b) => Number(a.grade === null) - Number(b.grade === null) || (a.grade ?? '').localeCompare(b.grade ?? ''),
    );
}

interface Off {
  readonly up: number;
  readonly down: number;
  /** How many by the criterion that decided. */
  readonly by: ReadonlyMap<keyof typeof criteria, number>;
}

/** Graded in the CRM, with a budget, and not as the card has it. */
function mismatches(customers: readonly GradedCustomers[]): Off {
  let [up, down] = [0, 0];
  const by = new Map<keyof typeof criteria, number>();
  for (const { grade, card, customers: n } of customers) {
    if (grade === null || card === null || card.grade === grade || !/^[ABC]$/.test(grade)) continue;
    if (card.grade < grade) up += n;
    else down += n;
    by.set(card.decidedBy, (by.get(card.decidedBy) ?? 0) + n);
  }
  return { up, down, by };
}

function offWords({ up, down, by }: Off): string {
  const ways = [up > 0 ? `该升 ${formatCount(up)} 家` : '', down > 0 ? `该降 ${formatCount(down)} 家` : ''].filter(
    (w) => w !== '',
  );
  const why = [...by]
    .sort((a, b) => b[1] - a[1])
    .map(([criterion, count]) => `${criteria[criterion]} ${formatCount(count)} 家`);
  return `${ways.join('、')}(由${why.join('、')}定)`;
}

const regrade = (question: Parameters<typeof dueIn>[0], { up, down }: Off): Advice[] =>
  up + down === 0
    ? []
    : [
        {
          text: `把和评分卡对不上的 ${formatCount(up + down)} 家重新定级,先看该升的 ${formatCount(up)} 家`,
          who: null,
          due: dueIn(question, 10),
          command: '口径 客户分级',
        },
      ];

function sharesOf(
  counts: readonly { readonly grade: string | null; readonly count: number }[],
  results: Parameters<typeof gradeTable>[0],
  total: number,
) {
  const graded = counts.filter(({ grade }) => grade !== null);
  const [followUps, wonFen] = [
    results.reduce((sum, r) => sum + r.followUps, 0),
    results.reduce((sum, r) => sum + r.wonFen, 0),
  ];
  const of = (grade: string | null) => results.find((r) => r.grade === grade);
  const share = (part: number | undefined, whole: number): number | null => (whole <= 0 ? null : (part ?? 0) / whole);
  return [
    { label: '客户', tone: 'other' as const, values: graded.map(({ count }) => share(count, total)) },
    { label: '跟进', tone: 'ours' as const, values: graded.map(({ grade }) => share(of(grade)?.followUps, followUps)) },
    { label: '成交金额', tone: 'won' as const, values: graded.map(({ grade }) => share(of(grade)?.wonFen, wonFen)) },
  ];
}
