import { formatCount } from '../figures/format.ts';
import type { CustomerHealth } from '../metrics/customer-health.ts';
import { type Health, loginsHalved } from '../predictions/health.ts';

export const healthNames: Readonly<Record<Health, string>> = { red: '红色', yellow: '黄色', green: '绿色' };

/** `登录降 66 %(1,240→420)`; null where it did not fall, or is not known. */
export function loginWords({ loginsNow, loginsBefore }: CustomerHealth): string | null {
  if (loginsNow === null || loginsBefore === null || loginsBefore === 0 || loginsNow >= loginsBefore) return null;
  const fall = Math.round((1 - loginsNow / loginsBefore) * 100);
  return fall === 0 ? null : `登录降 ${fall} %(${formatCount(loginsBefore)}→${formatCount(loginsNow)})`;
}

/** `还有 23 天到期`, `已到期 6 天没续`; null where nothing is open within 90 days. */
export function renewalWords({ renewalOpen, daysToRenewal }: CustomerHealth): string | null {
  if (!renewalOpen || daysToRenewal === null) return null;
  if (daysToRenewal < 0) return `已到期 ${-daysToRenewal} 天没续`;
  return daysToRenewal === 0 ? '今天到期' : `还有 ${daysToRenewal} 天到期`;
}

/** Why a customer is where it is: the signs that count, the weightiest first. */
export function healthReasons(customer: CustomerHealth): string[] {
  const reasons: string[] = [];
  const login = loginWords(customer);
  if (login !== null && loginsHalved(customer)) reasons.push(login);
  if (customer.complaints > 0) reasons.push(`投诉 ${customer.complaints} 次`);
  const renewal = renewalWords(customer);
  if (renewal !== null) reasons.push(renewal);
  const others = customer.tickets - customer.complaints;
  if (others >= 4) reasons.push(`工单 ${others} 张`);
  return reasons;
}

/** The weightiest sign in few characters, for the narrow note of a picture: 登录 −56 %, 投诉 2 次, 还有 17 天. */
export function shortReason(customer: CustomerHealth): string {
  const { loginsNow, loginsBefore, complaints, renewalOpen, daysToRenewal } = customer;
  if (renewalOpen && daysToRenewal !== null && daysToRenewal < 0) return `到期 ${-daysToRenewal} 天`;
  if (loginsHalved(customer)) return `登录 −${Math.round((1 - (loginsNow ?? 0) / (loginsBefore ?? 1)) * 100)} %`;
  if (complaints > 0) return `投诉 ${complaints} 次`;
  return renewalOpen && daysToRenewal !== null ? `还有 ${daysToRenewal} 天` : '';
}
