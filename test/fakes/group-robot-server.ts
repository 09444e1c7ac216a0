import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a group saw. */
export interface RobotPost {
  readonly key: string;
  readonly msgtype: string;
  /** The words; for a picture its MD5. */
  readonly content: string;
  readonly mentioned: readonly string[];
  readonly at: number;
}

export type RobotFault = number | 'http-500' | 'hang' | 'hang-after' | 'cut-after' | 'take';

/** A strict stand-in for WeCom's group webhook robots (wecom.md 4): what a careful reader objects to is a complaint. */
export interface GroupRobotServer {
  readonly url: string;
  readonly posts: RobotPost[];
  readonly complaints: string[];
  /** How the next requests of a key are treated; a number is an errcode. */
  next(key: string, ...faults: readonly RobotFault[]): void;
  /** Every request of a key is answered so. */
  always(key: string, fault: RobotFault | null): void;
  /** Called with every request before it is treated. */
  onRequest(listener: (key: string, msgtype: string) => void): void;
  requestsOf(key: string): number;
  close(): Promise<void>;
}

const bytesOf = (text: unknown): number => Buffer.byteLength(String(text), 'utf8');

export async function startGroupRobotServer(
  keys: readonly string[],
  /** The clock by which a minute is counted. */
  now: () => number = Date.now,
): Promise<GroupRobotServer> {
  const posts: RobotPost[] = [];
  const complaints: string[] = [];
  const faults = new Map<string, RobotFault[]>();
  const standing = new Map<string, RobotFault>();
  const requests = new Map<string, number>();
  const minutes = new Map<string, number[]>();
  let listener: (key: string, msgtype: string) => void = () => undefined;

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://robot');
      const key = url.searchParams.get('key') ?? '';
      const answer = (errcode: number): void => {
        response
          .writeHead(200, { 'content-type': 'application/json; charset=UTF-8' })
          .end(JSON.stringify({ errcode, errmsg: errcode === 0 ? 'ok' : 'invalid, hint: [1_a]' }));
      };
      if (url.pathname !== '/cgi-bin/webhook/send' || request.method !== 'POST') {
        complaints.push(`${request.method} ${url.pathname}`);
        return void response.writeHead(404).end();
      }
      const body = JSON.parse((await read(request)).toString('utf8')) as Record<string, never>;
      const msgtype = String(body.msgtype);
      requests.set(key, (requests.get(key) ?? 0) + 1);
      listener(key, msgtype);
      if (!keys.includes(key)) return answer(93000);
      const recent = (minutes.get(key) ?? []).filter((at) => at > now() - 60_000);
      minutes.set(key, [...recent, now()]);
      if (recent.length >= 20) {
        complaints.push('more than 20 a minute');
        return answer(45009);
      }
      const deliver = (): void => {
        const part = (body[msgtype] ?? {}) as Record<string, unknown>;
        posts.push({
          key,
          msgtype,
          content: String(part.content ?? part.md5),
          mentioned: (part.mentioned_list as readonly string[] | undefined) ?? [],
          at: Date.now(),
        });
      };
      const fault = standing.get(key) ?? faults.get(key)?.shift() ?? 'take';
      if (fault === 'http-500') return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
      if (fault === 'hang') return;
      if (fault === 'hang-after') return deliver();
      if (fault === 'cut-after') {
        deliver();
        return void request.socket.destroy();
      }
      if (fault !== 'take') return answer(fault);
      const objection = objectionTo(msgtype, body[msgtype]);
      if (objection !== null) {
        complaints.push(objection);
        return answer(40058);
      }
      deliver();
      answer(0);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    complaints,
    next: (key, ...more) => void faults.set(key, [...(faults.get(key) ?? []), ...more]),
    always: (key, fault) => void (fault === null ? standing.delete(key) : standing.set(key, fault)),
    onRequest: (next) => {
      listener = next;
    },
    requestsOf: (key) => requests.get(key) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function objectionTo(msgtype: string, part: unknown): string | null {
  if (typeof part !== 'object' || part === null) return `no ${msgtype}`;
  const { content, base64, md5 } = part as Record<string, unknown>;
  if (msgtype === 'image') {
    if (typeof base64 !== 'string' || /^data:|\s/.test(base64)) return 'image: base64';
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > 2 << 20) return 'image: larger than 2 MB';
    return createHash('md5').update(bytes).digest('hex') === md5 ? null : 'image: md5';
  }
  if (!['text', 'markdown', 'markdown_v2'].includes(msgtype)) return `unknown msgtype ${msgtype}`;
  if (typeof content !== 'string' || content.trim() === '') return 'empty';
  if (bytesOf(content) > (msgtype === 'text' ? 2048 : 4096)) return `${bytesOf(content)} bytes`;
  if (msgtype === 'markdown_v2' && /<font|<@/.test(content)) return 'markdown_v2 has no colours and no mentions';
  if (msgtype === 'markdown' && /^\|/m.test(content)) return 'markdown has no tables';
  return null;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
