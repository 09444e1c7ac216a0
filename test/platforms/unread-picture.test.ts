import { expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { createWecomRobots, wecomRobotAddress } from '../../src/platforms/wecom/group-robot.ts';
import { appAddress } from '../../src/platforms/wecom/receive-app.ts';
import { createWecomApp } from '../../src/platforms/wecom/wecom-app.ts';
import { createInProcessState } from '../../src/store/in-process-state.ts';
import { startWecomServer } from '../fakes/wecom-server.ts';
import { replyOf, samplePicture } from './platform-harness.ts';
import { appEnvironment, appSettings } from './wecom/harness.ts';

const away = new Failure('unavailable', 'the bot database does not answer', '系统这会儿有点忙。');
const gone = new Failure('not-found', 'the picture is no longer kept', '这张图已经过期。');

it('a store that is away costs a picture time only; a picture that is gone is given up', async () => {
  const server = await startWecomServer({
    corpId: appEnvironment.WECOM_CORP_ID,
    agentId: Number(appEnvironment.WECOM_AGENT_ID),
    secret: appEnvironment.WECOM_APP_SECRET,
  });
  const keys = new Map([['g', '00000000-0000-4000-8000-000000000000']]);
  const app = createWecomApp(appSettings(server.url), { state: createInProcessState() });
  const robots = createWecomRobots({ keys, apiBase: server.url });
  for (const [platform, address] of [
    [app, appAddress('chenzhiyuan')],
    [robots, wecomRobotAddress('g')],
  ] as const) {
    const picture = platform
      .render(replyOf({ picture: samplePicture }), address)
      .find((part) => part.kind === 'picture');
    const sent = (error: Failure) =>
      platform.send(picture!, address, {
        idempotencyKey: 'q1',
        attempt: 1,
        mayBeRepeat: false,
        nowMs: 1_795_000_000_000,
        loadPicture: () => Promise.reject(error),
      });
    expect(await sent(away)).toMatchObject({ kind: 'later', holdTarget: false });
    expect(await sent(gone)).toMatchObject({ kind: 'never' });
  }
  expect(server.deliveries()).toEqual([]);
  await server.close();
});
