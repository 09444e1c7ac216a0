import { createHash } from 'node:crypto';
import type { Picture } from '../../src/charts/spec.ts';
import type { OutboundPart, Platform, RawRequest } from '../../src/platforms/platform.ts';
import type { Reply } from '../../src/replies/reply.ts';

/** What the fake server does with the next sending call (token calls are not counted). */
export type Fault =
  | 'http-500'
  /** The vendor's "system busy, try again". */
  | 'busy'
  /** The vendor's frequency limit. */
  | 'limit'
  /** A code nobody has heard of, with HTTP 200 where the vendor does so. */
  | 'unknown-code'
  /** A body the vendor will never take. */
  | 'malformed'
  /** The person or group is not there any more. */
  | 'gone'
  | 'token-expired'
  /** Takes the request and never answers. */
  | 'hang'
  /** Delivers, then cuts the line before the answer. */
  | 'cut-after-delivery'
  | 'redirect'
  | 'truncated-json';

/** The vendor's server, as a strict local fake. */
export interface Outside {
  /** Faults for the next sending calls, in order; after them all is well. */
  next(...faults: readonly Fault[]): void;
  /** From now on the token call refuses the secret. */
  refuseSecret(): void;
  /** What people would see, one entry per message. */
  deliveries(): readonly string[];
  tokenCalls(): number;
  /** All calls that arrived, also where a redirect would lead. */
  calls(): number;
}

export interface Said {
  readonly userId: string;
  readonly text: string;
  readonly messageId: string;
  readonly nowMs: number;
}

/** One platform with its fake server, made anew for every test. */
export interface Harness {
  readonly platform: Platform;
  /** One more instance of the same platform on the same shared state. */
  another(): Platform;
  readonly nowMs: number;
  /** Requests older than this are refused. */
  readonly staleAfterMs: number;
  /** A correctly signed message in a private chat. */
  message(said: Said): RawRequest;
  /** The same, signed with another secret. */
  forged(said: Said): RawRequest;
  /** Copies of a valid request, each altered at one place that the signature or the cipher covers. */
  tampered(request: RawRequest): readonly RawRequest[];
  /** An authentic request whose content is not UTF-8. */
  notUtf8(nowMs: number): RawRequest;
  /** What the vendor would object to in a part, null when it is within all limits. */
  complaint(part: OutboundPart): string | null;
  /** The text of a part that its reader sees; empty for pictures. */
  shown(part: OutboundPart): string;
  /** null where answers leave without a call (callback mode of 智能机器人). */
  readonly outside: Outside | null;
  /** Strings that must never show up in an outcome, an error or a log line. */
  readonly secrets: readonly string[];
  /** Everything the platform logged. */
  logged(): string;
  close(): Promise<void>;
}

/** The smallest PNG there is. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export const samplePicture: Picture = {
  id: createHash('sha256').update(png).digest('hex'),
  png,
  width: 1,
  height: 1,
  altText: '漏斗 · 本月',
};

export const replyOf = (over: Partial<Reply>): Reply => ({
  status: 'answered',
  title: '漏斗 · 本月',
  blocks: [{ kind: 'text', line: ['方案演示是瓶颈,', { strong: '42 %' }, '停在这里。'] }],
  picture: null,
  choices: [],
  ...over,
});
