import type { SharedState } from '../../store/shared-state.ts';
import type { SendContext, SendOutcome } from '../platform.ts';
import type { DingtalkSettings } from './config.ts';
import type { Openapi } from './openapi.ts';

export type UploadedPicture =
  | { readonly kind: 'media'; readonly mediaId: string }
  | Exclude<SendOutcome, { kind: 'sent' | 'unknown' | 'gone' }>;

/** Pictures on DingTalk's side, uploaded once per content. */
export interface Pictures {
  mediaIdOf(pictureId: string, context: SendContext): Promise<UploadedPicture>;
  forget(pictureId: string, mediaId: string): Promise<void>;
}

/** How long a media id lives is not documented (dingtalk.md 5.4): a day is short enough to never meet its end. */
const mediaLifeMs = 86_400_000;

export function createPictures(settings: DingtalkSettings, state: SharedState, openapi: Openapi): Pictures {
  const keyOf = (pictureId: string) => `dingtalk:media:${settings.clientId}:${pictureId}`;
  /** The same chart for ten groups leaves at once: it is uploaded once, each upload counts in the month's quota. */
  const uploading = new Map<string, Promise<UploadedPicture>>();

  async function find(pictureId: string, context: SendContext): Promise<UploadedPicture> {
    const known = await state.get(keyOf(pictureId)).catch(() => null);
    if (known !== null) return { kind: 'media', mediaId: known };
    let png: Buffer;
    try {
      png = await context.loadPicture(pictureId);
    } catch {
      return { kind: 'later', afterMs: 5_000, why: 'picture could not be read from the store', holdTarget: false };
    }
    const answer = await openapi.uploadImage(png, context.nowMs);
    // Whatever is wrong with an upload, the group or person it was meant for is not.
    if (answer.kind === 'stale-media' || answer.kind === 'gone')
      return { kind: 'never', why: `upload: ${answer.why}`, tellAdmin: true };
    if (answer.kind === 'unknown') {
      // An upload that broke off has shown nobody anything: it is simply made again.
      return { kind: 'later', afterMs: 3_000, why: `upload: ${answer.why}`, holdTarget: false };
    }
    if (answer.kind !== 'accepted') return answer;
    const mediaId = answer.body.media_id;
    if (typeof mediaId !== 'string' || mediaId === '') {
      return { kind: 'later', afterMs: 5_000, why: 'upload: no media id in the answer', holdTarget: false };
    }
    await state.set(keyOf(pictureId), mediaId, mediaLifeMs).catch(() => undefined);
    return { kind: 'media', mediaId };
  }

  return {
    mediaIdOf(pictureId, context) {
      const running = uploading.get(pictureId);
      if (running !== undefined) return running;
      const started = find(pictureId, context).finally(() => uploading.delete(pictureId));
      uploading.set(pictureId, started);
      return started;
    },
    async forget(pictureId, mediaId) {
      await state.deleteIf(keyOf(pictureId), mediaId).catch(() => false);
    },
  };
}
