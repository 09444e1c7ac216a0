import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own that can be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string;
  /** No byte is left, and none that comes free either, until `empty`. */
  fill(): void;
  empty(): void;
  /** What lies there beside the filling. */
  files(): string[];
  close(): void;
}

const mount = (kilobytes: number, folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'chenbao', folder], { stdio: 'ignore' }).status === 0;

/** Whether such disks can be made here; without them their tests are skipped with one line. */
export function smallDisksCanBeMade(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-disk-'));
  const can = mount(64, folder);
  if (can) spawnSync('umount', [folder]);
  else console.warn('skipped: tests on a full disk, a tmpfs cannot be mounted by this user');
  rmdirSync(folder);
  return can;
}

const filling = 'filling';

export function smallDisk(kilobytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-disk-'));
  if (!mount(kilobytes, folder)) throw new Error('a tmpfs cannot be mounted');
  let file: number | null = null;
  let again: NodeJS.Timeout | undefined;
  const stuff = (): void => {
    for (const bytes of [1 << 16, 4_096, 64, 1]) {
      try {
        for (;;) writeSync(file ?? -1, Buffer.alloc(bytes));
      } catch {
        // Full for pieces of this size.
      }
    }
  };
  const empty = (): void => {
    clearInterval(again);
    if (file !== null) closeSync(file);
    file = null;
    rmSync(join(folder, filling), { force: true });
  };
  return {
    folder,
    fill: () => {
      file ??= openSync(join(folder, filling), 'a');
      stuff();
      clearInterval(again);
      again = setInterval(stuff, 10);
    },
    empty,
    files: () => readdirSync(folder).filter((name) => name !== filling),
    close: () => {
      empty();
      // Lazily: a process that still ends may have files open.
      spawnSync('umount', ['--lazy', folder]);
      rmdirSync(folder);
    },
  };
}
