import { describe, expect, it } from 'vitest';
import { metricById, metricByWords, metrics } from '../../src/metrics/catalogue.ts';
import { metricWords } from '../../src/metrics/vocabulary.ts';

describe('the metric dictionary', () => {
  it('has each id and each name once', () => {
    expect(metrics.map((metric) => metric.id)).toEqual([...new Set(metrics.map((metric) => metric.id))]);
    expect(metrics.map((metric) => metric.name)).toEqual([...new Set(metrics.map((metric) => metric.name))]);
  });

  it('says of each what counts, who answers for it and whom it serves', () => {
    for (const metric of metrics) {
      expect(metric.definition, metric.id).toMatch(/。$/);
      expect(metric.definition.length, metric.id).toBeGreaterThan(8);
      expect(metric.owner, metric.id).not.toBe('');
      expect(metric.version, metric.id).toMatch(/^\d{4}-\d{2}$/);
      for (const item of metric.items) expect(item).toBeLessThanOrEqual(136);
    }
  });

  it('finds a metric by id, name, English term and alias', () => {
    expect(metricByWords('won_amount')?.name).toBe('成交金额');
    expect(metricByWords('成交额')?.id).toBe('won_amount');
    expect(metricByWords('CAC')?.id).toBe('cac');
    expect(metricByWords('win rate (won / won + lost)')?.id).toBe('win_rate');
    expect(metricByWords('线索 → 成交转化率')?.id).toBe('lead_win_rate');
    expect(metricByWords('没有这个')).toBeUndefined();
    expect(metricById('roi')?.unit).toBe('ratio');
  });

  it('explains every metric that a command can name', () => {
    expect(metricWords.map(({ id }) => id).filter((id) => metricByWords(id) === undefined)).toEqual([]);
  });
});
