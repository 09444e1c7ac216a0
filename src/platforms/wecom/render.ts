import type { Block, Choice, Reply } from '../../replies/reply.ts';
import { type Dialect, renderMarkdown, renderPlainLine, splitByBytes, splitNumbered } from '../markdown.ts';
import type { OutboundPart } from '../platform.ts';

/** 2,048 less the mark that `send` adds to a text (wecom.md 10). */
export const appLimitBytes = 2_000;
/** Below the 20,480 bytes that a stream takes (wecom.md 2.4). */
export const streamLimitBytes = 20_000;

/** More than this many ways on are not read by anyone. */
const mostChoices = 9;
const choiceLabelCharacters = 40;

const shortened = (text: string, characters: number): string => {
  const all = [...text];
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
};

/** Choices as lines to be answered by number; neither channel has buttons inside a text. */
function choiceBlocks(choices: readonly Choice[]): readonly Block[] {
  if (choices.length === 0) return [];
  return [
    { kind: 'text', line: [{ muted: '回复数字继续:' }] },
    {
      kind: 'list',
      ordered: true,
      lines: choices.slice(0, mostChoices).map((choice) => [shortened(choice.label, choiceLabelCharacters)]),
    },
  ];
}

function textOf(reply: Reply, dialect: Dialect): string {
  const text = renderMarkdown([...reply.blocks, ...choiceBlocks(reply.choices)], dialect);
  if (text !== '') return text;
  // A reply of a picture alone needs no words; one of nothing at all must still say something.
  return reply.picture === null ? shortened(renderPlainLine(reply.title), 200) || '没有内容。' : '';
}

/** The messages of a reply from the app: texts within the limit, then the picture. */
export function renderApp(reply: Reply): readonly OutboundPart[] {
  if (reply.status === 'silent') return [];
  const texts = splitNumbered(textOf(reply, 'wecom-app'), appLimitBytes).map(
    (content): OutboundPart => ({ kind: 'text', body: { msgtype: 'markdown', content }, pictureId: null }),
  );
  if (reply.picture === null) return texts;
  return [...texts, { kind: 'picture', body: { msgtype: 'image' }, pictureId: reply.picture.id }];
}

const cutNote = '\n\n内容太长,后面的没有显示。请缩小范围再问。';

/** The one frame of a reply from 智能机器人: the whole text, and the picture with it. */
export function renderAibot(reply: Reply): readonly OutboundPart[] {
  if (reply.status === 'silent') return [];
  const [first = '', ...rest] = splitByBytes(
    textOf(reply, 'wecom-v2').slice(0, 2 * streamLimitBytes),
    streamLimitBytes - Buffer.byteLength(cutNote),
  );
  const content = rest.length === 0 ? first : `${first}${cutNote}`;
  return [{ kind: 'stream', body: { content }, pictureId: reply.picture?.id ?? null }];
}
