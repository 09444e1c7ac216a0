import { describe, expect, test } from 'vitest';
import type { DingtalkSettings } from '../../../src/platforms/dingtalk/config.ts';
import { receiveRobotCallback } from '../../../src/platforms/dingtalk/receive.ts';
import { sealDingtalkCallback, signDingtalkRequest } from '../../../src/platforms/dingtalk/seal.ts';
import type { Received } from '../../../src/platforms/platform.ts';

const settings: DingtalkSettings = {
  clientId: 'ding-client',
  clientSecret: 'a-secret',
  robotCode: 'ding-robot',
  mode: 'http',
  apiBase: 'https://api.dingtalk.com',
  oapiBase: 'https://oapi.dingtalk.com',
};
const nowMs = 1_795_000_000_000;

/** A text message in a group, as the official sample has it (dingtalk.md 1.2). */
const sample = {
  msgtype: 'text',
  text: { content: ' 漏斗 本月 ' },
  msgId: 'msgPvSa6R9qk==',
  createAt: nowMs,
  conversationType: '2',
  conversationId: 'cidWest==',
  conversationTitle: '华东销售群',
  senderId: '$:LWCP_v1:$x',
  senderStaffId: 'wanglei',
  senderNick: '[王磊](http://evil.example)',
  senderCorpId: 'dingcorp',
  chatbotCorpId: 'dingcorp',
  chatbotUserId: '$:LWCP_v1:$bot',
  isAdmin: true,
  isInAtList: true,
  atUsers: [{ dingtalkId: '$:LWCP_v1:$bot' }],
  robotCode: 'ding-robot',
  sessionWebhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=abc',
  sessionWebhookExpiredTime: nowMs + 5_400_000,
};

function receive(body: unknown): Received {
  const json = typeof body === 'string' ? body : JSON.stringify(body);
  return receiveRobotCallback(signDingtalkRequest(json, settings, nowMs), nowMs, settings, () => undefined);
}

function messageOf(body: unknown) {
  const received = receive(body);
  if (received.kind !== 'message') throw new Error(`expected a message, got ${JSON.stringify(received)}`);
  return received;
}

function ignoredText(body: unknown): string {
  const received = receive(body);
  if (received.kind !== 'ignored') throw new Error(`expected ignored, got ${received.kind}`);
  expect(received.response.status).toBe(200);
  return received.response.body;
}

describe('a robot message', () => {
  test('carries words, sender, group and the two answers DingTalk takes', () => {
    const received = messageOf(sample);
    expect(received.message).toMatchObject({
      platform: 'dingtalk',
      messageId: 'msgPvSa6R9qk==',
      userId: 'wanglei',
      chat: { kind: 'group', groupId: 'cidWest==', title: '华东销售群' },
      text: '漏斗 本月',
    });
    expect(received.message.address).toMatchObject({ platform: 'dingtalk', target: 'group:cidWest==' });
    expect(JSON.parse(received.acknowledge().body)).toEqual({ msgtype: 'empty' });
    expect(JSON.parse(received.busy().body)).toEqual({ msgtype: 'text', text: { content: '系统正忙,请稍后再试。' } });
  });

  test('the session webhook does not lie readable in the address', () => {
    const stored = JSON.stringify(messageOf(sample).message.address);
    expect(stored).not.toContain('abc');
    expect(stored).not.toContain('sendBySession');
  });

  test('everything the platform may leave out may be missing', () => {
    const { msgId, conversationId, conversationType, msgtype, text, senderStaffId } = sample;
    const least = { msgId, conversationId, conversationType, msgtype, text, senderStaffId };
    expect(messageOf(least).message).toMatchObject({ userId: 'wanglei', chat: { title: null }, text: '漏斗 本月' });
    expect(messageOf({ ...sample, conversationType: '1' }).message).toMatchObject({
      chat: { kind: 'private' },
      address: { target: 'user:wanglei' },
    });
    for (const robotCode of [null, '', 'normal', 'ding-client', undefined]) {
      expect(receive({ ...sample, robotCode }).kind).toBe('message');
    }
    expect(messageOf({ ...sample, text: undefined, content: '漏斗' }).message.text).toBe('漏斗');
  });

  test('numbers where text belongs keep every digit', () => {
    const json = JSON.stringify(sample)
      .replace('"msgPvSa6R9qk=="', '9007199254740993')
      .replace('"wanglei"', '12345678901234567890')
      .replace('"2"', '2');
    expect(messageOf(json).message).toMatchObject({
      messageId: '9007199254740993',
      userId: '12345678901234567890',
      chat: { kind: 'group' },
    });
    expect(messageOf({ ...sample, text: { content: '"msgId":9007199254740993 \\" 7' } }).message.text).toBe(
      '"msgId":9007199254740993 \\" 7',
    );
  });

  test('voice comes as its transcript, rich text as its words', () => {
    const audio = {
      ...sample,
      msgtype: 'audio',
      text: undefined,
      content: { duration: 4000, recognition: ' 业绩 上周 ' },
    };
    expect(messageOf(audio).message.text).toBe('业绩 上周');
    const rich = { richText: [{ text: '漏斗' }, { type: 'picture', downloadCode: 'x' }, { text: '本月' }] };
    expect(messageOf({ ...sample, msgtype: 'richText', content: rich }).message.text).toMatch(/^漏斗\s+本月$/);
  });

  test('pictures, files, silence and unknown kinds get one sentence, and no work', () => {
    for (const msgtype of ['picture', 'video', 'file', 'unknownMsgType', '__proto__']) {
      expect(ignoredText({ ...sample, msgtype, content: { downloadCode: 'x' } })).toContain('只看得懂文字和语音');
    }
    expect(ignoredText({ ...sample, msgtype: 'richText', content: { richText: [{ type: 'picture' }] } })).toContain(
      '文字',
    );
    expect(ignoredText({ ...sample, msgtype: 'audio', content: 'broken' })).toContain('文字');
    expect(ignoredText({ ...sample, text: { content: '  ' } })).toContain('漏斗 本月');
  });

  test('the body that says the quota is spent is no question and no crash', () => {
    expect(ignoredText({ errorCode: 20001, errorMessage: 'quota' })).toBe('{"msgtype":"empty"}');
    expect(ignoredText({ ...sample, errorCode: '20001' })).toBe('{"msgtype":"empty"}');
  });
});

