import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { benchCallbacks, type CallbackBenchOptions } from '../bench/callbacks.ts';
import { benchCharts } from '../bench/charts.ts';
import { type CrmSize, crmAtSize } from '../bench/crm-at-size.ts';
import { benchMorning, morningDataUntil } from '../bench/morning.ts';
import { benchQuestions } from '../bench/questions.ts';
import { benchReports } from '../bench/reports.ts';
import type { BenchRow } from '../bench/row.ts';
import { Failure } from '../src/failure.ts';
import { runScript } from './script.ts';

const commandLine = {
  about: '在这台机器上量速度,和你原本会用的办法放在一起比。有一项不达标,退出码是 1。',
  usage: `npm run bench -- [--only charts|commands|callbacks|questions|reports|morning] [--seconds 3] [--rounds 3]
  callbacks: [--bot-url mysql://…]
  questions, reports, morning: [--mysql mysql://root@127.0.0.1:3306/] [--opportunities 20000] [--activities 100000] [--full]
    [--schema NAME] generates into NAME, or asks what it holds, and keeps it; otherwise a schema of this run is dropped
  reports: [--report WORDS] only these; [--slow MS] prints the statements that take longer
  morning: [--groups 200] [--reps 5000] a company of so many reps; its schema is another than that of the reports`,
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    'bot-url': { type: 'string', default: '' },
    mysql: { type: 'string', default: process.env.TEST_MYSQL_URL || 'mysql://root@127.0.0.1:3306/' },
    opportunities: { type: 'string', default: '20000' },
    activities: { type: 'string', default: '100000' },
    full: { type: 'boolean', default: false },
    schema: { type: 'string' },
    report: { type: 'string', default: '' },
    slow: { type: 'string' },
    groups: { type: 'string', default: '200' },
    reps: { type: 'string', default: '5000' },
  },
} as const;

await runScript(commandLine, async ({ values }) => {
  const callbacks: CallbackBenchOptions = {
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    botUrl: values['bot-url'],
  };
  const size: CrmSize = {
    serverUrl: values.mysql,
    schema: values.schema ?? null,
    opportunities: values.full ? 1_000_000 : Number(values.opportunities),
    activities: values.full ? 5_000_000 : Number(values.activities),
  };
  const crm = crmAtSize(size);
  const large = crmAtSize({ ...size, salesPeople: Number(values.reps), until: morningDataUntil });
  const rounds = Number(values.rounds);
  const parts: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
    charts: benchCharts,
    commands: benchCommands,
    callbacks: () => benchCallbacks(callbacks),
    questions: () => benchQuestions(crm, rounds),
    reports: () =>
      benchReports(crm, {
        rounds,
        slowMs: values.slow === undefined ? null : Number(values.slow),
        words: values.report,
      }),
    morning: () => benchMorning(large, { serverUrl: values.mysql, groups: Number(values.groups) }),
  };
  const wanted = values.only === undefined ? Object.keys(parts) : [values.only];
  try {
    for (const name of wanted) {
      const part = parts[name];
      if (part === undefined)
        throw new Failure(
          'bad-input',
          '--only names no part',
          `没有「${name}」这一项。要这样写:\n${commandLine.usage}`,
        );
      const startedAt = performance.now();
      const rows = await part();
      console.log(`\n${name}(${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
      for (const row of rows) console.log(lineOf(row));
      if (rows.some((row) => verdictOf(row) === false)) process.exitCode = 1;
    }
  } finally {
    await Promise.all([crm.close(), large.close()]);
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
