import { differs, type Rate, ratioOf } from '../figures/rate.ts';
import { type OwnerQuality, type RequiredField, requiredFields } from '../metrics/data-quality.ts';
import { doerFor, leaderOfRegion } from './next-steps.ts';
import { ownerName } from './owner-name.ts';
import type { Company } from './report.ts';

export type QualityCut = 'owner' | 'region' | 'department';

/** Customers of one person, region or department, and in how many of them each required field is filled. */
export interface QualityPart {
  readonly name: string;
  /** Who sees to it; null where nobody is known. */
  readonly doer: string | null;
  readonly customers: number;
  readonly filled: Readonly<Record<RequiredField, number>>;
}

const fields = Object.keys(requiredFields) as RequiredField[];

/** Filled cells of all that should be filled. */
export const completenessOf = (parts: readonly Pick<QualityPart, 'customers' | 'filled'>[]): Rate => ({
  numerator: parts.reduce((sum, part) => sum + fields.reduce((all, field) => all + part.filled[field], 0), 0),
  denominator: parts.reduce((sum, part) => sum + part.customers * fields.length, 0),
});

/** The parts of a cut, the least complete first. */
export function qualityParts(company: Company, owners: readonly OwnerQuality[], cut: QualityCut): QualityPart[] {
  const found = new Map<string, QualityPart>();
  for (const owner of owners) {
    if (owner.customers === 0) continue;
    const { key, name, doer } = placeOf(company, owner.ownerId, cut);
    const sofar = found.get(key);
    found.set(key, {
      name,
      doer,
      customers: owner.customers + (sofar?.customers ?? 0),
      filled: Object.fromEntries(
        fields.map((field) => [field, owner.filled[field] + (sofar?.filled[field] ?? 0)]),
      ) as QualityPart['filled'],
    });
  }
  const share = (part: QualityPart): number => ratioOf(completenessOf([part])) ?? 0;
  return [...found.values()].sort((a, b) => share(a) - share(b) || b.customers - a.customers);
}

function placeOf(company: Company, ownerId: string | null, cut: QualityCut) {
  const person = ownerId === null ? undefined : company.directory.person(ownerId);
  if (cut === 'owner')
    return { key: ownerId ?? '', name: ownerName(company.directory, ownerId), doer: doerFor(company, ownerId) };
  if (cut === 'region') {
    const region = person?.region ?? null;
    return {
      key: region ?? '',
      name: region ?? '未分大区',
      doer: region === null ? null : leaderOfRegion(company, region),
    };
  }
  const department =
    person === undefined || person.departmentId === null
      ? undefined
      : company.directory.department(person.departmentId);
  const head =
    department === undefined || department.managerId === null
      ? undefined
      : company.directory.person(department.managerId);
  return {
    key: department?.id ?? '',
    name: department?.name ?? '未分部门',
    doer: head?.active === true ? head.name : null,
  };
}

/** The lowest, only when the difference to the others holds after correction for all parts. */
export function worstPart(ranked: readonly QualityPart[]): QualityPart | null {
  const [first, ...rest] = ranked;
  const isReal =
    first !== undefined && rest.length > 0 && differs(completenessOf([first]), completenessOf(rest), ranked.length);
  return isReal ? first : null;
}
