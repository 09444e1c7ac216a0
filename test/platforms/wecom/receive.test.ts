import { describe, expect, test } from 'vitest';
import type { Platform, RawRequest, Received } from '../../../src/platforms/platform.ts';
import { aibotKeys, receiveAibot } from '../../../src/platforms/wecom/receive-aibot.ts';
import { appKeys, receiveApp } from '../../../src/platforms/wecom/receive-app.ts';
import {
  openAibotAnswer,
  openAppAnswer,
  sealAibotContent,
  sealAppCallback,
  sealAppContent,
  sealUrlCheck,
} from '../../../src/platforms/wecom/seal.ts';
import { parseXml } from '../../../src/platforms/wecom/xml.ts';
import { aibotHarness, aibotSettings, appSettings, nowMs } from './harness.ts';

const settings = appSettings('http://127.0.0.1:1');
const said = { userId: 'wanglei', text: '漏斗 本月', messageId: '4561255354251345929', nowMs };

const xml = (fields: Readonly<Record<string, string>>): string => {
  const all = {
    ToUserName: settings.corpId,
    FromUserName: 'wanglei',
    CreateTime: '1409659813',
    AgentID: '1000002',
    ...fields,
  };
  return `<xml>${Object.entries(all)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</xml>`;
};
const app = (content: string): Received => receiveApp(settings, sealAppContent(settings, content, nowMs), nowMs);
const messageOf = (received: Received) => {
  if (received.kind !== 'message') throw new Error(`${received.kind}: ${'why' in received ? received.why : ''}`);
  return received.message;
};

describe('the self-built app', () => {
  test('URL verification answers with the decrypted text alone, also where a framework made blanks of +', () => {
    // A ciphertext with a + in it is found after a few tries.
    let check: RawRequest;
    do check = sealUrlCheck({ path: '/callbacks/wecom/app', keys: appKeys(settings) }, '1616140317555161061', nowMs);
    while (!check.query.echostr?.includes('+'));
    const blanks = { ...check, query: { ...check.query, echostr: check.query.echostr?.replaceAll('+', ' ') } };
    for (const request of [check, blanks]) {
      const received = receiveApp(settings, request, nowMs);
      expect(received.kind).toBe('challenge');
      expect(received).toMatchObject({ response: { status: 200, body: '1616140317555161061' } });
    }
    const other = { ...check, query: { ...check.query, echostr: `${check.query.echostr?.slice(0, -4)}AAAA` } };
    expect(receiveApp(settings, other, nowMs).kind).toBe('refused');
    expect(receiveApp(settings, { ...check, query: {} }, nowMs).kind).toBe('refused');
  });

  test('the acknowledgement is empty, and a busy answer can be read by its member alone', () => {
    const received = receiveApp(settings, sealAppCallback(settings, said), nowMs);
    if (received.kind !== 'message') throw new Error(received.kind);
    expect(received.acknowledge()).toMatchObject({ status: 200, body: '' });
    const busy = received.busy();
    expect(openAppAnswer(settings, busy.body)).toBe('系统正忙,请稍后再试。');
    expect(busy.body).not.toContain('系统');
    const other = { ...settings, aesKey: '4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws' };
    expect(() => openAppAnswer(other, busy.body)).toThrow('cannot be decrypted');
  });

  test('the address names the member, whatever the case, in one conversation', () => {
    const [upper, lower] = ['WangLei', 'wanglei'].map((userId) =>
      messageOf(receiveApp(settings, sealAppCallback(settings, { ...said, userId }), nowMs)),
    );
    expect(upper?.address.data.userId).toBe('WangLei');
    expect(upper?.address.target).toBe(lower?.address.target);
  });

  test('a message for another company or app, from nobody or from everybody is refused', () => {
    const text = { MsgType: 'text', Content: 'x', MsgId: '1' };
    expect(app(xml(text)).kind).toBe('message');
    for (const odd of [
      { ToUserName: 'wwother' },
      { AgentID: '1000003' },
      { AgentID: '' },
      { FromUserName: '' },
      { FromUserName: '@all' },
      { FromUserName: 'a|b' },
      { FromUserName: '<![CDATA[a</FromUserName>]]>' },
      { MsgId: '' },
      { MsgId: 'x'.repeat(65) },
      { MsgId: '1</MsgId><MsgId>2' },
      { Content: 'a</Content><Content>b' },
    ])
      expect(app(xml({ ...text, ...odd })).kind).toBe('refused');
  });

  test('what WeCom itself sends and events are ignored with an empty 200', () => {
    expect(app(xml({ FromUserName: 'sys', MsgType: 'text', Content: 'x', MsgId: '1' })).kind).toBe('ignored');
    for (const event of ['enter_agent', 'subscribe', 'LOCATION', 'view', 'change_contact', '']) {
      const received = app(xml({ MsgType: 'event', Event: event, EventKey: '' }));
      expect(received).toMatchObject({ kind: 'ignored', response: { status: 200, body: '' } });
    }
  });

  test('a tapped button says its command; two taps in one second are two messages', () => {
    const tap = (key: string, code: string) =>
      messageOf(
        app(xml({ MsgType: 'event', Event: 'template_card_event', EventKey: key, TaskId: 't', ResponseCode: code })),
      );
    expect(tap('漏斗 本月 按销售', 'r1').text).toBe('漏斗 本月 按销售');
    expect(tap('a', 'r1').messageId).not.toBe(tap('b', 'r1').messageId);
    expect(tap('a', 'r1').messageId).not.toBe(tap('a', 'r2').messageId);
    expect(tap('a', 'r1').messageId).toBe(tap('a', 'r1').messageId);
    expect(messageOf(app(xml({ MsgType: 'event', Event: 'CLICK', EventKey: '帮助' }))).text).toBe('帮助');
  });

  test('pictures, voices and the like get a polite word', () => {
    for (const type of ['image', 'voice', 'file', 'location', 'link']) {
      const received = app(xml({ MsgType: type, MediaId: 'm', MsgId: '1' }));
      if (received.kind !== 'ignored') throw new Error(received.kind);
      expect(openAppAnswer(settings, received.response.body)).toContain('只看得懂文字');
    }
  });
});

