import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../src/calendar/clock.ts';
import type { Config } from '../src/config.ts';
import { Failure } from '../src/failure.ts';
import { sealDingtalkCallback } from '../src/platforms/dingtalk/seal.ts';
import { call } from '../src/platforms/http.ts';
import type { RawRequest } from '../src/platforms/platform.ts';
import type { WecomAibotSettings } from '../src/platforms/wecom/config.ts';
import {
  openAibotAnswer,
  openAppAnswer,
  sealAibotCallback,
  sealAibotPoll,
  sealAppCallback,
} from '../src/platforms/wecom/seal.ts';
import { runScript, scriptConfig } from './script.ts';

const commandLine = {
  about: '像平台那样发一条带签名的回调给正在运行的晨报,并打印结果。--as 是平台上的用户 ID。',
  usage:
    'npm run say -- wecom-app|wecom-aibot|dingtalk "漏斗 本月" --as ID [--group ID] [--url http://127.0.0.1:3000] [--out FILE.png]',
  options: {
    as: { type: 'string' },
    group: { type: 'string' },
    url: { type: 'string' },
    out: { type: 'string' },
  },
  words: true,
} as const;

/** WeCom's app and DingTalk answer in the chat itself, not to whoever posted the question. */
const whereToLook = '去那里看;没有收到就看服务的日志,或运行 npm run doctor。';

/** A stream that is not finished by then never will be: the bot itself ends one after six minutes (wecom.md 2.4). */
const patienceMs = 370_000;

interface Told {
  readonly userId: string;
  readonly groupId: string | null;
  readonly text: string;
  readonly url: string;
  readonly out: string | undefined;
}

// Sends a correctly signed callback, as the platform would, to a running server and prints what came back.
await runScript(commandLine, async ({ values, words }) => {
  const [channel, text] = words;
  if (text === undefined || words.length > 2 || values.as === undefined)
    throw badInput(`没有写全。要这样写:\n${commandLine.usage}`);
  const config = scriptConfig();
  const told: Told = {
    userId: values.as,
    groupId: values.group ?? null,
    text,
    url: (values.url ?? `http://${config.server.HOST}:${config.server.PORT}`).replace(/\/+$/, ''),
    out: values.out,
  };
  switch (channel) {
    case 'wecom-app':
      return sayToApp(config, told);
    case 'wecom-aibot':
      return sayToAibot(config, told);
    case 'dingtalk':
      return sayToDingtalk(config, told);
    default:
      throw badInput(`没有「${channel}」这个渠道,有的是 wecom-app、wecom-aibot、dingtalk。`);
  }
});

async function sayToApp({ wecomApp }: Config, told: Told): Promise<void> {
  if (wecomApp === null) throw notConfigured('企业微信自建应用', 'WECOM_CORP_ID、WECOM_APP_TOKEN 等');
  if (told.groupId !== null) throw badInput('自建应用只有私聊,不能带 --group;群里用 wecom-aibot。');
  const messageId = String(7_000_000_000_000_000_000n + BigInt(`0x${randomBytes(7).toString('hex')}`));
  const { status, body } = await post(
    told.url,
    sealAppCallback(wecomApp, { ...told, messageId, nowMs: systemClock.now() }),
  );
  print(status, body);
  if (status !== 200) return;
  console.log(
    openAppAnswer(wecomApp, body) ?? `已确认收到。回答由 message/send 发到 ${told.userId} 的企业微信,${whereToLook}`,
  );
}

async function sayToDingtalk({ dingtalk }: Config, told: Told): Promise<void> {
  if (dingtalk === null) throw notConfigured('钉钉机器人', 'DINGTALK_CLIENT_ID、DINGTALK_CLIENT_SECRET');
  const { status, body } = await post(
    told.url,
    sealDingtalkCallback({
      settings: dingtalk,
      userId: told.userId,
      text: told.text,
      nowMs: systemClock.now(),
      ...(told.groupId === null ? {} : { conversation: { groupId: told.groupId } }),
    }),
  );
  print(status, body);
  if (status === 200)
    console.log(
      `已确认收到。回答由 OpenAPI 发到${told.groupId === null ? ` ${told.userId} 的钉钉` : '群里'},${whereToLook}`,
    );
}

async function sayToAibot({ wecomAibot }: Config, told: Told): Promise<void> {
  if (wecomAibot === null) throw notConfigured('企业微信智能机器人', 'WECOM_AIBOT_TOKEN、WECOM_AIBOT_AES_KEY');
  const asked = await post(
    told.url,
    sealAibotCallback(wecomAibot, { ...told, messageId: randomUUID(), nowMs: systemClock.now() }),
  );
  print(asked.status, asked.status === 200 ? '(加密的流消息,解开见下)' : asked.body);
  if (asked.status !== 200) return;
  let frame = frameIn(wecomAibot, asked.body);
  const until = performance.now() + patienceMs;
  while (frame !== null && !frame.finish) {
    if (performance.now() > until)
      throw new Failure('unavailable', 'the stream was not finished', '等了六分钟还没有答完。');
    await sleep(500);
    const { userId, groupId } = told;
    const polled = await post(
      told.url,
      sealAibotPoll(wecomAibot, { streamId: frame.id, userId, groupId, nowMs: systemClock.now() }),
    );
    if (polled.status !== 200) return print(polled.status, polled.body);
    frame = frameIn(wecomAibot, polled.body);
  }
  if (frame === null) return console.log('没有回答(空的确认)。');
  console.log(frame.content);
  if (frame.picture === null) return;
  if (told.out === undefined) return console.log(`(带一张图,${frame.picture.length} 字节;加 --out 图.png 存下来)`);
  writeFileSync(told.out, frame.picture);
  console.log(`图存到 ${told.out}`);
}

interface Frame {
  readonly id: string;
  readonly finish: boolean;
  readonly content: string;
  readonly picture: Buffer | null;
}

/** The stream of an answer; throws for what WeCom would not take. */
function frameIn(settings: WecomAibotSettings, body: string): Frame | null {
  const stream = recordOf(openAibotAnswer(settings, body)?.stream);
  if (stream === null) return null;
  const [item] = Array.isArray(stream.msg_item) ? stream.msg_item : [];
  const base64 = recordOf(recordOf(item)?.image)?.base64;
  return {
    id: String(stream.id),
    finish: stream.finish === true,
    content: String(stream.content ?? ''),
    picture: typeof base64 === 'string' ? Buffer.from(base64, 'base64') : null,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

async function post(
  url: string,
  { path, query, headers, body }: RawRequest,
): Promise<{ status: number; body: string }> {
  const present = <T extends object>(values: T): Record<string, string> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const outcome = await call({
    method: 'POST',
    url: `${url}${path}`,
    query: present(query),
    headers: present(headers),
    body,
  });
  if (outcome.kind !== 'answered')
    throw new Failure('unavailable', `no answer from the server: ${outcome.why}`, `连不上 ${url},服务启动了吗?`);
  return { status: outcome.status, body: outcome.body.toString('utf8') };
}

/** A refusal ends in exit code 1, so that scripts notice. */
function print(status: number, body: string): void {
  console.log(`HTTP ${status}${body === '' ? '' : ` ${body}`}`);
  if (status !== 200) process.exitCode = 1;
}

function badInput(kindly: string): Failure {
  return new Failure('bad-input', 'the command is not complete', kindly);
}

function notConfigured(channel: string, names: string): Failure {
  return new Failure('misconfigured', `${channel} is not configured`, `${channel}没有配置:填好 ${names} 再试。`);
}
