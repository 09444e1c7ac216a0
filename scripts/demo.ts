import { startDemo } from '../src/demo-server.ts';
import { createLog } from '../src/log.ts';
import { print, runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '启动晨报和聊天模拟器。CRM 是内嵌数据库又没有数据时,先生成一家示例公司;用 npm run load 载入过的数据不动。',
  usage: 'npm run demo -- [--customers 300]      换端口:PORT=3001 npm run demo',
  options: { customers: { type: 'string', default: '300' } },
} as const;

await runScript(commandLine, async ({ values }) => {
  const config = scriptConfig();
  const demo = await startDemo(config, createLog(process.env.LOG_LEVEL ?? 'warn'), Number(values.customers));
  if (demo.company === 'generated') print(`生成了一家示例公司:${values.customers} 家客户,近三年的历史,截至今天。`);
  if (demo.company === 'own data') print('使用你自己载入的数据。');
  print(`
晨报已启动:http://${config.server.HOST}:${demo.port}/

在聊天里试试这些(聊天列表上方可以换身份):
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
    process.once(signal, () => void demo.stop().then(() => process.exit(0)));
});