describe('XML', () => {
  test('DOCTYPE, entities, another root, names given twice and broken text are no message', () => {
    const text = xml({ MsgType: 'text', Content: 'x', MsgId: '1' });
    for (const odd of [
      `<!DOCTYPE xml [<!ENTITY a "b">]>${text}`,
      `<!doctype xml SYSTEM "file:///etc/passwd">${text}`,
      text.replace('<xml>', '<xml><FromUserName>boss</FromUserName>'),
      text.replaceAll('xml>', 'yml>'),
      text.slice(0, -8),
      '{"json":1}',
      '',
      `${'<a>'.repeat(50_000)}`,
      text.replace('</xml>', `${Array.from({ length: 1_000 }, (_, index) => `<A${index}/>`).join('')}</xml>`),
      `${text}tail`,
      `head${text}`,
    ])
      expect(app(odd).kind).toBe('refused');
  });

  test('the same outside the cipher: refused before anything is decrypted', () => {
    const valid = sealAppCallback(settings, said);
    const bodies = [
      Buffer.concat([Buffer.from('<!DOCTYPE xml [<!ENTITY a "b">]>'), valid.body]),
      Buffer.from(valid.body.toString('utf8'), 'utf16le'),
      Buffer.concat([valid.body, Buffer.from([0xc3, 0x28])]),
      Buffer.from(`<xml>${'<a>'.repeat(80_000)}`),
      Buffer.from('<![CDATA['.repeat(28_000)),
      Buffer.from('<xml><Encrypt></Encrypt></xml>'),
      Buffer.from('<xml><__proto__><Encrypt>x</Encrypt></__proto__></xml>'),
    ];
    for (const body of bodies) {
      const started = performance.now();
      expect(receiveApp(settings, { ...valid, body }, nowMs).kind).toBe('refused');
      expect(performance.now() - started).toBeLessThan(500);
    }
  });

  test('a DOCTYPE that a person typed is their text', () => {
    const typed = '<!DOCTYPE html> &amp; ]]> <x>';
    const received = receiveApp(settings, sealAppCallback(settings, { ...said, text: typed }), nowMs);
    expect(messageOf(received).text).toBe(typed);
  });

  test('blanks in a text stay', () => {
    expect(parseXml('<?xml version="1.0"?>\n<xml>\n<Content> a\n b </Content>\n</xml>\n')?.get('Content')).toBe(
      ' a\n b ',
    );
  });

  test('entities of XML itself are read outside CDATA, and only those', () => {
    expect(
      parseXml('<xml><Content>&lt;b&gt; &amp;amp; &#20320;&#x597d; &nbsp; &#xd800;</Content></xml>')?.get('Content'),
    ).toBe('<b> &amp; 你好 &nbsp; &#xd800;');
  });
});

