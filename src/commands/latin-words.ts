import { orderWords, reportWords } from '../reports/vocabulary.ts';
import type { Repair } from './command.ts';
import type { EntityIndex } from './entity-index.ts';
import { fullPinyin } from './sound.ts';

const englishPhrases: Readonly<Record<string, string>> = {
  'this month': '本月',
  'last month': '上月',
  'this week': '本周',
  'last week': '上周',
  'this quarter': '本季度',
  'last quarter': '上季度',
  'this year': '今年',
  'last year': '去年',
  'next month': '下月',
  'next quarter': '下季度',
  'next week': '下周',
  today: '今天',
  yesterday: '昨天',
  region: '大区',
  regions: '大区',
  owner: '人',
  rep: '人',
  reps: '人',
  person: '人',
  sales: '业绩',
  industry: '行业',
  channel: '渠道',
  product: '产品',
  city: '城市',
  grade: '等级',
  stage: '阶段',
  size: '规模',
  month: '月',
  week: '周',
  yoy: '同比',
  mom: '环比',
  qoq: '环比',
  wow: '环比',
  revenue: '成交额',
  'won amount': '成交额',
  'deals won': '成交单数',
  my: '我的',
  'my team': '我们组',
  me: '我',
  pipeline: '商机',
  ranking: '排行',
  rank: '排行',
  subscribe: '订阅',
  compare: '对比',
  vs: '对比',
  versus: '对比',
  won: '成交',
  lost: '丢单',
  payment: '回款',
  leads: '线索',
  'new lead': '新增线索',
  'new customer': '新增客户',
  'customer value': '客户价值',
  breakdown: '拆开',
  'break down': '拆开',
  detail: '明细',
  details: '明细',
  chart: '图',
  workday: '工作日',
  workdays: '工作日',
  everyday: '每天',
  daily: '日报',
  weekly: '周报',
  monthly: '月报',
  silent: '沉默',
  january: '1月',
  february: '2月',
  march: '3月',
  april: '4月',
  june: '6月',
  july: '7月',
  august: '8月',
  september: '9月',
  october: '10月',
  november: '11月',
  december: '12月',
  jan: '1月',
  feb: '2月',
  mar: '3月',
  apr: '4月',
  jun: '6月',
  jul: '7月',
  aug: '8月',
  sep: '9月',
  sept: '9月',
  oct: '10月',
  nov: '11月',
  dec: '12月',
  show: '',
  please: '',
  give: '',
  the: '',
  of: '',
  for: '',
  in: '',
  what: '',
  is: '',
  how: '',
  are: '',
  and: '和',
  report: '',
};

/** Latin words that stay as they are typed. */
const kept = new Set(
  'excel xlsx xls csv pdf ppt crm abc vip saas nps clv ltv csat roi cpl cac kpi pk top ytd mtd h1 h2 utm rmb a b c w k m q no ok select from where and or by hi hello select drop table delete union update insert'.split(
    ' ',
  ),
);

const initialWords: Readonly<Record<string, string>> = {
  by: '本月',
  sy: '上月',
  bz: '本周',
  sz: '上周',
  bjd: '本季度',
  sjd: '上季度',
  jn: '今年',
  qn: '去年',
  jt: '今天',
  zt: '昨天',
  hb: '环比',
  tb: '同比',
  ar: '按人',
  adq: '按大区',
  ahy: '按行业',
  aqd: '按渠道',
  acp: '按产品',
  acs: '按城市',
  wd: '我的',
  bn: '今年',
  sbn: '上半年',
  xbn: '下半年',
};

const spokenWords =
  '本月 上月 这个月 上个月 本周 上周 这周 今天 昨天 本季度 上季度 下季度 今年 去年 上半年 下半年 下月 同比 环比 按人 按大区 按行业 按渠道 按产品 按城市 按来源 按等级 按月 按周 大区 行业 渠道 产品 城市 来源 我的 前十 前五 前三 成交额 成交金额 导出 订阅 排名 排行 帮助 口径 业绩 怎么样 换成 对比 为什么 名单 明细'.split(
    ' ',
  );

/** Turns English, full pinyin and initials into the Chinese words that the grammar knows: `ld by hd` → 漏斗 本月 华东. */
export interface LatinReader {
  translate(text: string): { readonly text: string; readonly repairs: readonly Repair[] };
}

