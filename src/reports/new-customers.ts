import { formatCount, formatRatio } from '../figures/format.ts';
import { newCustomers } from '../metrics/customers.ts';
import { type Measured, type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { isKnown, sizeOf } from './part-rows.ts';
import { type Advice, defineReport } from './report.ts';
import { tiedFor, tiedWithFirst } from './tied.ts';

const report: MetricReport = {
  command: '新增客户',
  main: newCustomers,
  beside: [],
  noun: ' 个',
  sought: { noun: '新增客户', command: '新增客户', table: 'cm_customers', at: 'created_at' },
  cuts: ['channel', 'industry'],
  picture: 'channel',
  say: ({ cells, rows, by, question }) => {
    const whole = cells.total(newCustomers).value ?? 0;
    const first = rows.find(isKnown);
    if (question.groupBy.length > 0 || by[0] !== 'channel' || whole < 5 || first === undefined) return [];
    const unnamed = rows.filter((row) => !isKnown(row)).reduce((all, row) => all + sizeOf(row, newCustomers), 0);
    const blank = unnamed === 0 ? '' : `,另有 ${formatCount(unnamed)} 个没填来源`;
    const share = formatRatio(sizeOf(first, newCustomers) / whole);
    const most = tiedWithFirst(rows.filter(isKnown), (row) => sizeOf(row, newCustomers)).map(({ name }) => name);
    const each = most.length > 1 ? '各 ' : '';
    return [
      [
        `来源里${tiedFor(most, '最多')},${each}${formatCount(sizeOf(first, newCustomers))} 个,${each}占 ${share}${blank}。`,
      ],
    ];
  },
  advise: (found) => adviceOf(found),
};

/** Reps who brought nobody while their colleagues did, and sources that were left blank. */
function adviceOf({ company, question, rows, by, cells }: Measured): Advice[] {
  const whole = cells.total(newCustomers).value ?? 0;
  const advice: Advice[] = [];
  if (by[0] === 'owner' && by.length === 1 && rows.length > 2) {
    const idle = rows.filter((row) => isKnown(row) && sizeOf(row, newCustomers) === 0);
    const first = idle[0];
    if (first !== undefined && whole >= 2 * rows.length) {
      const names = idle.slice(0, 3).map((row) => row.name);
      advice.push({
        text: `${names.join('、')}${idle.length > 3 ? `等 ${idle.length} 人` : ''}没有新客户,看是没去找还是没录`,
        who: leaderOf(company, first.parts[0]!.key!),
        due: dueIn(question, 3),
        command: '未更新',
      });
    }
  }
  if (by[0] === 'channel') {
    const blank = rows.filter((row) => !isKnown(row)).reduce((all, row) => all + sizeOf(row, newCustomers), 0);
    if (blank >= 5 && blank > whole / 10) {
      advice.push({
        text: `${formatCount(blank)} 个新客户没填来源,补上才算得清渠道`,
        who: null,
        due: dueIn(question, 5),
        command: '数据质量',
      });
    }
  }
  return advice;
}

/** 新增客户: how many came, from where, and what carries the change. */
export const newCustomersReport = defineReport({
  intent: 'new_customers',
  items: [10, 23, 38, 44],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: ['channel', 'owner', 'region', 'department', 'industry', 'grade', 'city', 'province', 'size', 'campaign'],
  needs: ['customers'],
  run: (company, question) => metricFindings(company, question, report),
});
