import type { OutboundPart, Platform } from '../platform.ts';
import { groupAddress } from './address.ts';
import { type CustomRobot, sendCustomRobot } from './custom-robot.ts';
import { renderReply } from './render.ts';

export interface DingtalkRobotDeps {
  /** Robot by the group's id; tokens and secrets stay here and never come into the outbox. */
  readonly robots: ReadonlyMap<string, CustomRobot>;
  /** Without a slash at the end. */
  readonly oapiBase: string;
  /** How long one call may take; 10 s by default. */
  readonly timeoutMs?: number;
}

/** Custom robots (自定义机器人) of single groups (dingtalk.md 4): words only, a picture needs the app's own robot. */
export function createDingtalkRobots(deps: DingtalkRobotDeps): Platform {
  return {
    name: 'dingtalk-robot',
    callbackPath: null,
    receive: async () => ({
      kind: 'refused',
      why: 'a custom robot hears nothing',
      response: { status: 404, contentType: 'text/plain', body: '' },
    }),
    render: (reply, address): readonly OutboundPart[] =>
      renderReply({ ...reply, picture: null, choices: [] }, groupAddress(address.target)),
    send: async (part, address, context) => {
      const robot = deps.robots.get(address.target);
      if (robot === undefined)
        return { kind: 'never', why: 'the settings name no robot of this group', tellAdmin: true };
      return sendCustomRobot(robot, part, context, { oapiBase: deps.oapiBase, timeoutMs: deps.timeoutMs ?? 10_000 });
    },
    // DingTalk knows a repeat by its msgUuid (reliability.md 2).
    repeatsAreSafe: () => true,
    // 20 a minute, then DingTalk is silent for ten minutes (dingtalk.md 4.3).
    allowances: [{ limit: 18, windowMs: 60_000, key: (address) => address.target }],
    health: async () => ({ ready: true, why: null }),
    close: async () => undefined,
  };
}
