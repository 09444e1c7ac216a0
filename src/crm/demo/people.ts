import { pinyin } from 'pinyin-pro';
import type { RowSink } from '../bulk-insert.ts';
import { type CompanyTime, secondOfDay } from './company-time.ts';

export interface Rep {
  readonly id: string;
  readonly name: string;
  readonly region: Region;
  /** Multiplies the chance to win. */
  readonly skill: number;
  /** Hours until a quote that was asked for leaves, half of the times. */
  readonly quoteHours: number;
  /** Days between two follow-ups, 1 = usual. */
  readonly pace: number;
  /** How often the rep of a region gets the next customer. */
  readonly share: number;
}

export type Region = '华东' | '华南' | '华北' | '华中';

const departments = [
  ['d01', null, '公司', null, 'u001'],
  ['d10', 'd01', '销售部', null, 'u002'],
  ['d11', 'd10', '华东区', '华东', 'u003'],
  ['d111', 'd11', '华东一组', '华东', 'u004'],
  ['d112', 'd11', '华东二组', '华东', 'u005'],
  ['d12', 'd10', '华南区', '华南', 'u006'],
  ['d121', 'd12', '华南一组', '华南', 'u006'],
  ['d13', 'd10', '华北区', '华北', 'u007'],
  ['d131', 'd13', '华北一组', '华北', 'u007'],
  ['d14', 'd10', '华中区', '华中', 'u008'],
  ['d141', 'd14', '华中一组', '华中', 'u008'],
  ['d20', 'd01', '市场部', null, 'u030'],
  ['d30', 'd01', '客服部', null, 'u033'],
  ['d40', 'd01', '客户成功部', null, 'u038'],
  ['d50', 'd01', '信息部', null, 'u040'],
] as const;

/** id, name, department, roles, who leads them. */
const staff = [
  ['u001', '郑宏', 'd01', 'director', null],
  ['u002', '陈志远', 'd10', 'director', 'u001'],
  ['u003', '沈国平', 'd11', 'regional_manager', 'u002'],
  ['u004', '周建国', 'd111', 'manager', 'u003'],
  ['u005', '何俊', 'd112', 'manager', 'u003'],
  ['u006', '梁耀东', 'd12', 'regional_manager,manager', 'u002'],
  ['u007', '赵卫东', 'd13', 'regional_manager,manager', 'u002'],
  ['u008', '彭晓峰', 'd14', 'regional_manager,manager', 'u002'],
  ['u030', '苏婷', 'd20', 'marketing', 'u001'],
  ['u031', '范晓', 'd20', 'marketing', 'u030'],
  ['u033', '林雪', 'd30', 'service', 'u001'],
  ['u034', '冯倩', 'd30', 'service', 'u033'],
  ['u035', '邓超群', 'd30', 'service', 'u033'],
  ['u036', '叶小青', 'd30', 'service', 'u033'],
  ['u037', '潘磊', 'd30', 'service', 'u033'],
  ['u038', '徐静', 'd40', 'service', 'u001'],
  ['u039', '孟凡', 'd40', 'service', 'u038'],
  ['u040', '钟明', 'd50', 'admin', 'u001'],
] as const;

/** id, name, department, leader, skill, quoteHours, pace, share. */
const salesPeople = [
  ['u010', '王磊', 'd111', 'u004', 1.12, 14, 0.85, 1.2],
  ['u011', '李娜', 'd111', 'u004', 1.22, 12, 0.8, 1.0],
  ['u012', '刘洋', 'd111', 'u004', 0.9, 30, 1.1, 1.0],
  ['u013', '陈晨', 'd112', 'u005', 1.0, 20, 1.0, 1.0],
  ['u014', '黄海波', 'd112', 'u005', 0.82, 42, 1.3, 0.9],
  ['u015', '吴敏', 'd112', 'u005', 1.08, 18, 0.95, 1.0],
  ['u016', '李强', 'd121', 'u006', 1.1, 16, 0.9, 1.1],
  ['u017', '林佳怡', 'd121', 'u006', 1.02, 20, 1.0, 1.0],
  ['u018', '谭俊杰', 'd121', 'u006', 0.88, 34, 1.15, 1.0],
  ['u019', '罗丹', 'd121', 'u006', 1.0, 22, 1.0, 0.9],
  ['u020', '张伟', 'd131', 'u007', 1.05, 18, 0.95, 1.1],
  ['u021', '孙浩', 'd131', 'u007', 0.9, 28, 1.1, 1.0],
  ['u022', '高洁', 'd131', 'u007', 1.06, 17, 0.9, 0.9],
  ['u023', '胡文斌', 'd141', 'u008', 0.8, 40, 1.2, 1.0],
  ['u024', '曹颖', 'd141', 'u008', 0.78, 36, 1.15, 1.0],
] as const;

