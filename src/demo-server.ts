import { momentAt, systemClock } from './calendar/clock.ts';
import type { Config } from './config.ts';
import { readDirectory } from './crm/directory.ts';
import type { CrmTables } from './crm/schema.ts';
import { connect } from './database/connect.ts';
import { audienceWords, ensureDemoCompany, simulatedChats, simulatedPeople, withDemoGroups } from './demo.ts';
import type { Log } from './log.ts';
import { createSimulator } from './platforms/simulator/simulator.ts';
import { type Running, start } from './running.ts';
import { simulatorPages } from './server/simulator.ts';

/** The bot on a generated company, with the chat simulator at `/`. */
export interface RunningDemo extends Running {
  /** What was done about the company's data. */
  readonly company: 'kept' | 'generated' | 'own data' | 'connected';
}

/** Generates the company where the CRM is the embedded one and empty, and opens the simulator on it. */
export async function startDemo(read: Config, log: Log, customers = 300): Promise<RunningDemo> {
  const config = { ...read, business: withDemoGroups(read.business) };
  const crmUrl = config.house.CRM_DATABASE_URL;
  const today = momentAt(systemClock.now(), config.house.TIMEZONE).today;
  const company = crmUrl.startsWith('sqlite:') ? await ensureDemoCompany(crmUrl, today, customers) : 'connected';

  const database = connect<CrmTables>(crmUrl, { readOnly: true });
  const directory = await readDirectory(database);
  await database.close();
  const people = simulatedPeople(directory, config.business);
  const simulator = createSimulator(simulatedChats(people, config.business), systemClock);
  const running = await start(config, log, {
    extra: {
      platform: simulator,
      pages: ({ store }) =>
        simulatorPages({
          simulator,
          clock: systemClock,
          zone: config.house.TIMEZONE,
          people: async () => people,
          about: (chatId) => audienceWords(chatId, config.business),
          remember: (message) => store.inbox.remember(message),
          loadPicture: (pictureId) => store.pictures.load(pictureId),
        }),
    },
  });
  return { ...running, company };
}
