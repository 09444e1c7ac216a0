import { expect, it } from 'vitest';
import { unitWords } from '../../scripts/generated/unit-words.ts';
import { metrics } from '../../src/metrics/catalogue.ts';

it('calls 分 only what is a score', () => {
  const scored = metrics.filter((metric) => unitWords(metric) === '分');
  expect(scored.length).toBeGreaterThan(3);
  for (const { name, aliases, definition } of scored)
    expect(`${name} ${aliases.join(' ')} ${definition}`, name).toMatch(/分|NPS/);
  for (const { name } of scored) expect(name).not.toMatch(/次数|年数|换回/);
});
