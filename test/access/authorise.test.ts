import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorise, boundScope, intersect, narrow, ownScope } from '../../src/access/authorise.ts';
import { accessSettingsSchema } from '../../src/access/settings.ts';
import { type Department, directoryOf, type Person } from '../../src/crm/directory.ts';

const department = (
  id: string,
  parentId: string | null,
  name: string,
  region: string | null,
  managerId: string | null,
): Department => ({ id, parentId, name, region, managerId });
const person = (
  id: string,
  name: string,
  departmentId: string,
  roles: string[],
  more: Partial<Person> = {},
): Person => ({
  id,
  name,
  departmentId,
  region: null,
  roles,
  managerId: null,
  active: true,
  mobile: null,
  email: null,
  wecomUserId: `wx-${id}`,
  dingtalkUserId: `dd-${id}`,
  ...more,
});

// Alice directs, Zhou leads 华东一组, Wang and Li sell in it, Qiang sells in 华南, Gone has left.
const directory = directoryOf(
  [
    department('root', null, '公司', null, null),
    department('east', 'root', '华东区', '华东', 'han'),
    department('east-1', 'east', '华东一组', null, 'zhou'),
    department('south', 'root', '华南区', '华南', null),
  ],
  [
    person('alice', '陈志远', 'root', ['director']),
    person('han', '韩梅', 'east', ['regional_manager']),
    person('zhou', '周建国', 'east-1', ['rep']),
    person('wang', '王磊', 'east-1', ['rep']),
    person('li', '李娜', 'east-1', ['rep'], { wecomUserId: '007' }),
    person('qiang', '李强', 'south', ['rep']),
    person('gone', '赵走', 'south', ['rep'], { active: false }),
    person('twin-a', '双一', 'south', ['rep'], { wecomUserId: 'same' }),
    person('twin-b', '双二', 'south', ['rep'], { wecomUserId: 'SAME' }),
  ],
);

const settings = accessSettingsSchema.parse({
  groups: [
    { platform: 'wecom', id: 'g-all', name: '总监群', bind: 'all' },
    { platform: 'wecom', id: 'g-east', name: '华东区群', bind: { region: '华东' } },
    { platform: 'wecom', id: 'g-lost', name: '旧群', bind: { department: '不存在' } },
  ],
  identities: [{ platform: 'dingtalk', account: 'special', user: 'alice' }],
});

const ask = (account: string, groupId: string | null = null, platform: 'wecom' | 'dingtalk' = 'wecom') =>
  authorise({ platform, account, groupId }, directory, settings);
const ownersOf = (account: string, groupId: string | null = null) => {
  const verdict = ask(account, groupId);
  return verdict.kind === 'granted' ? verdict.grant.scope.owners : verdict.why;
};

