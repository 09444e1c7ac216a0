import type { FilterField } from './command.ts';
import { dimensionOf } from './dimension-words.ts';
import type { EntityIndex, NamedEntity } from './entity-index.ts';
import { filler } from './normalise-text.ts';
import { intentOfWord, type Ranking, vocabularyWords } from './rank-intents.ts';
import { namesBehind } from './repair-words.ts';
import type { Scan } from './scan.ts';
import type { UnreadStretch } from './unread-stretches.ts';

/** A stretch of the text and what it may stand for. */
export interface NameFound {
  readonly typed: string;
  readonly start: number;
  readonly field: FilterField;
  /**
   * `one`: a customer by part of its name. `typed`: a customer's name as typed, which the database knows or not.
   * `several`: names that contain it. `near`: names one slip away. `nobody`: a name that nothing comes near.
   */
  readonly kind: 'one' | 'typed' | 'several' | 'near' | 'nobody';
  readonly names: readonly NamedEntity[];
}

/** 客户 <name>, 互动记录 <name>, 赢率 <name>: reports that are asked about one customer. */
const asksCustomer = /^(?:customer_detail|interaction_timeline|win_probability)$/;
const lastTalk =
  /^(?:帮?我?看?查?看?一?下?)?(.{2,24}?)(?:的|是|这?家)?(?:上次|上一次|上回|最近一次|最后一次)(?:是|都)?(?:谁|啥时候|什么时候|几号|哪天|聊|联系|跟进|沟通|拜访|见)/;

/**
 * A customer whose name is not among those that the asker sees: 客户 <name>, <name>上次谁联系的. Whether there is one
 * is for the database to say, in the same words for names that do not exist and names outside the asker's scope.
 */
export function typedCustomer(scan: Scan, entities: EntityIndex): NameFound | null {
  const { text } = scan;
  const asked = lastTalk.exec(text);
  if (asked !== null) {
    const start = asked.index + asked[0].indexOf(asked[1]!);
    return nameAt(scan, start, asked[1]!, entities);
  }
  const words = [...text.matchAll(/\S+/g)];
  const isAsking = ([word]: RegExpMatchArray): boolean => asksCustomer.test(intentOfWord(word) ?? '');
  if (words.length < 2 || !words.some(isAsking)) return null;
  const others = words.filter((word) => !isAsking(word));
  const candidates = others.filter((word) => !isRead(scan, word.index, word[0]));
  // 客户 新 城 大厦 may be a name too, but no one types a name in pieces and dates between them.
  return candidates.length === 1 ? nameAt(scan, candidates[0]!.index, candidates[0]![0], entities) : null;
}

/** Whether a word is a name, a date, a dimension or a word of the vocabulary through and through. */
function isRead(scan: Scan, start: number, word: string): boolean {
  if (vocabularyWords.has(word) || dimensionOf(word) !== null || word.replace(filler, '') === '') return true;
  const marked = scan.marks
    .filter((mark) => mark.start >= start && mark.end <= start + word.length)
    .reduce((sum, mark) => sum + mark.end - mark.start, 0);
  if (marked > 0 && word.length - marked <= 1) return true;
  return /^(?:按|各|近|前|top|我|全|所有|沉默|流失|新|老|多少|几|有)|(?:名单|清单|列表|分布|占比|比例|多少|几个|哪些|的|吗|呢)$/.test(
    word,
  );
}

function nameAt(scan: Scan, start: number, name: string, entities: EntityIndex): NameFound | null {
  if (name.length < 2 || !/[一-龥a-z]/.test(name) || isRead(scan, start, name)) return null;
  const found = { typed: name, start, field: 'customer' as const };
  const asCustomers = (values: readonly string[]): NamedEntity[] =>
    values.map((value) => ({ field: 'customer', value }));
  const containing = entities.customers.containing(name, 4);
  if (containing.length === 1) return { ...found, kind: 'one', names: asCustomers(containing) };
  if (containing.length > 1) return { ...found, kind: 'several', names: asCustomers(containing.slice(0, 3)) };
  const near = entities.customers.resembling(name, 3);
  if (near.length > 0) return { ...found, kind: 'near', names: asCustomers(near) };
  return { ...found, kind: 'typed', names: asCustomers([name]) };
}

const surnames =
  '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻潘葛范彭鲁韦马方俞任袁柳唐罗薛雷贺倪汤殷毕郝邬安常于傅齐康伍余顾孟黄穆萧尹姚邵汪毛狄臧成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江童颜郭梅林钟徐邱骆高夏蔡田胡凌霍万柯管卢莫房丁邓洪石崔吉龚程邢裴陆翁惠甄封储靳段侯武刘景龙叶司黎薄白蒲赖卓屠乔闻翟谭姬申冉牛边尚温庄晏瞿阎慕连习艾鱼容向古易廖终居步耿匡国文寇广欧沃蔚越隆师巩聂晁敖冷辛那简饶曾沙丰关查后荆游竺权盖益桓公';
const personName = new RegExp(`^[${surnames}][一-龥]{1,2}$`);

/** A stretch that nothing explains: a customer by part of its name, a name with a slip, or a name that nobody has. */
export function unreadName(
  stretches: readonly UnreadStretch[],
  ranking: Ranking,
  entities: EntityIndex,
  isQuestion: boolean,
): NameFound | null {
  for (const run of stretches) {
    const bare = run.text.replace(filler, '');
    // 李那 stands alone: a filler inside a name does not make it one.
    if ((bare.length < 2 && !(run.whole && bare.length === 1 && run.text.length >= 2)) || !/[一-龥a-z]/.test(bare))
      continue;
    const piece = run.whole && /^[一-龥]{2,}$/.test(run.text) ? run.text : bare;
    const at = (typed: string): number => run.start + Math.max(0, run.text.indexOf(typed));
    const near = namesBehind(piece, run.whole, entities);
    if (near !== null) {
      const field = near.names[0]!.field;
      const names = near.names.filter((one, place) => near.names.findIndex((n) => n.value === one.value) === place);
      return { kind: 'near', typed: near.typed, start: at(near.typed), field, names: names.slice(0, 3) };
    }
    // 华西区 is no region here: those that are.
    if (run.whole && /^[一-龥]{2,3}(?:大|片)?区$/.test(run.text)) {
      const regions = entities.regions.slice(0, 3).map((value): NamedEntity => ({ field: 'region', value }));
      if (regions.length > 0)
        return { kind: 'near', typed: run.text, start: run.start, field: 'region', names: regions };
    }
    for (const part of piece === bare ? [piece] : [piece, bare]) {
      if (part.length < 2 || !run.text.includes(part)) continue;
      const names = entities.customers.containing(part, 4).map((value): NamedEntity => ({ field: 'customer', value }));
      if (names.length === 0) continue;
      const kind = names.length === 1 ? 'one' : 'several';
      return { kind, typed: part, start: at(part), field: 'customer', names: names.slice(0, 3) };
    }
    if (run.whole && isQuestion && ranking.intents.length > 0 && /^[一-龥]{2,6}$/.test(run.text) && bare === run.text) {
      const field = personName.test(piece) ? 'owner' : 'customer';
      return { kind: 'nobody', typed: piece, start: at(piece), field, names: [] };
    }
  }
  return null;
}
