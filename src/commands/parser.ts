import type {
  Command,
  Entities,
  Intent,
  ParseContext,
  Parser,
  Reading,
  Repair,
  Slots,
  Understanding,
} from './command.ts';
import { injection, otherWork, outsideWords, smallTalk } from './cues/order-cues.ts';
import { createEntityIndex, type EntityIndex } from './entity-index.ts';
import { type Facts, gatherFacts } from './facts.ts';
import { chosen, goesOn, readFollowUp } from './follow-ups.ts';
import { createLatinReader, type LatinReader } from './latin-words.ts';
import { filler, longestQuestion, normaliseText, withoutCourtesy } from './normalise-text.ts';
import { fillOrderSlots } from './order-slots.ts';
import { printCommand } from './print-command.ts';
import { type Ranking, rankIntents, vocabularyWords } from './rank-intents.ts';
import { namesBehind, repairWords } from './repair-words.ts';
import { fillReportSlots } from './report-slots.ts';
import { type Scan, scanText } from './scan.ts';

/** Below this no report is meant: single hints (客户, 渠道) do not make a question. */
const enough = 4.3;
/** Readings closer than this are offered, not chosen. */
const close = 0.12;

const isOrder = (intent: Intent): boolean =>
  /^(?:subscription_|alert_|action_item_(?:create|done)|export$|help$|metric_definition|feedback_wrong|scope_request|silent_feedback)/.test(
    intent,
  );

interface Parts {
  readonly entities: EntityIndex;
  readonly latin: LatinReader;
  readonly grades: readonly string[];
}

/** Reads what people type. Build it anew when the names of the CRM change; with 200,000 customers that takes under two seconds. */
export function createParser(entities: Entities): Parser {
  const index = createEntityIndex(entities, vocabularyWords);
  const parts: Parts = {
    entities: index,
    latin: createLatinReader(index),
    grades: entities.grades.map((grade) => grade.toUpperCase()),
  };
  return {
    understand: (text, context) => understand(text, context, parts),
    print: printCommand,
  };
}

const clarify = (why: string, slots: Slots, readings: readonly Reading[] = []): Understanding => ({
  kind: 'ask-back',
  why,
  command: { intent: 'clarify', slots },
  readings,
});

const command = (
  intent: Intent,
  slots: Slots,
  repairs: readonly Repair[] = [],
  assumed: Readonly<Record<string, unknown>> = {},
): Understanding => ({ kind: 'command', command: { intent, slots }, repairs, assumed });

function understand(text: string, context: ParseContext, parts: Parts): Understanding {
  const raw = text
    .slice(0, longestQuestion * 8)
    .normalize('NFKC')
    .toLowerCase();
  if (injection.some((pattern) => pattern.test(raw))) return command('reject', { reason: 'injection' });
  const plain = normaliseText(text);
  if (plain === '')
    return context.chat === 'group'
      ? { kind: 'not-addressed' }
      : { kind: 'small-talk', line: '在。想看哪个数,直接打:漏斗 本月,或 业绩 上周。' };
  for (const { pattern, line, murmur } of smallTalk) {
    // 哈哈, 好的 in a group is said to people.
    if (pattern.test(plain))
      return murmur === true && context.chat === 'group' ? { kind: 'not-addressed' } : { kind: 'small-talk', line };
  }
  if (plain.length > longestQuestion)
    return clarify('这条太长了,没能读完。一次问一件事,比如:漏斗 本月 华东。', { reason: 'too_long' });
  const picked = chosen(plain, context.previous);
  if (picked !== null) return command(picked.intent, picked.slots);
  const latin = parts.latin.translate(withoutCourtesy(plain));
  return read(latin.text, latin.repairs, context, parts, 0);
}

