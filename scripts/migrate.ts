import { type CrmTables, crmMigrations } from '../src/crm/schema.ts';
import { connect, type Database } from '../src/database/connect.ts';
import { type Migrations, migrate } from '../src/database/migrate.ts';
import { storeMigrations } from '../src/store/schema.ts';
import { runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '升级 BOT_DATABASE_URL 里机器人自己的表,和 CRM_DATABASE_URL 里的读模型(是视图时不动)。可以重复运行。',
  usage: 'npm run migrate',
};

await runScript(commandLine, async () => {
  const { CRM_DATABASE_URL, BOT_DATABASE_URL } = scriptConfig().house;
  await using(BOT_DATABASE_URL, (database) =>
    bring('机器人自己的表', database, 'cb', storeMigrations(database.dialect)),
  );
  await using(CRM_DATABASE_URL, async (database) => {
    const tables = await database.kysely.introspection.getTables();
    if (tables.some(({ name, isView }) => isView && name.startsWith('cm_')))
      return console.log('CRM 读模型是视图,没有动;要更新视图用 npm run read-model -- install。');
    await bring('CRM 读模型', database, 'crm', crmMigrations(database.dialect));
  });
});

async function using(url: string, work: (database: Database<CrmTables>) => Promise<void>): Promise<void> {
  const database = connect<CrmTables>(url);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

async function bring(
  what: string,
  database: Database<CrmTables>,
  ledger: string,
  migrations: Migrations,
): Promise<void> {
  const applied = await migrate(database, ledger, migrations);
  console.log(applied.length === 0 ? `${what}已经是最新的。` : `${what}已升级:${applied.join('、')}`);
}
