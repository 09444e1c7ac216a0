import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // Files of one worker share their modules: loading the dictionary and the language anew for each took a third of the run.
    isolate: false,
    env: { TZ: 'UTC' },
  },
});
