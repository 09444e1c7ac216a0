import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { migrate } from '../src/database/migrate.ts';
import { crmUrlFrom, runScript } from './command-line.ts';

// Brings the CRM read model up to date where it is tables of its own.
await runScript(async () => {
  const url = crmUrlFrom(process.argv.slice(2));
  const database = connect<CrmTables>(url);
  try {
    const applied = await migrate(database, 'crm', crmMigrations(database.dialect));
    console.log(applied.length === 0 ? 'CRM 读模型已经是最新的。' : `CRM 读模型已升级:${applied.join('、')}`);
  } finally {
    await database.close();
  }
});
