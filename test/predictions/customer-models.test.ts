import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossDayAfter, lossDayOf, usualGapDays } from '../../src/predictions/churn.ts';
import { lifetimeValueFen, ordersPerYear, yearsRetained } from '../../src/predictions/clv.ts';
import { gradeByCard } from '../../src/predictions/grade-card.ts';
import { type HealthSigns, healthOf, healthScore } from '../../src/predictions/health.ts';
import { npsDiffers, npsMargin, npsOf } from '../../src/predictions/net-promoter.ts';

describe('churn (decision 13)', () => {
  it('is over when twice the usual gap has passed, never before 30 days, else at the silence limit', () => {
    const contacts = { first: '2026-01-01', last: '2026-03-02', days: 3 } as const;
    expect(usualGapDays(contacts)).toBe(30);
    expect(lossDayOf(contacts, 90)).toBe('2026-05-02');
    expect(lossDayOf({ ...contacts, first: '2026-02-28' }, 90)).toBe('2026-04-01');
    expect(lossDayOf({ ...contacts, days: 2 }, 90)).toBe('2026-05-31');
    expect(lossDayAfter('2026-10-19')).toBe('2026-11-18');
  });
});

describe('lifetime value (decision 11)', () => {
  it('is order value × orders a year × years − cost', () => {
    const input = { avgOrderFen: 10_000_000, ordersPerYear: 1.5, yearlyChurn: 0.25, cacFen: 500_000 };
    expect(lifetimeValueFen(input)).toBe(10_000_000 * 1.5 * 4 - 500_000);
    expect(lifetimeValueFen({ ...input, yearlyChurn: null })).toBeNull();
    expect(yearsRetained(0)).toBe(10);
    expect(ordersPerYear(3, 100)).toBe(3);
    expect(ordersPerYear(3, 730)).toBe(1.5);
  });
});

describe('grades by the card (decision 14)', () => {
  const card = (yuan: number | null, leader: boolean | null = null, chain: boolean | null = null) =>
    gradeByCard({
      annualBudgetFen: yuan === null ? null : Math.round(yuan * 100),
      industryLeader: leader,
      clearDecisionChain: chain,
    });
  it('gives both limits to B, and lets one other criterion move it by one', () => {
    expect([500_000.01, 500_000, 200_000, 199_999.99].map((yuan) => card(yuan)?.grade)).toEqual(['A', 'B', 'B', 'C']);
    expect(card(300_000, true)).toEqual({ grade: 'A', decidedBy: 'leader' });
    expect(card(300_000, null, false)).toEqual({ grade: 'C', decidedBy: 'chain' });
    expect(card(300_000, true, false)).toEqual({ grade: 'B', decidedBy: 'budget' });
    expect(card(900_000, true)).toEqual({ grade: 'A', decidedBy: 'budget' });
    expect(card(null, true)).toBeNull();
  });
});

describe('health (decision 15)', () => {
  const fine: HealthSigns = {
    loginsNow: 100,
    loginsBefore: 100,
    featuresNow: 5,
    featuresBefore: 5,
    tickets: 0,
    complaints: 0,
    daysToRenewal: 200,
  };
  it('is red with both signs, yellow with one; unknown use gives no score', () => {
    expect([healthScore(fine), healthOf(fine)]).toEqual([100, 'green']);
    expect(healthOf({ ...fine, loginsNow: 50, complaints: 1, tickets: 1 })).toBe('red');
    expect(healthOf({ ...fine, loginsNow: 51, complaints: 1, tickets: 1 })).toBe('yellow');
    expect(healthOf({ ...fine, loginsNow: 50 })).toBe('yellow');
    expect(healthScore({ ...fine, loginsNow: null, loginsBefore: null })).toBeNull();
    expect(healthOf({ ...fine, loginsNow: 0, loginsBefore: 0, complaints: 1, tickets: 1 })).toBe('yellow');
  });
  it('stays within 0 and 100, and never rises with another complaint', () => {
    const count = fc.nat({ max: 500 });
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        fc.nat({ max: 20 }),
        fc.nat({ max: 20 }),
        fc.integer({ min: -30, max: 400 }),
        (a, b, c, d, t, k, days) => {
          const signs = {
            loginsNow: a,
            loginsBefore: b,
            featuresNow: c,
            featuresBefore: d,
            tickets: t + k,
            complaints: k,
            daysToRenewal: days,
          };
          const score = healthScore(signs);
          const worse = healthScore({ ...signs, tickets: signs.tickets + 1, complaints: k + 1 });
          if (score === null) return worse === null;
          return score >= 0 && score <= 100 && worse! <= score;
        },
      ),
    );
  });
});

describe('NPS', () => {
  it('is % promoters − % detractors, and calls only what the answers support', () => {
    expect(npsOf({ promoters: 50, passives: 30, detractors: 20 })).toBe(30);
    expect(npsOf({ promoters: 0, passives: 0, detractors: 0 })).toBeNull();
    expect(npsMargin({ promoters: 3, passives: 0, detractors: 0 })!).toBeGreaterThan(20);
    const few = [
      { promoters: 7, passives: 2, detractors: 1 },
      { promoters: 5, passives: 2, detractors: 3 },
    ] as const;
    expect(npsDiffers(few[0], few[1])).toBe(false);
    expect(
      npsDiffers({ promoters: 70, passives: 20, detractors: 10 }, { promoters: 40, passives: 20, detractors: 40 }),
    ).toBe(true);
  });
});
