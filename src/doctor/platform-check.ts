import { never } from '../failure.ts';
import type { Probe } from '../platforms/probe.ts';
import { fine, type Verdict, warning, wrong } from './verdict.ts';

/** Both platforms sign with their time and are refused when it is more than five minutes off; this leaves room. */
const clockWrongMs = 120_000;
const clockWarningMs = 30_000;

export interface Probed {
  readonly name: '企业微信' | '钉钉';
  readonly secretNames: string;
  readonly probe: Probe;
}

/** Keys and address of a platform, as one try showed them. */
export function checkKeys({ name, secretNames, probe: { outcome } }: Probed): Verdict[] {
  const keys = `${name}密钥`;
  const address = `${name}可信 IP`;
  switch (outcome.kind) {
    case 'good':
      return [fine(keys, '换到了令牌'), fine(address, '本机的出口地址可以调用')];
    case 'unreachable':
      return [wrong(name, `连不上(${outcome.why})`, '检查网络、DNS、防火墙和代理')];
    case 'keys-refused':
      return [
        wrong(keys, `平台不认(${outcome.why})`, `到管理后台核对 ${secretNames};改对之前不要反复重启,会被封一小时`),
      ];
    case 'address-refused':
      return [
        fine(keys, '平台认得'),
        wrong(
          address,
          `平台看到的出口地址是 ${outcome.address ?? '(没有说)'},不在名单里`,
          name === '企业微信' ? '把它加进应用的「企业可信IP」,约一分钟生效' : '把它加进应用的「服务器出口IP」',
        ),
      ];
    case 'refused':
      return [wrong(keys, `平台拒绝了(${outcome.why})`, '按错误码到平台文档查,多半是应用停用或没有权限')];
    default:
      return never(outcome);
  }
}

/** Our clock beside another one: a platform's or the database's. */
export function checkClock(other: string, aheadMs: number | null): Verdict[] {
  if (aheadMs === null) return [];
  const off = Math.abs(aheadMs);
  const line = `本机比${other}${aheadMs >= 0 ? '快' : '慢'} ${(off / 1000).toFixed(off < 10_000 ? 1 : 0)} 秒`;
  if (off > clockWrongMs) return [wrong('时钟', line, '开启 NTP 校时;差到五分钟,回调会全部被拒')];
  if (off > clockWarningMs) return [warning('时钟', line, '开启 NTP 校时')];
  return [fine('时钟', line)];
}
