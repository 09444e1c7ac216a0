import type { IncomingMessage } from 'node:http';

/** Callbacks of both platforms are a few kilobytes; nobody unauthenticated makes the bot read more than this. */
export const bodyLimitBytes = 1 << 20;

/** The raw body, which the signatures cover; null when it is larger than the limit or the line broke. */
export async function readRawBody(request: IncomingMessage, limitBytes = bodyLimitBytes): Promise<Buffer | null> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limitBytes) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
