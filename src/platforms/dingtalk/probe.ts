import { z } from 'zod';
import { addressIn, type Probe, type ProbeLine, timedAsk } from '../probe.ts';
import type { DingtalkSettings } from './config.ts';

const answerSchema = z.object({
  accessToken: z.string().optional(),
  code: z.union([z.string(), z.number()]).transform(String).optional(),
  message: z.string().optional(),
});

/** Buys a token: whether the keys hold and this address may call (dingtalk.md 3, 6). */
export async function probeDingtalk(settings: DingtalkSettings, line: ProbeLine): Promise<Probe> {
  const { outcome, clockAheadMs } = await timedAsk(line, {
    method: 'POST',
    url: `${settings.apiBase}/v1.0/oauth2/accessToken`,
    body: { appKey: settings.clientId, appSecret: settings.clientSecret },
  });
  if (outcome.kind !== 'answered') return { outcome: { kind: 'unreachable', why: outcome.why }, clockAheadMs };
  const answer = bodyOf(outcome.body);
  if (answer === null)
    return { outcome: { kind: 'unreachable', why: `HTTP ${outcome.status}, no JSON` }, clockAheadMs };
  if (outcome.status === 200 && answer.accessToken !== undefined) return { outcome: { kind: 'good' }, clockAheadMs };
  const code = /^[\w.:-]{1,120}$/.exec(answer.code ?? '')?.[0] ?? 'no code';
  const why = `HTTP ${outcome.status} ${code}`;
  const about = code.toLowerCase();
  if (about.includes('ipnotinwhitelist') || about === '60020')
    return { outcome: { kind: 'address-refused', why, address: addressIn(answer.message ?? '') }, clockAheadMs };
  const wrongKeys = about.startsWith('invalidclientid') || about.startsWith('authfailed') || outcome.status === 401;
  return { outcome: { kind: wrongKeys ? 'keys-refused' : 'refused', why }, clockAheadMs };
}

function bodyOf(body: Buffer): z.output<typeof answerSchema> | null {
  try {
    return answerSchema.safeParse(JSON.parse(body.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
