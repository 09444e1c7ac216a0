import { metricByWords } from '../metrics/catalogue.ts';
import { wonAmount } from '../metrics/sales.ts';
import { unanswerable } from './empty-period.ts';
import { metricTrend } from './metric-trend.ts';
import { defineReport } from './report.ts';
import { nounOf } from './sales-metric.ts';

/** 走势: a metric over time with its moving average, what stands out, and whether it really moves (items 38, 90). */
export const salesTrendReport = defineReport({
  intent: 'sales_trend',
  items: [25, 38, 90],
  defaultPeriod: 'this_year',
  overTime: true,
  dimensions: [],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, '成交额走势');
    if (refused !== null) return refused;
    const named = question.slots.metric === undefined ? undefined : metricByWords(question.slots.metric);
    const main = named === undefined || named.computation.kind === 'derived' ? wonAmount : named;
    return metricTrend(company, question, {
      command: '成交额走势',
      main,
      noun: nounOf(main),
      sought: { noun: '成交', command: '成交额走势', table: 'cm_contracts', at: 'signed_on' },
    });
  },
});
