import type { Choice, Reply } from '../../replies/reply.ts';
import { renderMarkdown, renderPlainLine, splitNumbered } from '../markdown.ts';
import type { Address, OutboundPart } from '../platform.ts';
import { destinationOf } from './address.ts';

/** Longer Markdown is cut off on phones (field knowledge, dingtalk.md 4.3); counted in UTF-16 units. */
export const markdownLimitChars = 3_500;
/** Far enough below `msgParam`'s 15,000 bytes that JSON's own escapes fit. */
const markdownLimitBytes = 10_000;
const titleLimitChars = 60;
const labelLimitChars = 40;
/** More than this many ways on are not read by anyone. */
const mostChoices = 9;
/** All choices together; what does not fit is left out, the text above says it in words anyway. */
const choicesLimitChars = 2_400;

/** The parts of a reply: Markdown, then the picture, so that the words are there first. */
export function renderReply(reply: Reply, address: Address): readonly OutboundPart[] {
  if (reply.status === 'silent') return [];
  const inGroup = destinationOf(address)?.chat === 'group';
  const title = titleOf(reply.title);
  const pieces = textPieces(renderMarkdown(reply.blocks, 'dingtalk'));
  const said = withChoices(pieces, choiceLines(reply.choices, inGroup));
  // A picture needs no words; a reply of nothing at all must still say something.
  const texts = said.length > 0 || reply.picture !== null ? said : [reply.title === '' ? '没有内容。' : title];
  const parts: OutboundPart[] = texts.map((piece, index) => ({
    kind: 'text',
    // In a group the first message calls the asker; the others follow it.
    body: { title, text: piece, mention: inGroup && index === 0 },
    pictureId: null,
  }));
  if (reply.picture !== null) {
    parts.push({ kind: 'picture', body: { title }, pictureId: reply.picture.id });
  }
  return parts;
}

function textPieces(text: string): readonly string[] {
  const pieces = splitNumbered(text, markdownLimitBytes);
  // Bytes are never fewer than characters: text with few Chinese characters is cut by the smaller number.
  const fits = pieces.every((piece) => piece.length <= markdownLimitChars);
  return fits ? pieces : splitNumbered(text, markdownLimitChars, 12);
}

/** The choices end the last message, or make one of their own where it is full. */
function withChoices(pieces: readonly string[], choices: string): readonly string[] {
  if (choices === '') return pieces;
  const last = pieces.at(-1);
  if (last === undefined || last.length + choices.length + 2 > markdownLimitChars) return [...pieces, choices];
  return [...pieces.slice(0, -1), `${last}\n\n${choices}`];
}

function titleOf(text: string): string {
  const title = cut(renderPlainLine(text), titleLimitChars);
  return title === '' ? '晨报' : title;
}

/** Links that say the command in the person's own name where tapping reaches the robot; numbers in a group, where it may not (dingtalk.md 4.6). */
function choiceLines(choices: readonly Choice[], inGroup: boolean): string {
  const lines: string[] = [];
  let left = choicesLimitChars;
  for (const choice of choices.slice(0, mostChoices)) {
    const label = labelOf(choice);
    const line = inGroup ? `${lines.length + 1}. ${label}` : `- [${label}](${quickReply(choice.command)})`;
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  if (lines.length === 0) return '';
  return inGroup ? `@我 回复数字继续:\n\n${lines.join('\n')}` : lines.join('\n');
}

function labelOf(choice: Choice): string {
  const label = renderPlainLine(choice.label);
  return cut(label === '' ? renderPlainLine(choice.command) : label, labelLimitChars);
}

function quickReply(command: string): string {
  const content = encodeURIComponent(command.replace(/\p{Cs}/gu, ''));
  // These five pass encodeURIComponent and would end or change the link.
  const closed = content.replace(/[()!*']/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return `dtmd://dingtalkclient/sendMessage?content=${closed}`;
}

/** By code points, so that no character is halved. */
function cut(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}
