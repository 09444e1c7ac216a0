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
    if (error instanceof Failure) console.error(`${error.kindly}\n  ${error.message}`);
    else console.error(error);
  }
}
