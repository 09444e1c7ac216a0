import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import { demoEntities } from '../fixtures/demo-entities.ts';
import { novemberMorning } from './november-morning.ts';
import { sameJson } from './same-json.ts';

interface Line {
  readonly text: string;
  readonly intent: string;
  readonly slots: unknown;
  readonly style: 'plain' | 'colloquial';
}

const lines = readFileSync(new URL('../fixtures/utterances.dev.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.includes('"text"'))
  .map((line) => JSON.parse(line) as Line);

test('the development set: plain lines exact, colloquial at least 97 %, wrong readings at most 1 %', () => {
  const parser = createParser(demoEntities);
  const counts = { plain: 0, plainExact: 0, colloquial: 0, colloquialExact: 0, wrong: 0, askedBack: 0 };
  const misses: string[] = [];
  for (const line of lines) {
    const got = parser.understand(line.text, novemberMorning);
    const command = 'command' in got ? got.command : null;
    const exact = command !== null && command.intent === line.intent && sameJson(command.slots, line.slots);
    counts[line.style]++;
    if (exact) counts[line.style === 'plain' ? 'plainExact' : 'colloquialExact']++;
    else {
      misses.push(
        `${line.text}\n  want ${line.intent} ${JSON.stringify(line.slots)}\n  got  ${got.kind} ${command?.intent} ${JSON.stringify(command?.slots)}`,
      );
      if (got.kind === 'command') counts.wrong++;
    }
    if (got.kind === 'ask-back' && line.intent !== 'clarify') counts.askedBack++;
  }
  console.log(
    `plain ${counts.plainExact}/${counts.plain} · colloquial ${counts.colloquialExact}/${counts.colloquial} · wrong ${counts.wrong} · asked back ${counts.askedBack}`,
  );
  expect(misses.slice(0, counts.plainExact === counts.plain ? 0 : misses.length)).toEqual([]);
  expect(counts.plainExact).toBe(counts.plain);
  expect(counts.colloquialExact / counts.colloquial).toBeGreaterThanOrEqual(0.97);
  expect(counts.wrong / lines.length).toBeLessThanOrEqual(0.01);
});
