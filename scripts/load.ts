import { loadCsv } from '../src/crm/load.ts';
import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { Failure } from '../src/failure.ts';
import { optionsOf } from './command-line.ts';
import { runScript, scriptConfig } from './script.ts';

const usage = 'npm run load -- --dir 目录 [--url mysql://… 或 sqlite:文件]';

await runScript(async () => {
  const values = optionsOf({ dir: { type: 'string' }, url: { type: 'string' } }, usage);
  if (values.dir === undefined) {
    throw new Failure('bad-input', '--dir is missing', `要写明 CSV 文件在哪个目录:${usage}`);
  }
  const database = connect<CrmTables>(values.url ?? scriptConfig().house.CRM_DATABASE_URL);
  try {
    await migrate(database, 'crm', crmMigrations(database.dialect));
    const { rows, lastTouchComputed } = await loadCsv(database, values.dir, (table, count) =>
      process.stderr.write(`\r${table} ${count} 行`),
    );
    for (const [table, count] of Object.entries(rows)) console.log(`${table.padEnd(24)} ${count} 行`);
    if (lastTouchComputed) console.log('最近互动时间已按跟进、合同、回款、工单和登录记录重新计算。');
    console.log('导入完成。');
  } finally {
    await database.close();
  }
});
