import { systemClock, wallTimeAt } from '../src/calendar/clock.ts';
import { dayOfWallTime, parseDay } from '../src/calendar/day.ts';
import { emptyCrm, generateCompany, holdsRows } from '../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { Failure } from '../src/failure.ts';
import { runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '生成一家示例公司,写进 CRM 读模型。同样的 --seed 生成同样的公司;已有数据时要加 --replace 才会换掉。',
  usage:
    'npm run generate -- --customers 300 --seed 1 [--activities N] [--until 2026-11-18] [--years 2] [--url URL] [--replace]',
  options: {
    customers: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    activities: { type: 'string' },
    until: { type: 'string' },
    years: { type: 'string', default: '2' },
    url: { type: 'string' },
    replace: { type: 'boolean', default: false },
  },
} as const;

await runScript(commandLine, async ({ values }) => {
  const { CRM_DATABASE_URL, TIMEZONE } = scriptConfig().house;
  const until =
    values.until === undefined ? dayOfWallTime(wallTimeAt(systemClock.now(), TIMEZONE)) : parseDay(values.until);
  const database = connect<CrmTables>(values.url ?? CRM_DATABASE_URL);
  try {
    await migrate(database, 'crm', crmMigrations(database.dialect));
    if (values.replace) await emptyCrm(database);
    else if (await holdsRows(database)) {
      throw new Failure(
        'bad-input',
        'the read model holds rows',
        '这个库里已经有数据,没有写入。确定要换掉的话加上 --replace。',
      );
    }
    const startedAt = performance.now();
    const summary = await generateCompany(
      database,
      {
        seed: values.seed,
        customers: wholeNumber(values.customers, '--customers'),
        ...(values.activities === undefined ? {} : { activities: wholeNumber(values.activities, '--activities') }),
        until,
        years: wholeNumber(values.years, '--years'),
      },
      (done) => process.stderr.write(`\r已生成 ${done} 个客户`),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    for (const [table, rows] of Object.entries(summary.rows)) console.log(`${table.padEnd(24)} ${rows}`);
    console.log(`共 ${summary.totalRows} 行,用了 ${seconds.toFixed(1)} 秒,数据到 ${until}。`);
  } finally {
    await database.close();
  }
});

function wholeNumber(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new Failure('bad-input', `${option} is not a whole number`, `${option} 后面要写整数。`);
  return Number(text);
}
