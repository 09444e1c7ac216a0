import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { readConfig } from './config.ts';
import { Failure } from './failure.ts';
import { createLog } from './log.ts';
import { start } from './running.ts';

// The production entry: reads the settings, starts, and stops in order when asked to.
if (existsSync('.env')) loadEnvFile('.env');
try {
  const config = readConfig(process.env);
  const log = createLog(config.house.LOG_LEVEL);
  process.on('unhandledRejection', (error) => log.error({ error }, 'unhandled rejection'));
  const running = await start(config, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      void running.stop().then(() => process.exit(0));
    });
  }
} catch (error) {
  // The log does not exist yet, and a wrong setting must be readable at once.
  console.error(error instanceof Failure ? error.kindly : error);
  process.exit(1);
}
