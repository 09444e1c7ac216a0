import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Moment, momentAt, systemClock } from '../src/calendar/clock.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import { type ChatStore, openChatStore } from '../src/delivery/chat-store.ts';
import { createCourier } from '../src/delivery/courier.ts';
import { ensureDemoCompany, withDemoGroups } from '../src/demo.ts';
import { Failure } from '../src/failure.ts';
import { openHouse } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { renderMarkdown } from '../src/platforms/markdown.ts';
import { createSimulator } from '../src/platforms/simulator/simulator.ts';
import { platformsOf } from '../src/running.ts';
import type { Composed, DigestJob } from '../src/schedule/digests/digest-job.ts';
import type { Recipient } from '../src/schedule/digests/recipients.ts';
import { firesOn } from '../src/schedule/due.ts';
import type { RecallPreview } from '../src/schedule/recall/preview-recall.ts';
import { type OnceOutcome, runOnce, taskFor } from '../src/schedule/run-once.ts';
import { planSchedule, type SchedulePlan } from '../src/schedule/start-schedule.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { createRedisState } from '../src/store/redis-state.ts';
import { sendAgain } from './dead-letters.ts';
import { remark, runScript, print as say, scriptConfig } from './script.ts';

const commandLine = {
  about:
    '现在就发一次晨报(funnel)或沉默客户提醒(recall),已经发过的不再发;--dry-run 只看会发什么;--resend 重发失败的消息。',
  usage: `npm run digest -- funnel [--at 2026-11-18T09:00:00+08:00] [--dry-run] [--out 目录] [--json]
npm run digest -- recall [--at 2026-11-18T09:05:00+08:00] [--dry-run] [--json]
npm run digest -- --resend [--cause digest:funnel:2026-11-18 | --all] [--dry-run]`,
  options: {
    at: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    resend: { type: 'boolean', default: false },
    cause: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
  words: true,
} as const;

/** How long the script waits for the platforms; what is not accepted by then stays with the server. */
const drainForMs = 120_000;

/** Where nothing is pushed yet: what a directors' group would get. */
const nobodyYet: Recipient = {
  key: 'preview',
  name: '预览(全公司)',
  push: { what: 'funnel', at: '09:00', days: 'cn_workday', mentionOwners: false },
  priority: 0,
  to: { kind: 'group', group: { platform: 'simulator', id: 'preview', name: '预览', bind: 'all' } },
};

/** As the timetable of the reminders calls them. */
const readers: Readonly<Record<string, string>> = {
  owners: '销售',
  managers: '主管的团队汇总',
  administrators: '送不到的人',
};

await runScript(commandLine, async ({ values, words }) => {
  const read = scriptConfig();
  const demo = read.business.groups.length === 0 && read.business.recipients === undefined;
  const config = demo ? { ...read, business: withDemoGroups(read.business) } : read;
  const [name = ''] = words;
  if (demo && !values.resend && name !== 'recall')
    remark('设置里没有群,也没有收件人:下面是演示用的总监群和华东区群会收到的样子,不会真的发。');
  const log = createLog(process.env.LOG_LEVEL ?? 'silent');
  const store = await openChatStore(config.house.BOT_DATABASE_URL, config.store);
  const state =
    config.house.REDIS_URL === null ? createInProcessState() : createRedisState(config.house.REDIS_URL, { log });
  const charts = createChartRenderer({ ...config.charts, workers: 1 });
  const house = openHouse(config, { state, charts, log });
  const platforms = platformsOf(config, state, store, log, undefined);
  const courier = createCourier({ store, platforms, state, clock: systemClock, log });
  const carry = async (): Promise<void> => {
    courier.wake();
    await Promise.race([courier.drain(), new Promise((resolve) => setTimeout(resolve, drainForMs).unref())]);
    for (const { target, state: end, why } of await store.slots.settle())
      if (!values.json) console.log(`${target}:${end === 'sent' ? '已送达平台' : `没有送到(${why})`}`);
  };
  try {
    if (values.resend)
      return await sendAgain(
        store,
        { cause: values.cause, all: values.all, dryRun: values['dry-run'], nowMs: systemClock.now() },
        () => courier.drain(),
      );
    const nowMs = values.at === undefined ? systemClock.now() : Date.parse(values.at);
    if (Number.isNaN(nowMs))
      throw new Failure('bad-input', '--at is not a time', '--at 要写成 2026-11-18T09:00:00+08:00 这样。');
    const moment = momentAt(nowMs, config.house.TIMEZONE);
    if (config.house.CRM_DATABASE_URL.startsWith('sqlite:'))
      await ensureDemoCompany(config.house.CRM_DATABASE_URL, momentAt(systemClock.now(), config.house.TIMEZONE).today);
    if (!values.json && systemClock.now() - nowMs > 3_600_000)
      console.log(
        '注意:CRM 只存着现在的阶段,过去时刻的「在跟」和「积压」按现在的商机算;新进、成交、丢单是那时候的。\n',
      );
    const isConnected = platforms.size > 0;
    const plan = planSchedule({
      settings: config.business,
      store,
      // Where no platform is set up there is something to look at all the same.
      platforms: isConnected ? platforms : new Map([['simulator', createSimulator([], { now: () => nowMs })]]),
      charts,
      clock: { now: () => nowMs },
      zone: config.house.TIMEZONE,
      log,
      company: house.company,
    });
    if (name === 'recall') {
      const dryRun = values['dry-run'];
      if (!isConnected && !dryRun)
        throw new Failure(
          'misconfigured',
          'no platform',
          '没有接上企业微信或钉钉,发不出去。先看看内容就加 --dry-run。',
        );
      if (!isConnected) remark('没有接上企业微信或钉钉:下面是接上以后每个人会收到的样子。');
      if (dryRun) return printReminders(await plan.previewRecall(moment), values.json);
      await sendReminders(store, plan, moment);
      return await carry();
    }
    const { digests } = plan;
    const job = digests.get(name);
    if (job === undefined)
      throw new Failure(
        'bad-input',
        'no such digest',
        `没有叫「${name}」的晨报,有的是:${[...digests.keys(), 'recall'].join('、')}。`,
      );
    const configured = await job.recipients(moment);
    const recipients = configured.length === 0 ? [nobodyYet] : configured;
    for (const recipient of recipients) {
      const composed = await job.compose(recipient, taskFor(job, recipient, moment));
      const sent = values['dry-run'] || 'kind' in composed ? null : await send(store, job, recipient, moment);
      print(composed, recipient, sent, values.json, values.out);
    }
    if (!values['dry-run']) await carry();
  } finally {
    await courier.stop();
    await Promise.all([charts.close(), house.close()]);
    await state.close();
    await store.close();
  }
});

/** The reminders of the day under the names that the schedule would use: what it has sent is not sent again. */
async function sendReminders(store: ChatStore, plan: SchedulePlan, moment: Moment): Promise<void> {
  const { recall, calendar } = plan;
  for (const { target, part, priority, days } of await recall.timetable(moment)) {
    if (target !== 'owners' && !firesOn(days, moment.today, calendar)) continue;
    const outcome = await runOnce(store, recall, { key: target, priority }, moment, part);
    say(`${readers[target] ?? target}:${wordsOf(outcome)}`);
  }
}

function printReminders({ reminders, notices }: RecallPreview, json: boolean): void {
  for (const { name, reply } of reminders) {
    const text = renderMarkdown(reply.blocks, 'plain');
    const shown = { recipient: name, status: 'answered', sent: null, title: reply.title, text };
    console.log(json ? JSON.stringify(shown) : `—— ${name} ——\n\n${text}\n`);
  }
  for (const text of notices)
    console.log(json ? JSON.stringify({ recipient: '管理员', status: 'refused', text }) : text);
  if (!json && reminders.length === 0) say('今天没有要提醒的沉默客户。');
}

async function send(store: ChatStore, job: DigestJob, recipient: Recipient, moment: ReturnType<typeof momentAt>) {
  const simulated = recipient.to.kind === 'group' ? recipient.to.group.platform : recipient.to.tenant;
  if (simulated === 'simulator') return '只在 npm run demo 的模拟器里有这个收件人,这里只预览';
  return wordsOf(await runOnce(store, job, recipient, moment));
}

function wordsOf(outcome: OnceOutcome): string {
  switch (outcome.kind) {
    case 'queued':
      return '已入队';
    case 'already':
      return `这一天的已经处理过(${outcome.state}),没有再发`;
    case 'refused':
      return outcome.kindly;
  }
}

function print(
  composed: Composed | { readonly kind: 'refused'; readonly kindly: string },
  recipient: Recipient,
  sent: string | null,
  json: boolean,
  out: string | undefined,
): void {
  if ('kind' in composed) {
    if (json) console.log(JSON.stringify({ recipient: recipient.name, status: 'refused', text: composed.kindly }));
    else console.log(`—— ${recipient.name} ——\n\n${composed.kindly}\n`);
    return;
  }
  const { reply } = composed;
  const images: string[] = [];
  if (out !== undefined && reply.picture !== null) {
    mkdirSync(out, { recursive: true });
    const path = join(out, `digest-${reply.picture.id.slice(0, 12)}.png`);
    writeFileSync(path, reply.picture.png);
    images.push(path);
  }
  const text = renderMarkdown(reply.blocks, 'plain');
  if (json) {
    console.log(
      JSON.stringify({
        recipient: recipient.name,
        target: recipient.key,
        scope: composed.scopeWords,
        status: 'answered',
        sent,
        title: reply.title,
        text,
        figures: composed.figures,
        images,
        asOf: composed.asOf,
      }),
    );
    return;
  }
  console.log(`—— ${recipient.name}(${composed.scopeWords})${sent === null ? '' : `:${sent}`} ——\n\n${text}\n`);
  for (const image of images) console.log(`图:${image}`);
}
