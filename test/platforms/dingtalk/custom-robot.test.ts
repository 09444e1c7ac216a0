import { afterEach, beforeEach, expect, test } from 'vitest';
import { groupAddress } from '../../../src/platforms/dingtalk/address.ts';
import { type CustomRobot, sendCustomRobot } from '../../../src/platforms/dingtalk/custom-robot.ts';
import { renderReply } from '../../../src/platforms/dingtalk/render.ts';
import type { OutboundPart } from '../../../src/platforms/platform.ts';
import { type DingtalkServer, startDingtalkServer } from '../../fakes/dingtalk-server.ts';
import { replyOf, samplePicture } from '../conformance.ts';

const robot = { accessToken: 'group-token', secret: 'SECbeef', keyword: null };
const [words] = renderReply(replyOf({}), groupAddress('cid=='));
let server: DingtalkServer;
beforeEach(async () => {
  server = await startDingtalkServer({
    clientId: 'c',
    clientSecret: 's',
    robotCode: 'c',
    people: [],
    groups: [],
    webhooks: { 'group-token': 'SECbeef' },
  });
});
afterEach(() => server.close());

const send = (over: Partial<CustomRobot> = {}, part: OutboundPart = words!, key = 'digest-1') =>
  sendCustomRobot(
    { ...robot, ...over },
    part,
    { idempotencyKey: key, nowMs: 1_795_000_000_000 },
    { oapiBase: server.oapiBase, timeoutMs: 400 },
  );

test('words arrive, signed', async () => {
  expect(await send()).toEqual({ kind: 'sent', receipt: null });
  expect(server.deliveries).toMatchObject([{ by: 'webhook', to: 'group-token', title: '漏斗 · 本月' }]);
});

test('a repeat after a cut line shows once', async () => {
  server.fail('send', { kind: 'cut-after-delivery' });
  expect((await send()).kind).toBe('unknown');
  expect((await send()).kind).toBe('sent');
  expect(server.deliveries).toHaveLength(1);
  await send({}, words, 'digest-2');
  expect(server.deliveries).toHaveLength(2);
});

test('a robot with a keyword gets it, once', async () => {
  await send({ keyword: '晨报' });
  expect(server.deliveries[0]?.text).toMatch(/晨报$/);
  await send({ keyword: '停在这里' }, words, 'digest-2');
  expect(server.deliveries[1]?.text).toBe(words?.body.text);
});

test('a wrong secret, an unknown robot and a picture end for good, without naming a credential', async () => {
  const outcomes = [
    await send({ secret: 'SECwrong' }),
    await send({ accessToken: 'nobody' }),
    await send({}, { kind: 'picture', body: { title: 'x' }, pictureId: samplePicture.id }),
  ];
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['never', 'gone', 'never']);
  expect(JSON.stringify(outcomes)).not.toMatch(/SEC|group-token|nobody/);
  expect(server.deliveries).toHaveLength(0);
});

test('a flooded robot is left alone for ten minutes', async () => {
  server.fail('send', { kind: 'answer', status: 200, body: { errcode: 410100, errmsg: 'too fast' } });
  expect(await send()).toMatchObject({ kind: 'later', afterMs: 600_000, holdTarget: true });
});
