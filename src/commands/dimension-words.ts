import type { Dimension, Intent, Slots } from './command.ts';

type Grain = NonNullable<Slots['grain']>;

const dimensionWords: Readonly<Record<string, Dimension>> = {
  人: 'owner',
  人员: 'owner',
  个人: 'owner',
  员工: 'owner',
  销售: 'owner',
  销售员: 'owner',
  业务员: 'owner',
  销售人员: 'owner',
  负责人: 'owner',
  同事: 'owner',
  客服: 'agent',
  坐席: 'agent',
  客服人员: 'agent',
  大区: 'region',
  区域: 'region',
  地区: 'region',
  片区: 'region',
  区: 'region',
  地域: 'region',
  城市: 'city',
  市: 'city',
  省份: 'province',
  省: 'province',
  行业: 'industry',
  渠道: 'channel',
  来源: 'channel',
  产品线: 'product_line',
  产品: 'product',
  规模: 'size',
  公司规模: 'size',
  企业规模: 'size',
  等级: 'grade',
  级别: 'grade',
  分级: 'grade',
  客户等级: 'grade',
  客户级别: 'grade',
  阶段: 'stage',
  环节: 'stage',
  部门: 'department',
  团队: 'department',
  小组: 'department',
  组: 'department',
  跟进方式: 'followup_type',
  唤醒方式: 'recall_method',
  召回方式: 'recall_method',
  触达方式: 'recall_method',
  方式: 'followup_type',
  类型: 'followup_type',
  活动: 'campaign',
  丢单原因: 'lost_reason',
  原因: 'lost_reason',
};
const grainWords: Readonly<Record<string, Grain>> = {
  月: 'month',
  月份: 'month',
  月度: 'month',
  周: 'week',
  星期: 'week',
  天: 'day',
  日: 'day',
  季: 'quarter',
  季度: 'quarter',
};

const names = [...Object.keys(dimensionWords), ...Object.keys(grainWords)]
  .sort((a, b) => b.length - a.length)
  .join('|');
const grouped = new RegExp(
  `(?:按照?|分|拆到?|细分到|细到|下钻到|钻到|各个?|每个?|每一个?|逐|不同|by)\\s*(${names})((?:\\s*(?:和|与|、|\\+|,|加|跟|再按)\\s*(?:按|各|分)?\\s*(?:${names}))*)(?:维度|来?(?:拆|分|看|列|统计)(?:开|一下)?)?`,
  'g',
);
const bareDimension = new RegExp(`(?<![一-龥OND])(${names})(?:维度)?(?![一-龥])`, 'g');
const whichOne =
  /(?:哪(?:个|些|一个)?|什么|啥|最[一-龥]{1,2}的)(大区|区域|地区|区|城市|行业|渠道|来源|产品线|产品|等级|级别|阶段|团队|部门)/g;
const one = new RegExp(names, 'g');

export interface DimensionMark {
  readonly start: number;
  readonly end: number;
  readonly dimensions: readonly Dimension[];
  readonly grain: Grain | null;
  /** Said as a question (哪个区) or bare (行业), not as 按行业. */
  readonly loose: boolean;
}

function read(words: readonly string[], at: number, length: number, loose: boolean): DimensionMark {
  const grain = words.map((word) => grainWords[word]).find((found) => found !== undefined) ?? null;
  const dimensions = words.map((word) => dimensionWords[word]).filter((found) => found !== undefined);
  return { start: at, end: at + length, dimensions, grain, loose };
}

/** 按大区, 各行业, 按行业和规模, 按月看, 哪个区; bare words (行业) are marked loose. */
export function findDimensions(text: string): DimensionMark[] {
  const marks: DimensionMark[] = [];
  const free = (at: number, end: number): boolean => !marks.some((mark) => at < mark.end && end > mark.start);
  for (const match of text.matchAll(grouped)) {
    // 每天, 每周, 每月 with a time are rhythms of sending and already taken out; 分级 is a report.
    if (/^分(级|组)/.test(match[0]) || /^(?:分|拆|不同)(?:人|市|省|天|日|月|周|区|季)$/.test(match[0]) === false) {
      if (/^分级/.test(match[0])) continue;
    }
    marks.push(read([match[1]!, ...(match[2]?.match(one) ?? [])], match.index, match[0].length, false));
  }
  for (const match of text.matchAll(whichOne)) {
    if (free(match.index, match.index + match[0].length))
      marks.push(read([match[1]!], match.index, match[0].length, true));
  }
  for (const match of text.matchAll(bareDimension)) {
    if (
      match[1] === '人' ||
      match[1] === '原因' ||
      match[1] === '天' ||
      match[1] === '日' ||
      match[1] === '月' ||
      match[1] === '周'
    )
      continue;
    if (free(match.index, match.index + match[0].length))
      marks.push(read([match[1]!], match.index, match[0].length, true));
  }
  return marks.sort((a, b) => a.start - b.start);
}

/** Reports by product, and what goes on from one. */
const hasProductLines =
  /^(?:sales_performance|ranking|sales_trend|avg_order_value|metric_query|service_metrics|return_analysis|csat|refine|drill_down)$/;

/** What a bare or asked-for dimension means under a report: 方式 is the way of follow-up or of recall. */
export function dimensionUnder(intent: Intent, dimension: Dimension): Dimension {
  if (dimension === 'followup_type' && intent === 'wake_rate') return 'recall_method';
  if (dimension === 'owner' && intent === 'service_metrics') return 'agent';
  // Reports that have neither are told so by the word for both.
  if (dimension === 'product_line' && !hasProductLines.test(intent)) return 'product';
  return dimension;
}

/** The Chinese word that prints a dimension. */
export const dimensionNames: Readonly<Record<Dimension, string>> = {
  agent: '客服',
  campaign: '活动',
  channel: '渠道',
  city: '城市',
  department: '部门',
  followup_type: '跟进方式',
  grade: '等级',
  industry: '行业',
  lost_reason: '丢单原因',
  owner: '人',
  pipeline: '管道',
  product: '产品',
  product_line: '产品线',
  province: '省份',
  recall_method: '唤醒方式',
  region: '大区',
  size: '规模',
  stage: '阶段',
};

/** Takes the words of one dimension apart (行业 → industry); null for anything else. */
export const dimensionOf = (word: string): Dimension | null => dimensionWords[word] ?? null;
