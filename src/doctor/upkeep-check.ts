import { addDays, type Day, daysBetween } from '../calendar/day.ts';
import { fine, someOf, type Verdict, warning, wrong } from './verdict.ts';

const calendarNoticeDays = 60;

/** Behind `knownUntil` holidays and make-up days are not known, and a digest would go out on one. */
export function checkWorkDays(knownUntil: Day, today: Day): Verdict[] {
  const left = daysBetween(today, knownUntil);
  const remedy = '每年 11 月国务院公布放假安排后,升级 chinese-days,或先写进 SETTINGS_FILE 的 schedule.workDays';
  if (left < 0) return [wrong('工作日历', `只到 ${knownUntil},现在按周一到周五算`, remedy)];
  if (addDays(today, calendarNoticeDays) > knownUntil)
    return [warning('工作日历', `只到 ${knownUntil},还有 ${left} 天`, remedy)];
  return [fine('工作日历', `到 ${knownUntil}`)];
}

/** `missing`: characters of the CRM's names that no font can draw; `looked`: how many different ones were looked at. */
export function checkFonts(missing: readonly string[] | { readonly unreadable: string }, looked: number): Verdict[] {
  if ('unreadable' in missing) return [wrong('字体', missing.unreadable, '检查 CHART_FONT;留空就用自带的思源黑体')];
  if (missing.length === 0) return [fine('字体', `CRM 名字里的 ${looked} 个字都画得出来`)];
  return [
    warning(
      '字体',
      `有 ${missing.length} 个字没有字形,图里会画成〓:${someOf(missing, 10)}`,
      '用 CHART_FONT 指定一个有这些字的字体',
    ),
  ];
}

/** What waits in the bot's own tables. */
export interface Backlog {
  /** Questions that were acknowledged and not yet answered. */
  readonly questions: number;
  readonly oldestQuestionMs: number;
  readonly messages: number;
  readonly oldestMessageMs: number;
  /** Messages given up that nobody was told of yet. */
  readonly failed: number;
  /** Conversations to which nothing is sent any more. */
  readonly closedTargets: number;
}

const lateMs = 5 * 60_000;

export function checkBacklog(backlog: Backlog): Verdict[] {
  const verdicts: Verdict[] = [];
  const minutes = (ms: number): string => `${Math.round(ms / 60_000)} 分钟`;
  if (backlog.oldestQuestionMs > lateMs) {
    verdicts.push(
      wrong(
        '队列',
        `${backlog.questions} 个问题没有回答,最早的等了 ${minutes(backlog.oldestQuestionMs)}`,
        '看服务是不是在跑,以及它的日志',
      ),
    );
  }
  if (backlog.oldestMessageMs > lateMs) {
    verdicts.push(
      warning(
        '队列',
        `${backlog.messages} 条消息没有发出,最早的等了 ${minutes(backlog.oldestMessageMs)}`,
        '看日志里发送失败的原因',
      ),
    );
  }
  if (backlog.failed > 0)
    verdicts.push(warning('队列', `${backlog.failed} 条消息最终没有发出去`, '看日志;原因在 cb_outbox 的 why 一列'));
  if (backlog.closedTargets > 0) {
    verdicts.push(
      warning(
        '队列',
        `${backlog.closedTargets} 个会话已经关闭(机器人被移出或人已离开)`,
        '把机器人加回群里,收到消息后会再打开',
      ),
    );
  }
  return verdicts.length > 0 ? verdicts : [fine('队列', `没有积压(在办 ${backlog.questions + backlog.messages} 条)`)];
}
