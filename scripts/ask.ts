import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { personNamed } from '../src/access/identity.ts';
import { type Answer, answer } from '../src/answer.ts';
import { momentAt, systemClock } from '../src/calendar/clock.ts';
import { chineseWorkDays } from '../src/calendar/work-calendar.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import { openChatStore } from '../src/delivery/chat-store.ts';
import { ensureDemoCompany, withDemoGroups } from '../src/demo.ts';
import { Failure } from '../src/failure.ts';
import { openHouse } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { renderMarkdown } from '../src/platforms/markdown.ts';
import { seedRecallHistoryOnce } from '../src/schedule/recall/demo.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { remark, runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '问一句,答案打印在这里;图用 --out 存下来。--as 是谁在问,--group 是在哪个群里问。',
  usage: `npm run ask -- "漏斗 本月 华东" [--as 陈志远] [--group 总监群] [--now 2026-11-18T10:30:00+08:00] [--out 目录] [--json]
npm run ask -- --batch 文件 [--as …] [--json]    每行一句;以 > 开头的接着上一句问`,
  options: {
    as: { type: 'string' },
    group: { type: 'string' },
    now: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    batch: { type: 'string' },
  },
  words: true,
} as const;

await runScript(commandLine, async ({ values, words }) => {
  const lines =
    values.batch === undefined
      ? [words.join(' ')]
      : readFileSync(values.batch, 'utf8')
          .split(/\r?\n/)
          .filter((line) => line.trim() !== '');
  if (values.batch === undefined && words.length === 0)
    throw new Failure('bad-input', 'no question', `要问什么?这样写:\n${commandLine.usage}`);
  const nowMs = values.now === undefined ? systemClock.now() : Date.parse(values.now);
  if (Number.isNaN(nowMs))
    throw new Failure('bad-input', '--now is not a time', '--now 要写成 2026-11-18T10:30:00+08:00 这样。');

  const read = scriptConfig();
  const demo = read.business.groups.length === 0;
  const config = demo ? { ...read, business: withDemoGroups(read.business) } : read;
  if (demo && values.group !== undefined) remark(`设置里没有群,「${values.group}」用的是演示群。`);
  let made: Awaited<ReturnType<typeof ensureDemoCompany>> = 'own data';
  if (config.house.CRM_DATABASE_URL.startsWith('sqlite:')) {
    made = await ensureDemoCompany(
      config.house.CRM_DATABASE_URL,
      momentAt(systemClock.now(), config.house.TIMEZONE).today,
    );
  }
  const charts = values.out === undefined ? null : createChartRenderer(config.charts);
  const log = createLog(process.env.LOG_LEVEL ?? 'silent');
  const store = await openChatStore(config.house.BOT_DATABASE_URL, config.store);
  // A script sends nothing: what would be told to a colleague is only recorded.
  const recalls = { ledger: store.recalls, tell: async () => false };
  const house = openHouse(config, { state: createInProcessState(), charts, log, recalls });
  try {
    if (made !== 'own data' && config.house.BOT_DATABASE_URL.startsWith('sqlite:')) {
      const calendar = chineseWorkDays(config.business.schedule.workDays);
      const today = momentAt(systemClock.now(), house.zone);
      await seedRecallHistoryOnce(store.recalls, { crm: house.crm, settings: config.business }, calendar, today);
    }
    const { directory } = await house.company(momentAt(nowMs, house.zone));
    const person = personNamed(directory, config.business, values.as ?? null);
    if (person === null)
      throw new Failure('not-found', '--as names nobody in the CRM', `CRM 里没有「${values.as ?? '总监'}」这个人。`);
    const group =
      values.group === undefined
        ? null
        : config.business.groups.find((one) => one.id === values.group || one.name === values.group);
    if (group === undefined)
      throw new Failure('not-found', '--group names no group of the settings', `设置里没有「${values.group}」这个群。`);
    // Everyone is known by their CRM id here, in whichever group of whichever platform.
    const access = {
      ...house.access,
      groups: house.access.groups.map((one) => ({ ...one, platform: 'simulator' as const })),
    };

    let state = house.state;
    for (const [index, line] of lines.entries()) {
      const goesOn = values.batch !== undefined && line.startsWith('> ');
      if (!goesOn) state = createInProcessState();
      const text = goesOn ? line.slice(2) : line;
      const answered = await answer(
        { ...house, access, state },
        { platform: 'simulator', account: person.id, groupId: group?.id ?? null, text, nowMs },
      );
      const images = values.out === undefined ? [] : savedPicture(answered, values.out, index);
      console.log(values.json ? JSON.stringify(asJson(answered, images)) : asText(answered, images));
    }
  } finally {
    await Promise.all([charts?.close(), house.close(), store.close()]);
  }
});

function savedPicture({ reply }: Answer, folder: string, index: number): string[] {
  if (reply.picture === null) return [];
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${String(index + 1).padStart(3, '0')}-${reply.picture.id.slice(0, 12)}.png`);
  writeFileSync(path, reply.picture.png);
  return [path];
}

/** One object a question, as people script against it. */
function asJson(answered: Answer, images: readonly string[]) {
  const { reply, command, assumed } = answered;
  return {
    status: reply.status,
    understood:
      command === null
        ? null
        : { intent: command.intent, slots: command.slots, ...(Object.keys(assumed).length === 0 ? {} : { assumed }) },
    figures: answered.figures,
    title: reply.title,
    text: renderMarkdown(reply.blocks, 'plain'),
    advice: answered.advice,
    images,
    files: [],
    asOf: answered.asOf,
  };
}

function asText({ reply }: Answer, images: readonly string[]): string {
  const choices = reply.choices.map((choice, index) => `[${index + 1}] ${choice.label}`).join('  ');
  return [renderMarkdown(reply.blocks, 'plain'), choices, ...images].filter((part) => part !== '').join('\n\n');
}
