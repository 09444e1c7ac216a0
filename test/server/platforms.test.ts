import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { momentAt } from '../../src/calendar/clock.ts';
import { readConfig } from '../../src/config.ts';
import { ensureDemoCompany } from '../../src/demo.ts';
import { createLog } from '../../src/log.ts';
import { sealDingtalkCallback } from '../../src/platforms/dingtalk/seal.ts';
import type { RawRequest } from '../../src/platforms/platform.ts';
import { aibotKeys } from '../../src/platforms/wecom/receive-aibot.ts';
import { appKeys } from '../../src/platforms/wecom/receive-app.ts';
import {
  openAibotAnswer,
  sealAibotCallback,
  sealAibotPoll,
  sealAppCallback,
  sealAppContent,
  sealUrlCheck,
} from '../../src/platforms/wecom/seal.ts';
import { type Running, start } from '../../src/running.ts';
import { startDingtalkServer } from '../fakes/dingtalk-server.ts';
import { startWecomServer } from '../fakes/wecom-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'chenbao-server-'));
const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const logged: string[] = [];

let wecom: Awaited<ReturnType<typeof startWecomServer>>;
let dingtalk: Awaited<ReturnType<typeof startDingtalkServer>>;
let running: Running;
let config: ReturnType<typeof readConfig>;
let people: { director: { wecom: string; dingtalk: string }; rep: { wecom: string; dingtalk: string } };
let serial = 4_561_255_354_251_345_929n;
const nextId = () => {
  serial += 1n;
  return String(serial);
};

beforeAll(async () => {
  const crmUrl = `sqlite:${join(folder, 'crm.sqlite')}`;
  const today = momentAt(Date.now(), 'Asia/Shanghai').today;
  await ensureDemoCompany(crmUrl, today, 120);
  wecom = await startWecomServer({ corpId: 'ww1234567890', agentId: 1000002, secret: 'app-secret-1' });
  const settingsFile = join(folder, 'settings.json');
  writeFileSync(
    settingsFile,
    JSON.stringify({
      groups: [
        { platform: 'wecom', id: 'wr-east', name: '华东群', bind: { region: '华东' } },
        { platform: 'dingtalk', id: 'cid-all==', name: '总监群', bind: 'all' },
      ],
    }),
  );
  dingtalk = await startDingtalkServer({
    clientId: 'ding1234',
    clientSecret: 'ding-secret-1',
    robotCode: 'ding1234',
    people: [],
    groups: ['cid-all=='],
  });
  config = readConfig({
    CRM_DATABASE_URL: crmUrl,
    BOT_DATABASE_URL: `sqlite:${join(folder, 'bot.sqlite')}`,
    SETTINGS_FILE: settingsFile,
    PORT: '0',
    WECOM_CORP_ID: 'ww1234567890',
    WECOM_AGENT_ID: '1000002',
    WECOM_APP_SECRET: 'app-secret-1',
    WECOM_APP_TOKEN: 'QDG6eK',
    WECOM_APP_AES_KEY: aesKey,
    WECOM_AIBOT_TOKEN: 'QDG6eK',
    WECOM_AIBOT_AES_KEY: aesKey,
    WECOM_API_BASE: wecom.url,
    DINGTALK_CLIENT_ID: 'ding1234',
    DINGTALK_CLIENT_SECRET: 'ding-secret-1',
    DINGTALK_API_BASE: dingtalk.apiBase,
    DINGTALK_OAPI_BASE: dingtalk.oapiBase,
  });
  running = await start(config, createLog('trace', { write: (line) => logged.push(line) }));
  const { directory } = await running.house.company(momentAt(Date.now(), 'Asia/Shanghai'));
  const accountsOf = (name: string) => {
    const person = directory.people.find((one) => one.name === name);
    return { wecom: person?.wecomUserId ?? '', dingtalk: person?.dingtalkUserId ?? '' };
  };
  people = { director: accountsOf('陈志远'), rep: accountsOf('王磊') };
});

afterAll(async () => {
  await running?.stop();
  await wecom?.close();
  await dingtalk?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function post(request: RawRequest): Promise<{ status: number; body: string; tookMs: number }> {
  const query = new URLSearchParams(
    Object.entries(request.query).map(([name, value]) => [name, value ?? '']),
  ).toString();
  const startedAt = performance.now();
  const answer = await fetch(`http://127.0.0.1:${running.port}${request.path}${query === '' ? '' : `?${query}`}`, {
    method: request.method,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value ?? ''])),
    ...(request.method === 'POST' ? { body: new Uint8Array(request.body) } : {}),
  });
  return { status: answer.status, body: await answer.text(), tookMs: performance.now() - startedAt };
}

const app = () => config.wecomApp as NonNullable<typeof config.wecomApp>;
const aibot = () => config.wecomAibot as NonNullable<typeof config.wecomAibot>;
const ding = () => config.dingtalk as NonNullable<typeof config.dingtalk>;

