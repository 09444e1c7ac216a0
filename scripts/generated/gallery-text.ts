import { intentName } from '../../src/replies/phrases.ts';
import { reports } from '../../src/reports/catalogue.ts';
import type { Report } from '../../src/reports/report.ts';
import { commandFor } from './coverage-text.ts';

/** One picture of the gallery: who asks what. */
export interface Shown {
  /** File under docs/images/gallery, without its ending. */
  readonly file: string;
  readonly title: string;
  readonly command: string;
  readonly as: string;
}

const director = '陈志远';

/** What shows a report best, where its shortest command does not. */
const best: Partial<Record<Report['intent'], string>> = {
  funnel: '漏斗 本季度',
  sales_performance: '业绩 上季度',
  ranking: '排行 上季度',
  target_attainment: '目标 本季度',
  lead_conversion: '线索转化率 上季度',
  win_rate: '赢单率 上季度',
  campaign_roi: '活动效果 上季度',
  review_report: '复盘 上季度',
  churn_rate: '流失率 今年',
  quote_response: '报价响应 本季度',
  order_conversion: '订单转化率 上季度',
  composite_score: '综合得分 上季度',
  recognition: '复盘之星 上季度',
  metric_query: '接通率 本季度 按人',
};

/** Words, rows, or on the fresh demo company nothing to draw yet: nobody has been reminded there. */
const wordsOnly: ReadonlySet<Report['intent']> = new Set(['metric_definition', 'feedback_wrong_number', 'wake_rate']);

/** Every report once, and the boards of the other roles. */
export function shownInGallery(): Shown[] {
  const each = reports
    .filter(({ intent }) => !wordsOnly.has(intent))
    .map(
      (report): Shown => ({
        file: report.intent.replaceAll('_', '-'),
        title: intentName(report.intent),
        command: best[report.intent] ?? commandFor(report),
        as: director,
      }),
    );
  const boards = [
    ['dashboard-manager', '看板(主管)', '周建国'],
    ['dashboard-rep', '看板(销售)', '王磊'],
    ['dashboard-marketing', '看板(市场)', '范晓'],
    ['dashboard-service', '看板(客服)', '冯倩'],
  ].map(([file, title, as]): Shown => ({ file: file!, title: title!, command: '看板', as: as! }));
  return [...each, ...boards];
}

/** docs/gallery.md. */
export const galleryText = (): string =>
  [
    '# 图廊',
    '',
    '由 `npm run gallery` 在演示公司上生成(2026-11-18 10:30),不要手改。',
    '',
    ...shownInGallery().flatMap(({ file, title, command, as }) => [
      `## ${title}`,
      '',
      `${as}:\`${command}\``,
      '',
      `![${title}](images/gallery/${file}.png)`,
      '',
    ]),
  ].join('\n');
