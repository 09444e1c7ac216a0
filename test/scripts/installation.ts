import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { connect } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type DingtalkServer, startDingtalkServer } from '../fakes/dingtalk-server.ts';
import { startWecomServer, type WecomServer } from '../fakes/wecom-server.ts';
import { aibotEnvironment, appEnvironment } from '../platforms/wecom/harness.ts';

export const dingtalkEnvironment = {
  DINGTALK_CLIENT_ID: 'dingclientid0001',
  DINGTALK_CLIENT_SECRET: 'a-secret-of-dingtalk-that-stays-secret',
};

/** A generated company in a folder of its own, both platforms' fakes, and the environment that connects them. */
export interface Installation {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly wecom: WecomServer;
  readonly dingtalk: DingtalkServer;
  close(): Promise<void>;
}

export async function install(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-installation-'));
  const crmUrl = `sqlite:${join(folder, 'crm.sqlite')}`;
  const database = connect<CrmTables>(crmUrl);
  await migrate(database, 'crm', crmMigrations(database.dialect));
  await generateCompany(database, { seed: 'installation', customers: 60, until: '2026-11-18' });
  await database.close();
  const wecom = await startWecomServer({
    corpId: appEnvironment.WECOM_CORP_ID,
    agentId: Number(appEnvironment.WECOM_AGENT_ID),
    secret: appEnvironment.WECOM_APP_SECRET,
  });
  const dingtalk = await startDingtalkServer({
    clientId: dingtalkEnvironment.DINGTALK_CLIENT_ID,
    clientSecret: dingtalkEnvironment.DINGTALK_CLIENT_SECRET,
    robotCode: dingtalkEnvironment.DINGTALK_CLIENT_ID,
    people: ['dd_wanglei'],
    groups: ['cid-directors'],
  });
  return {
    folder,
    wecom,
    dingtalk,
    env: {
      ...appEnvironment,
      ...aibotEnvironment,
      ...dingtalkEnvironment,
      WECOM_API_BASE: wecom.url,
      DINGTALK_API_BASE: dingtalk.apiBase,
      DINGTALK_OAPI_BASE: dingtalk.oapiBase,
      CRM_DATABASE_URL: crmUrl,
      BOT_DATABASE_URL: `sqlite:${join(folder, 'bot.sqlite')}`,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'silent',
    },
    close: async () => {
      await Promise.all([wecom.close(), dingtalk.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
