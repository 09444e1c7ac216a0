import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDingtalkRobots } from '../../../src/platforms/dingtalk/group-robots.ts';
import type { Address, SendContext } from '../../../src/platforms/platform.ts';
import { type DingtalkServer, startDingtalkServer } from '../../fakes/dingtalk-server.ts';
import { replyOf, samplePicture } from '../conformance.ts';

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

const address: Address = { platform: 'dingtalk-robot', target: 'cid==', data: {} };
const context: SendContext = {
  idempotencyKey: 'digest:funnel:2026-11-18:x:digest:0',
  attempt: 1,
  mayBeRepeat: false,
  nowMs: 1_795_000_000_000,
  loadPicture: async () => samplePicture.png,
};

test('a group gets the words of a reply, its picture stays behind, a repeat is told apart', async () => {
  const robots = createDingtalkRobots({
    robots: new Map([['cid==', { accessToken: 'group-token', secret: 'SECbeef', keyword: null }]]),
    oapiBase: server.oapiBase,
  });
  const parts = robots.render(replyOf({ picture: samplePicture }), address);
  expect(parts.map((part) => part.kind)).toEqual(['text']);
  expect(await robots.send(parts[0]!, address, context)).toEqual({ kind: 'sent', receipt: null });
  await robots.send(parts[0]!, address, { ...context, attempt: 2 });
  expect(server.deliveries).toMatchObject([{ by: 'webhook', to: 'group-token' }]);
  expect(JSON.stringify([parts, address])).not.toContain('group-token');
  const stranger = { ...address, target: 'other' };
  expect(await robots.send(parts[0]!, stranger, context)).toMatchObject({ kind: 'never', tellAdmin: true });
});
