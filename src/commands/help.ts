import { orderWords, type ReportWords, reportWords } from '../reports/vocabulary.ts';
import type { Intent } from './command.ts';
import { oneSlip } from './entity-index.ts';
import { soundKey } from './sound.ts';

/** Names that exist for the person who asks, so that every example works as it stands. */
export interface HelpNames {
  readonly region: string | null;
  readonly person: string | null;
  readonly customer: string | null;
  readonly channel: string | null;
}

type Examples = (names: HelpNames) => readonly string[];

const with_ = (words: string, name: string | null): string => (name === null ? words : `${words} ${name}`);

/** Three examples by role: what each reads first in the morning. */
const byRole: readonly { readonly role: RegExp; readonly examples: Examples }[] = [
  {
    role: /director|ceo|总/,
    examples: ({ region }) => [with_('漏斗 本月', region), '业绩 本月 环比', '排行 本月 成交额 前10'],
  },
  {
    role: /manager|经理|主管/,
    examples: ({ person }) => ['目标 本月 我们组', '积压 超7天', with_('业绩 上月', person)],
  },
  { role: /service|客服/, examples: () => ['客服 本周', '首响时长 上月 按客服', '投诉率 近30天 按产品'] },
  {
    role: /market|市场/,
    examples: ({ channel }) => ['渠道ROI 本季度', '新增线索 上周 按渠道', with_('CPL 上月', channel)],
  },
  {
    role: /success|成功/,
    examples: ({ customer }) => ['健康度 红色', '续费到期 未来30天', with_('互动记录', customer)],
  },
  { role: /admin|it|数据|运营|管理员/, examples: () => ['数据质量 按人', '未更新 3天', '口径 流失率'] },
  { role: /./, examples: ({ customer }) => ['目标 本月 我的', '沉默客户 我的', with_('客户', customer)] },
];

const topics: Readonly<Partial<Record<Intent, Examples>>> = {
  funnel: ({ region }) => [with_('漏斗 本月', region), '漏斗 上月 按大区', '漏斗 本季度 环比'],
  stage_conversion: () => ['转化率 上周', '转化率 本月 按人', '转化率 本季度 同比'],
  stage_stuck: ({ region }) => ['积压 超7天', with_('积压', region), '积压 按人'],
  sales_performance: ({ person }) => [with_('业绩 上月', person), '业绩 本季度 按人', '业绩 今年 同比'],
  sales_trend: () => ['业绩走势 今年', '成交额走势 近90天 按周', '业绩走势 去年'],
  ranking: () => ['排行 本月 成交额 前10', '排行 本周 跟进次数', '回款排行 上月'],
  target_attainment: ({ region }) => ['目标 本月', with_('目标 本季度 按人', region), '离目标还差多少'],
  silent_customers: () => ['沉默客户 我的', '沉默客户 60天 A级', '沉默客户 按人'],
  customer_detail: ({ customer }) => [with_('客户', customer), with_('互动记录', customer), with_('赢率', customer)],
  campaign_roi: ({ channel }) => ['渠道ROI 本季度', with_('CPL 上月', channel), '活动效果 近半年'],
  service_metrics: () => ['客服 本周', '首响时长 上月 按客服', '投诉率 近30天 按产品'],
  forecast: () => ['预测 下季度', '预测 本月 按大区', '预测 本季度 加权'],
  clv: () => ['客户价值 TOP20%', 'CLV 前20', '客户价值 A级'],
  subscription_create: ({ region }) => [
    with_('订阅 漏斗', region).concat(' 工作日 9:00'),
    '订阅 业绩 每周一 9:00',
    '订阅 沉默客户 每月1号 9:00',
  ],
  alert_create: ({ region }) => [`${region ?? ''}转化率低于15%就告诉我`, '流失率超过10%提醒我', '投诉率高于5%提醒我'],
  export: () => ['导出 漏斗 本月 excel', '导出 业绩 上月', '转pdf发我'],
  metric_definition: () => ['口径 流失率', '口径 转化率', '口径 回款率'],
};

/** What the bot can do, in the order of a sales day. */
const families: readonly string[] = [
  '漏斗:漏斗 · 转化率 · 停留时间 · 积压 · 瓶颈 · 赢单率 · 商机列表',
  '业绩:业绩 · 走势 · 排行 · 综合得分 · 目标 · 回款率 · 客单价 · 成交周期 · 报价响应 · 预测',
  '客户:客户 · 互动记录 · 沉默客户 · 流失风险 · 续费到期 · 分级 · 客户价值 · 健康度 · 客户分群 · 交叉销售 · 潜力客户',
  '市场与客服:新增线索 · 线索转化率 · 渠道ROI · 客服 · 退货 · 满意度 · NPS',
  '安排:订阅 · 预警 · 行动项 · 导出 · 口径',
];

const every = Object.entries({ ...reportWords, ...orderWords } as Record<string, ReportWords>) as [
  Intent,
  ReportWords,
][];

export interface Help {
  readonly lines: readonly string[];
  /** Commands that work as they stand, for buttons. */
  readonly examples: readonly string[];
}

/** `帮助`: what can be asked, with three examples for this role. */
export function helpByRole(role: string, names: HelpNames): Help {
  const examples = byRole.find((entry) => entry.role.test(role))!.examples(names);
  return {
    lines: [...families, '时间、大区、人、行业、渠道接在后面打就行,顺序不限。', `试试:${examples.join(' / ')}`],
    examples,
  };
}

/** `帮助 漏斗`: the words that mean it and three examples. */
export function helpByTopic(topic: string, names: HelpNames): Help {
  const entry = every.find(([intent]) => intent === topic);
  if (entry === undefined) return helpByRole('', names);
  const [intent, words] = entry;
  const examples = topics[intent]?.(names) ?? [words.name, `${words.name} 上月`, `${words.name} 按大区`];
  const others = words.aliases.slice(0, 4);
  const also = others.length > 0 ? `也可以说:${others.join('、')}` : '';
  return { lines: [`${words.name}`, also, `例:${examples.join(' / ')}`].filter((line) => line !== ''), examples };
}

/** After a failed try: the three commands nearest to what was typed, by word, sound and shared characters. */
export function helpAfterFailure(text: string, names: HelpNames): Help {
  const typed = Array.from(new Set(text.replace(/\s/g, '')));
  const scored = every
    .flatMap(([intent, words]) =>
      [words.name, ...words.aliases].map((word) => ({ intent, score: nearness(text, typed, word) })),
    )
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score);
  const intents = [...new Set(scored.map((one) => one.intent))].slice(0, 3);
  for (const usual of ['funnel', 'sales_performance', 'silent_customers'] as const) {
    if (intents.length < 3 && !intents.includes(usual)) intents.push(usual);
  }
  const examples = intents.map((intent) => helpByTopic(intent, names).examples[0]!);
  return { lines: ['没读懂这句。最近的三个:', ...examples.map((example, at) => `${at + 1}. ${example}`)], examples };
}

function nearness(text: string, typed: readonly string[], word: string): number {
  if (text.includes(word)) return 10 + word.length;
  for (let at = 0; at + word.length <= Math.min(text.length, 60); at++) {
    const piece = text.slice(at, at + word.length);
    if (oneSlip(piece, word) || soundKey(piece) === soundKey(word)) return 6;
  }
  const shared = Array.from(word).filter((char) => typed.includes(char)).length;
  return shared >= 2 ? shared / word.length : 0;
}
