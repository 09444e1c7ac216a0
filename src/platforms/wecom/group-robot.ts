import { createHash } from 'node:crypto';
import { call } from '../http.ts';
import { renderMarkdown, splitNumbered } from '../markdown.ts';
import type { Address, OutboundPart, Platform, SendContext, SendOutcome } from '../platform.ts';
import { unreadPicture } from '../unread-picture.ts';
import { reactionTo, readAnswer } from './outcomes.ts';

/** A webhook robot takes 4,096 bytes of Markdown (wecom.md 4); 补发 needs some. */
const markdownLimitBytes = 4_000;
const pictureLimitBytes = 2 << 20;
/** Longer lists of mentions are noise. */
const mostMentions = 20;

const repeatMark = '(补发)\n\n';

export interface WecomRobotDeps {
  /** Key of the robot by the group's id; the keys stay here and never come into the outbox. */
  readonly keys: ReadonlyMap<string, string>;
  /** Without a slash at the end. */
  readonly apiBase: string;
  /** How long one call may take; 10 s by default. */
  readonly timeoutMs?: number;
}

/** Where a group's robot posts: `mention` are user ids of members to be called, joined by `|`. */
export const wecomRobotAddress = (groupId: string, mention: readonly string[] = []): Address => ({
  platform: 'wecom-robot',
  target: groupId,
  data: { mention: mention.slice(0, mostMentions).join('|') },
});

/**
 * Group webhook robots (消息推送, wecom.md 4): text, Markdown, pictures and mentions into one group each. WeCom gives no
 * receipt and cannot tell repeats, so an attempt of unknown outcome is repeated once, marked 补发.
 */
export function createWecomRobots(deps: WecomRobotDeps): Platform {
  async function send(part: OutboundPart, address: Address, context: SendContext): Promise<SendOutcome> {
    const key = deps.keys.get(address.target);
    if (key === undefined) return { kind: 'never', why: 'the settings name no robot of this group', tellAdmin: true };
    const made = await bodyOf(part, context);
    if (made.kind === 'none') return made.outcome;
    if (part.kind === 'picture' && context.mayBeRepeat) {
      // A picture has no place for the mark, so it goes before it.
      const said = await post(key, { msgtype: 'text', text: { content: '(补发)下面这张图可能已经发过。' } });
      if (said.kind !== 'sent') return said;
    }
    return post(key, made.body);
  }

  async function post(key: string, body: Readonly<Record<string, unknown>>): Promise<SendOutcome> {
    const answer = readAnswer(
      await call({
        method: 'POST',
        url: `${deps.apiBase}/cgi-bin/webhook/send`,
        query: { key },
        body,
        timeoutMs: deps.timeoutMs ?? 10_000,
      }),
    );
    if (answer.kind === 'failed') return answer.outcome;
    if (answer.errcode === 0) return { kind: 'sent', receipt: null };
    const reaction = reactionTo(answer.errcode, answer.fields.errmsg);
    // There is no token and no media id in this call that could be renewed.
    return reaction.kind === 'end'
      ? reaction.outcome
      : { kind: 'never', why: `errcode ${answer.errcode}: the robot's key is not accepted`, tellAdmin: true };
  }

  return {
    name: 'wecom-robot',
    callbackPath: null,
    receive: async () => ({
      kind: 'refused',
      why: 'a group robot hears nothing',
      response: { status: 404, contentType: 'text/plain', body: '' },
    }),
    render: (reply, address) => {
      if (reply.status === 'silent') return [];
      // Tables need the newer kind, which older clients show as plain text and which has neither colours nor mentions.
      const msgtype = reply.blocks.some((block) => block.kind === 'table') ? 'markdown_v2' : 'markdown';
      const dialect = msgtype === 'markdown_v2' ? 'wecom-v2' : 'wecom-app';
      const texts = splitNumbered(renderMarkdown(reply.blocks, dialect), markdownLimitBytes);
      const parts: OutboundPart[] = texts.map((content) => ({
        kind: 'text',
        body: { msgtype, content },
        pictureId: null,
      }));
      if (reply.picture !== null)
        parts.push({ kind: 'picture', body: { msgtype: 'image' }, pictureId: reply.picture.id });
      const mentioned = mentionedIn(address);
      if (mentioned.length > 0) {
        const content = '今天请你们先看上面点到的商机,看完在群里回一句。';
        parts.push({ kind: 'text', body: { msgtype: 'text', content, mentioned }, pictureId: null });
      }
      return parts;
    },
    send,
    repeatsAreSafe: () => false,
    // 20 a minute per robot, whoever uses it (wecom.md 4).
    allowances: [{ limit: 18, windowMs: 60_000, key: (address) => address.target }],
    // Nothing can be asked of a robot without posting into its group.
    health: async () => ({ ready: true, why: null }),
    close: async () => undefined,
  };
}

type Made =
  | { readonly kind: 'body'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'none'; readonly outcome: SendOutcome };

const none = (why: string, tellAdmin: boolean): Made => ({ kind: 'none', outcome: { kind: 'never', why, tellAdmin } });

async function bodyOf(part: OutboundPart, context: SendContext): Promise<Made> {
  if (part.kind === 'picture' && part.pictureId !== null) {
    let png: Buffer;
    try {
      png = await context.loadPicture(part.pictureId);
    } catch (error) {
      return { kind: 'none', outcome: unreadPicture(error) };
    }
    if (png.length > pictureLimitBytes) return none(`a picture of ${png.length} bytes is too large for a robot`, true);
    const md5 = createHash('md5').update(png).digest('hex');
    return { kind: 'body', body: { msgtype: 'image', image: { base64: png.toString('base64'), md5 } } };
  }
  const { msgtype, content, mentioned } = part.body;
  if (typeof content !== 'string') return none('part is not one of a group robot', true);
  const text = context.mayBeRepeat ? `${repeatMark}${content}` : content;
  if (msgtype === 'text') {
    const list = Array.isArray(mentioned) ? mentioned : [];
    return { kind: 'body', body: { msgtype, text: { content: text, mentioned_list: list } } };
  }
  const kind = msgtype === 'markdown_v2' ? 'markdown_v2' : 'markdown';
  return { kind: 'body', body: { msgtype: kind, [kind]: { content: text } } };
}

/** Only what can be nothing but an id: `@all` would call everybody. */
function mentionedIn(address: Address): string[] {
  const { mention } = address.data;
  return typeof mention === 'string'
    ? mention.split('|').filter((id) => /^[A-Za-z0-9][A-Za-z0-9_@.-]{0,63}$/.test(id))
    : [];
}