describe('who may see what', () => {
  it('a rep sees their own, a manager their tree, a regional manager the region, a director all', () => {
    expect(ownersOf('wx-wang')).toEqual(['wang']);
    expect(ownersOf('wx-zhou')).toEqual(['li', 'wang', 'zhou']);
    expect(ownersOf('wx-han')).toEqual(['han', 'li', 'wang', 'zhou']);
    expect(ownersOf('wx-alice')).toBe('everyone');
  });

  it('who heads service or marketing keeps its rights and does not become a manager of nobody’s sales', () => {
    const company = directoryOf(
      [department('root', null, '公司', null, null), department('care', 'root', '客服部', null, 'lin')],
      [person('lin', '林雪', 'care', ['service']), person('su', '苏婷', 'root', ['marketing', 'rep'])],
    );
    const verdict = authorise({ platform: 'wecom', account: 'wx-lin', groupId: null }, company, settings);
    expect(verdict).toMatchObject({
      kind: 'granted',
      grant: { viewer: { role: 'service' }, scope: { owners: 'everyone' } },
    });
    // The widest of the CRM's own roles still counts.
    const other = authorise({ platform: 'wecom', account: 'wx-su', groupId: null }, company, settings);
    expect(other).toMatchObject({ kind: 'granted', grant: { viewer: { role: 'rep' }, scope: { owners: ['su'] } } });
  });

  it('a group shows what the asker may see and the group was bound to', () => {
    expect(ownersOf('wx-alice', 'g-east')).toEqual(['han', 'li', 'wang', 'zhou']);
    expect(ownersOf('wx-wang', 'g-all')).toEqual(['wang']);
    // Someone of the south asking in the east group sees nothing, and nothing is not everything.
    expect(ownersOf('wx-qiang', 'g-east')).toEqual([]);
  });

  it('refuses the unknown, those who left, and groups without a scope, without a word about the data', () => {
    expect(ask('nobody')).toMatchObject({ kind: 'denied', why: 'unknown person' });
    expect(ask('')).toMatchObject({ kind: 'denied', why: 'unknown person' });
    expect(ask('wx-gone')).toMatchObject({ kind: 'denied', why: 'inactive person' });
    expect(ask('wx-alice', 'g-unknown')).toMatchObject({ kind: 'denied', why: 'group without a scope' });
    expect(ask('wx-alice', 'g-lost')).toMatchObject({ kind: 'denied' });
  });

  it('knows people by their account as text: 007 is not 7, WeCom ignores case, two of one account are nobody', () => {
    expect(ownersOf('007')).toEqual(['li']);
    expect(ask('7')).toMatchObject({ kind: 'denied' });
    expect(ownersOf('WX-WANG')).toEqual(['wang']);
    expect(ask('DD-WANG', null, 'dingtalk')).toMatchObject({ kind: 'denied' });
    expect(ask('same')).toMatchObject({ kind: 'denied' });
    expect(ask('special', null, 'dingtalk')).toMatchObject({ kind: 'granted' });
  });

  it('personal data is masked in every group, whoever asks', () => {
    const verdict = ask('wx-alice', 'g-all');
    expect(verdict.kind === 'granted' && verdict.grant.mask).toEqual({
      phones: 'masked',
      emails: 'masked',
      contactNames: 'masked',
    });
  });
});

describe('scopes', () => {
  const scopes = [
    ...directory.people
      .map((p) => ({ userId: p.id, name: p.name, departmentId: p.departmentId, region: p.region }))
      .flatMap((p) =>
        (['rep', 'manager', 'regional_manager', 'director'] as const).map((role) =>
          ownScope({ ...p, role }, directory),
        ),
      ),
    ...(['all', { region: '华东' }, { region: '华南' }, { department: '华东一组' }] as const).flatMap(
      (bind) => boundScope(bind, directory) ?? [],
    ),
  ];
  const setOf = (owners: 'everyone' | readonly string[]) =>
    new Set(owners === 'everyone' ? [...directory.people.map((p) => p.id), 'the pool'] : owners);

  it('an intersection or a narrowing is never wider than either side', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scopes),
        fc.constantFrom(...scopes),
        fc.array(fc.constantFrom(...directory.people.map((p) => p.id))),
        (a, b, some) => {
          for (const owner of setOf(intersect(a, b).owners)) {
            expect(setOf(a.owners).has(owner) && setOf(b.owners).has(owner)).toBe(true);
          }
          for (const owner of setOf(narrow(a, some, 'x').owners)) {
            expect(setOf(a.owners).has(owner) && some.includes(owner)).toBe(true);
          }
        },
      ),
    );
  });

  it('departments that run in a circle end', () => {
    const circle = directoryOf(
      [department('a', 'b', 'A', null, 'wang'), department('b', 'a', 'B', null, null)],
      [person('wang', '王磊', 'a', ['manager'])],
    );
    expect(
      circle
        .tree('a')
        .map((d) => d.id)
        .sort(),
    ).toEqual(['a', 'b']);
  });
});
