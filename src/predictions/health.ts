/** What is known of one signed customer on the as-of day. */
export interface HealthSigns {
  /** Logins of the last 30 days and of the 30 before; null = the CRM has no use of theirs on record. */
  readonly loginsNow: number | null;
  readonly loginsBefore: number | null;
  /** Most features used on one day, in the same windows. */
  readonly featuresNow: number | null;
  readonly featuresBefore: number | null;
  /** Created within 90 days; complaints are among the tickets. */
  readonly tickets: number;
  readonly complaints: number;
  /** Days until the last contract ends; null = without end. */
  readonly daysToRenewal: number | null;
}

export type Health = 'red' | 'yellow' | 'green';

/** Below this score, or with one half of what makes red, a customer is yellow. */
export const yellowBelow = 60;

const weights = { logins: 40, features: 20, tickets: 20, renewal: 20 } as const;

const shareOf = (now: number | null, before: number | null): number | null =>
  now === null || before === null || before <= 0 ? null : Math.min(1, now / before);

/** Whether the logins fell to at most half (decision 15); false where they are not known or there were none before. */
export const loginsHalved = ({ loginsNow, loginsBefore }: HealthSigns): boolean =>
  loginsNow !== null && loginsBefore !== null && loginsBefore > 0 && loginsNow * 2 <= loginsBefore;

/**
 * 健康度 0–100: logins 40, features 20 (both against the 30 days before), tickets 20 (5 less each, 10 a complaint), nearness
 * of the renewal 20 (full from 90 days on). What is not known leaves the scale; null where no use is known at all.
 */
export function healthScore(signs: HealthSigns): number | null {
  const parts: readonly (readonly [number | null, number])[] = [
    [shareOf(signs.loginsNow, signs.loginsBefore), weights.logins],
    [shareOf(signs.featuresNow, signs.featuresBefore), weights.features],
    [
      Math.max(0, 1 - ((signs.tickets - signs.complaints) * 5 + signs.complaints * 10) / weights.tickets),
      weights.tickets,
    ],
    [signs.daysToRenewal === null ? 1 : Math.min(1, Math.max(0, signs.daysToRenewal / 90)), weights.renewal],
  ];
  if (parts[0]![0] === null) return null;
  const known = parts.filter(([share]) => share !== null);
  const full = known.reduce((sum, [, weight]) => sum + weight, 0);
  return Math.round((known.reduce((sum, [share, weight]) => sum + share! * weight, 0) / full) * 100);
}

/** Red: logins at most half of before, and a complaint within 90 days (decision 15). Yellow: one of both, or a low score. */
export function healthOf(signs: HealthSigns): Health {
  const [halved, complained] = [loginsHalved(signs), signs.complaints > 0];
  if (halved && complained) return 'red';
  const score = healthScore(signs);
  return halved || complained || (score !== null && score < yellowBelow) ? 'yellow' : 'green';
}
