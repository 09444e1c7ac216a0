import { describe, expect, it } from 'vitest';
import { probeDingtalk } from '../../src/platforms/dingtalk/probe.ts';
import type { Call, CallOutcome } from '../../src/platforms/http.ts';
import { addressIn, type ProbeLine } from '../../src/platforms/probe.ts';
import { probeWecomApp } from '../../src/platforms/wecom/probe.ts';
import { appSettings } from '../platforms/wecom/harness.ts';

const settings = appSettings('https://qyapi.example');
const dingtalk = {
  clientId: 'ding1',
  clientSecret: 'secret-of-dingtalk',
  robotCode: 'ding1',
  mode: 'http',
  apiBase: 'https://api.example',
  oapiBase: 'https://oapi.example',
} as const;
const nowMs = Date.parse('2026-11-18T10:30:00Z');

const answered = (body: unknown, status = 200, date = new Date(nowMs).toUTCString()): CallOutcome => ({
  kind: 'answered',
  status,
  headers: { date },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const token = answered({ errcode: 0, access_token: 'T', expires_in: 7200 });

function lineOver(...outcomes: CallOutcome[]): ProbeLine & { readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    ask: async (call) => {
      calls.push(call);
      return outcomes[calls.length - 1] ?? { kind: 'unsent', why: 'ECONNREFUSED' };
    },
    now: () => nowMs,
  };
}

describe('probing WeCom', () => {
  it('tries the token and the app, and looks at the clock', async () => {
    const line = lineOver(token, answered({ errcode: 0, agentid: 1 }));
    expect(await probeWecomApp(settings, line)).toEqual({ outcome: { kind: 'good' }, clockAheadMs: -500 });
    expect(line.calls.map((call) => new URL(call.url).pathname)).toEqual(['/cgi-bin/gettoken', '/cgi-bin/agent/get']);
  });
  it('tells a wrong secret', async () => {
    const probe = await probeWecomApp(settings, lineOver(answered({ errcode: 40001, errmsg: 'invalid credential' })));
    expect(probe.outcome).toEqual({ kind: 'keys-refused', why: 'errcode 40001' });
  });
  it('tells the address that WeCom saw', async () => {
    const refused = answered({
      errcode: 60020,
      errmsg: 'not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more',
    });
    expect((await probeWecomApp(settings, lineOver(token, refused))).outcome).toEqual({
      kind: 'address-refused',
      why: 'errcode 60020',
      address: '203.0.113.7',
    });
  });
  it('tells that nothing answers, and what answers without sense', async () => {
    expect((await probeWecomApp(settings, lineOver())).outcome.kind).toBe('unreachable');
    expect((await probeWecomApp(settings, lineOver(answered('<html>', 502)))).outcome.kind).toBe('unreachable');
    expect((await probeWecomApp(settings, lineOver(token))).outcome.kind).toBe('unreachable');
    expect((await probeWecomApp(settings, lineOver(token, answered({ errcode: 50003 })))).outcome.kind).toBe('refused');
  });
  it('knows how far the clock is off', async () => {
    const off = answered({ errcode: 40001 }, 200, new Date(nowMs - 240_000).toUTCString());
    expect((await probeWecomApp(settings, lineOver(off))).clockAheadMs).toBe(239_500);
    const silent = answered({ errcode: 40001 }, 200, 'soon');
    expect((await probeWecomApp(settings, lineOver(silent))).clockAheadMs).toBeNull();
  });
});

describe('probing DingTalk', () => {
  const outcomeOf = async (outcome: CallOutcome) => (await probeDingtalk(dingtalk, lineOver(outcome))).outcome;
  it('tells good keys, wrong keys, a foreign address, silence', async () => {
    expect(await outcomeOf(answered({ accessToken: 'T', expireIn: 7200 }))).toEqual({ kind: 'good' });
    expect((await outcomeOf(answered({ code: 'invalidClientIdOrSecret' }, 400))).kind).toBe('keys-refused');
    expect(
      await outcomeOf(
        answered(
          { code: 'Forbidden.AccessDenied.IpNotInWhiteList', message: 'ip 203.0.113.9 is not in white list' },
          403,
        ),
      ),
    ).toMatchObject({ kind: 'address-refused', address: '203.0.113.9' });
    expect((await outcomeOf({ kind: 'unknown', why: 'ECONNABORTED' })).kind).toBe('unreachable');
    expect((await outcomeOf(answered('<html>', 200))).kind).toBe('unreachable');
    expect((await outcomeOf(answered({ code: 'weird' }, 400))).kind).toBe('refused');
  });
});

it('finds an address in a sentence and nothing else', () => {
  expect(addressIn('from ip: 2001:db8::7, hint')).toBe('2001:db8::7');
  expect(addressIn('version 1.2.3.4.5 at 10:30:00')).toBeNull();
});
