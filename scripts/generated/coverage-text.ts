import { mayAsk } from '../../src/access/permissions.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import { metricWords } from '../../src/metrics/vocabulary.ts';
import { intentName } from '../../src/replies/phrases.ts';
import { reports } from '../../src/reports/catalogue.ts';
import type { Report } from '../../src/reports/report.ts';
import { checklistItems } from './checklist-items.ts';

/** Where the shortest command of the serving report would not show the item itself. */
const spelled: Readonly<Record<number, string>> = {
  5: '漏斗 当前',
  7: '漏斗 本季度',
  13: '赢单率 本季度',
  15: '报价次数 本月 按人',
  17: '丢单率 本季度',
  18: '订单完成率 本季度',
  20: '复盘 本月',
  22: '业绩 本月 按人',
  23: '新增客户 本月',
  24: '业绩 本月',
  25: '业绩 本月',
  26: '成交周期 本季度',
  32: '回款率 本月',
  38: '业绩 本月 同比',
  44: '客户分布 按渠道',
  66: '投诉 本月',
  68: '工单 本月',
  69: '新增线索 本月 按渠道',
  70: '线索转化率 上季度 按渠道',
  72: '活动效果 上季度',
  76: '活动效果 上季度 按活动',
  105: '看板',
};

/** What no report serves alone because all do: a command that shows it. */
export const everywhere: Readonly<Record<number, string>> = {
  109: '业绩 上季度 按大区 按行业',
  110: '漏斗 本季度',
  111: '客户分布 按行业',
  135: '成交金额 本季度 按行业 同比 前10',
};

/** What a report needs to be told so that its answer is one: whose, or which number. */
const told: Partial<Record<Report['intent'], string>> = {
  metric_definition: '口径 成交金额',
  customer_detail: '客户 中科星图',
  interaction_timeline: '互动记录 中科星图',
  digest: '日报',
  feedback_wrong_number: '你这数不对',
  forecast: '预测 下季度',
  metric_query: '报价次数 本月 按人',
};

/** The command that can be typed for a report, without a period where it has one of its own. */
export const commandFor = ({ intent }: Report): string => told[intent] ?? intentName(intent);

export interface Served {
  readonly item: number;
  readonly name: string;
  /** null where nothing serves it yet. */
  readonly command: string | null;
  readonly reports: readonly string[];
  readonly metrics: readonly string[];
}

/** Each item of the checklist with what serves it, from `Report.items` and `Metric.items`. */
export function coverage(): Served[] {
  return checklistItems.map(([item, name]) => {
    const serving = reports.filter(({ items }) => items.includes(item));
    const counted = metrics.filter(({ items }) => items.includes(item));
    // The most special report first: one made for few items is about this one.
    const [main] = [...serving].sort((a, b) => a.items.length - b.items.length);
    const free = counted.find(
      ({ id, computation }) => computation.kind !== 'derived' && metricWords.some((m) => m.id === id),
    );
    return {
      item,
      name,
      command:
        spelled[item] ??
        (main === undefined
          ? (everywhere[item] ?? (free === undefined ? null : `${free.name} 本月`))
          : commandFor(main)),
      reports: serving.map(({ intent }) => intentName(intent)),
      metrics: counted.map((metric) => metric.name),
    };
  });
}

const mayAskAll = (report: Report): string =>
  (['rep', 'manager', 'regional_manager', 'director', 'service', 'marketing'] as const)
    .filter((role) => mayAsk(role, report.intent) && report.roles?.includes(role) !== false)
    .map(
      (role) =>
        ({
          rep: '销售',
          manager: '主管',
          regional_manager: '大区经理',
          director: '总监',
          service: '客服',
          marketing: '市场',
        })[role],
    )
    .join('、');

/** docs/coverage.md. */
export function coverageText(): string {
  const served = coverage();
  const done = served.filter(({ command }) => command !== null).length;
  const most = (names: readonly string[]): string =>
    names.length === 0 ? '' : `${names.slice(0, 4).join('、')}${names.length > 4 ? ` 等 ${names.length} 个` : ''}`;
  return [
    '# 覆盖表',
    '',
    '由 `npm run docs` 从代码生成(`Report.items`、`Metric.items`),不要手改。编号是种子文章里的条目;「—」是还没有命令能给出它。',
    '',
    `${served.length} 条里有 ${done} 条可以直接问。`,
    '',
    '| # | 条目 | 命令 | 报表 | 指标 |',
    '| ---: | --- | --- | --- | --- |',
    ...served.map(
      ({ item, name, command, reports: by, metrics: counted }) =>
        `| ${item} | ${name} | ${command === null ? '—' : `\`${command}\``} | ${most(by)} | ${most(counted)} |`,
    ),
    '',
    '## 报表与角色',
    '',
    '| 报表 | 命令 | 谁能问 | 维度 |',
    '| --- | --- | --- | --- |',
    ...reports.map(
      (report) =>
        `| ${intentName(report.intent)} | \`${commandFor(report)}\` | ${mayAskAll(report)} | ${report.dimensions.length} |`,
    ),
    '',
  ].join('\n');
}
