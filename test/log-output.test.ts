import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { logOutput } from '../src/log-output.ts';
import { smallDisk, smallDisksCanBeMade } from './store/small-disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'chenbao-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (body: string): string[] => [
  '--import',
  'tsx',
  '--input-type=module',
  '-e',
  `import { createLog } from ${JSON.stringify(fileURLToPath(new URL('../src/log.ts', import.meta.url)))};
   const log = createLog('info');
   ${body}`,
];

it('writes lines in their order, the last one also where the process ends at once', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    program('for (let n = 0; n < 5_000; n += 1) log.info({ n }, "line"); process.exit(0);'),
    { encoding: 'utf8', maxBuffer: 16 << 20 },
  );
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(
    Array.from({ length: 5_000 }, (_, n) => n),
  );
});

it('waits for a reader that is slow without keeping the process from its work', async () => {
  const child = spawn(
    process.execPath,
    program(`for (let n = 0; n < 5_000; n += 1) log.info({ n }, "line");
      let turns = 0;
      setInterval(() => { turns += 1; if (turns === 20) log.info({ n: 5_000 }, "twenty turns later"); if (turns === 250) process.exit(0); }, 10);`),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // Well before the process ends: when it does, it waits half a second for its reader.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const all = await text(child.stdout);
  const lines = all.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(5_000);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ n: 5_000 });
});

it.skipIf(!existsSync('/dev/full'))('neither ends nor hangs a process whose output has no room', () => {
  const full = openSync('/dev/full', 'w');
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    program(`for (let n = 0; n < 200; n += 1) log.info({ n }, "line");
      setTimeout(() => { log.info("last"); console.error("still here"); process.exit(7); }, 300);`),
    { stdio: ['ignore', full, 'pipe'], encoding: 'utf8', timeout: 20_000 },
  );
  closeSync(full);
  expect([signal, status, stderr.trim()]).toEqual([null, 7, 'still here']);
});

it.skipIf(!smallDisksCanBeMade())('says how many lines had to go, when there is room again', async () => {
  const disk = smallDisk(4_096);
  try {
    const path = join(disk.folder, 'log');
    const output = logOutput(openSync(path, 'a'));
    output.write('first\n');
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('first\n');
    disk.fill();
    const line = `${'x'.repeat(1_023)}\n`;
    for (let n = 0; n < 1_500; n += 1) output.write(line);
    await new Promise((resolve) => setTimeout(resolve, 200));
    disk.empty();
    await expect.poll(() => readFileSync(path, 'utf8'), { timeout: 5_000 }).toContain('lost');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const kept = lines.filter((one) => one === line.trimEnd()).length;
    expect(kept).toBeGreaterThan(1_000);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ lines: 1_500 - kept });
    expect(lines).toHaveLength(1 + kept + 1);
  } finally {
    disk.close();
  }
});
