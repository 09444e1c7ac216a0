import { describe, expect, it } from 'vitest';
import { momentAt } from '../../src/calendar/clock.ts';
import type { ParseContext } from '../../src/commands/command.ts';
import { buildParser, createParser } from '../../src/commands/parser.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { manyCustomers } from '../fixtures/many-customers.ts';

const context: ParseContext = {
  moment: momentAt(Date.parse('2026-11-18T10:30:00+08:00'), 'Asia/Shanghai'),
  asker: { userId: '1', name: '陈志远' },
  chat: 'private',
  previous: null,
  fiscalYearStartMonth: 1,
};

describe('a language of many names', () => {
  const customers = manyCustomers(60_000);
  const entities = { ...demoEntities, customers: [...demoEntities.customers, ...customers] };

  it('is built while others have their turn, and reads as the one built at once', async () => {
    let turns = 0;
    let building = true;
    const others = (): void => {
      turns += 1;
      if (building) setImmediate(others);
    };
    setImmediate(others);
    const startedAt = performance.now();
    const parser = await buildParser(entities);
    const tookMs = performance.now() - startedAt;
    building = false;
    // Slices of 8 ms; a machine under load may stretch each several times.
    expect(turns).toBeGreaterThan(Math.min(tookMs / 80, 12));

    const atOnce = createParser(entities);
    const lines = [
      '漏斗 本月 华东',
      '老王这月签了多少',
      `客户 ${customers[59_000]}`,
      `${customers[31_000]!.slice(2, 6)}上次谁联系的`,
    ];
    for (const line of lines) expect(parser.understand(line, context)).toEqual(atOnce.understand(line, context));
    expect(parser.understand(lines[2]!, context)).toMatchObject({
      kind: 'command',
      command: { intent: 'customer_detail' },
    });
  });
});