/** Left in spring; the customers were handed over. */
export const leftRep = { id: 'u025', name: '吴涛', department: 'd111', leader: 'u004', daysAgo: 205 } as const;

export const serviceAgents = ['u034', 'u035', 'u036', 'u037'] as const;
export const customerSuccess = ['u038', 'u039'] as const;

const regionByDepartment = new Map<string, Region>([
  ['d111', '华东'],
  ['d112', '华东'],
  ['d121', '华南'],
  ['d131', '华北'],
  ['d141', '华中'],
]);

/** The 15 reps who work today. */
export const reps: readonly Rep[] = salesPeople.map(
  ([id, name, department, , skill, quoteHours, pace, share]): Rep => ({
    id,
    name,
    region: regionByDepartment.get(department)!,
    skill,
    quoteHours,
    pace,
    share,
  }),
);

export const formerRep: Rep = {
  id: leftRep.id,
  name: leftRep.name,
  region: '华东',
  skill: 0.85,
  quoteHours: 30,
  pace: 1.2,
  share: 1,
};

/** Sales departments from the bottom up, with the reps whose results count for them; for the targets. */
export const salesDepartments: readonly { readonly id: string; readonly repIds: readonly string[] }[] = [
  'd111',
  'd112',
  'd121',
  'd131',
  'd141',
  'd11',
  'd12',
  'd13',
  'd14',
  'd10',
].map((id) => ({
  id,
  repIds: salesPeople.filter(([, , own]) => id === 'd10' || own.startsWith(id)).map(([repId]) => repId),
}));

export function addPeople(sink: RowSink, time: CompanyTime): void {
  for (const [department_id, parent_id, name, region, manager_user_id] of departments) {
    sink.add('cm_departments', { department_id, parent_id, name, region, manager_user_id });
  }
  const nameOf = new Map<string, string>(departments.map(([id, , name]) => [id, name]));
  const everyone = [
    ...staff.map(([id, name, department, roles, leader]) => ({ id, name, department, roles, leader, active: 1 })),
    ...salesPeople.map(([id, name, department, leader]) => ({ id, name, department, roles: 'rep', leader, active: 1 })),
    { ...leftRep, roles: 'rep', active: 0 },
  ];
  everyone.forEach((person, index) => {
    const number = Number(person.id.slice(1));
    const account = pinyin(person.name, { toneType: 'none', type: 'array' }).join('').replaceAll('ü', 'v');
    const lastSeen = person.active === 1 ? secondOfDay(time.last) + 8 * 3_600 + ((index * 97) % 5_400) : null;
    sink.add('cm_users', {
      user_id: person.id,
      name: person.name,
      employee_no: `E${String(1000 + number)}`,
      mobile: `1380000${String(9_000 + number)}`,
      email: `${account}@example.com`,
      department_id: person.department,
      department_name: nameOf.get(person.department) ?? null,
      roles: person.roles,
      manager_user_id: person.leader,
      is_active: person.active,
      last_login_at: time.wall(lastSeen ?? secondOfDay(time.last - leftRep.daysAgo) + 18 * 3_600),
      created_at: time.wall(secondOfDay(time.first - 30 - index) + 9 * 3_600),
      wecom_userid: person.active === 1 ? account : null,
      dingtalk_userid: person.active === 1 ? `dd_${account}` : null,
    });
  });
}
