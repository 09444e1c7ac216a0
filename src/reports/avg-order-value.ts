import { formatMoney } from '../figures/format.ts';
import { avgOrderValue, wonAmount, wonCount } from '../metrics/sales.ts';
import { type MetricReport, metricFindings } from './metric-report.ts';
import { sizeOf } from './part-rows.ts';
import { defineReport } from './report.ts';

const report: MetricReport = {
  command: '客单价',
  main: avgOrderValue,
  beside: [wonAmount, wonCount],
  noun: '',
  sought: { noun: '成交', command: '客单价', table: 'cm_contracts', at: 'signed_on' },
  cuts: [],
  picture: 'product_line',
  say: ({ cells, compared, rows, by, question }) => {
    const deals = (period: number) => cells.total(wonCount, period).value ?? 0;
    const few = Math.min(deals(0), deals(1)) < 10 ? '单数少,一个大单就能带偏,先别下结论。' : '';
    const products = by.some((dimension) => dimension === 'product' || dimension === 'product_line');
    const perProduct = products ? '每个产品按自己的明细金额 ÷ 含它的合同数算,不是整张合同的金额。' : '';
    const basis = `按 ${formatMoney(cells.total(wonAmount).value ?? 0)} ÷ ${deals(0)} 单算,${compared.words}是 ${deals(1)} 单。${few}${perProduct}`;
    if (question.groupBy.length > 0 || by[0] !== 'product_line' || rows.length < 2) return [[basis]];
    const first = rows[0]!;
    return [[basis], [`产品线里${first.name}最高,${formatMoney(sizeOf(first, avgOrderValue))}。`]];
  },
};

/** 客单价: money per deal, with the number of deals it rests on. */
export const avgOrderValueReport = defineReport({
  intent: 'avg_order_value',
  items: [29, 38],
  defaultPeriod: 'this_month',
  overTime: true,
  dimensions: [
    'product_line',
    'product',
    'owner',
    'region',
    'department',
    'industry',
    'grade',
    'channel',
    'city',
    'size',
  ],
  needs: ['contracts'],
  run: (company, question) => metricFindings(company, question, report),
});
