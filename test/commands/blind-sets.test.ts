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

const parser = createParser(demoEntities);

function figuresOf(name: string) {
  const lines = readFileSync(new URL(`../fixtures/utterances.${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"text"'))
    .map((line) => JSON.parse(line) as Line);
  const counts = { lines: lines.length, plain: 0, plainExact: 0, exact: 0, wrong: 0, askedBack: 0 };
  const misses: string[] = [];
  for (const line of lines) {
    const got = parser.understand(line.text, novemberMorning);
    const command = 'command' in got ? got.command : null;
    const exact = command !== null && command.intent === line.intent && sameJson(command.slots, line.slots);
    if (line.style === 'plain') counts.plain++;
    if (exact) {
      counts.exact++;
      if (line.style === 'plain') counts.plainExact++;
    } else {
      misses.push(`${line.text} → ${got.kind} ${command?.intent} ${JSON.stringify(command?.slots)}`);
      if (got.kind === 'command') counts.wrong++;
    }
    if (got.kind === 'ask-back' && line.intent !== 'clarify') counts.askedBack++;
  }
  console.log(
    `${name}: plain ${counts.plainExact}/${counts.plain} · all ${counts.exact}/${counts.lines} · wrong ${counts.wrong} · asked back ${counts.askedBack}`,
  );
  return { ...counts, misses };
}

// Written by another hand before the grammar was read, measured blind once (docs/language.md has those figures), kept since.
test.each(['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh'])(
  'the %s set: exact, wrong and asked back stay within their bounds',
  (name) => {
    const { lines, exact, wrong, askedBack, misses } = figuresOf(name);
    expect(exact / lines, misses.join('\n')).toBeGreaterThanOrEqual(0.97);
    expect(wrong / lines, misses.join('\n')).toBeLessThanOrEqual(0.01);
    expect(askedBack / lines, misses.join('\n')).toBeLessThanOrEqual(0.03);
  },
);
