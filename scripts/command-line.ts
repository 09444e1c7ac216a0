import { parseArgs } from 'node:util';
import { Failure, kindlyOf } from '../src/failure.ts';

/** Where the embedded database lies when nothing else is said. */
export const embeddedUrl = 'sqlite:data/chenbao.db';

/** `--url`, else `CRM_DATABASE_URL`, else the embedded database. */
export function crmUrlFrom(argv: readonly string[]): string {
  const { values } = parseArgs({ args: [...argv], options: { url: { type: 'string' } }, strict: false });
  return typeof values.url === 'string' ? values.url : (process.env['CRM_DATABASE_URL'] ?? '') || embeddedUrl;
}

/** Runs a script; a failure is one sentence for the person on standard error and exit code 1. */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    console.error(kindlyOf(error));
    if (error instanceof Failure && error.code !== 'bug') console.error(`(${error.message})`);
    else console.error(error instanceof Error ? `(${error.name})` : '');
    process.exitCode = 1;
  }
}
