import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps room for callers who have something to say: beyond `mostOpen` connections the one that has been silent longest
 * goes for each that comes. Otherwise whoever opens connections and says nothing uses up the process's files, and the
 * platforms' callbacks are the ones turned away.
 */
export function keepRoomForCallers(server: Server, mostOpen: number = halfOfFiles()): void {
  /** Those without a request under way, the longest silent first. */
  const silent = new Set<Socket>();
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    silent.add(socket);
    socket.once('close', () => {
      open -= 1;
      silent.delete(socket);
    });
    if (open <= mostOpen) return;
    for (const longest of silent) {
      longest.destroy();
      return;
    }
  });
  server.on('request', ({ socket }, response) => {
    silent.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) silent.add(socket);
    });
  });
}

/** The other half is for databases, calls to the platforms and drawing. No limit where the system does not tell it. */
function halfOfFiles(): number {
  try {
    const [, files] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return files === undefined ? Number.POSITIVE_INFINITY : Math.max(16, Math.floor(Number(files) / 2));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
