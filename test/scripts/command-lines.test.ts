import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { asksForHelp, readCommandLine } from '../../scripts/command-line.ts';
import type { Failure } from '../../src/failure.ts';
import { runScript } from './run-script.ts';

const root = new URL('../../', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'chenbao-scripts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What is run by accident would try a server that is not there.
const env = {
  CRM_DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none',
  BOT_DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none',
};

const scripts = readdirSync(new URL('scripts/', root))
  .filter(
    (name) => name.endsWith('.ts') && /\brunScript\(/.test(readFileSync(new URL(`scripts/${name}`, root), 'utf8')),
  )
  .map((name) => name.replace(/\.ts$/, ''))
  .filter((name) => name !== 'script');

describe('a script', () => {
  it('stands behind every npm run that is one', () => {
    const named = Object.values<string>(
      JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).scripts,
    ).flatMap((command) => [...command.matchAll(/tsx scripts\/([\w-]+)\.ts/g)].map((match) => match[1]));
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !scripts.includes(name ?? ''))).toEqual([]);
  });

  it.each(scripts)('%s says with --help what it does and how it is called, and does nothing', async (name) => {
    const argv = process.argv;
    const written: unknown[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...words) => void written.push(...words));
    try {
      process.argv = ['node', `scripts/${name}.ts`, '--help'];
      await import(`../../scripts/${name}.ts`);
    } finally {
      process.argv = argv;
      log.mockRestore();
    }
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(new RegExp(`npm run ${name}|scripts/${name}`));
    expect(written[0]).toMatch(/用法：\n/);
  });

  it('tells an option or a word that it does not take, and how to type it', () => {
    const line = {
      about: '试一下。',
      usage: 'npm run try -- [--dir 目录]',
      options: { dir: { type: 'string' } },
    } as const;
    const kindly = (...args: string[]) => {
      try {
        return readCommandLine(line, args);
      } catch (error) {
        return (error as Failure).kindly;
      }
    };
    expect(kindly('--dri', 'x')).toBe('不认识 --dri,或它后面少了内容。要这样写:\n  npm run try -- [--dir 目录]');
    expect(kindly('--dir')).toContain('--dir');
    expect(kindly('now')).toMatch(/^多了「now」/);
    expect(kindly('--dir', 'x', '--verbose')).toMatchObject({ values: { dir: 'x' }, words: [] });
    expect(asksForHelp(['ask', '--', '--help'])).toBe(false);
  });
});

describe('what goes wrong', () => {
  it('is one Chinese sentence; --verbose adds the details', async () => {
    const url = `sqlite:${join(folder, 'crm.sqlite')}`;
    const [plain, verbose] = await Promise.all([
      runScript('load', ['--dir', join(folder, 'missing'), '--url', url], env),
      runScript('load', ['--dir', join(folder, 'missing'), '--url', `${url}2`, '--verbose'], env),
    ]);
    expect(plain).toMatchObject({ code: 1, stderr: '找不到这个目录，或没有权限读它。\n' });
    expect(verbose.stderr).toMatch(/^找不到这个目录，或没有权限读它。\n[\s\S]*the directory cannot be read/);
  });

  it('is said of a server that is not there and of settings that cannot be used, without a stack', async () => {
    const settings = join(folder, 'settings.json');
    writeFileSync(settings, '{"grups": []}');
    const [server, business] = await Promise.all([
      runScript('migrate', [], env),
      runScript('migrate', [], { ...env, SETTINGS_FILE: settings, PORT: 'eighty' }),
    ]);
    expect(server).toMatchObject({ code: 1, stderr: expect.stringMatching(/^连不上数据库或 Redis/) });
    expect(business.stderr).toBe(
      '设置有问题，改好环境变量、.env 或 SETTINGS_FILE 再运行：\n  - PORT：要写成数字\n  - SETTINGS_FILE：没有 grups 这个设置\n',
    );
  });
});
