import { momentAt } from '../calendar/clock.ts';
import type { Day } from '../calendar/day.ts';
import type { Config } from '../config.ts';
import { Failure } from '../failure.ts';
import { checkAccounts } from './accounts-check.ts';
import { checkBusiness } from './business-check.ts';
import { checkRights } from './crm-rights-check.ts';
import { checkNicknames } from './nicknames-check.ts';
import { type CrmLook, codeOf, type Outside } from './outside.ts';
import { checkClock, checkKeys } from './platform-check.ts';
import { checkPushes } from './push-check.ts';
import { checkCoverage, checkStages } from './read-model-check.ts';
import { checkSettings } from './settings-check.ts';
import { checkBacklog, checkFonts, checkWorkDays } from './upkeep-check.ts';
import { fine, type Verdict, warning, wrong } from './verdict.ts';

/** Looks at everything the bot needs, one verdict after the other, worst news included; never rejects. */
export async function* examine(outside: Outside): AsyncGenerator<Verdict> {
  const { config, verdicts } = checkSettings(outside.readConfig);
  yield* verdicts;
  if (config === null) return;
  const { today } = momentAt(outside.now(), config.house.TIMEZONE);
  yield* await platforms(outside, config);
  yield* crm(outside, config, today);
  yield* await botDatabase(outside, config);
  yield* await redis(outside, config);
  const { knownUntil } = config.business.schedule.workDays;
  const known = outside.workDaysKnownUntil(today);
  yield* checkWorkDays(knownUntil !== null && knownUntil > known ? knownUntil : known, today);
}

async function platforms(outside: Outside, config: Config): Promise<Verdict[]> {
  try {
    const probed = await outside.probes(config);
    return probed.flatMap((one) => [...checkKeys(one), ...checkClock(one.name, one.probe.clockAheadMs)]);
  } catch (error) {
    return [wrong('平台', `没查成(${codeOf(error)})`, '再试一次')];
  }
}

async function* crm(outside: Outside, config: Config, today: Day): AsyncGenerator<Verdict> {
  const look = outside.openCrm(config);
  try {
    await look.ping();
  } catch (error) {
    yield wrong('CRM 数据库', `连不上(${codeOf(error)})`, '检查 CRM_DATABASE_URL、账号和网络');
    await look.close();
    return;
  }
  const own = sameSchema(config.house.CRM_DATABASE_URL, config.house.BOT_DATABASE_URL);
  try {
    yield fine('CRM 数据库', '连得上');
    yield* await guarded('CRM 权限', async () => checkRights(await look.grants(), own));
    yield* await guarded('读模型', async () => checkCoverage(await look.findings(today)));
    yield* await guarded('阶段', () => stages(look));
    yield* await guarded('人员', async () => {
      const directory = await look.directory();
      const connected = [
        ...(config.wecomApp === null && config.wecomAibot === null ? [] : (['wecom'] as const)),
        ...(config.dingtalk === null ? [] : (['dingtalk'] as const)),
      ];
      return [
        ...checkBusiness(config.business, directory),
        ...checkNicknames(config.business, await look.names()),
        ...checkAccounts(directory, config.business, connected),
        ...checkPushes(config, directory, outside.now()),
      ];
    });
    yield* await guarded('字体', async () => {
      const names = await look.names();
      return fonts(outside, config, names);
    });
  } finally {
    await look.close();
  }
}

async function fonts(outside: Outside, config: Config, names: readonly string[]): Promise<Verdict[]> {
  const characters = [...new Set(names.join(''))];
  try {
    return checkFonts(await outside.missingGlyphs(config.charts.fontPath, characters), characters.length);
  } catch (error) {
    if (error instanceof Failure) return checkFonts({ unreadable: error.kindly }, characters.length);
    throw error;
  }
}

async function stages(look: CrmLook): Promise<Verdict[]> {
  try {
    const { model, stray } = await look.stages();
    return checkStages(model, stray);
  } catch (error) {
    if (error instanceof Failure && error.code === 'misconfigured')
      return [wrong('阶段', `设置和 CRM 对不上(${error.message})`, '改 SETTINGS_FILE 的 stages')];
    throw error;
  }
}

async function botDatabase(outside: Outside, config: Config): Promise<Verdict[]> {
  try {
    const { backlog, nowMs } = await outside.lookAtBot(config);
    // An embedded database has this machine's clock.
    const clock = config.house.BOT_DATABASE_URL.startsWith('mysql:')
      ? checkClock('数据库', Math.round(outside.now() - nowMs))
      : [];
    if (backlog === null)
      return [warning('机器人数据库', '连得上,表还没有建', 'npm run migrate;启动服务时也会自动建'), ...clock];
    return [fine('机器人数据库', '连得上,表都在'), ...clock, ...checkBacklog(backlog)];
  } catch (error) {
    return [wrong('机器人数据库', `用不了(${codeOf(error)})`, '检查 BOT_DATABASE_URL、账号和网络')];
  }
}

async function redis(outside: Outside, { house }: Config): Promise<Verdict[]> {
  if (house.REDIS_URL === null) return [fine('Redis', '没有用,单实例运行')];
  try {
    const { version, evictionPolicy } = await outside.lookAtRedis(house.REDIS_URL);
    if (evictionPolicy !== '' && evictionPolicy !== 'noeviction')
      return [warning('Redis', `${version},内存满时会丢键(${evictionPolicy})`, '设 maxmemory-policy noeviction')];
    return [fine('Redis', `${version} 连得上`)];
  } catch (error) {
    return [wrong('Redis', `连不上(${codeOf(error)})`, '检查 REDIS_URL;多实例必须有 Redis,单实例可以留空')];
  }
}

/** A check that broke is a verdict too: the others go on. */
async function guarded(check: string, run: () => Promise<Verdict[]>): Promise<Verdict[]> {
  try {
    return await run();
  } catch (error) {
    return [wrong(check, `没查成(${codeOf(error)})`, '先处理上面的问题,再运行一次')];
  }
}

/** Whether two URLs mean one schema of one server, whoever logs in. */
export function sameSchema(one: string, other: string): boolean {
  if (!one.startsWith('mysql://') || !other.startsWith('mysql://')) return one === other;
  const [a, b] = [new URL(one), new URL(other)];
  return a.host === b.host && a.pathname === b.pathname;
}
