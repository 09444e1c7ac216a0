import { z } from 'zod';

/** What DingTalk says about one robot message; the same JSON over HTTP and in a Stream frame's `data` (dingtalk.md 1.2). */
export type RobotBody =
  | { readonly kind: 'message'; readonly message: RobotMessage }
  /** The company's monthly quota is spent: a body without a question (field knowledge, dingtalk.md 1.2). */
  | { readonly kind: 'quota-spent' }
  | { readonly kind: 'malformed'; readonly why: string };

export interface RobotMessage {
  readonly msgId: string;
  readonly conversationId: string;
  readonly conversationType: string;
  readonly conversationTitle: string | null;
  readonly senderStaffId: string | null;
  readonly senderCorpId: string | null;
  readonly chatbotCorpId: string | null;
  readonly robotCode: string | null;
  readonly sessionWebhook: string | null;
  readonly sessionWebhookExpiredTimeMs: number | null;
  /** The words of the message, trimmed; null for a kind that carries none (picture, file, video). */
  readonly text: string | null;
}

/** A text, or a number as it was written: `parseWithExactNumbers` leaves none here that a double could not hold. */
const textMatching = (pattern: RegExp) => z.string().regex(pattern).or(z.int().transform(String));
/** Ids go into keys, SQL columns and URLs: printable, without blanks, of bounded length. */
const id = textMatching(/^[^\s\p{C}]{1,256}$/u);
const optionalId = textMatching(/^[^\s\p{C}]{0,256}$/u).nullish();
/** Compared with the identities on record and written as @id, so letters, digits and the marks ids are made of. */
const optionalStaffId = textMatching(/^[\p{L}\p{N}_@.:$+=-]{0,64}$/u).nullish();
const optionalText = textMatching(/^/).nullish();

const bodySchema = z.object({
  msgId: id,
  conversationId: id,
  conversationType: textMatching(/^/),
  msgtype: z.string(),
  conversationTitle: optionalText,
  senderStaffId: optionalStaffId,
  senderCorpId: optionalId,
  chatbotCorpId: optionalId,
  robotCode: optionalId,
  sessionWebhook: optionalText,
  sessionWebhookExpiredTime: optionalText,
  text: z.object({ content: optionalText }).nullish(),
  content: z.unknown().optional(),
});

const quotaSchema = z.object({ errorCode: z.literal(['20001', 20001]) });
const audioSchema = z.object({ recognition: optionalText });
const richTextSchema = z.object({ richText: z.array(z.object({ text: optionalText })) });

/** Reads the JSON of a robot message. Never throws. */
export function parseRobotBody(json: string): RobotBody {
  const value = parseWithExactNumbers(json);
  if (value === undefined) return { kind: 'malformed', why: 'body is not JSON' };
  if (typeof value === 'object' && value !== null && 'errorCode' in value && quotaSchema.safeParse(value).success)
    return { kind: 'quota-spent' };
  const parsed = bodySchema.safeParse(value);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.slice(0, 2).join('.') || 'body').join(', ');
    return { kind: 'malformed', why: `unexpected shape at ${fields}` };
  }
  const body = parsed.data;
  return {
    kind: 'message',
    message: {
      msgId: body.msgId,
      conversationId: body.conversationId,
      conversationType: body.conversationType,
      conversationTitle: body.conversationTitle || null,
      senderStaffId: body.senderStaffId || null,
      senderCorpId: body.senderCorpId || null,
      chatbotCorpId: body.chatbotCorpId || null,
      robotCode: body.robotCode || null,
      sessionWebhook: body.sessionWebhook || null,
      sessionWebhookExpiredTimeMs: millisecondsOf(body.sessionWebhookExpiredTime ?? ''),
      text: wordsOf(body),
    },
  };
}

/** JSON in which ids beyond 2^53 keep their digits: whatever a double might not hold stays text. undefined = not JSON. */
function parseWithExactNumbers(json: string): unknown {
  try {
    // The first pass judges the syntax; quoting numbers could turn what is not JSON into JSON.
    const parsed: unknown = JSON.parse(json);
    // Most messages hold only short whole numbers, which are written in one way.
    if (!/[:[,]\s*(?:-|\d{16}|\d+[.eE])/.test(json)) return parsed;
    const quoted = json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
      token.startsWith('"') ? token : `"${token}"`,
    );
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

function wordsOf(body: z.infer<typeof bodySchema>): string | null {
  switch (body.msgtype) {
    case 'text': {
      const words = body.text?.content ?? (typeof body.content === 'string' ? body.content : '');
      return words.trim();
    }
    case 'audio': {
      const audio = audioSchema.safeParse(body.content);
      return audio.success ? (audio.data.recognition ?? '').trim() : null;
    }
    case 'richText': {
      const rich = richTextSchema.safeParse(body.content);
      if (!rich.success) return null;
      const words = rich.data.richText.map((part) => part.text ?? '').join(' ');
      return words.trim() === '' ? null : words.trim();
    }
    // Kinds are the vendor's open list, not ours: what carries no words is answered politely.
    default:
      return null;
  }
}

function millisecondsOf(text: string): number | null {
  return /^\d{10,16}$/.test(text) ? Number(text) : null;
}
