import { writeFileSync } from 'node:fs';
import { coverageText } from './generated/coverage-text.ts';
import { metricsText } from './generated/metrics-text.ts';
import { runScript } from './script.ts';

await runScript({ about: '由代码生成 docs/coverage.md 和 docs/metrics.md。', usage: 'npm run docs' }, async () => {
  writeFileSync('docs/coverage.md', coverageText());
  writeFileSync('docs/metrics.md', metricsText());
});