describe('智能机器人', () => {
  const bot = aibotSettings('https://qyapi.weixin.qq.com');
  const callback = (over: Readonly<Record<string, unknown>>) => ({
    msgid: 'm1',
    aibotid: 'aibot',
    chattype: 'group',
    chatid: 'wrGROUP',
    from: { userid: 'wanglei' },
    response_url: 'https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=c',
    msgtype: 'text',
    text: { content: '@晨报 漏斗 本月' },
    ...over,
  });
  const withBot = async (
    run: (platform: Platform, receive: (over: object) => Promise<Received>, responseUrl: string) => Promise<void>,
  ) => {
    const harness = await aibotHarness();
    const receive = (over: object): Promise<Received> =>
      harness.platform.receive(sealAibotContent(harness.settings, JSON.stringify(callback({ ...over })), nowMs), nowMs);
    await run(harness.platform, receive, harness.server.responseUrl('c'));
    await harness.close();
  };

  test('URL verification', async () => {
    await withBot(async (platform) => {
      const check = sealUrlCheck({ path: '/callbacks/wecom/aibot', keys: aibotKeys(bot) }, '42', nowMs);
      expect(await platform.receive(check, nowMs)).toMatchObject({ kind: 'challenge', response: { body: '42' } });
    });
  });

  test('group, private, mixed, voice and quoted messages', () =>
    withBot(async (_, receive) => {
      const group = messageOf(await receive({}));
      expect(group).toMatchObject({ text: '漏斗 本月', chat: { kind: 'group', groupId: 'wrGROUP' }, messageId: 'm1' });
      expect(
        messageOf(await receive({ chattype: 'single', chatid: undefined, text: { content: '漏斗' } })),
      ).toMatchObject({
        text: '漏斗',
        chat: { kind: 'private' },
      });
      const mixed = [
        { msgtype: 'text', text: { content: '@晨报' } },
        { msgtype: 'image', image: { url: 'https://x' } },
        { msgtype: 'text', text: { content: '排行' } },
      ];
      expect(messageOf(await receive({ msgtype: 'mixed', mixed: { msg_item: mixed } })).text).toBe('排行');
      const voice = { chattype: 'single', msgtype: 'voice', voice: { content: '业绩 上月' } };
      expect(messageOf(await receive(voice)).text).toBe('业绩 上月');
      const quote = { msgtype: 'text', text: { content: '目标 本季' } };
      expect(messageOf(await receive({ text: { content: '@晨报 ' }, quote })).text).toBe('目标 本季');
      expect(messageOf(await receive({ quote })).text).toBe('漏斗 本月');
    }));

  test('a picture gets a polite word at once', () =>
    withBot(async (_, receive) => {
      const received = await receive({ msgtype: 'image', image: { url: 'https://x' }, text: undefined });
      if (received.kind !== 'ignored') throw new Error(received.kind);
      expect(openAibotAnswer(bot, received.response.body)).toMatchObject({ stream: { finish: true } });
    }));

  test('a tapped card says its key and is answered through response_url', () =>
    withBot(async (_, receive, responseUrl) => {
      const event = { eventtype: 'template_card_event', template_card_event: { event_key: '排行 本月' } };
      const message = messageOf(await receive({ msgtype: 'event', event, response_url: responseUrl }));
      expect(message).toMatchObject({ text: '排行 本月', address: { data: { streamId: null } } });
      const quiet = await receive({ msgtype: 'event', event: { eventtype: 'enter_chat' } });
      expect(quiet).toMatchObject({ kind: 'ignored', response: { status: 200, body: '' } });
    }));

  test('numbers as ids, no sender, a group without an id and other bots are refused', async () => {
    await withBot(async (_, receive) => {
      for (const odd of [
        { msgid: 2 ** 53 },
        { msgid: '' },
        { from: {} },
        { from: { userid: 7 } },
        { from: { userid: '@all' } },
        { chatid: undefined },
        { chatid: 5 },
        { msgtype: undefined },
        { msgtype: 'stream' },
        { msgtype: 'stream', stream: { id: '../x' } },
      ])
        expect((await receive(odd)).kind).toBe('refused');
    });
    const harness = await aibotHarness({ WECOM_AIBOT_ID: 'mine' });
    const request = sealAibotContent(harness.settings, JSON.stringify(callback({})), nowMs);
    expect(await harness.platform.receive(request, nowMs)).toMatchObject({ kind: 'refused', why: 'for another bot' });
    await harness.close();
  });

  test.each([
    'https://qyapi.weixin.qq.com.evil.example/x',
    'https://evil.example/cgi-bin/aibot/response',
    'http://qyapi.weixin.qq.com/cgi-bin/aibot/response',
    'https://qyapi.weixin.qq.com:8443/cgi-bin/aibot/response',
    'https://user:pass@qyapi.weixin.qq.com/cgi-bin/aibot/response',
    'https://127.0.0.1/',
    'file:///etc/passwd',
    'not an address',
  ])('a response_url %s is not kept, and WeCom’s own is', (responseUrl) => {
    const kept = (url: string): unknown => {
      const content = JSON.stringify(callback({ response_url: url }));
      const received = receiveAibot(bot, sealAibotContent(bot, content, nowMs), nowMs);
      return received.kind === 'message' ? received.address.responseUrl : received.kind;
    };
    expect(kept(responseUrl)).toBeNull();
    const own = 'https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=c';
    expect(kept(own)).toBe(own);
  });
});
