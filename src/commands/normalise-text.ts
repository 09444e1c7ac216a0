import { Converter } from 'opencc-js/t2cn';

const toSimplified = Converter({ from: 't', to: 'cn' });

/** Longer texts are not questions; they are read up to here and then asked about. */
export const longestQuestion = 240;

const emoji = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{FE0F}|\u{200D}|\u{20E3}/gu;
/** `[微笑]`, `/微笑`: how the chat clients write their own faces. */
const chatFace = /\[[一-龥a-z]{1,4}\]|\/(?:微笑|撇嘴|抱拳|强|玫瑰|呲牙|流泪|再见|奋斗)/gi;
const mention = /@(?:晨报)(?:机器人|小助手|助手|bot)?|@[^\s@]{1,20}(?=\s|$)/gi;

/**
 * The text as the grammar reads it: one width, simplified characters, lower case, no emoji, no @bot, punctuation as
 * spaces where it does not carry meaning. Length is bounded before anything costly happens.
 */
export function normaliseText(text: string): string {
  const bounded = text.slice(0, longestQuestion * 8).normalize('NFKC');
  const plain = toSimplified(bounded.replace(/[\u200B-\u200F\u2060\uFEFF\u00AD]/g, '').replace(emoji, ' '));
  return plain
    .replace(mention, ' ')
    .replace(chatFace, ' ')
    .toLowerCase()
    .replace(/[—–―]+/g, '-')
    .replace(/[~～]/g, '~')
    .replace(/(?<=\d)\s*:\s*(?=\d)/g, '\u0001')
    .replace(/[,，。!！?？;；:：、"“”'‘’「」『』【】《》()（）[\]…·|\\`^_]+/g, ' ')
    .replaceAll('\u0001', ':')
    .replace(/(?<!\d)\.|\.(?!\d)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** How questions begin before they begin; 看下 stays where 下 belongs to the date (看下个月预测). */
const politeness =
  /^(?:(?:那个|嗯+|额+|呃+|哎|喂|嘿|你好|您好|hi|hello|亲|急+|老板|领导|陈总)\s+|(?:麻烦|劳驾|拜托|请问?|求|老板要|领导要|老板问|领导问|急需|急用)\s*|(?:能不能|可以|能)?(?:帮忙?我?们?|给我|我想|我要|想)?(?:看|查|瞅|瞧|拉|搞|统计|查询|调)(?:一下|一眼|下(?!个?[月周季星礼]|半年)|下(?=[周月]报|下)|看)\s*|(?:我想|我要|想)(?:看看?|查查?|知道)(?!下)\s*|帮我?(?=[^一-龥]|看|查))/;

const parting = /\s+(?:急+|很急|急用|谢谢|谢了|多谢|在线等|快点|速度|尽快|辛苦了?|麻烦了|谢谢啦|thx|thanks)\s*$/;

/** The question without its courtesies before and after. */
export function withoutCourtesy(text: string): string {
  let rest = text.replace(parting, '');
  for (let round = 0; round < 4; round++) {
    const next = rest.replace(politeness, '').trimStart();
    if (next === rest || next === '') break;
    rest = next;
  }
  return rest;
}

/** 客户 价值 → 客户价值: a word of the vocabulary that was typed in two pieces, where neither is said with a third. */
export function joinSplitWords(text: string, words: ReadonlySet<string>): string {
  const pieces = text.split(' ');
  for (let at = 0; at + 1 < pieces.length; at++) {
    const whole = pieces[at]! + pieces[at + 1]!;
    if (!/^[一-龥]{3,8}$/.test(whole) || !words.has(whole) || (words.has(pieces[at]!) && words.has(pieces[at + 1]!)))
      continue;
    pieces.splice(at, 2, whole);
  }
  return pieces.join(' ');
}

/** Words that carry nothing the grammar needs; used when judging what was left unread. */
const courtesies =
  '怎么样了?|怎么|这么|那么|咋样了?|呗|打开|链接|网址|搞|弄|啥样|样子|俩|地方|带上|拉出来?|名下|手上|手里|手头|身上|上面|底下|下面|以上|以下|以内|级别的?|类的|严重|厉害|东西|销售们?(?!额|量|冠)|那几天|那天|这个?(?:速度|节奏|进度)|照着?|拉着?|浪费时间|别|重点|帮我?|帮忙|麻烦|劳驾|拜托|请问?|想要?|要|查一?下|查询|查查|查|看一?下|看一?看|看看|瞅瞅|瞅一?眼|瞧瞧|看|一下|给个|给我|给|发我|发一?[张下份个]|发|来一?[个张份]|来|拉一?[个下张份]|老板|领导|急用?|着急|赶紧|快点|快|马上|现在|目前|当前|截至|截止|怎么样了?|咋样了?|怎样|如何|什么情况|啥情况|情况|状况|多少|几个|几家|几单|几|有没有|有哪些|有|哪些|哪个|哪儿|哪里|哪|谁|什么|啥|吗|呢|啊|吧|呀|哦|哈|嘛|啦|了|的|得|地|着|过|是不是|是|不是|都|也|还|又|再|就|才|被|把|让|跟|和|与|及|以及|或者?|对|在|到|从|里面?|各|每个?|每|所有|全部?|一共|总共|总|共|合计|总计|数据|报表|报告|图表|统计|数字|明细|名单|列表|列出来?|清单|详细|具体|这个|那个|这|那|它|我们|咱们?|我|你|您|他|大家|兄弟|亲|今儿|到底|究竟|大概|大约|估计|先|然后|顺便|另外|最|比较|挺|很|太|好|可以|能不能|能|会|可|没|不|客户|方面|维度|角度|出来|起来|一|两|主要|关于|有关|帮|嗯+|额+|呃+|哎|唉|嘿|喂|hi|hello|ok|pls|please|the|of|in|for|to|me|show|how|what|is|are|vs|and|crm';
/** Counting words and the like: nothing by themselves, but words where several stand together (中位数). */
const counters = '图|表|数|列|中|人|个|家|位|条|张|份|单|元';
export const filler = new RegExp(`${courtesies}|${counters}`, 'g');
/** Courtesy and grammar without the counting words. */
export const courtesy = new RegExp(courtesies, 'g');
