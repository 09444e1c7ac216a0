import { afterAll, beforeAll, expect, it } from 'vitest';
import { doerFor } from '../../src/reports/next-steps.ts';
import { type SmallCompany, smallCompany } from './small-company.ts';

let company: SmallCompany;
beforeAll(async () => {
  const person = (user_id: string, name: string, is_active: number, manager_user_id: string | null) => ({
    user_id,
    name,
    department_id: 'd-late',
    is_active,
    manager_user_id,
  });
  company = await smallCompany('sqlite', {
    cm_departments: [{ department_id: 'd-late', name: '后来的组', manager_user_id: 'head' }],
    cm_users: [
      person('head', '周组长', 1, null),
      person('here', '王在', 1, 'head'),
      person('left', '孙走', 0, 'head'),
      { ...person('lonely', '钱单', 0, null), department_id: null },
    ],
  });
});
afterAll(() => company.drop());

it('hands a step to the owner, to who leads an owner that has left, and to nobody for nobody’s', () => {
  expect(doerFor(company, 'here')).toBe('王在');
  expect(doerFor(company, 'left')).toBe('周组长(原负责人孙走已离职)');
  expect(doerFor(company, 'lonely')).toBe('主管(原负责人钱单已离职)');
  expect(doerFor(company, 'deleted')).toBe('主管(原负责人的账号已删除)');
  expect(doerFor(company, null)).toBeNull();
});
