import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import type { ParseArgsConfig } from 'node:util';
import { typeset } from '../src/charts/typeset.ts';
import { type Config, readConfig } from '../src/config.ts';
import { Failure } from '../src/failure.ts';
import { asksForHelp, type CommandLine, type Given, helpOf, isVerbose, readCommandLine } from './command-line.ts';

/** The settings of the environment and of `.env`, for scripts. */
export function scriptConfig(): Config {
  if (existsSync('.env')) loadEnvFile('.env');
  return readConfig(process.env);
}

/**
 * Runs a script to its end, or prints how to call it for `--help`. A failure is a kind sentence on standard error, with
 * `--verbose` its cause too, and exit code 1.
 */
export async function runScript<const O extends NonNullable<ParseArgsConfig['options']>>(
  line: CommandLine<O>,
  work: (given: Given<O>) => Promise<void>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return console.log(typeset(helpOf(line)));
  try {
    await work(readCommandLine(line, args));
  } catch (error) {
    process.exitCode = 1;
    console.error(typeset(wordsOf(error)));
    if (isVerbose(args)) console.error(error);
    else if (!(error instanceof Failure)) console.error('加 --verbose 看技术细节。');
  }
}

/** Chinese for whoever runs a script, set as it is printed. */
export const print = (text: string): void => console.log(typeset(text));

/** A remark beside what a script prints: on standard error, where no other script reads it. */
export const remark = (text: string): void => console.error(typeset(text));

/** What went wrong, as a sentence instead of a stack. */
function wordsOf(error: unknown): string {
  const server = serverWords(error);
  if (server !== null) return server;
  if (error instanceof Failure) return error.kindly;
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return '端口已被占用:另一个晨报可能还开着。换一个端口,如 PORT=3001 npm run demo。';
  if (code === 'ENOENT' && error instanceof Error && 'path' in error) return `找不到文件:${String(error.path)}`;
  return `没有跑成:${error instanceof Error ? error.message : String(error)}`;
}

/** A database or Redis that cannot be used says more than whatever failed for it; null = it was something else. */
function serverWords(error: unknown): string | null {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'ETIMEDOUT':
      return '连不上数据库或 Redis:看看它启动了没有,CRM_DATABASE_URL、BOT_DATABASE_URL、REDIS_URL 的地址对不对。';
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_DBACCESS_DENIED_ERROR':
      return '数据库不认这个账号或密码:检查 CRM_DATABASE_URL 和 BOT_DATABASE_URL。';
    case 'ER_BAD_DB_ERROR':
      return '数据库服务器上没有这个库:检查 CRM_DATABASE_URL 和 BOT_DATABASE_URL 末尾的库名。';
    default:
      return error instanceof Error && error.cause !== undefined ? serverWords(error.cause) : null;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
