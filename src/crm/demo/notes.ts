import type { Random } from './random.ts';

/** What was talked about, by stage of the opportunity (0-3) and outside of one (care). */
const topics: readonly (readonly string[])[] = [
  [
    '首次电话沟通,对方有兴趣,约下周详聊',
    '介绍了公司和产品,对方在了解同类软件',
    '加了微信,发了产品手册',
    '对方在开会,改天再打',
    '确认了联系人和公司规模,预算还没定',
    '对方问有没有同行案例,已发两个',
  ],
  [
    '做了需求调研,主要痛点是库存对不上',
    '和信息部聊了系统现状,现用表格和旧 ERP',
    '现场看了车间流程,数据靠手工抄录',
    '调研问卷已收回,重点在订单跟踪',
    '业务部门希望手机上能审批',
    '确认了上线时间,希望年底前用起来',
  ],
  [
    '方案演示,生产和财务都来了,反馈不错',
    '演示后对方问能不能和现有系统对接',
    '按对方要求改了方案,已重新发出',
    '约了第二次演示,这次总经理参加',
    '对方拿我们和另一家比较,关注实施周期',
    '对方试用了两天,提了五个问题,已答复',
  ],
  [
    '报价已发,对方觉得服务费偏高',
    '谈付款方式,对方想分三期',
    '对方在走内部审批,预计两周',
    '法务在看合同,改了两条',
    '采购要求再降 5 个点,已请示',
    '商务条件基本谈妥,等对方总经理签字',
  ],
  [
    '例行回访,使用正常',
    '问了近期使用情况,希望加报表功能',
    '节前问候,顺便聊了明年的计划',
    '对方新开了一个仓,可能要加账号',
    '提醒续费时间,对方说会列入预算',
    '近期没有采购计划,下季度再联系',
  ],
];

const unanswered = ['电话没接,稍后再打', '对方不方便,约改天', '电话占线', '秘书接的,留了话'];

export const care = 4;

export const noteOf = (random: Random, topic: number, connected: boolean): string =>
  connected ? random.pick(topics[topic]!) : random.pick(unanswered);

export const lostReasons: readonly (readonly [string, number])[] = [
  ['价格太高', 30],
  ['选择了竞争对手', 26],
  ['预算取消或推迟', 20],
  ['需求不匹配', 12],
  ['联系人离职', 7],
  ['响应太慢', 5],
];

const ticketSubjects: Readonly<Record<string, readonly string[]>> = {
  question: ['报表怎么导出', '新员工账号怎么开', '权限怎么设置', '审批流程怎么改', '发票信息怎么改'],
  fault: ['登录很慢', '库存数量不同步', '手机端打不开', '打印模板错位', '接口报错'],
  complaint: ['问题多次反馈没解决', '实施进度拖延', '客服回复太慢', '升级后功能变难用'],
  return: ['扫码终端无法开机,要求退货', '网关频繁掉线,要求退货', '设备型号发错'],
};

export const ticketSubject = (random: Random, kind: string): string => random.pick(ticketSubjects[kind]!);
