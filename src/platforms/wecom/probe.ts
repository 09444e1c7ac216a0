import { addressIn, type Probe, type ProbeLine, timedAsk } from '../probe.ts';
import type { WecomAppSettings } from './config.ts';
import { readAnswer } from './outcomes.ts';

const wrongKeys = new Set([40001, 40013, 40091, 41002, 41004]);
const addressNotTrusted = 60020;

/**
 * Fetches a token and reads the app's own entry with it: the first says whether the keys hold, the second whether this
 * address is a trusted one (企业可信IP, wecom.md 5.9), which `gettoken` alone does not check.
 */
export async function probeWecomApp(settings: WecomAppSettings, line: ProbeLine): Promise<Probe> {
  const token = await timedAsk(line, {
    method: 'GET',
    url: `${settings.apiBase}/cgi-bin/gettoken`,
    query: { corpid: settings.corpId, corpsecret: settings.secret },
  });
  const { clockAheadMs } = token;
  const given = readAnswer(token.outcome);
  if (given.kind === 'failed') return { outcome: { kind: 'unreachable', why: whyOf(given.outcome) }, clockAheadMs };
  if (given.errcode !== 0) return { outcome: refusalOf(given.errcode, given.fields), clockAheadMs };
  const app = readAnswer(
    await line.ask({
      method: 'GET',
      url: `${settings.apiBase}/cgi-bin/agent/get`,
      query: { access_token: String(given.fields.access_token), agentid: String(settings.agentId) },
    }),
  );
  if (app.kind === 'failed') return { outcome: { kind: 'unreachable', why: whyOf(app.outcome) }, clockAheadMs };
  return { outcome: app.errcode === 0 ? { kind: 'good' } : refusalOf(app.errcode, app.fields), clockAheadMs };
}

function refusalOf(errcode: number, fields: Readonly<Record<string, unknown>>): Probe['outcome'] {
  const why = `errcode ${errcode}`;
  if (errcode === addressNotTrusted)
    return { kind: 'address-refused', why, address: addressIn(String(fields.errmsg ?? '')) };
  return wrongKeys.has(errcode) ? { kind: 'keys-refused', why } : { kind: 'refused', why };
}

const whyOf = (outcome: { readonly kind: string; readonly why?: string | undefined }): string =>
  'why' in outcome && outcome.why !== undefined ? outcome.why : 'no answer';