describe('identity', () => {
  test('without a staff id there is no message, only a polite sentence; nickname, admin flag and sender id do not count', () => {
    for (const senderStaffId of [undefined, null, '']) {
      const text = ignoredText({ ...sample, senderStaffId });
      expect(text).toContain('没有认出您的员工身份');
      expect(text).not.toContain('evil');
    }
  });

  test('another organisation and another robot are refused', () => {
    expect(receive({ ...sample, senderCorpId: 'othercorp' })).toMatchObject({
      kind: 'refused',
      response: { status: 403 },
    });
    expect(receive({ ...sample, robotCode: 'other-robot' })).toMatchObject({
      kind: 'refused',
      response: { status: 403 },
    });
    expect(receive({ ...sample, robotCode: '__proto__' }).kind).toBe('refused');
  });

  test('ids that could be more than ids are refused', () => {
    for (const senderStaffId of ['[x](http://evil)', 'a|b', 'a b', 'a\nb', '<@all>', 'x'.repeat(65), {}, ['a'], true]) {
      expect(receive({ ...sample, senderStaffId }).kind).toBe('refused');
    }
    for (const msgId of ['', ' ', 'a\u0000b', 'x'.repeat(257), null, {}]) {
      expect(receive({ ...sample, msgId }).kind).toBe('refused');
    }
    for (const conversationId of ['', 'a b', null, []]) {
      expect(receive({ ...sample, conversationId }).kind).toBe('refused');
    }
  });
});

describe('bodies that are none', () => {
  test('are refused with a 4xx that says nothing', () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '7',
      '"x"',
      `${'['.repeat(200_000)}`,
      '{"msgId":1}',
      '{12345678901234567890:1}',
    ];
    bodies.push(JSON.stringify(sample).replace('{', '{9007199254740993:1,'));
    for (const body of bodies) {
      const received = receive(body);
      expect(received).toMatchObject({ kind: 'refused', response: { status: 400, body: 'refused' } });
    }
  });

  test('a field of the wrong type is refused, one nobody reads does no harm', () => {
    expect(receive({ ...sample, text: 'plain' }).kind).toBe('refused');
    expect(receive({ ...sample, text: { content: { a: 1 } } }).kind).toBe('refused');
    expect(receive({ ...sample, atUsers: 'x', isAdmin: 'yes', extra: { deep: [1] } }).kind).toBe('message');
    expect(receive(JSON.stringify(sample).replace('{', '{"__proto__":{"senderStaffId":"boss"},')).kind).toBe('message');
  });

  test('another method is refused before anything is read', () => {
    const request = sealDingtalkCallback({ settings, userId: 'wanglei', text: '漏斗', nowMs });
    const get = receiveRobotCallback({ ...request, method: 'GET' }, nowMs, settings, () => undefined);
    expect(get).toMatchObject({ kind: 'refused', response: { status: 405 } });
  });
});
