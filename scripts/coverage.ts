import { writeFileSync } from 'node:fs';
import { coverageText } from './generated/coverage-text.ts';
import { runScript } from './script.ts';

await runScript(async () => writeFileSync('docs/coverage.md', coverageText()));
