import type { Directory } from '../crm/directory.ts';

/** How a reply calls whose something is: 王磊, 孙走(已离职), 无负责人. */
export function ownerName(directory: Directory, ownerId: string | null): string {
  if (ownerId === null || ownerId === '') return '无负责人';
  const person = directory.person(ownerId);
  if (person === undefined) return '已删除的账号';
  const name =
    directory.named(person.name).length > 1
      ? `${person.name}(${person.departmentId === null ? person.id : (directory.department(person.departmentId)?.name ?? person.id)})`
      : person.name;
  return person.active ? name : `${name}(已离职)`;
}

/** 王磊 9 个、李娜 6 个、周建国 2 个 等: who has the most of something, three at most. */
export function ownersWords(
  directory: Directory,
  owners: readonly { readonly ownerId: string | null; readonly count: number }[],
  noun: string,
): string {
  const most = [...owners].filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const words = most.slice(0, 3).map(({ ownerId, count }) => `${ownerName(directory, ownerId)} ${count} ${noun}`);
  return words.join('、') + (most.length > 3 ? '等' : '');
}
