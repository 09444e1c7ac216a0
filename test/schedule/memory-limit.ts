import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A group of processes that the kernel lets have so much memory and no more, as a container has it. `RLIMIT_AS` would be
 * no such limit: node reserves far more addresses than it uses.
 */
export interface MemoryLimit {
  /** Goes before a command: what it starts belongs to the group. */
  readonly under: readonly string[];
  readonly mostUsedBytes: () => number;
  close(): Promise<void>;
}

/** Version 1 and 2 of the kernel's groups. */
const kinds = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', most: 'memory.max_usage_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', most: 'memory.peak' },
] as const;

/** null where this user may not make one. */
export function memoryLimit(bytes: number): MemoryLimit | null {
  for (const { root, limit, most } of kinds) {
    const folder = `${root}/chenbao-${process.pid}`;
    try {
      mkdirSync(folder);
      if (!existsSync(`${folder}/${limit}`)) {
        rmdirSync(folder);
        continue;
      }
      writeFileSync(`${folder}/${limit}`, String(bytes));
    } catch {
      continue;
    }
    return {
      under: ['sh', '-c', `echo $$ > ${folder}/cgroup.procs && exec "$@"`, 'sh'],
      mostUsedBytes: () => Number(readFileSync(`${folder}/${most}`, 'utf8')),
      close: async () => {
        for (let tries = 0; ; tries += 1) {
          try {
            rmdirSync(folder);
            return;
          } catch (error) {
            // The kernel takes a moment to see that its last process is gone.
            if (tries > 50) throw error;
            await sleep(50);
          }
        }
      },
    };
  }
  return null;
}
