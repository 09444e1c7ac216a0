import { momentAt } from '../calendar/clock.ts';
import type { Config } from '../config.ts';
import type { Directory } from '../crm/directory.ts';
import type { PlatformName } from '../platforms/platform.ts';
import { pushProblems } from '../schedule/push-problems.ts';
import { fine, type Verdict, wrong } from './verdict.ts';

/** Whether everything that is to be pushed has a scope, a time and a channel. Nothing is posted for it. */
export function checkPushes(config: Config, directory: Directory, nowMs: number): Verdict[] {
  const { business, house } = config;
  const robots = new Set(
    business.groups.flatMap(({ robot }): PlatformName[] =>
      robot === undefined ? [] : ['key' in robot ? 'wecom-robot' : 'dingtalk-robot'],
    ),
  );
  const connected = (platform: PlatformName): boolean => {
    switch (platform) {
      case 'wecom-app':
        return config.wecomApp !== null;
      case 'wecom-aibot':
        return config.wecomAibot !== null;
      case 'dingtalk':
        return config.dingtalk !== null;
      case 'wecom-robot':
      case 'dingtalk-robot':
        return robots.has(platform);
      case 'simulator':
        return true;
    }
  };
  const { today } = momentAt(nowMs, house.TIMEZONE);
  const problems = pushProblems(business, directory, connected, house.TIMEZONE, today);
  if (problems.length > 0)
    return problems.map((problem) => wrong('推送', problem, '改 SETTINGS_FILE 的 groups 或 recipients'));
  const groups = business.groups.filter(({ push }) => (push ?? []).length > 0).length;
  const people = (business.recipients ?? []).length;
  return [
    fine('推送', groups + people === 0 ? '没有设置推送,晨报只能问' : `${groups} 个群、${people} 条个人推送都送得出去`),
  ];
}
