import type { Choice } from '../replies/reply.ts';
import type { Company, Question } from './report.ts';

/** How the answer could be cut next: by region where the scope spans several, by person within one, not at all for one. */
export function splitChoice({ directory }: Company, { scope }: Question, command: string): Choice[] {
  const { owners } = scope;
  const ids = owners === 'everyone' ? directory.people.map(({ id }) => id) : owners;
  if (ids.length < 2) return [];
  const regions = new Set(ids.map((id) => directory.person(id)?.region ?? null));
  regions.delete(null);
  return regions.size > 1
    ? [{ label: '按大区看', command: `${command} 按大区` }]
    : [{ label: '按人看', command: `${command} 按负责人` }];
}
