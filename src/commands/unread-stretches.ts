import type { Facts } from './facts.ts';
import { filler } from './normalise-text.ts';
import type { Ranking } from './rank-intents.ts';
import type { Scan } from './scan.ts';

/** Words that slots are read from, without being the word of a report. */
const sideWords =
  /环比|同比|同期|对比|相比|红色|黄色|绿色|红灯|黄灯|加权|除了|除外|以外|不含|不包括|排除|其他|其它|别的|全公司|公司|[我咱俺]们?组|团队|手下|表格|excel|pdf|图片|折线图?|饼图|柱状图|热力图|区间|范围|原因|理由|风险|占比|比例|贡献|排序|倒序|从高到低|从低到高|优先|第一|最后|最近|整体|总体|平均|累计|合计|问题|建议|列出|产品线|产品|维度|方式|大单|单子|发群里|群里|变化|电话|手机号?|联系方式|号码|重复|为什么|为啥|上次|有没有|阶段|环节|短信|微信|优惠券|录入|大不大|准不准|准确|靠谱|这一?步|转了|完成|达成|涨|跌|升|降|高|低|多|少|快|慢/g;

/** Places of the text that are read by marks or words: 1 where nothing is left to explain. */
export function knownPlaces(scan: Scan, ranking: Ranking): Uint8Array {
  const known = new Uint8Array(scan.text.length);
  for (const mark of scan.marks) known.fill(1, mark.start, mark.end);
  scan.textAt.forEach((at, place) => {
    if (ranking.read[place] === 1) known[at] = 1;
  });
  for (const match of scan.text.matchAll(sideWords)) known.fill(1, match.index, match.index + match[0].length);
  return known;
}

/** A stretch of text that nothing explains. */
export interface UnreadStretch {
  readonly text: string;
  readonly start: number;
  /** Whether it stands alone between blanks. */
  readonly whole: boolean;
}

/** The stretches that neither a mark, a word nor a dimension explains, left to right, fillers included. */
export function unreadStretches(scan: Scan, ranking: Ranking, facts: Facts): UnreadStretch[] {
  const known = knownPlaces(scan, ranking);
  for (const mark of facts.dimensionMarks)
    for (let place = mark.start; place < mark.end; place++) known[scan.textAt[place]!] = 1;
  return runsOf(scan.text, known);
}

/** What a stretch says that is more than courtesy and grammar. */
export const contentOf = (run: UnreadStretch): string => run.text.replace(followWords, '').replace(filler, '').trim();

/** How many characters stayed unread once fillers are taken away. */
export const unreadLength = (stretches: readonly UnreadStretch[]): number =>
  stretches.reduce((sum, run) => sum + contentOf(run).length, 0);

const followWords =
  /换成?|改成?|只看|只要|仅看|再加上?|加上|去掉|拆开|拆|分开?|展开|点开|细看|往前|推|呢|画成?|切|合并|返回|上一个|那|看看|怎么样|钻|深挖|明细|详细|逐条|凭什么|咋回事|怎么回事|掉|这么|会/g;

function runsOf(text: string, known: Uint8Array): UnreadStretch[] {
  const runs: UnreadStretch[] = [];
  for (let at = 0; at < text.length; ) {
    if (known[at] === 1 || text[at] === ' ') {
      at++;
      continue;
    }
    let end = at;
    while (end < text.length && known[end] !== 1 && text[end] !== ' ') end++;
    const whole = (at === 0 || text[at - 1] === ' ') && (end === text.length || text[end] === ' ');
    runs.push({ text: text.slice(at, end), start: at, whole });
    at = end;
  }
  return runs;
}
