import { inspect } from 'node:util';
import type { OutboundPart, RawRequest } from '../../../src/platforms/platform.ts';
import { wecomAibotSettings, wecomAppSettings } from '../../../src/platforms/wecom/config.ts';
import {
  sealAibotCallback,
  sealAibotContent,
  sealAppCallback,
  sealAppContent,
} from '../../../src/platforms/wecom/seal.ts';
import { answerMark } from '../../../src/platforms/wecom/send.ts';
import { createWecomAibot } from '../../../src/platforms/wecom/wecom-aibot.ts';
import { createWecomApp } from '../../../src/platforms/wecom/wecom-app.ts';
import { createInProcessState } from '../../../src/store/in-process-state.ts';
import { objectionTo, startWecomServer, type WecomServer } from '../../fakes/wecom-server.ts';
import { type Harness, type Outside, samplePicture } from '../conformance.ts';
import { k1 } from './vectors.ts';

export const nowMs = Date.parse('2026-11-18T10:30:00+08:00');
const otherKey = '4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws';

export const appEnvironment = {
  WECOM_CORP_ID: 'ww1234567890abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_APP_SECRET: 'app-secret-that-stays-secret',
  WECOM_APP_TOKEN: 'QDG6eKtoken',
  WECOM_APP_AES_KEY: k1,
};
export const aibotEnvironment = {
  WECOM_AIBOT_TOKEN: 'aibotTOKEN9',
  WECOM_AIBOT_AES_KEY: k1,
};

const present = <T>(value: T | null): T => {
  if (value === null) throw new Error('not configured');
  return value;
};

export const appSettings = (apiBase: string) =>
  present(wecomAppSettings({ ...appEnvironment, WECOM_API_BASE: apiBase }));
export const aibotSettings = (apiBase: string, more: Readonly<Record<string, string>> = {}) =>
  present(wecomAibotSettings({ ...aibotEnvironment, ...more, WECOM_API_BASE: apiBase }));

const flipBit = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

/** Every byte of the ciphertext flipped, the ciphertext cut everywhere, every signed word of the query changed. */
function tampered(request: RawRequest, sealed: string): readonly RawRequest[] {
  const from = request.body.indexOf(sealed);
  const copies: RawRequest[] = [];
  for (let at = 0; at < sealed.length; at++) copies.push({ ...request, body: flipBit(request.body, from + at) });
  for (let length = 0; length < sealed.length; length += 7) {
    const shorter = request.body.toString('latin1').replace(sealed, sealed.slice(0, length));
    copies.push({ ...request, body: Buffer.from(shorter, 'latin1') });
  }
  for (const name of ['msg_signature', 'timestamp', 'nonce']) {
    const value = request.query[name] ?? '';
    for (const changed of [undefined, '', `${value}0`, value.slice(1), `${value.slice(0, -1)}x`])
      copies.push({ ...request, query: { ...request.query, [name]: changed } });
  }
  return copies;
}

const logOf = () => {
  const lines: string[] = [];
  return {
    log: (event: string, fields: Readonly<Record<string, unknown>>): void => {
      lines.push(`${event} ${inspect(fields, { depth: 9 })}`);
    },
    logged: (): string => lines.join('\n'),
  };
};

const outsideOf = (server: WecomServer): Outside => ({
  next: (...faults) => server.next(...faults),
  refuseSecret: () => server.refuseSecret(),
  deliveries: () => server.deliveries(),
  tokenCalls: () => server.tokenCalls(),
  calls: () => server.calls(),
});

export interface AppHarness extends Harness {
  readonly server: WecomServer;
}

export async function appHarness(): Promise<AppHarness> {
  const server = await startWecomServer({
    corpId: appEnvironment.WECOM_CORP_ID,
    agentId: 1_000_002,
    secret: appEnvironment.WECOM_APP_SECRET,
  });
  const settings = appSettings(server.url);
  const state = createInProcessState();
  const { log, logged } = logOf();
  const make = () => createWecomApp(settings, { state, log, timeoutMs: 2_000 });
  const content = (part: OutboundPart): string => String(part.body.content ?? '');
  return {
    platform: make(),
    another: make,
    server,
    nowMs,
    staleAfterMs: 5 * 60_000,
    message: (said) => sealAppCallback(settings, said),
    forged: (said) => sealAppCallback({ ...settings, aesKey: otherKey, token: 'anotherToken' }, said),
    tampered(request) {
      const sealed = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(request.body.toString('utf8'))?.[1] ?? '';
      return tampered(request, sealed);
    },
    notUtf8: (at) => sealAppContent(settings, Buffer.from('3c786d6c3efffe3c2f786d6c3e', 'hex'), at),
    complaint(part) {
      const shell = {
        touser: 'wanglei',
        agentid: 1_000_002,
        enable_duplicate_check: 1,
        duplicate_check_interval: 14_400,
      };
      const body =
        part.kind === 'picture'
          ? { ...shell, msgtype: 'image', image: { media_id: 'm' } }
          : { ...shell, msgtype: 'markdown', markdown: { content: content(part) + answerMark('any') } };
      return objectionTo(body, 1_000_002)?.why ?? null;
    },
    shown: content,
    outside: outsideOf(server),
    secrets: [
      appEnvironment.WECOM_APP_SECRET,
      appEnvironment.WECOM_APP_TOKEN,
      appEnvironment.WECOM_APP_AES_KEY,
      'access-token-',
    ],
    logged,
    close: () => server.close(),
  };
}

export interface AibotHarness extends Harness {
  readonly server: WecomServer;
  readonly settings: ReturnType<typeof aibotSettings>;
}

export async function aibotHarness(more: Readonly<Record<string, string>> = {}): Promise<AibotHarness> {
  const server = await startWecomServer({ corpId: 'none', agentId: 0, secret: 'none' });
  const settings = aibotSettings(server.url, more);
  const state = createInProcessState();
  const { log, logged } = logOf();
  const loadPicture = async (id: string): Promise<Buffer> => {
    if (id !== samplePicture.id) throw new Error('no such picture');
    return samplePicture.png;
  };
  const make = () => createWecomAibot(settings, { state, log, loadPicture, timeoutMs: 2_000 });
  const content = (part: OutboundPart): string => String(part.body.content ?? '');
  return {
    platform: make(),
    another: make,
    server,
    settings,
    nowMs,
    staleAfterMs: 5 * 60_000,
    message: (said) => sealAibotCallback(settings, { ...said, groupId: null }),
    forged: (said) =>
      sealAibotCallback({ ...settings, aesKey: otherKey, token: 'anotherToken' }, { ...said, groupId: null }),
    tampered(request) {
      const sealed = /"encrypt":"([^"]+)"/.exec(request.body.toString('utf8'))?.[1] ?? '';
      return tampered(request, sealed);
    },
    notUtf8: (at) => sealAibotContent(settings, Buffer.from('7b22ff227d', 'hex'), at),
    complaint(part) {
      const bytes = Buffer.byteLength(content(part));
      if (part.kind !== 'stream') return `kind ${part.kind}`;
      if (content(part).trim() === '' && part.pictureId === null) return 'empty';
      return bytes > 20_000 ? `${bytes} bytes` : null;
    },
    shown: content,
    outside: null,
    secrets: [aibotEnvironment.WECOM_AIBOT_TOKEN, aibotEnvironment.WECOM_AIBOT_AES_KEY],
    logged,
    close: () => server.close(),
  };
}