function read(
  text: string,
  repairs: readonly Repair[],
  context: ParseContext,
  parts: Parts,
  round: number,
): Understanding {
  const scan = scanText(text, parts.entities, vocabularyWords, context, parts.grades);
  const ranking = rankIntents(scan.skeleton);
  if (round < 2) {
    const known = knownPlaces(scan, ranking);
    const best = ranking.intents[0]?.weight ?? 0;
    if (best < 6.6 || text.includes(' ')) {
      const repaired = repairWords(text, known);
      if (repaired.repairs.length > 0)
        return read(repaired.text, [...repairs, ...repaired.repairs], context, parts, round + 1);
    }
  }
  const facts = gatherFacts(scan, parts.entities.stageForms, parts.entities.stageShortForm);
  const problem = problemOf(facts);
  if (problem !== null) return problem;
  if (
    otherWork.test(text) ||
    (outsideWords.some((pattern) => pattern.test(text)) &&
      !(ranking.intents[0] !== undefined && ranking.intents[0].weight >= 7.5))
  )
    return command('out_of_scope', {});
  const unread = unreadName(scan, ranking, facts, parts);
  if (unread !== null && 'kind' in unread) return unread;
  const withUnread =
    unread === null
      ? facts
      : { ...facts, named: { ...facts.named, customer: [...(facts.named.customer ?? []), unread.customer] } };
  return decide(
    unread === null ? 0 : unread.typed.length,
    scan,
    ranking,
    withUnread,
    unread === null ? repairs : [...repairs, { typed: unread.typed, read: unread.customer }],
    context,
  );
}

/** Words that slots are read from, without being the word of a report. */
const sideWords =
  /环比|同比|同期|对比|相比|红色|黄色|绿色|红灯|黄灯|加权|除了|除外|以外|不含|不包括|排除|其他|其它|别的|全公司|公司|我们?组|团队|手下|表格|excel|pdf|图片|折线图?|饼图|柱状图|热力图|区间|范围|原因|理由|风险|占比|比例|贡献|排序|倒序|从高到低|从低到高|优先|第一|最后|最近|整体|总体|平均|累计|合计|问题|建议|列出|产品线|产品|维度|方式|大单|单子|发群里|群里|变化|电话|手机号?|联系方式|号码|重复|为什么|为啥|上次|有没有|涨|跌|升|降|高|低|多|少|快|慢/g;

/** Places of the text that are read by marks or words. */
function knownPlaces(scan: Scan, ranking: Ranking): Uint8Array {
  const known = new Uint8Array(scan.text.length);
  for (const mark of scan.marks) known.fill(1, mark.start, mark.end);
  scan.textAt.forEach((at, place) => {
    if (ranking.read[place] === 1) known[at] = 1;
  });
  for (const match of scan.text.matchAll(sideWords)) known.fill(1, match.index, match.index + match[0].length);
  return known;
}

/** Dates that do not exist and nicknames that fit several people: asked before anything else. */
function problemOf(facts: Facts): Understanding | null {
  const impossible = facts.periods.find((mark) => mark.period === null);
  if (impossible !== undefined) {
    const nearest = impossible.nearest ?? '';
    return clarify(`日历上没有这个时间,最近的是 ${nearest}。`, { reason: 'invalid_period', suggest: [nearest] });
  }
  const doubt = facts.doubts[0];
  if (doubt !== undefined) {
    return clarify(`「${doubt.typed}」有 ${doubt.names.length} 位,是哪一位?`, {
      reason: 'ambiguous_name',
      field: doubt.field,
      suggest: doubt.names.slice(0, 5),
    });
  }
  return null;
}

const fieldNames: Readonly<Record<string, string>> = {
  region: '大区',
  owner: '人',
  city: '城市',
  industry: '行业',
  channel: '渠道',
  customer: '客户',
  stage: '阶段',
  product_line: '产品线',
  department: '部门',
  contact: '联系人',
  campaign: '活动',
  product: '产品',
};

