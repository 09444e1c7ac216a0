import type { Answer } from './answer.ts';
import type { FilterField, Slots } from './commands/command.ts';
import type { InboundMessage } from './platforms/platform.ts';
import type { AuditEntry } from './store/audit.ts';

/** Whose names the audit keeps to itself: that a customer was looked up is recorded, which one is not. */
const unnamed: ReadonlySet<FilterField> = new Set(['customer', 'contact']);

/** The audit's line for an answer: who asked what, within which scope, how much came back. */
export function auditEntryOf(message: InboundMessage, answer: Answer, tookMs: number): AuditEntry {
  return {
    platform: message.platform,
    platformUserId: message.userId,
    crmUserId: answer.askerId,
    groupId: message.chat.kind === 'group' ? message.chat.groupId : null,
    action: answer.command?.intent ?? 'none',
    detail: answer.command === null ? null : detailOf(answer.command.slots),
    scope: answer.grant?.scope.words ?? null,
    status: answer.reply.status,
    rowCount: answer.figures.length,
    tookMs,
  };
}

function detailOf(slots: Slots): string {
  const filters = Object.entries(slots.filters ?? {}).map(([field, value]) => {
    const shown = unnamed.has(field as FilterField)
      ? '…'
      : Array.isArray(value)
        ? value.join(',')
        : JSON.stringify(value);
    return `${field}=${shown}`;
  });
  const period = slots.period === undefined ? [] : [`${slots.period.from}..${slots.period.to}`];
  const groups = slots.group_by === undefined ? [] : [`by ${slots.group_by.join(',')}`];
  return [...period, ...filters, ...groups].join(' ');
}
