import { writeFileSync } from 'node:fs';
import { metricsText } from './generated/metrics-text.ts';
import { runScript } from './script.ts';

await runScript(async () => writeFileSync('docs/metrics.md', metricsText()));
