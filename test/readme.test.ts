import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = [
  'README.md',
  'README.zh-CN.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), 'chenbao-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the pages', () => {
  const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts);

  it.each(pages)('%s names only scripts that exist', (page) => {
    const named = [...textOf(page).matchAll(/npm run (?:-s )?([a-z][\w-]*)/g)].map((match) => match[1]);
    expect(named.filter((name) => name !== undefined && !scripts.includes(name))).toEqual([]);
  });

  it.each(pages)('%s links only to files that exist', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('speak of the product alone: no machine path, no registry host', () => {
    for (const page of pages) expect(textOf(page)).not.toMatch(/\/work\/|\/tmp\/|registry\.npmjs|deb\.debian/);
  });

  it('both read the same: as many headings, commands and questions', () => {
    const shape = (page: string) =>
      [/^## /gm, /^npm run|^npm ci/gm, /^\| `/gm].map((pattern) => [...textOf(page).matchAll(pattern)].length);
    expect(shape('README.zh-CN.md')).toEqual(shape('README.md'));
  });
});

describe('the questions of the README', () => {
  const questions = [
    ...textOf('README.md').matchAll(
      /^npm run (?:-s )?ask -- "([^"]+)" --as (\S+)(?: --group (\S+))?(?: --out (\S+))?/gm,
    ),
  ];
  const typed = [...textOf('README.md').matchAll(/^\| (`[^|]+`) \|/gm)].flatMap((row) =>
    [...(row[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  );

  it('are all answered from a shell, on a database of their own', async () => {
    expect(questions.length).toBeGreaterThan(2);
    expect(typed.length).toBeGreaterThan(10);
    const env = { ...process.env, CRM_DATABASE_URL: `sqlite:${join(folder, 'crm.sqlite')}` };
    const tsx = join(root, 'node_modules/.bin/tsx');
    const ask = async (args: readonly string[]) => {
      const { stdout } = await run(tsx, ['scripts/ask.ts', ...args, '--json'], { cwd: root, env, maxBuffer: 1 << 26 });
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    const { writeFileSync } = await import('node:fs');
    const batch = join(folder, 'questions.txt');
    writeFileSync(batch, typed.join('\n'));
    const answers = await ask(['--batch', batch]);
    expect(answers.map((answer, index) => `${typed[index]}: ${answer.status}`)).toEqual(
      typed.map((question) => `${question}: ${question === '帮助' ? 'help' : 'answered'}`),
    );
    for (const [, question, as, group, out] of questions) {
      const [answer] = await ask([
        question ?? '',
        '--as',
        as ?? '',
        ...(group === undefined ? [] : ['--group', group]),
        ...(out === undefined ? [] : ['--out', join(folder, 'pictures')]),
      ]);
      expect(answer.status).toBe('answered');
      if (out !== undefined) expect(existsSync(answer.images[0])).toBe(true);
    }
  }, 120_000);
});
