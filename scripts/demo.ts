import { parseArgs } from 'node:util';
import { momentAt, systemClock } from '../src/calendar/clock.ts';
import { readDirectory } from '../src/crm/directory.ts';
import type { CrmTables } from '../src/crm/schema.ts';
import { connect } from '../src/database/connect.ts';
import { audienceWords, ensureDemoCompany, simulatedChats, simulatedPeople, withDemoGroups } from '../src/demo.ts';
import { createLog } from '../src/log.ts';
import { createSimulator } from '../src/platforms/simulator/simulator.ts';
import { start } from '../src/running.ts';
import { simulatorPages } from '../src/server/simulator.ts';
import { runScript, scriptConfig } from './script.ts';

await runScript(async () => {
  const { values } = parseArgs({ options: { customers: { type: 'string', default: '300' } } });
  const read = scriptConfig();
  const config = { ...read, business: withDemoGroups(read.business) };
  const crmUrl = config.house.CRM_DATABASE_URL;
  const today = momentAt(systemClock.now(), config.house.TIMEZONE).today;
  if (crmUrl.startsWith('sqlite:')) {
    const done = await ensureDemoCompany(crmUrl, today, Number(values.customers));
    if (done === 'generated') console.log(`生成了一家示例公司:${values.customers} 家客户,两年历史,截至 ${today}。`);
    if (done === 'own data') console.log('使用你自己载入的数据。');
  }
  const database = connect<CrmTables>(crmUrl, { readOnly: true });
  const directory = await readDirectory(database);
  await database.close();

  const people = simulatedPeople(directory, config.business);
  const simulator = createSimulator(simulatedChats(people, config.business), systemClock);
  const log = createLog(process.env.LOG_LEVEL ?? 'warn');
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
  console.log(`
晨报已启动:http://${config.server.HOST}:${running.port}/

在聊天里试试这些(右上角可以换身份):
  漏斗 本月            各阶段走到哪、卡在哪
  业绩 上月 按人        谁签了多少,为什么
  目标 本月            完成多少、按进度差多少
  沉默客户             90 天没动静的客户,谁的
  积压                超过 7 天没跟进的商机
  客户 宏达机械         一家客户的来龙去脉
  口径 成交金额         这个数是怎么算的
  帮助

停止:Ctrl+C
`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void running.stop().then(() => process.exit(0)));
});
