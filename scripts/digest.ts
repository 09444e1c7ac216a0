import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { momentAt, systemClock } from '../src/calendar/clock.ts';
import { createChartRenderer } from '../src/charts/renderer.ts';
import { type ChatStore, openChatStore } from '../src/delivery/chat-store.ts';
import { createCourier } from '../src/delivery/courier.ts';
import { listDeadLetters, resend } from '../src/delivery/resend.ts';
import { ensureDemoCompany, withDemoGroups } from '../src/demo.ts';
import { Failure } from '../src/failure.ts';
import { openHouse } from '../src/house.ts';
import { createLog } from '../src/log.ts';
import { renderMarkdown } from '../src/platforms/markdown.ts';
import { platformsOf } from '../src/running.ts';
import type { Composed, DigestJob } from '../src/schedule/digests/digest-job.ts';
import type { Recipient } from '../src/schedule/digests/recipients.ts';
import { runOnce, taskFor } from '../src/schedule/run-once.ts';
import { planSchedule } from '../src/schedule/start-schedule.ts';
import { createInProcessState } from '../src/store/in-process-state.ts';
import { createRedisState } from '../src/store/redis-state.ts';
import { remark, runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '现在就发一次晨报(已经收到的不再发),或先看看会发什么(--dry-run);--resend 重发失败的消息。',
  usage: `npm run digest -- funnel [--at 2026-11-18T09:00:00+08:00] [--dry-run] [--out 目录] [--json]
npm run digest -- --resend [--cause digest:funnel:2026-11-18] [--dry-run]`,
  options: {
    at: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    resend: { type: 'boolean', default: false },
    cause: { type: 'string' },
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

await runScript(commandLine, async ({ values, words }) => {
  const read = scriptConfig();
  const demo = read.business.groups.length === 0 && read.business.recipients === undefined;
  const config = demo ? { ...read, business: withDemoGroups(read.business) } : read;
  if (demo && !values.resend)
    remark('设置里没有群,也没有收件人:下面是演示用的总监群和华东区群会收到的样子,不会真的发。');
  const log = createLog(process.env.LOG_LEVEL ?? 'silent');
  const store = await openChatStore(config.house.BOT_DATABASE_URL, config.store);
  const state =
    config.house.REDIS_URL === null ? createInProcessState() : createRedisState(config.house.REDIS_URL, { log });
  const charts = createChartRenderer({ ...config.charts, workers: 1 });
  const house = openHouse(config, { state, charts, log });
  const platforms = platformsOf(config, state, store, log, undefined);
  const courier = createCourier({ store, platforms, state, clock: systemClock, log });
  try {
    if (values.resend) return await sendAgain(store, values.cause, values['dry-run'], () => courier.drain());
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
    const { digests } = planSchedule({
      settings: config.business,
      store,
      platforms,
      charts,
      clock: { now: () => nowMs },
      zone: config.house.TIMEZONE,
      log,
      company: house.company,
    });
    const [name = ''] = words;
    const job = digests.get(name);
    if (job === undefined)
      throw new Failure(
        'bad-input',
        'no such digest',
        `没有叫「${name}」的晨报,有的是:${[...digests.keys()].join('、')}。`,
      );
    const configured = await job.recipients(moment);
    const recipients = configured.length === 0 ? [nobodyYet] : configured;
    for (const recipient of recipients) {
      const composed = await job.compose(recipient, taskFor(job, recipient, moment));
      const sent = values['dry-run'] || 'kind' in composed ? null : await send(store, job, recipient, moment);
      print(composed, recipient, sent, values.json, values.out);
    }
    if (!values['dry-run']) {
      courier.wake();
      await Promise.race([courier.drain(), new Promise((resolve) => setTimeout(resolve, drainForMs).unref())]);
      for (const { target, state: end, why } of await store.slots.settle())
        if (!values.json) console.log(`${target}:${end === 'sent' ? '已送达平台' : `没有送到(${why})`}`);
    }
  } finally {
    await courier.stop();
    await Promise.all([charts.close(), house.close()]);
    await state.close();
    await store.close();
  }
});

async function send(store: ChatStore, job: DigestJob, recipient: Recipient, moment: ReturnType<typeof momentAt>) {
  const simulated = recipient.to.kind === 'group' ? recipient.to.group.platform : recipient.to.tenant;
  if (simulated === 'simulator') return '只在 npm run demo 的模拟器里有这个收件人,这里只预览';
  const outcome = await runOnce(store, job, recipient, moment);
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

/** Lists what was given up, and sends it again unless it is a dry run. */
async function sendAgain(
  store: ChatStore,
  cause: string | undefined,
  dryRun: boolean,
  drain: () => Promise<void>,
): Promise<void> {
  const filter = cause === undefined ? {} : { cause };
  const letters = await listDeadLetters(store, filter);
  for (const letter of letters) {
    const at = momentAt(letter.failedAt, 'Asia/Shanghai').wall.slice(5, 16);
    console.log(
      `${at}  ${letter.platform}  ${letter.cause}  ${letter.partKind}  试了 ${letter.attempts} 次:${letter.why}`,
    );
  }
  if (letters.length === 0) return console.log('没有发送失败的消息。');
  if (dryRun) return console.log(`共 ${letters.length} 条。去掉 --dry-run 就再发一次。`);
  const put = await resend(store, filter);
  await Promise.race([drain(), new Promise((resolve) => setTimeout(resolve, drainForMs).unref())]);
  const left = await listDeadLetters(store, filter);
  console.log(`再发 ${put} 条,还有 ${left.length} 条没有成功。`);
}
