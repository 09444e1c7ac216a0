import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'koa';

/** How long a link to a picture works unless it is said otherwise. */
const linkForMs = 24 * 60 * 60 * 1000;

/** Makes and checks `/charts/<signed id>.png`: unguessable, for one picture, until a time. */
export interface PictureLinks {
  /** Path below PUBLIC_URL. */
  pathOf(pictureId: string, nowMs: number, forMs?: number): string;
  /** The picture that a path stands for; null when it is forged or over. */
  read(path: string, nowMs: number): string | null;
}

/** `secrets` are what all instances share and nobody outside knows; the key is derived from them. */
export function createPictureLinks(secrets: readonly string[]): PictureLinks {
  const key = Buffer.from(hkdfSync('sha256', secrets.join('\n'), 'chenbao', 'picture links', 32));
  const sign = (pictureId: string, until: string) =>
    createHmac('sha256', key).update(`${pictureId}.${until}`).digest('base64url');
  return {
    pathOf: (pictureId, nowMs, forMs = linkForMs) => {
      const until = Math.ceil((nowMs + forMs) / 1000).toString(36);
      return `/charts/${pictureId}.${until}.${sign(pictureId, until)}.png`;
    },
    read: (path, nowMs) => {
      const [, pictureId, until, signature] =
        /^\/charts\/([0-9a-f]{64})\.([0-9a-z]{1,12})\.([\w-]{43})\.png$/.exec(path) ?? [];
      if (pictureId === undefined || until === undefined || signature === undefined) return null;
      const [given, wanted] = [Buffer.from(signature), Buffer.from(sign(pictureId, until))];
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      return Number.parseInt(until, 36) * 1000 >= nowMs ? pictureId : null;
    },
  };
}

/** Serves pictures behind their links; everything that is wrong with a link is the same 404. */
export function pictureDoor(
  links: PictureLinks,
  load: (pictureId: string) => Promise<Buffer | null>,
  now: () => number,
): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/charts/')) return next();
    const pictureId = ctx.method === 'GET' ? links.read(ctx.path, now()) : null;
    const png = pictureId === null ? null : await load(pictureId);
    if (png === null) {
      ctx.status = 404;
      return;
    }
    ctx.type = 'image/png';
    ctx.set('Cache-Control', 'private, max-age=3600');
    ctx.body = png;
  };
}
