import type { RowSink } from '../bulk-insert.ts';
import type { Region } from './people.ts';

export type Grade = 'A' | 'B' | 'C';

/** A way by which customers come, and what it is worth (the figures of seed case S4 for the first three). */
export interface Channel {
  readonly name: string;
  /** Yuan for a lead; 0 = the channel has no campaigns. */
  readonly costPerLead: number;
  /** Leads that end in a customer who signed. */
  readonly leadToDeal: number;
  /** How often a new customer comes by it. */
  readonly share: number;
  /** Multiplies the chance to win. */
  readonly quality: number;
  /** Weights of A, B, C among its customers. */
  readonly grades: readonly [number, number, number];
  readonly utm: string | null;
}

export const channels: readonly Channel[] = [
  {
    name: '百度竞价',
    costPerLead: 1200,
    leadToDeal: 0.06,
    share: 24,
    quality: 0.86,
    grades: [20, 36, 44],
    utm: 'baidu',
  },
  { name: '行业峰会', costPerLead: 800, leadToDeal: 0.15, share: 15, quality: 1.12, grades: [44, 37, 19], utm: null },
  { name: '展会', costPerLead: 950, leadToDeal: 0.1, share: 14, quality: 0.98, grades: [33, 40, 27], utm: null },
  { name: '公众号', costPerLead: 200, leadToDeal: 0.12, share: 17, quality: 1.02, grades: [24, 38, 38], utm: 'wechat' },
  { name: '转介绍', costPerLead: 0, leadToDeal: 0.24, share: 16, quality: 1.15, grades: [40, 38, 22], utm: null },
  { name: '官网', costPerLead: 150, leadToDeal: 0.09, share: 14, quality: 0.95, grades: [24, 38, 38], utm: 'site' },
];

export interface Industry {
  readonly name: string;
  readonly share: number;
  /** Second halves of company names. */
  readonly suffixes: readonly string[];
}

export const industries: readonly Industry[] = [
  { name: '制造业', share: 36, suffixes: ['精工', '机电', '重工', '电子', '科技'] },
  { name: '物流', share: 22, suffixes: ['物流', '速运', '供应链', '冷链'] },
  { name: '零售', share: 13, suffixes: ['商贸', '优选', '百货', '连锁'] },
  { name: '医疗', share: 11, suffixes: ['医疗', '医药', '器械', '健康'] },
  { name: '教育', share: 9, suffixes: ['教育', '学堂', '培训', '文化'] },
  { name: '金融', share: 9, suffixes: ['金服', '租赁', '保理', '信科'] },
];

export interface Place {
  readonly city: string;
  readonly province: string;
  readonly region: Region;
  readonly share: number;
}

export const places: readonly Place[] = [
  { city: '上海', province: '上海', region: '华东', share: 16 },
  { city: '苏州', province: '江苏', region: '华东', share: 12 },
  { city: '杭州', province: '浙江', region: '华东', share: 12 },
  { city: '宁波', province: '浙江', region: '华东', share: 4 },
  { city: '广州', province: '广东', region: '华南', share: 12 },
  { city: '深圳', province: '广东', region: '华南', share: 14 },
  { city: '北京', province: '北京', region: '华北', share: 12 },
  { city: '天津', province: '天津', region: '华北', share: 6 },
  { city: '武汉', province: '湖北', region: '华中', share: 8 },
  { city: '长沙', province: '湖南', region: '华中', share: 4 },
];

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: 'SaaS' | '硬件' | '服务';
  readonly price: number;
}

export const products: readonly Product[] = [
  { id: 'p01', name: '云协同 标准版', category: 'SaaS', price: 60_000 },
  { id: 'p02', name: '云协同 专业版', category: 'SaaS', price: 150_000 },
  { id: 'p03', name: '云协同 旗舰版', category: 'SaaS', price: 380_000 },
  { id: 'p04', name: '仓储管理云', category: 'SaaS', price: 120_000 },
  { id: 'p11', name: '工业数据网关', category: '硬件', price: 8_800 },
  { id: 'p12', name: '手持扫码终端', category: '硬件', price: 3_200 },
  { id: 'p21', name: '实施服务', category: '服务', price: 30_000 },
  { id: 'p22', name: '定制开发', category: '服务', price: 50_000 },
  { id: 'p23', name: '年度培训', category: '服务', price: 12_000 },
];

export const pipelineId = 'pl1';
/** The five stages of item 3, their order is their number; then the exits. */
export const stageIds = ['s1', 's2', 's3', 's4', 's5'] as const;
export const lostStageId = 's8';
export const invalidStageId = 's9';

const stages = [
  ['s1', '潜在客户', 1, 10, 'open'],
  ['s2', '需求诊断', 2, 25, 'open'],
  ['s3', '方案演示', 3, 45, 'open'],
  ['s4', '报价谈判', 4, 65, 'open'],
  ['s5', '成交', 5, 100, 'won'],
  [lostStageId, '丢单', 8, 0, 'lost'],
  [invalidStageId, '无效', 9, 0, 'invalid'],
] as const;

export const stageWinRate = [10, 25, 45, 65, 100] as const;

/** Everything this company's CRM can tell, which is all of it; the daily snapshot is the bot's own. */
const entities = [
  'departments.region',
  'leads.converted_at',
  'stage_events',
  'opportunities.closed_at',
  'activities',
  'contracts',
  'contract_lines',
  'quotes',
  'payments',
  'payment_plans',
  'products',
  'campaigns.actual_cost',
  'campaign_responses.member_id',
  'tickets',
  'surveys',
  'targets',
  'owner_changes',
  'customer_usage',
  'customer_last_touch',
];

export function addMarket(sink: RowSink): void {
  for (const [stage_id, name, sort_order, win_rate, outcome] of stages) {
    sink.add('cm_stages', {
      stage_id,
      pipeline_id: pipelineId,
      pipeline_name: '标准销售流程',
      name,
      sort_order,
      win_rate,
      outcome,
    });
  }
  for (const { id, name, category, price } of products) {
    sink.add('cm_products', { product_id: id, code: id.toUpperCase(), name, category, list_price: price });
  }
  for (const entity of entities) sink.add('cm_capabilities', { entity, level: 'full', note: null });
}
