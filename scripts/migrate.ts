import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import type { SqlDialect } from '../src/database/dialect.ts';
import { type Migrations, migrate } from '../src/database/migrate.ts';
import { sameSchema } from '../src/doctor/doctor.ts';
import { storeMigrations } from '../src/store/schema.ts';
import { runScript, scriptConfig } from './script.ts';

// npm run migrate [-- --with-crm]: the bot's own tables, and the read model where it is tables of the bot's own.
await runScript(async () => {
  const { CRM_DATABASE_URL: crm, BOT_DATABASE_URL: bot } = scriptConfig().house;
  await bring('机器人自己的表', bot, 'cb', storeMigrations);
  // Elsewhere the CRM's account may only read, and the read model is views that a DBA installs.
  const ours = crm.startsWith('sqlite:') || sameSchema(crm, bot) || process.argv.includes('--with-crm');
  if (ours) await bring('CRM 读模型', crm, 'crm', crmMigrations);
  else console.log('CRM 读模型在别的库里,没有动;它是视图就用 npm run read-model,要在那里建表就加 --with-crm。');
});

async function bring(
  what: string,
  url: string,
  ledger: string,
  migrations: (dialect: SqlDialect) => Migrations,
): Promise<void> {
  const database = connect<CrmTables>(url);
  try {
    const applied = await migrate(database, ledger, migrations(database.dialect));
    console.log(applied.length === 0 ? `${what}已经是最新的。` : `${what}已升级:${applied.join('、')}`);
  } finally {
    await database.close();
  }
}
