import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverage, coverageText, everywhere } from '../../scripts/generated/coverage-text.ts';
import { galleryText, shownInGallery } from '../../scripts/generated/gallery-text.ts';
import { metricsText } from '../../scripts/generated/metrics-text.ts';
import { metricById } from '../../src/metrics/catalogue.ts';
import { reportFor } from '../../src/reports/catalogue.ts';
import { type ChatWorld, openWorld } from '../conversations/chat.ts';

describe('the generated documents', () => {
  it('are what the code says now (npm run docs)', () => {
    expect(readFileSync('docs/coverage.md', 'utf8')).toBe(coverageText());
    expect(readFileSync('docs/metrics.md', 'utf8')).toBe(metricsText());
    expect(readFileSync('docs/gallery.md', 'utf8')).toBe(galleryText());
  });

  it('have every picture that the gallery names, small enough for a phone', () => {
    const sizes = shownInGallery().map(({ file }) => statSync(`docs/images/gallery/${file}.png`).size);
    expect(Math.max(...sizes)).toBeLessThan(72_000);
    expect(sizes.reduce((all, size) => all + size, 0)).toBeLessThan(2_400_000);
  });
});

describe('every command of the coverage table', () => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await openWorld();
  }, 120_000);
  afterAll(() => world.close());

  const commands = new Map<string, number[]>();
  for (const { item, command } of coverage())
    if (command !== null) commands.set(command, [...(commands.get(command) ?? []), item]);

  it.each([...commands])('answers「%s」', async (command, items) => {
    const answered = await world.person('陈志远').says(command);
    expect(answered.reply.status, answered.text).toBe('answered');
    expect(answered.figures.length + answered.reply.blocks.length).toBeGreaterThan(2);
    const report = reportFor(answered.command!.intent);
    const shown = answered.figures.flatMap(({ metric }) => metricById(metric)?.items ?? []);
    for (const item of items)
      expect(
        everywhere[item] !== undefined || report!.items.includes(item) || shown.includes(item),
        `item ${item}`,
      ).toBe(true);
  });
});
