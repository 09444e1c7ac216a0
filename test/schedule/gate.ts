import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message on its way to a chat, whatever the platform. */
export interface Passing {
  readonly channel: 'wecom-robot' | 'wecom-app' | 'dingtalk-group' | 'dingtalk-person' | 'dingtalk-robot';
  readonly target: string;
  readonly part: 'words' | 'picture';
  /** The body as it was sent. */
  readonly body: string;
}

/**
 * What the line does: `hang-before` = the platform never sees it, `hang-after` = it takes it and its answer is lost;
 * with `cut-…` the line breaks at that point. An answer of the test's own stands for a gateway in between.
 */
export type Line =
  | 'pass'
  | 'hang-before'
  | 'hang-after'
  | 'cut-before'
  | 'cut-after'
  | { readonly taken: boolean; readonly status: number; readonly body: string };

/** The line between the bots and the platforms: it breaks where a test says so. */
export interface Gate {
  /** The same names as the upstreams'. */
  readonly urls: Readonly<Record<string, string>>;
  /** Asked for every message that leaves; other calls (tokens, uploads) pass. */
  onSend(decide: (passing: Passing) => Line | Promise<Line>): void;
  /** Told when the answer to a message was handed to the bot. */
  onAnswered(listener: (passing: Passing) => void): void;
  close(): Promise<void>;
}

/** By name: where the calls of a path go. */
export type Upstreams = Readonly<Record<string, (path: string) => string>>;

export async function openGate(upstreams: Upstreams): Promise<Gate> {
  let decide: (passing: Passing) => Line | Promise<Line> = () => 'pass';
  let answered: (passing: Passing) => void = () => undefined;
  const servers: Server[] = [];

  async function serve(
    upstreamOf: (path: string) => string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    const url = new URL(path, upstreamOf(path));
    const passing = passingOf(url, body);
    const line = passing === null ? 'pass' : await decide(passing);
    if (line === 'hang-before') return;
    if (line === 'cut-before') return void response.destroy();
    const own = typeof line === 'object' ? line : null;
    const answer = own?.taken === false ? null : await forward(url, request, body);
    if (own !== null) return void response.writeHead(own.status).end(own.body);
    if (line === 'hang-after') return;
    if (line === 'cut-after') return void response.destroy();
    if (answer === null) return void response.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body, () => {
      if (passing !== null) answered(passing);
    });
  }

  const urls: Record<string, string> = {};
  for (const [name, upstream] of Object.entries(upstreams)) {
    const server = createServer((request, response) => {
      // A bot that was killed in the middle leaves a broken line behind.
      serve(upstream, request, response).catch(() => response.destroy());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    servers.push(server);
    urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    urls,
    onSend: (next) => {
      decide = next;
    },
    onAnswered: (next) => {
      answered = next;
    },
    close: async () => {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise<void>((done) => server.close(() => done()))));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** null = the platform itself broke off. */
function forward(url: URL, request: IncomingMessage, body: Buffer): Promise<Answer | null> {
  return new Promise((resolve) => {
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const onward = httpRequest(url, { method: request.method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { connection: _closed, 'transfer-encoding': _chunked, ...kept } = answer.headers;
        resolve({ status: answer.statusCode ?? 502, headers: kept, body: Buffer.concat(chunks) });
      });
      answer.on('error', () => resolve(null));
    });
    onward.on('error', () => resolve(null));
    onward.end(body);
  });
}

function passingOf(url: URL, raw: Buffer): Passing | null {
  const body = raw.toString('utf8');
  const of = (channel: Passing['channel'], target: unknown, isPicture: boolean): Passing => ({
    channel,
    target: String(target),
    part: isPicture ? 'picture' : 'words',
    body,
  });
  const json = (): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;
  switch (url.pathname) {
    case '/cgi-bin/webhook/send':
      return of('wecom-robot', url.searchParams.get('key'), json().msgtype === 'image');
    case '/cgi-bin/message/send':
      return of('wecom-app', json().touser, json().msgtype === 'image');
    case '/v1.0/robot/groupMessages/send':
      return of('dingtalk-group', json().openConversationId, json().msgKey === 'sampleImageMsg');
    case '/v1.0/robot/oToMessages/batchSend':
      return of('dingtalk-person', (json().userIds as string[])[0], json().msgKey === 'sampleImageMsg');
    case '/robot/send':
      return of('dingtalk-robot', url.searchParams.get('access_token'), false);
    default:
      return null;
  }
}
