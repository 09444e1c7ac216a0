import { describe, expect, it } from 'vitest';
import { type Observed, winModel } from '../../src/predictions/win-probability.ts';

const moments = [1, 2, 3, 4, 5, 6];
const stand = (moment: number, position: number, touched: boolean, seen: number, won: number): Observed => ({
  moment,
  position,
  old: false,
  touched,
  seen,
  won,
});

describe('winModel', () => {
  it('counts the rate of those that stood alike, with its interval', () => {
    const model = winModel(
      moments.flatMap((m) => [stand(m, 0, true, 40, 2), stand(m, 3, true, 40, 20), stand(m, 3, false, 40, 8)]),
    );
    if (model.kind !== 'model') throw new Error(model.kind);
    const late = model.chanceOf({ position: 3, old: false, touched: true });
    expect(late.rate).toEqual({ numerator: 120, denominator: 240 });
    expect(late.by).toBe('stage-age-touch');
    expect(late.interval.low).toBeLessThan(0.5);
    expect(late.interval.high).toBeGreaterThan(0.5);
    expect(model.chanceOf({ position: 3, old: false, touched: false }).chance).toBeCloseTo(0.2, 9);
    expect(model.calibration.expected).toBeCloseTo(60, 6);
    expect(model.calibration.actual).toBe(60);
    expect(model.calibration.brier).toBeLessThan(model.calibration.flatBrier);
  });

  it('takes less of the likeness where the cases are few', () => {
    const model = winModel(
      moments.flatMap((m) => [stand(m, 0, true, 40, 2), stand(m, 3, true, 40, 20), stand(m, 3, false, 2, 0)]),
    );
    if (model.kind !== 'model') throw new Error(model.kind);
    const few = model.chanceOf({ position: 3, old: true, touched: false });
    expect(few.by).toBe('stage');
    expect(few.rate).toEqual({ numerator: 120, denominator: 252 });
    expect(model.chanceOf({ position: 2, old: false, touched: true }).by).toBe('all');
  });

  it('refuses to tell apart what the later moments do not bear out', () => {
    // The older moments say the late stage wins, the later ones that it does not.
    const turned = moments.flatMap((m) => [
      stand(m, 0, true, 40, m <= 2 ? 16 : 2),
      stand(m, 3, true, 40, m <= 2 ? 2 : 16),
    ]);
    expect(winModel(turned).kind).toBe('flat');
  });

  it('says nothing on thin records', () => {
    expect(winModel(moments.map((m) => stand(m, 0, true, 5, 0)))).toEqual({ kind: 'thin', seen: 30, won: 0 });
    expect(winModel([])).toEqual({ kind: 'thin', seen: 0, won: 0 });
  });
});
