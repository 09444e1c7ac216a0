import { metrics } from '../../src/metrics/catalogue.ts';
import type { Computation, Metric } from '../../src/metrics/metric.ts';
import { unitWords } from './unit-words.ts';

const layers = { strategic: '战略', managerial: '管理', operational: '执行' } as const;

const addsUp = ({ kind }: Computation): string =>
  ({ sum: '可相加', distinct: '去重计数,不可相加', ratio: '分子之和 ÷ 分母之和', derived: '由报表计算' })[kind];

const better = ({ moreIsBetter }: Metric): string =>
  moreIsBetter === null ? '看情况' : moreIsBetter ? '越大越好' : '越小越好';

/** docs/metrics.md: the dictionary as people read it. */
export function metricsText(): string {
  const count = (layer: Metric['layer']): number => metrics.filter((metric) => metric.layer === layer).length;
  return [
    '# 指标字典',
    '',
    '由 `npm run docs` 从 `src/metrics/catalogue.ts` 生成,不要手改。聊天里发「口径 名称」得到同样的话。',
    '',
    `共 ${metrics.length} 个:战略 ${count('strategic')}、管理 ${count('managerial')}、执行 ${count('operational')}。`,
    '',
    ...metrics.flatMap((metric) => [
      `## ${metric.name}`,
      '',
      `\`${metric.id}\` · ${metric.english}${metric.aliases.length === 0 ? '' : ` · 也叫:${metric.aliases.join('、')}`}`,
      '',
      metric.definition,
      '',
      `${layers[metric.layer]}层 · 单位 ${unitWords(metric)} · ${addsUp(metric.computation)} · ${better(metric)} · 负责人 ${metric.owner} · 版本 ${metric.version}${metric.sources.length === 0 ? '' : ` · 来自 ${metric.sources.map((table) => `\`${table}\``).join('、')}`}${metric.items.length === 0 ? '' : ` · 条目 ${metric.items.join('、')}`}`,
      '',
    ]),
  ].join('\n');
}
