import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../platforms/conformance.ts';

interface Answer {
  readonly errcode: number;
  readonly [name: string]: unknown;
}

const answer = (errcode: number, more: Readonly<Record<string, unknown>> = {}): Answer => ({
  errcode,
  errmsg: errcode === 0 ? 'ok' : 'invalid, hint: [1700000000_1_abc], from ip: 203.0.113.7',
  ...more,
});

/** undefined = left hanging, or dealt with already. */
type Handled = ServerResponse | undefined;

const bytesOf = (text: unknown): number => Buffer.byteLength(String(text), 'utf8');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keysOfSend = new Set([
  'touser',
  'agentid',
  'msgtype',
  'markdown',
  'text',
  'image',
  'enable_duplicate_check',
  'duplicate_check_interval',
]);

/** What WeCom, or a careful reader of its pages, objects to in a `message/send` body; 0 = nothing. */
export function objectionTo(body: unknown, agentId: number): { readonly errcode: number; readonly why: string } | null {
  if (!isRecord(body)) return { errcode: 40035, why: 'not a JSON object' };
  const odd = Object.keys(body).find((name) => !keysOfSend.has(name));
  if (odd !== undefined) return { errcode: 40035, why: `unknown field ${odd}` };
  if (body.agentid !== agentId) return { errcode: 301002, why: 'agentid' };
  // One person at a time: @all or a|b here would be an accident.
  if (typeof body.touser !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_@.-]*$/.test(body.touser))
    return { errcode: 40031, why: 'touser' };
  const interval = body.duplicate_check_interval;
  if (body.enable_duplicate_check !== 1 || typeof interval !== 'number' || interval > 14_400)
    return { errcode: 40058, why: 'duplicate check' };
  const part = body[String(body.msgtype)];
  if (!isRecord(part)) return { errcode: 40008, why: 'msgtype' };
  if (body.msgtype === 'image') return typeof part.media_id === 'string' ? null : { errcode: 41006, why: 'media_id' };
  if (typeof part.content !== 'string' || part.content.trim() === '') return { errcode: 44004, why: 'empty content' };
  if (bytesOf(part.content) > 2048) return { errcode: 40058, why: `${bytesOf(part.content)} bytes` };
  if (/\p{Cs}/u.test(part.content)) return { errcode: 40033, why: 'half a character' };
  return null;
}

/** What one member saw. */
export interface MemberMessage {
  readonly to: string;
  readonly msgtype: string;
  /** The words; for a picture its media id. */
  readonly content: string;
}

export interface WecomServer {
  readonly url: string;
  /** Faults for the next `message/send` or `response_url` calls; a number is an errcode. */
  next(...faults: readonly (Fault | number)[]): void;
  /** The same for `media/upload`. */
  nextUpload(...faults: readonly (Fault | number)[]): void;
  refuseSecret(): void;
  /** These members are not in the visible range: errcode 0 with `invaliduser`. */
  invalidUsers: Set<string>;
  deliveries(): readonly string[];
  /** Those of `message/send`, with their readers. */
  memberMessages(): readonly MemberMessage[];
  /** The token given out last is refused from now on: 40014. */
  revokeToken(): void;
  /** Raw bodies of `message/send`, also of those that failed. */
  sentBodies(): readonly string[];
  tokenCalls(): number;
  uploads(): number;
  calls(): number;
  /** Calls that a strict reader of the pages would complain about. */
  complaints(): readonly string[];
  /** Makes a `response_url` of this server. */
  responseUrl(code: string): string;
  close(): Promise<void>;
}

export interface WecomServerSettings {
  readonly corpId: string;
  readonly agentId: number;
  readonly secret: string;
}