/** A stretch that nothing explains: a customer by part of its name, a name with a slip, or a name that does not exist. */
function unreadName(
  scan: Scan,
  ranking: Ranking,
  facts: Facts,
  parts: Parts,
): Understanding | { customer: string; typed: string } | null {
  const best = ranking.intents[0];
  const freeText =
    best !== undefined &&
    /^(?:action_item_create|feedback_wrong_number|help|scope_request|metric_definition)/.test(best.intent);
  if (freeText) return null;
  const known = knownPlaces(scan, ranking);
  for (const mark of facts.dimensionMarks)
    for (let place = mark.start; place < mark.end; place++) known[scan.textAt[place]!] = 1;
  for (const run of runsOf(scan.text, known)) {
    const bare = run.text.replace(filler, '');
    // 李那 stands alone: a filler inside a name does not make it one.
    if ((bare.length < 2 && !(run.whole && bare.length === 1 && run.text.length >= 2)) || !/[一-龥a-z]/.test(bare))
      continue;
    const piece = run.whole && /^[一-龥]{2,}$/.test(run.text) ? run.text : bare;
    const near = namesBehind(piece, run.whole, parts.entities);
    if (near !== null) {
      const names = [...new Set(near.names.map((one) => one.value))].slice(0, 3);
      const field = near.names[0]!.field;
      return clarify(`没有叫「${near.typed}」的${fieldNames[field] ?? ''},是不是 ${names.join('、')}?`, {
        reason: 'unknown_value',
        field,
        suggest: names,
      });
    }
    const containing = piece.length >= 2 ? parts.entities.customers.containing(piece, 4) : [];
    if (containing.length === 1) return { customer: containing[0]!, typed: piece };
    if (containing.length > 1) {
      return clarify(`名字里有「${piece}」的客户不止一家,是哪一家?`, {
        reason: 'ambiguous_name',
        field: 'customer',
        suggest: containing.slice(0, 3),
      });
    }
    if (
      run.whole &&
      best !== undefined &&
      (best.weight >= enough || best.intent === 'customer_detail') &&
      /^[一-龥]{2,6}$/.test(run.text) &&
      bare === run.text
    ) {
      const field =
        /^[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻潘葛范彭鲁韦马方俞任袁柳唐罗薛雷贺倪汤殷毕郝邬安常于傅齐康伍余顾孟黄穆萧尹姚邵汪毛狄臧成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江童颜郭梅林钟徐邱骆高夏蔡田胡凌霍万柯管卢莫房丁邓洪石崔吉龚程邢裴陆翁惠甄封储靳段侯武刘景龙叶司黎薄白蒲赖卓屠乔闻翟谭姬申冉牛边尚温庄晏瞿阎慕连习艾鱼容向古易廖终居步耿匡国文寇广欧沃蔚越隆师巩聂晁敖冷辛那简饶曾沙丰关查后荆游竺权盖益桓公][一-龥]{1,2}$/.test(
          piece,
        )
          ? 'owner'
          : 'customer';
      return clarify(`没找到叫「${piece}」的${field === 'owner' ? '人' : '客户'}。`, {
        reason: 'unknown_value',
        field,
        suggest: [],
      });
    }
  }
  return null;
}

/** How many characters stayed unread once fillers are taken away. */
function unreadLength(scan: Scan, ranking: Ranking, facts: Facts): number {
  const known = knownPlaces(scan, ranking);
  for (const mark of facts.dimensionMarks)
    for (let place = mark.start; place < mark.end; place++) known[scan.textAt[place]!] = 1;
  return runsOf(scan.text, known).reduce(
    (sum, run) => sum + run.text.replace(followWords, '').replace(filler, '').length,
    0,
  );
}

const followWords =
  /换成?|改成?|只看|只要|仅看|再加上?|加上|去掉|拆开|拆|分开?|展开|点开|细看|往前|推|呢|画成?|切|合并|返回|上一个|那|看看|怎么样|钻|深挖|明细|详细|逐条|凭什么|咋回事|怎么回事|掉|这么|会/g;

function runsOf(text: string, known: Uint8Array): { text: string; whole: boolean }[] {
  const runs: { text: string; whole: boolean }[] = [];
  for (let at = 0; at < text.length; ) {
    if (known[at] === 1 || text[at] === ' ') {
      at++;
      continue;
    }
    let end = at;
    while (end < text.length && known[end] !== 1 && text[end] !== ' ') end++;
    const whole = (at === 0 || text[at - 1] === ' ') && (end === text.length || text[end] === ' ');
    runs.push({ text: text.slice(at, end), whole });
    at = end;
  }
  return runs;
}

