import type { AccessSettings } from '../access/settings.ts';
import type { Day } from '../calendar/day.ts';
import type { Directory } from '../crm/directory.ts';
import type { PlatformName } from '../platforms/platform.ts';
import { addressOf, admit, recipientsOf } from './digests/recipients.ts';
import { dayWithout } from './due.ts';

/** What keeps a push from arriving as things are set up, one line each; for the start and for doctor. No secret in it. */
export function pushProblems(
  settings: AccessSettings,
  directory: Directory,
  connected: (platform: PlatformName) => boolean,
  zone: string,
  today: Day,
): string[] {
  const problems: string[] = [];
  const times = new Set<string>();
  for (const recipient of recipientsOf('funnel', settings, directory)) {
    times.add(recipient.push.at);
    const admission = admit(recipient, settings, directory);
    if (admission.kind === 'refused') {
      problems.push(admission.kindly.replace(/,?今天的没有发/, ',推送发不出去'));
      continue;
    }
    const address = addressOf(admission.target, []);
    if (address === null || !connected(address.platform))
      problems.push(
        `「${recipient.name}」要推送,但它的发送渠道没有接上(${address?.platform ?? '企业微信群要设群机器人'})`,
      );
  }
  for (const { to } of settings.recipients ?? []) {
    if ('role' in to && !directory.people.some((person) => person.active && person.roles.includes(to.role)))
      problems.push(`recipients 里的角色 ${to.role} 现在没有人`);
  }
  for (const at of times) {
    const day = dayWithout(at, zone, today);
    if (day !== null) problems.push(`推送时间 ${at} 在 ${day} 不存在(${zone} 那天拨快时钟),那天会顺延`);
  }
  return problems;
}
