import { momentAt, systemClock } from '../src/calendar/clock.ts';
import { checkReadModel } from '../src/crm/read-model/check.ts';
import { installMapping, mappingNames } from '../src/crm/read-model/install.ts';
import { refreshReadModel } from '../src/crm/read-model/refresh.ts';
import type { CrmTables } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { Failure } from '../src/failure.ts';
import { runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '检查读模型;或在 CRM 的库上建视图(install);或把视图抄进带索引的表(refresh)。',
  usage: `npm run read-model -- check [--url URL]
npm run read-model -- install ${mappingNames().join('|')} --source CRM_SCHEMA --into VIEW_SCHEMA [--url mysql://dba@host/]
npm run read-model -- refresh --from VIEW_SCHEMA [--url URL]`,
  options: {
    url: { type: 'string' },
    source: { type: 'string' },
    into: { type: 'string' },
    from: { type: 'string' },
  },
  words: true,
} as const;

await runScript(commandLine, async ({ values, words }) => {
  const [action, mapping] = words;
  const { house } = scriptConfig();
  const url = values.url ?? house.CRM_DATABASE_URL;
  const { today } = momentAt(systemClock.now(), house.TIMEZONE);
  if (action === 'check') return check(url, today);
  if (!url.startsWith('mysql://'))
    throw new Failure(
      'bad-input',
      'not a MySQL URL',
      '视图只在 MySQL/MariaDB 上用:加 --url mysql://…,或设 CRM_DATABASE_URL。',
    );
  if (action === 'install' && mapping !== undefined && values.source !== undefined && values.into !== undefined) {
    const { views, collation } = await installMapping(url, { mapping, source: values.source, into: values.into });
    console.log(`${values.into} 里建好 ${views.length} 个视图(${collation})。给机器人一个只读账号:`);
    console.log(`  CREATE USER chenbao_reader@'%' IDENTIFIED BY '…';`);
    console.log(`  GRANT SELECT ON \`${values.into}\`.* TO chenbao_reader@'%';`);
    console.log(`然后把 CRM_DATABASE_URL 指向 ${values.into},运行 npm run read-model -- check。`);
    return;
  }
  if (action === 'refresh' && values.from !== undefined) {
    const database = connect<CrmTables>(url);
    try {
      const rows = await refreshReadModel(database, values.from, today);
      for (const [table, count] of Object.entries(rows)) console.log(`${table.padEnd(24)} ${count} 行`);
      console.log('刷新完成。');
    } finally {
      await database.close();
    }
    return;
  }
  throw new Failure('bad-input', 'the command is not complete', `没有写全。要这样写:\n${commandLine.usage}`);
});

async function check(url: string, today: Parameters<typeof checkReadModel>[1]): Promise<void> {
  const database = connect<CrmTables>(url, { readOnly: true });
  try {
    const findings = await checkReadModel(database, today);
    for (const { severity, line } of findings) console.log(`${severity === 'error' ? '✗' : '!'} ${line}`);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    console.log(findings.length === 0 ? '读模型没有问题。' : `${errors} 处错误,${findings.length - errors} 处要留意。`);
    if (errors > 0) process.exitCode = 1;
  } finally {
    await database.close();
  }
}
