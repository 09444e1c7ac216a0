import type { IncomingMessage } from 'node:http';

/** Callbacks of both platforms are a few kilobytes; nobody unauthenticated makes the bot read more than this. */
export const bodyLimitBytes = 1 << 20;

/**
 * The raw body, which the signatures cover; null when it is larger than the limit or the line broke. Never rejects.
 * By events: an iterator over the request costs every callback more than its signature does.
 */
export function readRawBody(request: IncomingMessage, limitBytes = bodyLimitBytes): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(null);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      // What still comes is neither kept nor waited for.
      request.off('data', take);
      request.pause();
      resolve(null);
    };
    request.on('data', take);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('error', () => resolve(null));
    request.once('close', () => resolve(null));
  });
}
