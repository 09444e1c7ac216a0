import type { IdentityPlatform } from './access/identity.ts';
import { type Answer, type Asked, answer, askedTooFast, type House } from './answer.ts';
import type { ChartRenderer } from './charts/spec.ts';
import { companyKeeper } from './company.ts';
import type { Config } from './config.ts';
import { conversationOf } from './conversations.ts';
import { openCrm } from './crm/crm.ts';
import type { PreparedAnswer } from './delivery/inbox-worker.ts';
import { never } from './failure.ts';
import type { Log } from './log.ts';
import type { InboundMessage, Platform, PlatformName } from './platforms/platform.ts';
import type { Pushed } from './schedule/job.ts';
import type { RecallBook } from './schedule/recall/recall-book.ts';
import type { SharedState } from './store/shared-state.ts';

/** What a question is answered with; `close` gives its database connections back. */
export interface OpenHouse extends House {
  readonly crm: ReturnType<typeof openCrm>;
  close(): Promise<void>;
}

export function openHouse(
  config: Config,
  parts: {
    readonly state: SharedState;
    readonly charts: ChartRenderer | null;
    readonly log: Log;
    /** null where the bot's own tables are not open. */
    readonly recalls?: RecallBook | null;
  },
): OpenHouse {
  const crm = openCrm(config.house.CRM_DATABASE_URL);
  return {
    crm,
    zone: config.house.TIMEZONE,
    access: config.business,
    state: parts.state,
    charts: parts.charts,
    recalls: parts.recalls ?? null,
    company: companyKeeper(crm, config.business, parts.recalls?.ledger),
    log: (event, fields) => (event === 'failed' ? parts.log.error(fields, event) : parts.log.info(fields, event)),
    close: () => crm.close(),
  };
}

/** A bare number answers the choices of what was pushed to a person, until something else was said. */
export const pushedChoices =
  (house: Pick<House, 'state'>): Pushed =>
  (to, choices, about) =>
    conversationOf(house.state, to.identity, null, to.account).pushed(about, choices);

/** Both WeCom channels know a person by the same userid. */
export function identityPlatformOf(platform: PlatformName): IdentityPlatform {
  switch (platform) {
    case 'wecom-app':
    case 'wecom-aibot':
    case 'wecom-robot':
      return 'wecom';
    case 'dingtalk':
    case 'dingtalk-robot':
      return 'dingtalk';
    case 'simulator':
      return 'simulator';
    default:
      return never(platform);
  }
}

/** A person who asks faster than this is asked to slow down, so that nobody starves the others (goal L9). */
const questionsPerMinute = 20;

export interface AnsweringDeps {
  readonly house: House;
  readonly platforms: ReadonlyMap<PlatformName, Platform>;
  now(): number;
  onAnswered(message: InboundMessage, answer: Answer, tookMs: number): void;
}

/** Turns a remembered message into the parts of its platform. */
export function answering({
  house,
  platforms,
  now,
  onAnswered,
}: AnsweringDeps): (message: InboundMessage) => Promise<PreparedAnswer> {
  return async (message) => {
    const platform = platforms.get(message.platform);
    if (platform === undefined) return { parts: [], picture: null };
    const startedAt = performance.now();
    const asked: Asked = {
      platform: identityPlatformOf(message.platform),
      account: message.userId,
      groupId: message.chat.kind === 'group' ? message.chat.groupId : null,
      text: message.text,
      nowMs: now(),
    };
    const place = `asks:${asked.platform}:${asked.account}`;
    const waitMs = await house.state.takePlace(place, questionsPerMinute, 60_000, asked.nowMs);
    const answered = waitMs > 0 ? await askedTooFast(house, asked, waitMs) : await answer(house, asked);
    onAnswered(message, answered, performance.now() - startedAt);
    if (answered.reply.status === 'silent') return { parts: [], picture: null };
    return { parts: platform.render(answered.reply, message.address), picture: answered.reply.picture };
  };
}
