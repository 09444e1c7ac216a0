import { unanswerable } from './empty-period.ts';
import { defineReport } from './report.ts';
import { salesByPart } from './sales-by-part.ts';
import { salesMetric, wantedMetrics } from './sales-metric.ts';
import { salesOverview } from './sales-overview.ts';

/** 业绩: result and process side by side (items 22-30, 35), one metric alone, or cut by people, regions, products. */
export const salesPerformanceReport = defineReport({
  intent: 'sales_performance',
  items: [22, 23, 24, 25, 26, 27, 29, 35, 36, 38, 97],
  defaultPeriod: 'this_month',
  dimensions: [
    'owner',
    'region',
    'department',
    'product',
    'product_line',
    'industry',
    'grade',
    'channel',
    'city',
    'province',
    'size',
    'campaign',
  ],
  needs: ['contracts'],
  run: async (company, question) => {
    const refused = unanswerable(question, '业绩');
    if (refused !== null) return refused;
    if (question.groupBy.length > 0) return salesByPart(company, question);
    const wanted = wantedMetrics(question);
    return wanted.length > 0 ? salesMetric(company, question, wanted) : salesOverview(company, question);
  },
});
