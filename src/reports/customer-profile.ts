import type { ChartFrame, ChartSpec } from '../charts/spec.ts';
import type { Dimension } from '../commands/command.ts';
import type { Figure } from '../figures/figure.ts';
import { formatCount, formatRate, formatRatio } from '../figures/format.ts';
import { ratioOf, smallSampleBelow } from '../figures/rate.ts';
import { type CustomerShare, canCutCustomers, readCustomerShares } from '../metrics/customer-shares.ts';
import { dimensionNames } from '../metrics/dimensions.ts';
import type { Line } from '../replies/reply.ts';
import { chartFooter, isSelf, whose } from './captions.ts';
import { type Advice, defineReport, nothingFound, type Question } from './report.ts';
import { tiedFor, tiedWithFirst } from './tied.ts';

const pieParts = 5;
const drawn = 12;

/** 客户分布: who the customers are, by industry or another dimension; two dimensions make a heat map. */
export const customerProfileReport = defineReport({
  intent: 'customer_profile',
  items: [40, 42, 44],
  defaultPeriod: null,
  onlyNow: { past: ['new_customers'] },
  dimensions: ['industry', 'grade', 'city', 'province', 'region', 'department', 'owner', 'channel', 'size', 'campaign'],
  needs: ['customers'],
  async run(company, question) {
    const asked = question.groupBy.filter((dimension) => canCutCustomers(dimension, company));
    const first: Dimension = asked[0] ?? 'industry';
    const wantsHeatmap = question.slots.chart === 'heatmap';
    const second = asked[1] ?? (wantsHeatmap ? (first === 'industry' ? 'region' : 'industry') : null);
    const by = second === null ? [first] : [first, second];
    const shares = await readCustomerShares(company.crm, company, { ...question, by });
    const total = shares.reduce((sum, share) => sum + share.customers, 0);
    if (total === 0)
      return nothingFound('没有客户', `${whose(question)}名下现在没有客户(公海不算)。`, [
        { label: '新增客户 本月', command: '新增客户 本月' },
      ]);
    const parts = merged(shares);
    const deals = shares.reduce((sum, share) => sum + share.deals, 0);
    const active = shares.reduce((sum, share) => sum + share.active, 0);
    const named = parts.filter((part) => !/未填|未分|无负责人/.test(part.name));
    const unknownCount = total - named.reduce((sum, part) => sum + part.customers, 0);
    const most = named[0];
    const even = tiedWithFirst(named, ({ customers }) => customers).map(({ name }) => name);
    const label = dimensionNames[first];
    const title =
      most === undefined
        ? `${formatCount(total)} 家客户都没有填${label}`
        : `${formatCount(total)} 家客户,${tiedFor(even, '最多')},${even.length > 1 ? '各' : ''}占 ${formatRatio(most.customers / total)}`;
    const frame: ChartFrame = {
      title,
      subtitle: `客户分布 · 按${by.map((dimension) => dimensionNames[dimension]).join(' × ')}`,
      footer: chartFooter(company, question),
    };
    const headline: Figure[] = [
      { metric: 'customers_in_hand', label: '客户', unit: 'count', value: total },
      { metric: 'deal_customers', label: '成交过的客户', unit: 'count', value: deals },
      { metric: 'active_customers', label: '近 30 天有往来', unit: 'count', value: active },
      ...(most === undefined
        ? []
        : [{ metric: 'customers_in_hand', label: `${most.name}`, unit: 'count', value: most.customers } as const]),
    ];
    return {
      title,
      mode: null,
      headline,
      figures: [
        ...headline.slice(0, 3),
        ...shares.flatMap((share): Figure[] => {
          const dims: Record<string, string> = { [first]: share.name };
          if (second !== null && share.second !== null) dims[second] = share.second;
          return [
            { metric: 'customers_in_hand', label: '客户', unit: 'count', value: share.customers, dims },
            { metric: 'deal_customers', label: '成交过的客户', unit: 'count', value: share.deals, dims },
            { metric: 'active_customers', label: '近 30 天有往来', unit: 'count', value: share.active, dims },
          ];
        }),
      ],
      narrative: narrativeOf(whose(question), label, parts, { total, deals, active, unknownCount }),
      advice: adviceOf(question, label, unknownCount, total),
      chart: chartOf(frame, parts, shares, second !== null),
      table: {
        columns: [
          label,
          ...(second === null ? [] : [dimensionNames[second]]),
          '客户',
          '占比',
          '成交过',
          '近 30 天有往来',
        ],
        rows: shares.map((share) => [
          share.name,
          ...(share.second === null ? [] : [share.second]),
          formatCount(share.customers),
          `${((share.customers / total) * 100).toFixed(1)} %`,
          formatCount(share.deals),
          formatCount(share.active),
        ]),
        numeric: [false, ...(second === null ? [] : [false]), true, true, true, true],
      },
      notes: [
        '公海里的客户不算。',
        ...(question.groupBy.length > asked.length ? ['客户不能按这个维度看,换成了能看的。'] : []),
        ...(parts.length > pieParts + 1 && second === null ? [`图里只画前 ${pieParts} 个,其余合成「其他」。`] : []),
      ],
      choices: [
        ...(first === 'grade' ? [] : [{ label: '按级别', command: '客户分布 按级别' }]),
        ...(first === 'city' ? [] : [{ label: '按城市', command: '客户分布 按城市' }]),
        { label: '沉默客户', command: '沉默客户' },
      ],
    };
  },
});