/** A strict stand-in for qyapi.weixin.qq.com that misbehaves on request (wecom.md 2.6, 5). */
export async function startWecomServer(settings: WecomServerSettings): Promise<WecomServer> {
  const faults: (Fault | number)[] = [];
  const uploadFaults: (Fault | number)[] = [];
  const deliveries: string[] = [];
  const memberMessages: MemberMessage[] = [];
  const bodies: string[] = [];
  const seen = new Set<string>();
  const media = new Set<string>();
  const usedCodes = new Set<string>();
  const complaints: string[] = [];
  const invalidUsers = new Set<string>();
  let [tokenCalls, uploads, calls, issued] = [0, 0, 0, 0];
  let token: string | null = null;
  let secretIsRefused = false;

  const json = (response: ServerResponse, body: Answer): ServerResponse =>
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));

  /** true = the fault has dealt with the call. `deliver` shows the message to its reader. */
  function misbehave(response: ServerResponse, fault: Fault | number | undefined, deliver: () => void): boolean {
    switch (fault) {
      case undefined:
        return false;
      case 'http-500':
        response.writeHead(500, { 'content-type': 'text/html' }).end('<html>Internal Server Error</html>');
        return true;
      case 'busy':
        json(response, answer(-1));
        return true;
      case 'limit':
        json(response, answer(45009));
        return true;
      case 'unknown-code':
        json(response, answer(987_654));
        return true;
      case 'malformed':
        json(response, answer(40058));
        return true;
      case 'gone':
        json(response, answer(60111));
        return true;
      case 'token-expired':
        token = null;
        json(response, answer(42001));
        return true;
      case 'hang':
        return true;
      case 'cut-after-delivery':
        deliver();
        response.socket?.destroy();
        return true;
      case 'redirect':
        response.writeHead(302, { location: '/elsewhere' }).end();
        return true;
      case 'truncated-json':
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"errcode":0,"errm');
        return true;
      default:
        json(response, answer(fault));
        return true;
    }
  }

  function getToken(url: URL, response: ServerResponse): Handled {
    tokenCalls += 1;
    if (secretIsRefused || url.searchParams.get('corpsecret') !== settings.secret) return json(response, answer(40001));
    if (url.searchParams.get('corpid') !== settings.corpId) return json(response, answer(40013));
    if (token === null) {
      issued += 1;
      token = `access-token-${issued}-${'x'.repeat(60)}`;
    }
    return json(response, answer(0, { access_token: token, expires_in: 7200 }));
  }

  function tokenObjection(url: URL): Answer | null {
    const given = url.searchParams.get('access_token');
    if (given === null) return answer(41001);
    return given === token ? null : answer(40014);
  }

  function send(raw: Buffer, request: IncomingMessage, url: URL, response: ServerResponse): Handled {
    const refusal = tokenObjection(url);
    if (refusal !== null) return json(response, refusal);
    const text = raw.toString('utf8');
    bodies.push(text);
    if (!String(request.headers['content-type']).startsWith('application/json')) complaints.push('send: content-type');
    const body: unknown = JSON.parse(text);
    const deliver = (): void => {
      if (seen.has(text) || !isRecord(body)) return;
      seen.add(text);
      const msgtype = String(body.msgtype);
      const part = body[msgtype];
      deliveries.push(isRecord(part) ? String(part.content ?? `[picture ${part.media_id}]`) : '');
      const content = isRecord(part) ? String(part.content ?? part.media_id) : '';
      memberMessages.push({ to: String(body.touser), msgtype, content });
    };
    if (misbehave(response, faults.shift(), deliver)) return undefined;
    const objection = objectionTo(body, settings.agentId);
    if (objection !== null) {
      complaints.push(`send: ${objection.why}`);
      return json(response, answer(objection.errcode));
    }
    if (!isRecord(body)) return undefined;
    if (body.msgtype === 'image' && isRecord(body.image) && !media.has(String(body.image.media_id)))
      return json(response, answer(40007));
    const user = String(body.touser);
    // Ids come back in lower case (wecom.md 5.2).
    if (invalidUsers.has(user)) return json(response, answer(0, { invaliduser: user.toLowerCase(), msgid: 'm0' }));
    deliver();
    return json(response, answer(0, { msgid: `msg-${bodies.length}` }));
  }

  function upload(raw: Buffer, request: IncomingMessage, url: URL, response: ServerResponse): Handled {
    uploads += 1;
    const refusal = tokenObjection(url);
    if (refusal !== null) return json(response, refusal);
    if (misbehave(response, uploadFaults.shift(), () => undefined)) return undefined;
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(String(request.headers['content-type']))?.[1];
    if (boundary === undefined) complaints.push('upload: not multipart');
    const text = raw.toString('latin1');
    const head = text.slice(0, text.indexOf('\r\n\r\n'));
    if (!/name="media"; filename="[\x21-\x7e]+"/.test(head)) complaints.push('upload: field media with a file name');
    if (!/content-type: image\/png/i.test(head)) complaints.push('upload: content type of the file');
    const bytes = text.slice(text.indexOf('\r\n\r\n') + 4, text.lastIndexOf(`\r\n--${boundary}--`));
    if (!bytes.startsWith('\x89PNG')) complaints.push('upload: not a PNG');
    if (url.searchParams.get('type') !== 'image') return json(response, answer(40004));
    if (bytes.length <= 5) return json(response, answer(44001));
    if (bytes.length > 2 << 20) return json(response, answer(40009));
    const mediaId = `media-${media.size + 1}`;
    media.add(mediaId);
    return json(response, answer(0, { type: 'image', media_id: mediaId, created_at: '1380000000' }));
  }

  function respond(raw: Buffer, url: URL, response: ServerResponse): Handled {
    const code = url.searchParams.get('response_code') ?? '';
    const body: unknown = JSON.parse(raw.toString('utf8'));
    const content = isRecord(body) && isRecord(body.markdown) ? String(body.markdown.content) : '';
    const deliver = (): void => {
      if (usedCodes.has(code)) return;
      usedCodes.add(code);
      deliveries.push(content);
    };
    if (misbehave(response, faults.shift(), deliver)) return undefined;
    if (!isRecord(body) || body.msgtype !== 'markdown' || content === '') return json(response, answer(40008));
    if (bytesOf(content) > 20_480) return json(response, answer(40058));
    if (usedCodes.has(code)) return json(response, answer(600_045));
    deliver();
    return json(response, answer(0));
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls += 1;
      const url = new URL(request.url ?? '/', 'http://fake');
      const raw = Buffer.concat(chunks);
      const route = `${request.method} ${url.pathname}`;
      if (route === 'GET /cgi-bin/gettoken') return getToken(url, response);
      if (route === 'GET /cgi-bin/agent/get') return json(response, tokenObjection(url) ?? answer(0, { agentid: 1 }));
      if (route === 'POST /cgi-bin/media/upload') return upload(raw, request, url, response);
      if (route === 'POST /cgi-bin/message/send') return send(raw, request, url, response);
      if (route === 'POST /cgi-bin/aibot/response') return respond(raw, url, response);
      complaints.push(`unknown call ${route}`);
      return response.writeHead(404).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    next: (...given) => faults.push(...given),
    nextUpload: (...given) => uploadFaults.push(...given),
    refuseSecret: () => {
      secretIsRefused = true;
    },
    invalidUsers,
    deliveries: () => deliveries,
    memberMessages: () => memberMessages,
    revokeToken: () => {
      token = null;
    },
    sentBodies: () => bodies,
    tokenCalls: () => tokenCalls,
    uploads: () => uploads,
    calls: () => calls,
    complaints: () => complaints,
    responseUrl: (code) => `${url}/cgi-bin/aibot/response?response_code=${code}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
