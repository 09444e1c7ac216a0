import { sealDingtalkCallback } from '../../../src/platforms/dingtalk/seal.ts';
import type { OutboundPart, RawRequest } from '../../../src/platforms/platform.ts';
import type { DingtalkFault } from '../../fakes/dingtalk-server.ts';
import { type Fault, type Harness, platformConformance } from '../conformance.ts';
import { nowMs, startHarness } from './harness.ts';

const apiError = (status: number, code: string): DingtalkFault => ({
  kind: 'answer',
  status,
  body: { code, message: '由服务器拒绝', requestid: 'REQ-2' },
});

function faultOf(fault: Fault, canaryBase: string): DingtalkFault {
  switch (fault) {
    case 'http-500':
      return { kind: 'answer', status: 500, body: '' };
    case 'busy':
      return apiError(503, 'systemBusy');
    case 'limit':
      return apiError(403, 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi');
    case 'unknown-code':
      return apiError(500, 'brand.new.code');
    case 'malformed':
      return apiError(400, 'invalidParameter.msgParam.invalid');
    case 'gone':
      return apiError(400, 'staffId.notExisted');
    case 'token-expired':
      return apiError(400, 'InvalidAuthentication');
    case 'hang':
      return { kind: 'hang' };
    case 'cut-after-delivery':
      return { kind: 'cut-after-delivery' };
    case 'redirect':
      return { kind: 'redirect', to: `${canaryBase}/stolen` };
    case 'truncated-json':
      return { kind: 'truncated-json' };
  }
}

/** The signature covers the timestamp alone (dingtalk.md 1.1), so only it and the timestamp can be altered under it. */
function tampered(request: RawRequest): readonly RawRequest[] {
  const copies: RawRequest[] = [];
  for (const name of ['timestamp', 'sign']) {
    const value = request.headers[name] ?? '';
    for (let at = 0; at < value.length; at += 2) {
      const other = value[at] === '7' ? '8' : '7';
      const altered = `${value.slice(0, at)}${other}${value.slice(at + 1)}`;
      copies.push({ ...request, headers: { ...request.headers, [name]: altered } });
    }
    copies.push({ ...request, headers: { ...request.headers, [name]: undefined } });
    copies.push({ ...request, headers: { ...request.headers, [name]: encodeURIComponent(`${value}=`) } });
  }
  return copies;
}

function complaint(part: OutboundPart): string | null {
  if (part.kind === 'picture') return part.pictureId === null ? 'picture without a picture' : null;
  const { title, text } = part.body as { title: string; text: string };
  if (title === '' || text === '') return 'empty text';
  if (text.length > 3_600) return 'phones cut it off';
  if (Buffer.byteLength(JSON.stringify({ title, text: `(补发)\n\n${text}` })) > 15_000) return 'msgParam too long';
  const webhook = { msgtype: 'markdown', markdown: { title, text: `@${'x'.repeat(64)}\n\n(补发)\n\n${text}` } };
  return Buffer.byteLength(JSON.stringify(webhook)) > 19_500 ? 'webhook body too long' : null;
}

platformConformance('dingtalk', async (): Promise<Harness> => {
  const harness = await startHarness();
  const { server, settings } = harness;
  return {
    platform: harness.platform,
    another: harness.another,
    nowMs,
    staleAfterMs: 300_000,
    message: (said) => sealDingtalkCallback({ ...said, settings }),
    forged: (said) => sealDingtalkCallback({ ...said, settings: { ...settings, clientSecret: 'another secret' } }),
    tampered,
    notUtf8(atMs) {
      const request = sealDingtalkCallback({ settings, userId: 'wanglei', text: '漏斗', nowMs: atMs });
      return {
        ...request,
        body: Buffer.from(request.body.toString('latin1').replace('ä', '\xff'), 'latin1').fill(0xff, 30, 32),
      };
    },
    complaint,
    shown: (part) => `${String(part.body.title)}\n${String(part.body.text ?? '')}`,
    outside: {
      next: (...faults) => server.fail('send', ...faults.map((fault) => faultOf(fault, server.canaryBase))),
      refuseSecret: server.refuseSecret,
      deliveries: () => server.deliveries.map((delivery) => `${delivery.to}: ${delivery.text}`),
      tokenCalls: () => server.count('token'),
      calls: () => server.calls.length + server.canaryCalls(),
    },
    secrets: harness.secrets,
    logged: harness.logged,
    close: harness.close,
  };
});
