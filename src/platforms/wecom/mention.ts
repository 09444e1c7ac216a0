/** Blanks of any kind; what WeCom puts after a mention is undocumented (wecom.md 2.2). */
const blank = '[\\s\\u180e\\u200b\\u2060]';

const leading = new RegExp(`^${blank}*@[^@\\s\\u180e\\u200b\\u2060]+(?:${blank}+|$)`, 'u');
const leadingBeforeText = new RegExp(`^${blank}*@[^@\\s\\u180e\\u200b\\u2060]+${blank}+(?=\\S)`, 'u');
const elsewhere = new RegExp(`${blank}@[^@\\s\\u180e\\u200b\\u2060]+(?=${blank}|$)`, 'gu');
const edges = new RegExp(`^${blank}+|${blank}+$`, 'gu');

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * A text without the mention of the bot. A known name is taken out wherever it stands. Otherwise in a group, where the
 * bot is always mentioned, the leading mention is it, or else the last one; other mentions are part of the question,
 * as a customer's name may begin with @.
 */
export function withoutMention(text: string, chat: 'group' | 'single', botName: string | null): string {
  if (botName !== null) {
    const named = new RegExp(`${blank}*@${escaped(botName)}${blank}*`, 'gu');
    const rest = text.replace(named, ' ');
    if (rest !== text) return rest.replace(edges, '');
  }
  if (chat === 'single') return text.replace(leadingBeforeText, '').replace(edges, '');
  if (leading.test(text)) return text.replace(leading, '').replace(edges, '');
  const last = [...text.matchAll(elsewhere)].at(-1);
  if (last === undefined) return text.replace(edges, '');
  return `${text.slice(0, last.index)}${text.slice(last.index + last[0].length)}`.replace(edges, '');
}
