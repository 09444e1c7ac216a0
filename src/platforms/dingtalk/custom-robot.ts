import { createHash } from 'node:crypto';
import { z } from 'zod';
import { never } from '../../failure.ts';
import { call } from '../http.ts';
import type { OutboundPart, SendContext, SendOutcome } from '../platform.ts';
import { judgeOldApi } from './outcomes.ts';
import { robotSign } from './signature.ts';

/** A custom robot (自定义机器人) of one group: pushes words into it and hears nothing (dingtalk.md 4). */
export interface CustomRobot {
  readonly accessToken: string;
  /** `SEC…` where the robot demands signatures. */
  readonly secret: string | null;
  /** Where the robot lets through only what contains a word. */
  readonly keyword: string | null;
}

const textBodySchema = z.object({ title: z.string(), text: z.string() });

/**
 * Sends a rendered part through a custom robot. A repeat with the same idempotency key is told apart by DingTalk
 * (`msgUuid`), so it carries no 补发. Pictures need an app: without a token nothing can be uploaded.
 */
export async function sendCustomRobot(
  robot: CustomRobot,
  part: OutboundPart,
  context: Pick<SendContext, 'idempotencyKey' | 'nowMs'>,
  options: { readonly oapiBase: string; readonly timeoutMs: number },
): Promise<SendOutcome> {
  const body = textBodySchema.safeParse(part.body);
  if (part.kind !== 'text' || !body.success) {
    return { kind: 'never', why: 'a custom robot sends words only', tellAdmin: false };
  }
  const { title, text } = body.data;
  const lacksKeyword = robot.keyword !== null && !text.includes(robot.keyword);
  // Computed for each request: a signature kept from the start of the process would be stale after an hour.
  const timestamp = String(context.nowMs);
  const outcome = await call({
    method: 'POST',
    url: `${options.oapiBase}/robot/send`,
    query: {
      access_token: robot.accessToken,
      ...(robot.secret === null ? {} : { timestamp, sign: robotSign(timestamp, robot.secret) }),
    },
    body: {
      msgtype: 'markdown',
      markdown: { title, text: lacksKeyword ? `${text}\n\n${robot.keyword}` : text },
      msgUuid: createHash('sha256').update(context.idempotencyKey).digest('hex').slice(0, 32),
    },
    timeoutMs: options.timeoutMs,
  });
  const verdict = judgeOldApi(outcome, 'webhook');
  switch (verdict.kind) {
    case 'accepted':
      return { kind: 'sent', receipt: null };
    // There is no token of ours, no session and no picture in this call: DingTalk does not know the robot's own.
    case 'stale-token':
    case 'session-over':
    case 'stale-media':
      return { kind: 'never', why: verdict.why, tellAdmin: true };
    case 'later':
    case 'unknown':
    case 'never':
    case 'gone':
      return verdict;
    default:
      return never(verdict);
  }
}
