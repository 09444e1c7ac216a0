import type { LanguageSettings } from '../commands/settings.ts';
import { someOf, type Verdict, warning } from './verdict.ts';

/** Whether the nicknames of `SETTINGS_FILE` are somebody's: one that names nobody is never understood, without a word. */
export function checkNicknames(
  { nicknames }: Pick<LanguageSettings, 'nicknames'>,
  names: readonly string[],
): Verdict[] {
  const known = new Set(names);
  const idle = Object.entries(nicknames).filter(([, name]) => !known.has(name));
  return idle.length === 0
    ? []
    : [
        warning(
          '称呼',
          `${someOf(idle.map(([nickname, name]) => `「${nickname}」指的「${name}」`))}在 CRM 里没有这个人`,
          '改 SETTINGS_FILE 的 nicknames',
        ),
      ];
}
