import type { Viewer } from '../access/viewer.ts';
import type { Command } from '../commands/command.ts';
import { plainReply } from './compose.ts';
import type { Reply } from './reply.ts';

/** What a person can type, by role or about one topic. */
export function helpReply(_viewer: Viewer, _command: Command): Reply {
  return plainReply('help', '可以这样问我', ['可以这样问我:漏斗 本月、业绩 上月 按人、目标 本月、沉默客户、积压。']);
}

export function outOfScopeReply(_viewer: Viewer, command: Command): Reply {
  const sentence =
    command.intent === 'reject'
      ? '这句话我不会照做。我只回答 CRM 报表的问题,按你自己的权限。'
      : '这个我帮不上。我会看 CRM 里的漏斗、业绩、目标、客户和渠道,试试「漏斗 本月」。';
  return plainReply('denied', sentence, [sentence]);
}
