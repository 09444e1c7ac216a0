import { call } from '../../src/platforms/http.ts';
import type { Address, OutboundPart, Platform, PlatformName, SendOutcome } from '../../src/platforms/platform.ts';

type Sending = Pick<Platform, 'name' | 'send' | 'repeatsAreSafe' | 'allowances'>;

export interface CollectorPlatformOptions {
  readonly url: string;
  readonly safe?: boolean;
  /** Written into every message, to see which instance sent it. */
  readonly from?: string;
  readonly timeoutMs?: number;
  readonly allowances?: Platform['allowances'];
}

/** The sending half of a platform whose server is `startCollector`. */
export function collectorPlatform(options: CollectorPlatformOptions): ReadonlyMap<PlatformName, Sending> {
  const send: Platform['send'] = async (part, address, context): Promise<SendOutcome> => {
    if (part.pictureId !== null) await context.loadPicture(part.pictureId);
    const outcome = await call({
      method: 'POST',
      url: options.url,
      timeoutMs: options.timeoutMs ?? 500,
      body: {
        key: context.idempotencyKey,
        target: address.target,
        text: part.body.text,
        marked: context.mayBeRepeat,
        from: options.from ?? 'one',
      },
    });
    if (outcome.kind === 'unsent') return { kind: 'later', afterMs: 50, why: outcome.why, holdTarget: false };
    if (outcome.kind === 'unknown') return outcome;
    const answer = JSON.parse(outcome.body.toString('utf8')) as Record<string, boolean>;
    if (answer.later === true) return { kind: 'later', afterMs: 50, why: 'busy', holdTarget: false };
    if (answer.gone === true) return { kind: 'gone', why: 'robot removed' };
    if (answer.never === true) return { kind: 'never', why: 'not allowed', tellAdmin: true };
    return { kind: 'sent', receipt: 'r' };
  };
  return new Map([
    [
      'simulator',
      {
        name: 'simulator',
        send,
        repeatsAreSafe: () => options.safe === true,
        allowances: options.allowances ?? [],
      },
    ],
  ]);
}

export const addressOf = (target: string): Address => ({ platform: 'simulator', target, data: {} });

export const text = (words: string): OutboundPart => ({ kind: 'text', body: { text: words }, pictureId: null });

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Retries fast enough for tests. */
export const fastRetry = { tries: 5, giveUpMs: 60_000, firstPauseMs: 20, longestPauseMs: 100 };
