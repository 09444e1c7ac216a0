/** What a person is in the company, from the CRM's roles or settings. The widest role decides. */
export type Role = 'rep' | 'manager' | 'regional_manager' | 'director' | 'service' | 'marketing' | 'admin';

export const roles: readonly Role[] = [
  'rep',
  'manager',
  'regional_manager',
  'director',
  'service',
  'marketing',
  'admin',
];

export const roleNames: Readonly<Record<Role, string>> = {
  rep: '销售',
  manager: '销售主管',
  regional_manager: '大区经理',
  director: '总监',
  service: '客服',
  marketing: '市场',
  admin: '管理员',
};

/** Who asks or receives: a CRM user known to the bot. */
export interface Viewer {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly departmentId: string | null;
  readonly region: string | null;
}
