import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { robotSign } from '../../src/platforms/dingtalk/signature.ts';

/** What goes wrong with the next call of a kind; nothing is delivered except with `cut-after-delivery`. */
export type DingtalkFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'cut-after-delivery' }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'redirect'; readonly to: string };

export type CallKind = 'token' | 'upload' | 'send';

/** One message as it would show up in a chat. */
export interface Delivery {
  readonly by: 'groupMessages' | 'oToMessages' | 'session' | 'webhook';
  /** openConversationId, userId, session or access token. */
  readonly to: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly mediaId: string | null;
  readonly atUserIds: readonly string[];
}

export interface DingtalkServerOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly robotCode: string;
  /** Who exists and may be written to. */
  readonly people: readonly string[];
  readonly groups: readonly string[];
  /** Custom group robots: access token to SEC secret. */
  readonly webhooks?: Readonly<Record<string, string>>;
}

/** DingTalk's two API hosts and a third one that nobody may ever call, on local ports. */
export interface DingtalkServer {
  readonly apiBase: string;
  readonly oapiBase: string;
  /** Stands for an attacker's host; `canaryCalls()` must stay 0. */
  readonly canaryBase: string;
  canaryCalls(): number;
  /** A session webhook that works until `endSession`. */
  openSession(): string;
  endSession(webhook: string): void;
  fail(kind: CallKind, ...faults: readonly DingtalkFault[]): void;
  /** Every token given out so far is refused from now on. */
  revokeTokens(): void;
  refuseSecret(): void;
  readonly deliveries: readonly Delivery[];
  /** Paths called, in order. */
  readonly calls: readonly string[];
  count(kind: CallKind): number;
  readonly mediaIds: ReadonlySet<string>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly delivery?: Delivery;
}

