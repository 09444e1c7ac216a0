import { createHash } from 'node:crypto';
import type { SharedState } from '../../store/shared-state.ts';
import type { Uploads } from '../../store/uploads.ts';
import { call } from '../http.ts';
import type { SendOutcome } from '../platform.ts';
import { unreadPicture } from '../unread-picture.ts';
import type { WecomAppSettings } from './config.ts';
import { type ApiAnswer, type Reaction, reactionTo, readAnswer } from './outcomes.ts';

export type MediaResult =
  | { readonly kind: 'media'; readonly mediaId: string }
  | { readonly kind: 'none'; readonly reaction: Reaction };

/** A media id lives three days (wecom.md 5.5); an hour is left for what waits in the outbox. */
const mediaTtlMs = (3 * 24 - 1) * 3_600_000;
/** As long as WeCom can tell a repeated message (wecom.md 5.2), and a little. */
const duplicateWindowMs = 4 * 3_600_000 + 60_000;
/** Charts stay well below what any channel takes; above it something is wrong. */
const pictureLimitBytes = 2 << 20;

export interface PictureRequest {
  readonly pictureId: string;
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly loadPicture: (pictureId: string) => Promise<Buffer>;
}

/** The uploaded pictures of one app. */
export interface Media {
  /** Uploads a picture, or finds that it is. */
  mediaId(request: PictureRequest, token: string): Promise<MediaResult>;
  /** Drops a media id that WeCom refused. */
  forget(request: PictureRequest, mediaId: string): Promise<void>;
}

export interface MediaDeps {
  readonly state: SharedState;
  readonly uploads: Uploads | null;
  readonly timeoutMs: number;
}

/** Stands in the place of a media id that WeCom refused. */
const refused = '';

const end = (outcome: SendOutcome): MediaResult => ({ kind: 'none', reaction: { kind: 'end', outcome } });

export function createMedia(settings: WecomAppSettings, deps: MediaDeps): Media {
  const app = `${settings.corpId}:${settings.agentId}`;
  const sharedKey = (pictureId: string): string => `wecom:media:${app}:${pictureId}`;
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

  /**
   * Where the media id of this message lies. A picture goes by the same id to everybody, but a second message with the
   * same picture to the same person would be dropped by WeCom as a repeat of the first: it gets an upload of its own.
   */
  async function keyOf({ pictureId, userId, idempotencyKey }: PictureRequest): Promise<string> {
    const claim = `wecom:picture-sent:${app}:${digest(`${userId.toLowerCase()}\n${pictureId}`)}`;
    const mine = digest(idempotencyKey);
    if (await deps.state.setIfAbsent(claim, mine, duplicateWindowMs)) return sharedKey(pictureId);
    return (await deps.state.get(claim)) === mine ? sharedKey(pictureId) : `${sharedKey(pictureId)}:${mine}`;
  }

  async function upload(png: Buffer, token: string): Promise<ApiAnswer> {
    const form = new FormData();
    form.append('media', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'chart.png');
    return readAnswer(
      await call({
        method: 'POST',
        url: `${settings.apiBase}/cgi-bin/media/upload`,
        query: { access_token: token, type: 'image' },
        body: form,
        timeoutMs: deps.timeoutMs * 2,
      }),
    );
  }

  return {
    async mediaId(request, token) {
      const before = (await deps.uploads?.of(request.idempotencyKey)) ?? null;
      if (before !== null && before !== refused) return { kind: 'media', mediaId: before };
      const key = await keyOf(request);
      const known = await deps.state.get(key);
      if (known !== null) {
        await deps.uploads?.keep(request.idempotencyKey, known);
        return { kind: 'media', mediaId: known };
      }
      let png: Buffer;
      try {
        png = await request.loadPicture(request.pictureId);
      } catch (error) {
        return end(unreadPicture(error));
      }
      if (png.length <= 5 || png.length > pictureLimitBytes)
        return end({ kind: 'never', why: `a picture of ${png.length} bytes cannot be uploaded`, tellAdmin: true });
      const answer = await upload(png, token);
      if (answer.kind === 'failed') {
        const { outcome } = answer;
        // An upload that may have arrived harms nobody: nothing was shown to anyone.
        if (outcome.kind === 'unknown')
          return end({ kind: 'later', afterMs: 5_000, why: `upload: ${outcome.why}`, holdTarget: false });
        return end(outcome);
      }
      if (answer.errcode !== 0) return { kind: 'none', reaction: reactionTo(answer.errcode, answer.fields.errmsg) };
      const { media_id: mediaId } = answer.fields;
      if (typeof mediaId !== 'string' || mediaId === '')
        return end({ kind: 'later', afterMs: 60_000, why: 'upload answered without a media id', holdTarget: false });
      await deps.state.set(key, mediaId, mediaTtlMs);
      await deps.uploads?.keep(request.idempotencyKey, mediaId);
      return { kind: 'media', mediaId };
    },
    async forget(request, mediaId) {
      await deps.uploads?.keep(request.idempotencyKey, refused);
      await deps.state.deleteIf(await keyOf(request), mediaId);
    },
  };
}