describe('the address of a callback', () => {
  it('is verified by WeCom: the decrypted echo, nothing else', async () => {
    for (const [path, keys] of [
      ['/callbacks/wecom/app', appKeys(app())],
      ['/callbacks/wecom/aibot', aibotKeys(aibot())],
    ] as const) {
      const verified = await post(sealUrlCheck({ path, keys }, '1616140317555161061', Date.now()));
      expect(verified).toMatchObject({ status: 200, body: '1616140317555161061' });
      const forged = sealUrlCheck({ path, keys: { ...keys, token: 'another1' } }, '1616140317555161061', Date.now());
      expect((await post(forged)).status).toBe(403);
    }
  });
});

describe('a question from WeCom', () => {
  it('to the app: acknowledged at once with nothing, answered with text and picture', async () => {
    const before = wecom.deliveries().length;
    const acknowledged = await post(
      sealAppCallback(app(), {
        userId: people.director.wecom,
        text: '漏斗 本月',
        messageId: nextId(),
        nowMs: Date.now(),
      }),
    );
    expect(acknowledged).toMatchObject({ status: 200, body: '' });
    expect(acknowledged.tookMs).toBeLessThan(1_000);
    await expect.poll(() => wecom.deliveries().length - before, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    const bodies = wecom.sentBodies().slice(-4).join('\n');
    expect(bodies).toContain('漏斗（批次）');
    expect(bodies).toContain('"msgtype":"image"');
    expect(wecom.complaints()).toEqual([]);
  });

  it('delivered twice is answered once', async () => {
    const before = wecom.sentBodies().length;
    const said = { userId: people.director.wecom, text: '帮助', messageId: nextId(), nowMs: Date.now() };
    await Promise.all(Array.from({ length: 20 }, () => post(sealAppCallback(app(), said))));
    await expect.poll(() => wecom.sentBodies().length - before, { timeout: 10_000 }).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(wecom.sentBodies().length - before).toBe(1);
  });

  it('to 智能机器人 in a group: a stream that ends with the picture, in the scope of the group', async () => {
    const said = {
      userId: people.director.wecom,
      groupId: 'wr-east',
      text: '漏斗 本月',
      messageId: nextId(),
      nowMs: Date.now(),
    };
    const first = openAibotAnswer(aibot(), (await post(sealAibotCallback(aibot(), said))).body) as {
      stream: { id: string; finish: boolean };
    };
    expect(first.stream.finish).toBe(false);
    let last: { stream: { finish: boolean; content: string; msg_item?: unknown[] } } | null = null;
    await expect
      .poll(
        async () => {
          const poll = await post(
            sealAibotPoll(aibot(), {
              streamId: first.stream.id,
              userId: said.userId,
              groupId: said.groupId,
              nowMs: Date.now(),
            }),
          );
          last = openAibotAnswer(aibot(), poll.body) as typeof last;
          return last?.stream.finish;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    expect(last).toMatchObject({ stream: { content: expect.stringContaining('华东'), msg_item: [expect.anything()] } });
    // The stream belongs to its asker.
    const stolen = await post(
      sealAibotPoll(aibot(), {
        streamId: first.stream.id,
        userId: people.rep.wecom,
        groupId: 'wr-other',
        nowMs: Date.now(),
      }),
    );
    expect(JSON.stringify(openAibotAnswer(aibot(), stolen.body))).not.toContain('华东');
  });
});

describe('a question from DingTalk', () => {
  it('in a group: acknowledged, answered in the session, the picture by OpenAPI', async () => {
    const before = dingtalk.deliveries.length;
    const acknowledged = await post(
      sealDingtalkCallback({
        settings: ding(),
        userId: people.director.dingtalk,
        text: '业绩 上月',
        conversation: { groupId: 'cid-all==' },
        nowMs: Date.now(),
        sessionWebhook: dingtalk.openSession(),
      }),
    );
    expect(acknowledged.status).toBe(200);
    await expect.poll(() => dingtalk.deliveries.length - before, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(dingtalk.deliveries.slice(before))).toContain('业绩');
  });
});

describe('what is not a question', () => {
  it('gets a bare 4xx, and nothing is sent to anyone', async () => {
    const nowMs = Date.now();
    const good = sealAppCallback(app(), { userId: people.director.wecom, text: '漏斗', messageId: nextId(), nowMs });
    const sent = wecom.sentBodies().length;
    const answers = [
      await post({ ...good, query: { ...good.query, msg_signature: '0'.repeat(40) } }),
      await post({ ...good, query: {} }),
      await post({ ...good, body: good.body.subarray(0, good.body.length - 40) }),
      await post({ ...good, body: Buffer.alloc((1 << 20) + 1, 0x20) }),
      await post({
        ...good,
        body: Buffer.from('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>&a;</xml>'),
      }),
      await post({ ...good, body: Buffer.from([0xff, 0xfe, 0x00]) }),
      await post(
        sealAppCallback(app(), {
          userId: people.director.wecom,
          text: '漏斗',
          messageId: nextId(),
          nowMs: nowMs - 3_600_000,
        }),
      ),
      await post({ ...good, path: '/callbacks/dingtalk/robot' }),
      await post({ ...good, path: '/callbacks/none' }),
      await post({
        ...sealDingtalkCallback({ settings: ding(), userId: people.director.dingtalk, text: '漏斗', nowMs }),
        headers: {},
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body.length).toBeLessThan(100);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(wecom.sentBodies().length).toBe(sent);
  });

  it('a stranger is refused kindly, without a word about the data', async () => {
    const before = wecom.sentBodies().length;
    await post(
      sealAppCallback(app(), { userId: 'stranger', text: '业绩 上月', messageId: nextId(), nowMs: Date.now() }),
    );
    await expect.poll(() => wecom.sentBodies().length - before, { timeout: 10_000 }).toBe(1);
    expect(wecom.sentBodies().at(-1)).toContain('我还不认识你');
    expect(wecom.sentBodies().at(-1)).not.toMatch(/万|成交/);
  });

  it.each([
    '漏斗 99999年13月',
    "业绩 '; drop table cm_customers; --",
    '客户 @所有人',
    '@all',
    '漏'.repeat(10_000),
    '![x](http://evil.example/x.png) [y](http://evil.example)',
    '{{1337*1337}} $' + '{1337*1337}',
    '\u0000\u202e漏斗',
  ])('bad input %# is answered, and nothing in it acts', async (text) => {
    const before = wecom.sentBodies().length;
    const content = `<xml><ToUserName>${app().corpId}</ToUserName><FromUserName>${people.director.wecom}</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[${text.replaceAll('\u0000', '')}]]></Content><MsgId>${nextId()}</MsgId><AgentID>${app().agentId}</AgentID></xml>`;
    const acknowledged = await post(sealAppContent(app(), content, Date.now()));
    expect(acknowledged.status).toBe(200);
    await expect.poll(() => wecom.sentBodies().length - before, { timeout: 10_000 }).toBeGreaterThan(0);
    const answer = wecom.sentBodies().slice(before).join('\n');
    expect(answer).not.toMatch(/@all|<@|\]\(http:\/\/evil/);
    expect(answer).not.toContain('1787569');
    expect(wecom.complaints()).toEqual([]);
  });
});

it('says that it is alive and ready, and counts without naming anyone', async () => {
  const get = async (path: string) => fetch(`http://127.0.0.1:${running.port}${path}`);
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(200);
  const metrics = await (await get('/metrics')).text();
  expect(metrics).toContain('chenbao_answers_total{status="answered",intent="funnel"}');
  expect(metrics).not.toContain(people.director.wecom);
});

it('the audit says who asked what within which scope, and nothing of what was in it', async () => {
  await post(
    sealAppCallback(app(), {
      userId: people.director.wecom,
      text: '客户 宏达机械',
      messageId: nextId(),
      nowMs: Date.now(),
    }),
  );
  await expect
    .poll(async () => (await running.store.audit.latest(1))[0]?.action, { timeout: 5_000 })
    .toBe('customer_detail');
  const [entry] = await running.store.audit.latest(1);
  expect(entry).toMatchObject({
    platform: 'wecom-app',
    platformUserId: people.director.wecom,
    scope: '全公司',
    detail: 'customer=…',
    status: 'answered',
  });
  const entries = await running.store.audit.latest(100);
  expect(entries.some((one) => one.crmUserId === null && one.status === 'denied')).toBe(true);
  expect(JSON.stringify(entries)).not.toMatch(/drop table|宏达/);
});

it('one person has one pace, over both channels of WeCom; who asked too fast or was refused is in the audit by their CRM id', async () => {
  const { directory } = await running.house.company(momentAt(Date.now(), 'Asia/Shanghai'));
  const rep = directory.people.find((one) => one.name === '王磊')?.id;
  const said = () => ({
    userId: people.rep.wecom,
    text: '帮助',
    messageId: nextId(),
    nowMs: Date.now(),
  });
  for (let n = 0; n < 11; n += 1) {
    await post(sealAppCallback(app(), said()));
    await post(sealAibotCallback(aibot(), { ...said(), groupId: null }));
  }
  const throttled = async () =>
    (await running.store.audit.latest(100)).filter((one) => one.status === 'throttled').map((one) => one.crmUserId);
  await expect.poll(throttled, { timeout: 20_000 }).toEqual([rep, rep]);
  await post(
    sealAibotCallback(aibot(), {
      userId: people.director.wecom,
      groupId: 'wr-unbound',
      text: '漏斗',
      messageId: nextId(),
      nowMs: Date.now(),
    }),
  );
  const director = directory.people.find((one) => one.name === '陈志远')?.id;
  await expect
    .poll(async () => (await running.store.audit.latest(1))[0], { timeout: 10_000 })
    .toMatchObject({ status: 'denied', crmUserId: director, groupId: 'wr-unbound' });
});

it('the log holds no secret and nothing that people wrote', () => {
  const all = logged.join('');
  expect(all.length).toBeGreaterThan(500);
  for (const hidden of ['app-secret-1', 'ding-secret-1', aesKey, 'drop table', 'evil.example'])
    expect(all).not.toContain(hidden);
});
