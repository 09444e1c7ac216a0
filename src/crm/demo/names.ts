import type { Random } from './random.ts';

const firstParts = [
  ...'恒瑞鼎博远盛泰华宏信德嘉诚新联众安润达凯正金永兴天海东方中科智云星汇宝通启明景和元亚万隆丰锦长',
];
const secondParts = [...'信达丰瑞源图辰航宇泽洋昌盈越峰森腾磊茂凌耀翔岳澜朗睿哲拓卓创维思汇川原江桥'];
const surnames = [
  ...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹苏潘范彭鲁韦马方任袁柳唐罗薛雷贺汤',
];
const givenParts = [
  ...'伟芳娜敏静磊军洋勇艳杰涛明超霞平刚玉桂英健红建文博雅欣怡佳宁晨阳宇浩然子涵思远志强海燕梅兰新成',
];
const cityMarks = ['沪', '苏', '浙', '粤', '京', '津', '鄂', '湘'];
export const titles = ['总经理', '信息部经理', '采购经理', '运营总监', 'IT 主管', '财务经理', '仓储经理', '生产副总'];

/**
 * A company name of its own for each number: first part × second part, walked with a step that shares no factor with their
 * product, then with a mark in front.
 */
export function companyName(index: number, suffix: string): string {
  const pairs = firstParts.length * secondParts.length;
  const at = (index * 1_009) % pairs;
  const round = Math.floor(index / pairs);
  const mark = round === 0 ? '' : cityMarks[round % cityMarks.length]!;
  return mark + firstParts[at % firstParts.length]! + secondParts[Math.floor(at / firstParts.length)]! + suffix;
}

export function personName(random: Random): string {
  const given = random.pick(givenParts) + (random.chance(0.7) ? random.pick(givenParts) : '');
  return random.pick(surnames) + given;
}

/** Obviously made up: 138 0000 xxxx and the like, another four digits for each number. */
export function mobileNumber(index: number): string {
  const blocks = ['138', '139', '137', '136', '135', '150', '151', '158', '159', '186', '187', '188'];
  const block = blocks[Math.floor(index / 9_000) % blocks.length]!;
  return `${block}0000${String(index % 9_000).padStart(4, '0')}`;
}
