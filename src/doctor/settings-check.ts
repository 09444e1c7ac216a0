import type { Config } from '../config.ts';
import { SettingsProblems } from '../failure.ts';
import { fine, type Verdict, wrong } from './verdict.ts';

/** Reads the settings; every problem is a line of its own. Without settings nothing else can be looked at. */
export function checkSettings(read: () => Config): { readonly config: Config | null; readonly verdicts: Verdict[] } {
  try {
    const config = read();
    return { config, verdicts: [fine('设置', `都能用,时区 ${config.house.TIMEZONE}`), connectedPlatforms(config)] };
  } catch (error) {
    if (!(error instanceof SettingsProblems)) throw error;
    return {
      config: null,
      verdicts: error.problems.map((problem) =>
        wrong('设置', problem, '改好环境变量、.env 或 SETTINGS_FILE,再运行一次;其他检查要等设置能读才做'),
      ),
    };
  }
}

function connectedPlatforms({ wecomApp, wecomAibot, dingtalk }: Config): Verdict {
  const names = [
    wecomApp === null ? null : '企业微信自建应用',
    wecomAibot === null ? null : '企业微信智能机器人',
    dingtalk === null ? null : '钉钉机器人',
  ].filter((name) => name !== null);
  return names.length === 0
    ? { check: '平台', level: 'warning', line: '一个都没有接', remedy: '填 WECOM_… 或 DINGTALK_…,见 .env.example' }
    : fine('平台', `已接 ${names.join('、')}`);
}
