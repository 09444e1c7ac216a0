import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Half of the time goes by in waiting: for processes that start, leases that end, platforms that hang.
    maxWorkers: 4,
    env: { TZ: 'UTC' },
  },
});
