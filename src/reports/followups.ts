import { elapsed, lengthInDays } from '../calendar/period.ts';
import { formatCount, formatRate, formatValue } from '../figures/format.ts';
import {
  connectRate,
  followedCustomers,
  followupCount,
  followupsPerCustomer,
  talkMinutes,
} from '../metrics/activity.ts';
import { isOwn } from './captions.ts';
import { rateOf } from './figure-of.ts';
import { type Measured, type MetricReport, metricFindings } from './metric-report.ts';
import { dueIn, leaderOf } from './next-steps.ts';
import { isKnown, sizeOf } from './part-rows.ts';
import { type Advice, defineReport } from './report.ts';

const report: MetricReport = {
  command: '跟进',
  main: followupCount,
  beside: [followedCustomers, followupsPerCustomer, connectRate, talkMinutes],
  noun: ' 次',
  sought: { noun: '跟进', command: '跟进', table: 'cm_activities', at: 'occurred_at' },
  cuts: null,
  say: ({ cells, question, compared }) => {
    if (question.groupBy.length > 0) return [];
    const customers = cells.total(followedCustomers).value ?? 0;
    const each = cells.total(followupsPerCustomer).value;
    const connected = cells.total(connectRate);
    const days = lengthInDays(elapsed(compared.now, question.moment.today));
    const aDay = (cells.total(followupCount).value ?? 0) / days;
    const rate = connected.value === null ? '有没有联系上没记' : `记了结果的里联系上 ${formatRate(rateOf(connected))}`;
    return [
      [
        `覆盖 ${formatCount(customers)} 个客户,平均每个 ${formatValue(each, 'score')} 次、每天 ${formatValue(Math.round(aDay * 10) / 10, 'score')} 次;${rate}。`,
      ],
    ];
  },
  advise: (found) => adviceOf(found),
};

function adviceOf({ company, question, rows, by, cells, compared }: Measured): Advice[] {
  const advice: Advice[] = [];
  if (by.length === 1 && by[0] === 'owner' && rows.length > 2) {
    const known = rows.filter(isKnown);
    const mean = known.reduce((all, row) => all + sizeOf(row, followupCount), 0) / known.length;
    const idle = known.filter((row) => sizeOf(row, followupCount) < mean / 3);
    const first = idle.at(-1);
    if (first !== undefined && mean >= 6) {
      const names = idle.slice(-3).map((row) => row.name);
      advice.push({
        text: `${names.join('、')}${idle.length > 3 ? `等 ${idle.length} 人` : ''}不到人均的三分之一,问清是没跟还是没录`,
        who: leaderOf(company, first.parts[0]!.key!),
        due: dueIn(question, 1),
        command: '未更新',
      });
    }
  }
  const [now, before] = [cells.total(followupCount).value ?? 0, cells.total(followupCount, 1).value ?? 0];
  if (isOwn(question) && now < before * 0.8 && before >= 10) {
    advice.push({
      text: `比${compared.words}少 ${formatCount(before - now)} 次,先把超过 7 天没联系的商机补上`,
      who: null,
      due: dueIn(question, 1),
      command: '积压',
    });
  }
  return advice;
}

/** 跟进: how often, how many customers, by whom and in which way (items 21, 27). */
export const followupsReport = defineReport({
  intent: 'followups',
  items: [21, 27, 38],
  defaultPeriod: 'this_week',
  overTime: true,
  dimensions: ['owner', 'followup_type', 'region', 'department', 'grade', 'industry', 'channel', 'city'],
  needs: ['activities'],
  run: (company, question) => metricFindings(company, question, report),
});
