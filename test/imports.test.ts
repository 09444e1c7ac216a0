import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** From the ground up; a room imports from its own floor only within itself, and from the floors below. */
const floors: readonly (readonly string[])[] = [
  ['failure', 'time-limit', 'log-output', 'in-slices', 'issue-words', 'calendar', 'figures', 'predictions', 'database'],
  ['crm', 'store', 'charts'],
  ['metrics'],
  ['access', 'reports'],
  ['commands', 'replies'],
  ['platforms'],
  ['delivery'],
  [
    'answer',
    'help-answer',
    'drill-answer',
    'report-answer',
    'unfit-question',
    'role-choices',
    'recall-answer',
    'conversations',
    'company',
    'schedule',
  ],
  ['house', 'server', 'log', 'audit-entry'],
  ['settings', 'config', 'demo', 'doctor', 'running', 'demo-server', 'main'],
];

/** Contracts that are only shapes: what a question, a reply and a picture are. They may be named from anywhere above the ground floor. */
const shapes = new Set([
  'commands/command.ts',
  'replies/reply.ts',
  'charts/spec.ts',
  'access/viewer.ts',
  'log.ts',
  'config.ts',
  'delivery/inbox-worker.ts',
]);

/** Rooms of one floor that may use each other in the order given. */
const sideways = new Set([
  'log-output>calendar',
  'calendar>failure',
  'figures>failure',
  'figures>calendar',
  'predictions>figures',
  'predictions>calendar',
  'predictions>failure',
  'database>failure',
  'database>calendar',
  'replies>commands',
  'commands>replies',
  'answer>report-answer',
  'answer>help-answer',
  'answer>drill-answer',
  'help-answer>company',
  'answer>recall-answer',
  'recall-answer>company',
  'recall-answer>schedule',
  'answer>conversations',
  'answer>company',
  'report-answer>company',
  'report-answer>unfit-question',
  'report-answer>role-choices',
  'answer>role-choices',
  'help-answer>role-choices',
  'role-choices>drill-answer',
  'config>settings',
  'demo>settings',
  'doctor>config',
  'demo-server>demo',
  'demo-server>running',
  'demo-server>demo',
  'demo-server>running',
  'demo-server>config',
  'running>config',
  'main>config',
  'main>running',
  'server>house',
  'schedule>company',
  'schedule>report-answer',
  'schedule>answer',
  'reports>access',
]);

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.split(sep).join('/'));

const roomOf = (file: string): string => (file.split('/')[0] ?? '').replace(/\.ts$/, '');
const floorOf = (room: string): number => floors.findIndex((floor) => floor.includes(room));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(type\s+)?([^;]*?)from\s+'(\.[^']+)';/gms)].map((match) => {
    const names = match[2] ?? '';
    const inline =
      /^\{[^}]*\}\s*$/.test(names.trim()) &&
      names
        .replace(/[{}]/g, '')
        .split(',')
        .filter((n) => n.trim() !== '')
        .every((n) => n.trim().startsWith('type '));
    return {
      from: file,
      to: relative(root, join(root, dirname(file), match[3] ?? ''))
        .split(sep)
        .join('/'),
      typeOnly: match[1] !== undefined || inline,
    };
  });
});

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('every room has a floor', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => floorOf(room) === -1)).toEqual([]);
  });

  it('go one way', () => {
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      if (a === b || sideways.has(`${a}>${b}`)) return false;
      if (typeOnly && shapes.has(to)) return false;
      return floorOf(b) >= floorOf(a);
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('only access mints a scope', () => {
    const minting = imports
      .filter(({ to }) => to === 'crm/scope.ts')
      .filter(({ from }) => /mintScope/.test(readFileSync(join(root, from), 'utf8')));
    expect([...new Set(minting.map(({ from }) => roomOf(from)))]).toEqual(['access']);
  });

  it('leaves of a catalogue are imported by their catalogue only', () => {
    const leaves = imports.filter(
      ({ from, to }) =>
        /^platforms\/(wecom|dingtalk)\//.test(to) &&
        roomOf(from) !== 'platforms' &&
        !['running.ts', 'config.ts', 'doctor/outside.ts'].includes(from),
    );
    expect(leaves.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('the clock and the environment are read at the rim only', () => {
    const reading = files.filter((file) =>
      /\bDate\.now\(\)|\bprocess\.env\b|new Date\(\)/.test(
        readFileSync(join(root, file), 'utf8').replace(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, ''),
      ),
    );
    expect(reading.filter((file) => !['calendar/clock.ts', 'main.ts'].includes(file))).toEqual([]);
  });

  it('reports name no CRM table: rows come from a scope', () => {
    const naming = files.filter(
      (file) =>
        /^(reports|metrics)\//.test(file) && /\b(from|join)\s+cm_/i.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(naming).toEqual([]);
  });
});
