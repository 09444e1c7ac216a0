import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Day } from '../../src/calendar/day.ts';
import { generateCompany } from '../../src/crm/demo/generate-company.ts';
import { type CrmTables, crmMigrations } from '../../src/crm/schema.ts';
import { connect } from '../../src/database/connect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { appEnvironment } from '../platforms/wecom/harness.ts';
import { type Bot, type Surroundings, startBotProcess, wall } from './bot-child.ts';
import { type Chats, dingtalkApp, dingtalkGroup, openChats, robotKeys, webhook } from './chats.ts';

export interface BotOptions {
  readonly botUrl: string;
  readonly at: string;
  readonly leaseMs: number;
  readonly redisUrl?: string | undefined;
  readonly surroundings?: Surroundings;
}

/** A generated company whose director reads on every channel that pushes, and whole bots that serve it. */
export interface Company {
  readonly crmUrl: string;
  readonly chats: Chats;
  startBot(options: BotOptions): Promise<Bot>;
  close(): Promise<void>;
}

export async function companyOfChannels(until: string, customers = 60): Promise<Company> {
  const folder = mkdtempSync(join(tmpdir(), 'chenbao-channels-'));
  const crmUrl = `sqlite:${join(folder, 'crm.sqlite')}`;
  const database = connect<CrmTables>(crmUrl);
  await migrate(database, 'crm', crmMigrations('sqlite'));
  await generateCompany(database, { seed: 'channels', customers, until: until as Day });
  await database.close();

  const chats = await openChats(`${until} 08:00:00`);
  const push = [{ what: 'funnel', at: '09:00' }];
  const group = (platform: string, id: string, robot?: object) => ({
    platform,
    id,
    name: id,
    bind: 'all',
    push,
    ...(robot === undefined ? {} : { robot }),
  });
  const person = (platform: string) => ({ platform, to: { user: '陈志远' }, push });
  const settingsFile = join(folder, 'settings.json');
  writeFileSync(
    settingsFile,
    JSON.stringify({
      groups: [
        group('wecom', 'wr-one', { key: robotKeys[0] }),
        group('wecom', 'wr-two', { key: robotKeys[1] }),
        group('dingtalk', dingtalkGroup),
        group('dingtalk', 'cid-robot==', webhook),
      ],
      recipients: [person('wecom'), person('dingtalk')],
    }),
  );
  const bots: Bot[] = [];
  return {
    crmUrl,
    chats,
    startBot: async ({ botUrl, at, leaseMs, redisUrl, surroundings }) => {
      const environment = {
        ...appEnvironment,
        CRM_DATABASE_URL: crmUrl,
        BOT_DATABASE_URL: botUrl,
        SETTINGS_FILE: settingsFile,
        WECOM_API_BASE: chats.gate.urls.qyapi ?? '',
        DINGTALK_CLIENT_ID: dingtalkApp.clientId,
        DINGTALK_CLIENT_SECRET: dingtalkApp.clientSecret,
        DINGTALK_API_BASE: chats.gate.urls.api ?? '',
        DINGTALK_OAPI_BASE: chats.gate.urls.oapi ?? '',
        PORT: '0',
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      };
      const bot = await startBotProcess({ environment, startsAt: wall(at), leaseMs }, surroundings);
      bots.push(bot);
      return bot;
    },
    close: async () => {
      await Promise.all(bots.map((bot) => bot.kill()));
      await chats.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
