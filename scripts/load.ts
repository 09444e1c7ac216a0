import { loadCsv } from '../src/crm/load.ts';
import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { Failure } from '../src/failure.ts';
import { print, runScript, scriptConfig } from './script.ts';

const commandLine = {
  about:
    '把自己导出的 CSV 载入读模型,文件名就是表名(cm_customers.csv……)。要么全部载入,要么一条不动;没有文件的表不动。' +
    '--replace 先清空整个读模型,演示公司也清掉。',
  usage: 'npm run load -- --dir 目录 [--url mysql://… 或 sqlite:文件] [--replace]',
  options: { dir: { type: 'string' }, url: { type: 'string' }, replace: { type: 'boolean', default: false } },
} as const;

await runScript(commandLine, async ({ values }) => {
  if (values.dir === undefined) {
    throw new Failure('bad-input', '--dir is missing', `要写明 CSV 文件在哪个目录:\n  ${commandLine.usage}`);
  }
  const database = connect<CrmTables>(values.url ?? scriptConfig().house.CRM_DATABASE_URL);
  try {
    await migrate(database, 'crm', crmMigrations(database.dialect));
    const { rows, lastTouchComputed, unknown } = await loadCsv(database, values.dir, {
      replace: values.replace,
      progress: (table, count) => process.stderr.write(`\r${table} ${count} 行`),
    });
    for (const [table, count] of Object.entries(rows)) console.log(`${table.padEnd(24)} ${count} 行`);
    if (lastTouchComputed) print('最近互动时间已按跟进、合同、回款、工单和登录记录重新计算。');
    for (const { file, line, column, target, rows, distinct, ids } of unknown) {
      const more = distinct > ids.length ? ` 等 ${distinct} 个` : '';
      print(
        `! ${file} 第 ${line} 行起,“${column}”列有 ${rows} 行指向 ${target} 里没有的编号:${ids.join('、')}${more}。`,
      );
    }
    print(
      unknown.length === 0
        ? '导入完成。'
        : '导入完成。带 ! 的行归不到人、客户或阶段,按它们看的报表会少算:把缺的补进对应的文件再载入一次。',
    );
  } finally {
    await database.close();
  }
});