interface Inbound {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Starts the fake. It is strict: what the real servers object to, it objects to in their words. */
export async function startDingtalkServer(options: DingtalkServerOptions): Promise<DingtalkServer> {
  const tokens = new Set<string>();
  const sessions = new Set<string>();
  const mediaIds = new Set<string>();
  const seenUuids = new Set<string>();
  const deliveries: Delivery[] = [];
  const calls: string[] = [];
  const faults: Record<CallKind, DingtalkFault[]> = { token: [], upload: [], send: [] };
  const counts: Record<CallKind, number> = { token: 0, upload: 0, send: 0 };
  let issued = 0;
  let canaryCalls = 0;
  let secret: string | null = options.clientSecret;

  const newError = (status: number, code: string): Answer => ({
    status,
    body: { code, message: 'refused by the fake', requestid: 'REQ-1' },
  });
  const oldError = (errcode: number, errmsg: string): Answer => ({ status: 200, body: { errcode, errmsg } });

  function giveToken(inbound: Inbound): Answer {
    const body = jsonOf(inbound);
    if (body?.appKey !== options.clientId || body.appSecret !== secret) return newError(400, 'invalidClientIdOrSecret');
    issued += 1;
    const accessToken = `token-${issued}-${createHash('md5').update(String(issued)).digest('hex')}`;
    tokens.add(accessToken);
    return { status: 200, body: { accessToken, expireIn: 7_200 } };
  }

  async function upload(inbound: Inbound): Promise<Answer> {
    if (!tokens.has(inbound.query.get('access_token') ?? '')) return oldError(40014, 'invalid access_token');
    if (inbound.query.get('type') !== 'image') return oldError(40004, 'unknown media type');
    const type = inbound.headers['content-type'] ?? '';
    if (!type.startsWith('multipart/form-data; boundary=')) return oldError(43004, 'need multipart');
    const form = await new Response(new Uint8Array(inbound.body), { headers: { 'content-type': type } }).formData();
    const media = form.get('media');
    if (form.get('type') !== 'image' || media === null || typeof media === 'string') return oldError(40035, 'no media');
    const bytes = Buffer.from(await media.arrayBuffer());
    const isPng = bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n';
    if (!isPng || media.type !== 'image/png' || !media.name.endsWith('.png')) return oldError(40005, 'not an image');
    if (bytes.length > 20 << 20) return oldError(40006, 'too large');
    const media_id = `@lA${createHash('sha256').update(bytes).digest('hex').slice(0, 20)}`;
    mediaIds.add(media_id);
    return { status: 200, body: { errcode: 0, errmsg: 'ok', media_id, type: 'image', created_at: 1 } };
  }

  function sendByRobot(inbound: Inbound, by: 'groupMessages' | 'oToMessages'): Answer {
    if (!tokens.has(String(inbound.headers['x-acs-dingtalk-access-token'])))
      return newError(400, 'InvalidAuthentication');
    const body = jsonOf(inbound);
    if (body === null) return newError(400, 'invalidParameter.body');
    if (body.robotCode !== options.robotCode) return newError(400, 'invalidParameter.robotCode.notExsit');
    if (typeof body.msgParam !== 'string') return newError(400, 'invalidParameter.msgParam.invalid');
    if (Buffer.byteLength(body.msgParam) > 15_000) return newError(400, 'invalidParameter.msgParam.tooLong');
    const content = contentOf(String(body.msgKey), body.msgParam);
    if (content === null) return newError(400, 'invalidParameter.msgParam.invalid');
    if (content.mediaId !== null && !mediaIds.has(content.mediaId)) return newError(400, '40007');
    if (by === 'groupMessages') {
      const to = String(body.openConversationId);
      if (!options.groups.includes(to)) return newError(400, 'invalid.openConversationId');
      return { status: 200, body: { processQueryKey: `key-${deliveries.length}` }, delivery: { by, to, ...content } };
    }
    const userIds = body.userIds;
    if (!Array.isArray(userIds) || userIds.length === 0 || userIds.length > 20) return newError(400, 'too.many.people');
    const to = String(userIds[0]);
    const known = options.people.includes(to);
    return {
      status: 200,
      body: {
        processQueryKey: `key-${deliveries.length}`,
        invalidStaffIdList: known ? [] : [to],
        flowControlledStaffIdList: [],
      },
      ...(known ? { delivery: { by, to, ...content } } : {}),
    };
  }

  function sendByWebhook(inbound: Inbound, by: 'session' | 'webhook'): Answer {
    const to = inbound.query.get(by === 'session' ? 'session' : 'access_token') ?? '';
    if (by === 'session' && !sessions.has(to)) return oldError(300001, 'session 不存在');
    const sec = by === 'webhook' ? options.webhooks?.[to] : undefined;
    if (by === 'webhook') {
      if (sec === undefined) return oldError(400101, 'access_token does not exist');
      const timestamp = inbound.query.get('timestamp') ?? '';
      if (inbound.query.get('sign') !== robotSign(timestamp, sec))
        return oldError(310000, 'sign not match, more: [url]');
    }
    if (!String(inbound.headers['content-type']).startsWith('application/json')) return oldError(43004, 'content type');
    if (inbound.body.length > 20_000) return oldError(460101, 'message too long, exceed 20000 bytes');
    const body = jsonOf(inbound);
    const markdown = recordOf(body?.markdown);
    if (body === null) return oldError(40035, 'bad json');
    if (body.msgtype !== 'markdown') return oldError(400105, 'unsupported msgtype');
    if (typeof markdown?.title !== 'string' || typeof markdown.text !== 'string' || markdown.text === '') {
      return oldError(401102, 'miss param : markdown->text');
    }
    if (typeof body.msgUuid === 'string') {
      if (seenUuids.has(body.msgUuid)) return { status: 200, body: { errcode: 0, errmsg: 'ok' } };
      seenUuids.add(body.msgUuid);
    }
    const at = recordOf(body.at)?.atUserIds;
    const atUserIds = Array.isArray(at) ? at.map(String) : [];
    const visible = atUserIds.filter((id) => String(markdown.text).includes(`@${id}`));
    const { title, text } = markdown;
    const delivery = { by, to, kind: 'markdown', title, text, mediaId: null, atUserIds: visible };
    return { status: 200, body: { errcode: '0', errmsg: 'ok' }, delivery };
  }

  async function route(inbound: Inbound, host: 'api' | 'oapi'): Promise<{ kind: CallKind; answer: Answer } | null> {
    switch (`${host} ${inbound.path}`) {
      case 'api /v1.0/oauth2/accessToken':
        return { kind: 'token', answer: giveToken(inbound) };
      case 'oapi /media/upload':
        return { kind: 'upload', answer: await upload(inbound) };
      case 'api /v1.0/robot/groupMessages/send':
        return { kind: 'send', answer: sendByRobot(inbound, 'groupMessages') };
      case 'api /v1.0/robot/oToMessages/batchSend':
        return { kind: 'send', answer: sendByRobot(inbound, 'oToMessages') };
      case 'oapi /robot/sendBySession':
        return { kind: 'send', answer: sendByWebhook(inbound, 'session') };
      case 'oapi /robot/send':
        return { kind: 'send', answer: sendByWebhook(inbound, 'webhook') };
      default:
        return null;
    }
  }

  async function serve(host: 'api' | 'oapi', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    calls.push(url.pathname);
    const inbound = {
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    const routed = request.method === 'POST' ? await route(inbound, host) : null;
    if (routed === null) return reply(response, 404, JSON.stringify({ code: 'NotFound' }));
    counts[routed.kind] += 1;
    const fault = faults[routed.kind].shift();
    const { answer } = routed;
    if (fault === undefined || fault.kind === 'cut-after-delivery') {
      if (answer.delivery !== undefined) deliveries.push(answer.delivery);
      if (fault !== undefined) response.destroy();
      else reply(response, answer.status, JSON.stringify(answer.body));
      return;
    }
    if (fault.kind === 'cut') response.destroy();
    else if (fault.kind === 'answer') {
      reply(response, fault.status, typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body));
    } else if (fault.kind === 'truncated-json') reply(response, 200, '{"processQueryKey":"ke');
    else if (fault.kind === 'redirect') response.writeHead(302, { location: fault.to }).end();
  }

  const api = createServer((request, response) => void serve('api', request, response));
  const oapi = createServer((request, response) => void serve('oapi', request, response));
  const canary = createServer((_request, response) => {
    canaryCalls += 1;
    reply(response, 200, '{"errcode":0,"processQueryKey":"stolen"}');
  });
  const servers = [api, oapi, canary];
  await Promise.all(servers.map((each) => new Promise<void>((done) => each.listen(0, '127.0.0.1', done))));

  return {
    apiBase: baseOf(api),
    oapiBase: baseOf(oapi),
    canaryBase: baseOf(canary),
    canaryCalls: () => canaryCalls,
    openSession() {
      const session = createHash('md5').update(`session ${sessions.size}`).digest('hex');
      sessions.add(session);
      return `${baseOf(oapi)}/robot/sendBySession?session=${session}`;
    },
    endSession(webhook) {
      sessions.delete(new URL(webhook).searchParams.get('session') ?? '');
    },
    fail(kind, ...more) {
      faults[kind].push(...more);
    },
    revokeTokens: () => tokens.clear(),
    refuseSecret() {
      secret = null;
    },
    deliveries,
    calls,
    count: (kind) => counts[kind],
    mediaIds,
    async close() {
      for (const each of servers) each.closeAllConnections();
      await Promise.all(servers.map((each) => new Promise<void>((done) => each.close(() => done()))));
    },
  };
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function baseOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function jsonOf(inbound: Inbound): Record<string, unknown> | null {
  if (!String(inbound.headers['content-type']).startsWith('application/json')) return null;
  try {
    return recordOf(JSON.parse(inbound.body.toString('utf8')));
  } catch {
    return null;
  }
}

type Content = Pick<Delivery, 'kind' | 'title' | 'text' | 'mediaId' | 'atUserIds'>;

/** The fields each `msgKey` must have, all of them text (dingtalk.md 5.3). */
function contentOf(msgKey: string, msgParam: string): Content | null {
  let param: Record<string, unknown> | null;
  try {
    param = recordOf(JSON.parse(msgParam));
  } catch {
    return null;
  }
  if (param === null || Object.values(param).some((value) => typeof value !== 'string' || value === '')) return null;
  const { title, text, photoURL } = param as Record<string, string | undefined>;
  if (msgKey === 'sampleMarkdown' && title !== undefined && text !== undefined) {
    const mediaId = /!\[[^\]]*\]\((@[^)]+)\)/.exec(text)?.[1] ?? null;
    return { kind: msgKey, title, text, mediaId, atUserIds: [] };
  }
  if (msgKey === 'sampleImageMsg' && photoURL !== undefined) {
    return { kind: msgKey, title: '', text: '', mediaId: photoURL, atUserIds: [] };
  }
  return null;
}