export function createLatinReader(entities: EntityIndex): LatinReader {
  const english = new Map<string, string>(Object.entries(englishPhrases));
  const initials = new Map<string, string>();
  const spelled = new Map<string, string>();
  const learn = (word: string): void => {
    if (/^[一-龥]+$/.test(word)) spelled.set(fullPinyin(word), word);
  };
  for (const word of spokenWords) learn(word);
  for (const words of [...Object.values(reportWords), ...Object.values(orderWords)]) {
    for (const phrase of words.english) english.set(phrase.replace(/-/g, ' '), words.name);
    for (const word of words.initials) if (!initials.has(word)) initials.set(word, words.name);
    for (const word of [...words.aliases].reverse()) learn(word);
  }
  for (const words of [...Object.values(reportWords), ...Object.values(orderWords)]) learn(words.name);
  for (const [word, meaning] of Object.entries(initialWords)) initials.set(word, meaning);
  // 赢率 asks about one customer, 赢单率 about the past: in English both are win rate, and the past is meant.
  english.set('win rate', '赢单率');
  const dimension = /^(大区|人|行业|渠道|产品|城市|等级|阶段|规模|月|周)$/;

  const split = (letters: string, depth: number): string | null => {
    const whole = spelled.get(letters);
    if (whole !== undefined) return whole;
    const named = letters.length >= 4 ? entities.spelled(letters).filter((one) => one.field !== 'customer') : [];
    if (named.length === 1) return named[0]!.value;
    if (depth === 0) return null;
    for (let cut = Math.min(letters.length - 4, 18); cut >= 4; cut--) {
      const head = split(letters.slice(0, cut), 0);
      const tail = head === null ? null : split(letters.slice(cut), depth - 1);
      if (head !== null && tail !== null) return `${head} ${tail}`;
    }
    return null;
  };

  const meaning = (word: string, next: string | undefined, alone: boolean): string | null => {
    if (word === 'by') {
      const after = next === undefined ? null : (english.get(next) ?? next);
      return after !== null && (dimension.test(after) || /^[一-龥]/.test(after)) ? '按' : '本月';
    }
    if (alone && word === 'bz') return '帮助';
    const named = entities.named(word);
    if (kept.has(word) || named.length > 0) return null;
    const known = english.get(word) ?? initials.get(word);
    if (known !== undefined) return known;
    if (word.length < 2) return null;
    const people = entities.spelled(word);
    if (people.length === 1) return people[0]!.value;
    return word.length >= 4 && word.length <= 60 ? split(word, 4) : null;
  };

  return {
    translate(text) {
      if (!/[a-z]/.test(text)) return { text, repairs: [] };
      const repairs: Repair[] = [];
      const spaced = text
        .replace(
          /\b(last|past) (\d{1,3}) (day|week|month|year)s?\b/g,
          (_, __, count, unit) =>
            `近${count}${({ day: '天', week: '周', month: '个月', year: '年' } as Record<string, string>)[unit]}`,
        )
        .replace(
          /\bnext (\d{1,3}) (day|week|month|year)s?\b/g,
          (_, count, unit) =>
            `未来${count}${({ day: '天', week: '周', month: '个月', year: '年' } as Record<string, string>)[unit]}`,
        );
      const pieces = spaced.match(/(?<![\d])[a-z][a-z'-]*|[^a-z]+|[a-z]+/g) ?? [];
      const words: string[] = [];
      for (let at = 0; at < pieces.length; at++) {
        const piece = pieces[at]!;
        const before = pieces[at - 1] ?? '';
        const after = pieces[at + 1] ?? '';
        if (
          !/^[a-z]/.test(piece) ||
          (/\d$/.test(before) && piece.length <= 3) ||
          (/^\d/.test(after) && piece.length <= 3)
        ) {
          words.push(piece);
          continue;
        }
        // The longest English phrase that begins here: pieces alternate between words and the blanks between them.
        let phrase: string | null = null;
        let length = 0;
        for (let count = 3; count >= 1; count--) {
          const parts = pieces.slice(at, at + count * 2 - 1);
          if (parts.length < count * 2 - 1 || parts.some((part, i) => i % 2 === 1 && !/^[ -]$/.test(part))) continue;
          const known = english.get(parts.join('').replace(/-/g, ' '));
          if (known !== undefined && (count > 1 || !kept.has(piece))) {
            phrase = known;
            length = parts.length;
            break;
          }
        }
        if (phrase !== null) {
          words.push(` ${phrase} `);
          at += length - 1;
          continue;
        }
        const next = /^ *$/.test(after) ? pieces[at + 2] : after.trim().split(' ')[0];
        const read = meaning(piece, next, pieces.length === 1);
        if (read === null) {
          words.push(piece);
        } else {
          words.push(` ${read} `);
          if (piece !== 'by' || read !== '按') repairs.push({ typed: piece, read });
        }
      }
      return { text: words.join('').replace(/按\s+/g, '按').replace(/\s+/g, ' ').trim(), repairs };
    },
  };
}
