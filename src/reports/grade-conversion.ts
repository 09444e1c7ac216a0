import { formatRatio } from '../figures/format.ts';
import { ratioOf } from '../figures/rate.ts';
import { readGradeResults } from '../metrics/grades.ts';
import { gradeConversion } from '../metrics/value.ts';
import { chartFooter, chartSubtitle, followUp, opening } from './captions.ts';
import { emptyPeriod, unanswerable } from './empty-period.ts';
import {
  conversionOf,
  gradeAdvice,
  gradeFigures,
  gradeGap,
  gradeLines,
  gradeName,
  gradeNotes,
  gradeTable,
} from './grade-story.ts';
import { defineReport } from './report.ts';

/** 分级转化率 (items 56, 57): how often each grade closes and how fast, and where the time goes. */
export const gradeConversionReport = defineReport({
  intent: 'grade_conversion',
  items: [56, 57],
  defaultPeriod: 'year_to_date',
  dimensions: ['grade'],
  needs: ['customers', 'opportunities'],
  async run(company, question) {
    const refused = unanswerable(question, '分级转化率');
    if (refused !== null) return refused;
    const { scope, moment } = question;
    const period = question.period!;
    // One grade says nothing alone: it is shown beside the others.
    const { grades, ...filter } = question.filter;
    const results = await readGradeResults(company.crm, { scope, filter, moment }, period);
    if (results.every(({ created }) => created === 0))
      return emptyPeriod(company, question, period, {
        noun: '新建商机',
        command: '分级转化率',
        table: 'cm_opportunities',
        at: 'created_at',
      });
    const asked = grades?.length === 1 ? results.find(({ grade }) => grade === grades[0]) : undefined;
    const gap = gradeGap(results);
    const rate = (result: (typeof results)[number]): string => formatRatio(ratioOf(conversionOf(result)) ?? 0);
    const title =
      asked !== undefined
        ? asked.created === 0
          ? `${gradeName(asked.grade)}没有新建商机,算不出转化率`
          : `${gradeName(asked.grade)}客户转化率 ${rate(asked)}`
        : gap === null
          ? '各级转化率差别在正常波动以内'
          : `${gradeName(gap.high.grade)}转化率 ${rate(gap.high)},${gradeName(gap.low.grade)} ${rate(gap.low)}`;
    const figures = gradeFigures(results);
    const first = asked === undefined ? figures : figures.filter((f) => f.dims?.grade === gradeName(asked.grade));
    const drawn = results.filter(({ grade, created }) => grade !== null && created > 0);
    return {
      title,
      mode: null,
      headline: (asked === undefined ? first.filter((f) => f.metric === gradeConversion.id) : first).slice(0, 5),
      figures,
      narrative: gradeLines(
        results,
        opening({ ...question, filterWords: question.filterWords.filter((w) => !/^[A-Z] 级$/.test(w)) }),
      ),
      advice: gradeAdvice(question, results),
      chart:
        drawn.length < 2 || drawn.every(({ won }) => won === 0)
          ? null
          : {
              kind: 'bar',
              direction: 'across',
              title,
              subtitle: chartSubtitle('商机→成交转化率按客户等级', period, question),
              footer: chartFooter(company, question),
              labels: drawn.map((result) => `${gradeName(result.grade)} ${result.won}/${result.created}`),
              series: [
                {
                  label: gradeConversion.name,
                  tone: 'ours',
                  values: drawn.map((result) => ratioOf(conversionOf(result))),
                },
              ],
              unit: 'ratio',
            },
      table: gradeTable(results),
      notes: [
        ...gradeNotes(results),
        ...(asked === undefined ? [] : ['其他等级一起列出来作对照。']),
        '按商机创建时间归期。',
      ],
      choices: [
        followUp(question, '分级'),
        followUp(question, '成交周期', '按客户级别'),
        { label: '口径 分级转化率', command: '口径 分级转化率' },
      ],
    };
  },
});
