import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { type Config, readConfig } from '../src/config.ts';
import { Failure } from '../src/failure.ts';

/** The settings of the environment and of `.env`, for scripts. */
export function scriptConfig(): Config {
  if (existsSync('.env')) loadEnvFile('.env');
  return readConfig(process.env);
}

/** Runs a script to its end: a failure is one kind sentence and its cause on standard error, exit code 1. */
export async function runScript(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.exitCode = 1;
    const plain = plainWords(error);
    if (plain !== null) console.error(plain);
    else if (error instanceof Failure) console.error(`${error.kindly}\n  ${error.message}`);
    else console.error(error);
  }
}

/** What goes wrong every day at a shell, in a sentence instead of a stack. */
function plainWords(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  if (error.code === 'EADDRINUSE') return '端口已被占用：另一个晨报可能还开着。换一个端口，如 PORT=3001 npm run demo。';
  if (error.code === 'ENOENT' && 'path' in error) return `找不到文件：${String(error.path)}`;
  return error.code.startsWith('ERR_PARSE_ARGS') ? `参数不对：${error.message}` : null;
}