function decide(
  found: number,
  scan: Scan,
  ranking: Ranking,
  facts: Facts,
  repairs: readonly Repair[],
  context: ParseContext,
): Understanding {
  const { skeleton } = scan;
  const ranked = ranking.intents.map((one) => one.intent);
  const best = ranking.intents[0];
  const weak = best === undefined || best.weight < enough;
  const followUp = readFollowUp(facts, context.moment.today);
  if (followUp !== null && (weak || !isOrder(best.intent)) && (weak || shortFollowUp(skeleton, best.weight))) {
    // 转率画 上周: what stayed unread may have been the question itself.
    const unread = unreadLength(scan, ranking, facts) - found;
    if (unread >= (goesOn(skeleton) ? 4 : 2)) return nothingFits(scan, facts, context);
    const bareName =
      !goesOn(skeleton) &&
      followUp.intent === 'refine' &&
      followUp.slots.filters !== undefined &&
      Object.keys(followUp.slots).length === 2;
    if (!bareName || context.previous !== null) return command(followUp.intent, followUp.slots, repairs);
  }
  if (best === undefined || (weak && !isCustomerQuestion(best.intent, facts))) return nothingFits(scan, facts, context);
  // One hint in a long sentence is no reading of it.
  if (best.weight < 5 && !isOrder(best.intent) && unreadLength(scan, ranking, facts) - found >= 5)
    return nothingFits(scan, facts, context);
  const rival = ranking.intents[1];
  if (rival !== undefined && best.weight - rival.weight < close && !isOrder(best.intent)) {
    const readings = [best, rival].map((one) => reading(one.intent, facts, scan, ranked, context));
    return clarify(
      '这句有两种读法,要看哪个?',
      { reason: 'ambiguous_intent', suggest: readings.map((one) => one.words) },
      readings,
    );
  }
  const { slots, assumed } = slotsFor(best.intent, facts, scan, ranked, context);
  const { intent } = best;
  if (slots.clarify === 'period') {
    return { kind: 'ask-back', why: '「最近」指哪段时间?', command: { intent, slots: slots as Slots }, readings: [] };
  }
  return command(intent, slots as Slots, repairs, assumed);
}

const isCustomerQuestion = (intent: Intent, facts: Facts): boolean =>
  intent === 'customer_detail' && (facts.named.customer !== undefined || facts.named.contact !== undefined);

/** A message that has a report's word in it goes on only when that word is incidental (看下按人的明细). */
const shortFollowUp = (skeleton: string, weight: number): boolean =>
  weight <= 4.5 && /^(?:那|换|改|只看|只要|再|加上|去掉|带上)/.test(skeleton) && goesOn(skeleton);

function slotsFor(intent: Intent, facts: Facts, scan: Scan, ranked: readonly Intent[], context: ParseContext) {
  return isOrder(intent) || intent === 'alert_ack'
    ? fillOrderSlots(intent, facts, scan, ranked, context)
    : fillReportSlots(intent, facts, context);
}

function reading(intent: Intent, facts: Facts, scan: Scan, ranked: readonly Intent[], context: ParseContext): Reading {
  const { slots } = slotsFor(intent, facts, scan, ranked, context);
  const made: Command = { intent, slots: slots as Slots };
  return { words: printCommand(made), command: made };
}

function nothingFits(scan: Scan, facts: Facts, context: ParseContext): Understanding {
  const named = Object.keys(facts.named);
  const likely: Intent[] =
    facts.named.customer !== undefined
      ? ['customer_detail', 'interaction_timeline', 'win_probability']
      : ['sales_performance', 'funnel', 'followups'];
  const readings = likely.map((intent) => reading(intent, facts, scan, [], context));
  const suggest = readings.map((one) => one.words);
  if (named.length > 0 || facts.periods.length > 0)
    return clarify('要看哪个数?', { reason: 'missing_report', suggest }, readings);
  return clarify('没读懂这句。', { reason: 'not_understood', suggest }, readings);
}
