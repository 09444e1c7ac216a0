import type { Reply } from '../replies/reply.ts';

/** The last two are webhook robots of single groups: they push and hear nothing. */
export type PlatformName = 'wecom-app' | 'wecom-aibot' | 'dingtalk' | 'simulator' | 'wecom-robot' | 'dingtalk-robot';

/** An HTTP request as it came, body unread by anyone: signatures cover the raw bytes. */
export interface RawRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Decoded query; a repeated name keeps its first value. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Lower-case names; a repeated header is absent. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface RawResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Where a message was written. A group is everyone in it: what is said there is seen by all. */
export type Chat =
  | { readonly kind: 'private' }
  | { readonly kind: 'group'; readonly groupId: string; readonly title: string | null };

/** Where an answer goes, as the platform needs it: plain JSON, kept in the outbox, read by the same platform only. */
export interface Address {
  readonly platform: PlatformName;
  /** Order is kept and limits are counted per target: one per conversation. */
  readonly target: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

export interface InboundMessage {
  readonly platform: PlatformName;
  /** Unique within the platform and tenant; the key of dedupe. Always text: WeCom's ids exceed 2^53. */
  readonly messageId: string;
  /** The platform's user id; compared as text, WeCom's without regard to case. Never a nickname. */
  readonly userId: string;
  readonly chat: Chat;
  /** What was typed, @bot removed. Voice messages carry their transcript. */
  readonly text: string;
  readonly address: Address;
}

/** What a request turned out to be. Nothing is read out of it before its signature holds. */
export type Received =
  /** A person said something (or tapped a choice, whose command is then the text). */
  | {
      readonly kind: 'message';
      readonly message: InboundMessage;
      /** The acknowledgement: sent once the message is remembered, before any work. */
      acknowledge(): RawResponse;
      /** Sent instead when it could not be remembered: the person reads that the system is busy. */
      busy(): RawResponse;
    }
  /** 智能机器人 asks how far a streamed answer is. */
  | { readonly kind: 'poll'; readonly streamId: string; answer(): Promise<RawResponse> }
  /** URL verification. */
  | { readonly kind: 'challenge'; readonly response: RawResponse }
  /** Authentic, but nothing to do. */
  | { readonly kind: 'ignored'; readonly why: string; readonly response: RawResponse }
  /** Forged, stale, malformed or for someone else: a plain 4xx that tells nothing. */
  | { readonly kind: 'refused'; readonly why: string; readonly response: RawResponse };

/** One message of the platform, within its byte limits, rendered before it is enqueued so that a retry repeats it exactly. */
export interface OutboundPart {
  readonly kind: 'text' | 'picture' | 'file' | 'stream' | 'card';
  /** The platform's own body, without secrets and without picture bytes. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The picture it shows, by `Picture.id`; the bytes lie in the store. */
  readonly pictureId: string | null;
}

/** What became of one attempt to send. Vendor codes are turned into these in `platforms/<p>/outcomes.ts`. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly receipt: string | null }
  /** Refused for now; nothing was delivered. `holdTarget` = the limit is the target's, not this message's. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly why: string; readonly holdTarget: boolean }
  /**
   * It may or may not have arrived: the line broke between request and answer. `saidFailed` = the other side answered
   * that it failed (HTTP 5xx): most likely nothing arrived, so it is tried more than once again.
   */
  | { readonly kind: 'unknown'; readonly why: string; readonly saidFailed?: true }
  /** This message will never be accepted. */
  | { readonly kind: 'never'; readonly why: string; readonly tellAdmin: boolean }
  /** The target is gone (robot removed, group dissolved, person left): close it and tell a human once. */
  | { readonly kind: 'gone'; readonly why: string };

export interface SendContext {
  /** The same for every attempt at the same part; given to the platform where it has a place for one. */
  readonly idempotencyKey: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The outcome of the attempt before was `unknown` and the platform cannot tell repeats: say 补发. */
  readonly mayBeRepeat: boolean;
  readonly nowMs: number;
  loadPicture(pictureId: string): Promise<Buffer>;
}

/** One chat platform: pure `receive`/`render` at both ends, the outside world only in `send` (and tokens behind it). */
export interface Platform {
  readonly name: PlatformName;
  /** Path of its callback, null where messages come over a connection. */
  readonly callbackPath: string | null;
  receive(request: RawRequest, nowMs: number): Promise<Received>;
  /** The messages of a reply, in order. */
  render(reply: Reply, address: Address): readonly OutboundPart[];
  send(part: OutboundPart, address: Address, context: SendContext): Promise<SendOutcome>;
  /** Whether a repeat with the same idempotency key is told apart by the platform (`reliability.md`, section 2). */
  repeatsAreSafe(part: OutboundPart, address: Address): boolean;
  /** How many messages a target takes, kept in advance and not met by error. */
  readonly allowances: readonly { readonly limit: number; readonly windowMs: number; key(address: Address): string }[];
  /** Whether it can work now; why not, for /readyz and doctor. No call leaves for it unless `probe` is set. */
  health(probe: boolean): Promise<{ readonly ready: boolean; readonly why: string | null }>;
  close(): Promise<void>;
}
