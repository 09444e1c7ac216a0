import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchCallbacks, type CallbackBenchOptions } from '../bench/callbacks.ts';
import { benchCharts } from '../bench/charts.ts';
import { benchQuestions } from '../bench/questions.ts';
import type { BenchRow } from '../bench/row.ts';
import { Failure } from '../src/failure.ts';
import { runScript } from './script.ts';

const usage = `npm run bench -- [--only charts|commands|callbacks|questions] [--seconds 3] [--rounds 3]
  callbacks: [--bot-url mysql://…]
  questions: [--mysql mysql://root@127.0.0.1:3306/] [--opportunities 20000] [--activities 100000] [--full]`;

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '3' },
      'bot-url': { type: 'string', default: '' },
      mysql: { type: 'string', default: process.env.TEST_MYSQL_URL || 'mysql://root@127.0.0.1:3306/' },
      opportunities: { type: 'string', default: '20000' },
      activities: { type: 'string', default: '100000' },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const callbacks: CallbackBenchOptions = {
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    botUrl: values['bot-url'],
  };
  const parts: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
    charts: benchCharts,
    commands: benchCommands,
    callbacks: () => benchCallbacks(callbacks),
    questions: () =>
      benchQuestions({
        serverUrl: values.mysql,
        opportunities: values.full ? 1_000_000 : Number(values.opportunities),
        activities: values.full ? 5_000_000 : Number(values.activities),
        // Single questions are short: more rounds, so that one slow moment of the machine does not decide.
        rounds: values.full ? Number(values.rounds) : 3 * Number(values.rounds),
      }),
  };
  const wanted = values.only === undefined ? Object.keys(parts) : [values.only];
  for (const name of wanted) {
    const part = parts[name];
    if (part === undefined) throw new Failure('bad-input', '--only names no part', usage);
    const startedAt = performance.now();
    const rows = await part();
    console.log(`\n${name}(${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
    for (const row of rows) console.log(lineOf(row));
    if (rows.some((row) => verdictOf(row) === false)) process.exitCode = 1;
  }
});

async function benchCommands(): Promise<readonly BenchRow[]> {
  const file = new URL('../bench/commands.ts', import.meta.url);
  if (!existsSync(fileURLToPath(file))) return [];
  const { benchCommands: run } = (await import(file.href)) as { benchCommands(): Promise<readonly BenchRow[]> };
  return run();
}

/** Whether a goal is met; null where there is none. */
function verdictOf({ value, goal, least }: BenchRow): boolean | null {
  if (goal !== undefined) return value <= goal;
  return least === undefined ? null : value >= least;
}

function lineOf(row: BenchRow): string {
  const digits = row.unit === 'ratio' ? 2 : row.value < 100 && row.unit !== 'bytes' ? 1 : 0;
  const goal = row.goal !== undefined ? `≤ ${row.goal}` : row.least !== undefined ? `≥ ${row.least}` : '';
  const met = verdictOf(row);
  const mark = met === null ? ' ' : met ? '✓' : '✗';
  return `${mark} ${row.value.toFixed(digits).padStart(9)} ${row.unit.padEnd(10)} ${goal.padEnd(7)} ${row.name}`;
}
