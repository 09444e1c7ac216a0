import { crmOver } from '../../src/crm/crm.ts';
import { readDirectory } from '../../src/crm/directory.ts';
import type { CrmTables } from '../../src/crm/schema.ts';
import { readStages } from '../../src/crm/stages.ts';
import type { Database } from '../../src/database/connect.ts';
import type { Company } from '../../src/reports/report.ts';
import { reportSettingsSchema } from '../../src/reports/settings.ts';

/** What the bot knows of the company in a database, with settings as they come. */
export async function companyOver(
  database: Database<CrmTables>,
  settings: Record<string, unknown> = {},
): Promise<Company> {
  const parsed = reportSettingsSchema.parse(settings);
  return {
    crm: crmOver(database),
    directory: await readDirectory(database),
    stages: await readStages(database, parsed.stages, parsed.stuckAfterDays),
    settings: parsed,
    capabilities: new Map(),
    dataAsOf: (moment) => moment.wall,
  };
}