/** Parts of the first dimension, whatever the second. */
function merged(shares: readonly CustomerShare[]): CustomerShare[] {
  const parts = new Map<string, CustomerShare>();
  for (const share of shares) {
    const was = parts.get(share.name);
    parts.set(share.name, {
      name: share.name,
      second: null,
      customers: share.customers + (was?.customers ?? 0),
      deals: share.deals + (was?.deals ?? 0),
      active: share.active + (was?.active ?? 0),
    });
  }
  return [...parts.values()].sort((a, b) => b.customers - a.customers || a.name.localeCompare(b.name));
}

function narrativeOf(
  who: string,
  label: string,
  parts: readonly CustomerShare[],
  sums: { readonly total: number; readonly deals: number; readonly active: number; readonly unknownCount: number },
): Line[] {
  const { total, deals, active, unknownCount } = sums;
  const named = parts.filter((part) => !/未填|未分|无负责人/.test(part.name));
  const top = named.slice(0, 3);
  const topShare = { numerator: top.reduce((sum, part) => sum + part.customers, 0), denominator: total };
  // Parts with enough customers, by the share that bought.
  const judged = named.filter((part) => part.customers >= smallSampleBelow);
  const best = [...judged].sort((a, b) => b.deals / b.customers - a.deals / a.customers)[0];
  return [
    [
      `${who}共有 `,
      { strong: `${formatCount(total)} 家客户` },
      `,成交过的 ${formatCount(deals)} 家,近 30 天有往来的 ${formatCount(active)} 家。`,
    ],
    ...(top.length < 2
      ? []
      : [
          [
            `${top.map((part) => `${part.name} ${formatCount(part.customers)} 家`).join('、')}${named.length > 3 ? `,前三合起来占 ${((ratioOf(topShare) ?? 0) * 100).toFixed(1)} %` : ''}。`,
          ],
        ]),
    ...(best === undefined || judged.length < 2
      ? []
      : [[`成交过的比例最高的是${best.name},${formatRate({ numerator: best.deals, denominator: best.customers })}。`]]),
    ...(unknownCount === 0 ? [] : [[`还有 ${formatCount(unknownCount)} 家没填${label}。`]]),
  ];
}

function adviceOf(question: Question, label: string, unknownCount: number, total: number): Advice[] {
  // Below one in twenty the picture is right all the same.
  if (unknownCount * 20 < total) return [];
  return [
    {
      text: `${formatCount(unknownCount)} 家没填${label},${isSelf(question) ? '' : '让负责人'}补上,否则分布看不准`,
      who: null,
      due: null,
      command: '数据质量',
    },
  ];
}

function chartOf(
  frame: ChartFrame,
  parts: readonly CustomerShare[],
  shares: readonly CustomerShare[],
  crossed: boolean,
): ChartSpec {
  if (crossed) {
    const rows = parts.slice(0, drawn).map(({ name }) => name);
    const columns = [...new Set(shares.map(({ second }) => second ?? ''))].slice(0, 8);
    return {
      ...frame,
      kind: 'heatmap',
      unit: 'count',
      rows,
      columns,
      values: rows.map((row) =>
        columns.map((column) => shares.find((share) => share.name === row && share.second === column)?.customers ?? 0),
      ),
    };
  }
  const rest = parts.slice(pieParts).reduce((sum, part) => sum + part.customers, 0);
  return {
    ...frame,
    kind: 'pie',
    unit: 'count',
    parts: [
      ...parts.slice(0, pieParts).map(({ name, customers }) => ({ label: name, value: customers })),
      ...(rest === 0 ? [] : [{ label: '其他', value: rest }]),
    ],
  };
}
