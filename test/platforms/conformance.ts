import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type {
  Address,
  InboundMessage,
  RawRequest,
  Received,
  SendContext,
  SendOutcome,
} from '../../src/platforms/platform.ts';
import type { Reply } from '../../src/replies/reply.ts';
import { type Fault, type Harness, png, replyOf, type Said, samplePicture } from './platform-harness.ts';

export { type Fault, type Harness, type Outside, replyOf, type Said, samplePicture } from './platform-harness.ts';

/** Names that would call people, open links or change the look where they are not made inert. */
const hostileNames = [
  '<@all>',
  '@所有人',
  '@all',
  '[点我](http://evil.example/x)',
  '![](http://evil.example/x.png)',
  '**粗体** _斜_ `码`',
  '# 标题',
  '</font><font color="warning">',
  '\u202e反\ufeff',
  '坏\ud800',
];

const contextOf = (harness: Harness, over: Partial<SendContext> = {}): SendContext => ({
  idempotencyKey: 'reply-1-0',
  attempt: 1,
  mayBeRepeat: false,
  nowMs: harness.nowMs,
  loadPicture: async () => samplePicture.png,
  ...over,
});

async function withHarness(make: () => Promise<Harness>, run: (harness: Harness) => Promise<void>): Promise<void> {
  const harness = await make();
  try {
    await run(harness);
    const logged = harness.logged();
    for (const secret of harness.secrets) expect(logged).not.toContain(secret);
  } finally {
    await harness.platform.close();
    await harness.close();
  }
}

function messageIn(received: Received): InboundMessage {
  if (received.kind !== 'message') throw new Error(`expected a message, got ${received.kind}`);
  return received.message;
}

/** A small generator with a fixed seed, so that a failure can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function mutated(request: RawRequest, random: () => number): RawRequest {
  const below = (limit: number): number => Math.floor(random() * Math.max(1, limit));
  const body = Buffer.from(request.body);
  const dropOne = (from: RawRequest['query']): Record<string, string | undefined> => {
    const names = Object.keys(from);
    return { ...from, [names[below(names.length)] ?? '']: random() < 0.5 ? undefined : '\u0000%é' };
  };
  switch (below(6)) {
    case 0:
      body[below(body.length)] = below(256);
      return { ...request, body };
    case 1:
      return { ...request, body: body.subarray(0, below(body.length)) };
    case 2: {
      const at = below(body.length);
      const piece = body.subarray(at, at + below(40));
      return { ...request, body: Buffer.concat([body.subarray(0, at), piece, piece, body.subarray(at)]) };
    }
    case 3:
      return { ...request, query: dropOne(request.query) };
    case 4:
      return { ...request, headers: dropOne(request.headers) };
    default:
      for (let count = below(8); count >= 0; count--) body[below(body.length)] = below(256);
      return { ...request, body };
  }
}

/** The cases every platform passes. `makeHarness` is called once per case. */
export function platformConformance(name: string, makeHarness: () => Promise<Harness>): void {
  const said = (harness: Harness, over: Partial<Said> = {}): Said => ({
    userId: 'wanglei',
    text: '漏斗 本月',
    messageId: '4561255354251345929',
    nowMs: harness.nowMs,
    ...over,
  });
  const it = (title: string, run: (harness: Harness) => Promise<void>): void =>
    test(title, () => withHarness(makeHarness, run));

  const refused = async (harness: Harness, request: RawRequest, nowMs = harness.nowMs): Promise<void> => {
    const received = await harness.platform.receive(request, nowMs);
    expect(received.kind).toBe('refused');
    if (received.kind !== 'refused') return;
    expect(received.response.status).toBeGreaterThanOrEqual(400);
    expect(received.response.status).toBeLessThan(500);
    // A plain refusal tells nothing of why, and echoes nothing.
    expect(received.response.body.length).toBeLessThan(40);
    for (const secret of harness.secrets) expect(JSON.stringify(received)).not.toContain(secret);
    expect(harness.outside?.calls() ?? 0).toBe(0);
  };

  const addressOf = async (harness: Harness): Promise<Address> =>
    messageIn(await harness.platform.receive(harness.message(said(harness)), harness.nowMs)).address;

  describe(`${name}: receiving`, () => {
    it('a signed message is a message, with its text, sender and address', async (harness) => {
      const received = await harness.platform.receive(harness.message(said(harness)), harness.nowMs);
      const message = messageIn(received);
      expect(message).toMatchObject({ platform: harness.platform.name, userId: 'wanglei', text: '漏斗 本月' });
      expect(message.messageId).toBe('4561255354251345929');
      expect(message.chat).toEqual({ kind: 'private' });
      expect(message.address.platform).toBe(harness.platform.name);
      expect(JSON.parse(JSON.stringify(message.address))).toEqual(message.address);
      if (received.kind === 'message') {
        expect(received.acknowledge().status).toBe(200);
        expect(received.busy().status).toBe(200);
      }
      expect(harness.outside?.calls() ?? 0).toBe(0);
    });

    it('anything altered under the signature is refused', async (harness) => {
      const copies = harness.tampered(harness.message(said(harness)));
      expect(copies.length).toBeGreaterThan(20);
      for (const copy of copies) await refused(harness, copy);
    });

    it('a wrong key, a stale or future time, and an oversized body are refused', async (harness) => {
      await refused(harness, harness.forged(said(harness)));
      const request = harness.message(said(harness));
      await refused(harness, request, harness.nowMs + harness.staleAfterMs + 2_000);
      await refused(harness, request, harness.nowMs - harness.staleAfterMs - 2_000);
      await refused(harness, { ...request, body: Buffer.alloc((1 << 20) + 1, 0x20) });
      await refused(harness, { ...request, body: Buffer.alloc(0) });
      // Also when it is signed: what one may say does not grow with who one is.
      await refused(harness, harness.message(said(harness, { text: '漏'.repeat(400_000) })));
    });

    it('content that is not UTF-8 is refused', (harness) => refused(harness, harness.notUtf8(harness.nowMs)));

    it('500 random mutations neither throw nor answer 5xx, and never speak for someone else', async (harness) => {
      const random = seeded(20_261_122);
      const valid = harness.message(said(harness));
      for (let round = 0; round < 500; round++) {
        const received = await harness.platform.receive(mutated(valid, random), harness.nowMs);
        if (received.kind === 'refused') expect(received.response.status).toBeLessThan(500);
        if (received.kind === 'ignored') expect(received.response.status).toBeLessThan(500);
        if (received.kind === 'message') expect(received.message.messageId).not.toBe('');
      }
      expect(harness.outside?.calls() ?? 0).toBe(0);
    });

    it('ids that look like numbers stay as written', async (harness) => {
      for (const userId of ['007', '1e3', '0x10', '1.0', '12345678901234567890']) {
        const message = messageIn(
          await harness.platform.receive(harness.message(said(harness, { userId })), harness.nowMs),
        );
        expect(message.userId).toBe(userId);
        expect(JSON.stringify(message.address)).toContain(userId);
      }
      for (const text of ['1e3', '007', 'true', '0x1F']) {
        const request = harness.message(said(harness, { text }));
        expect(messageIn(await harness.platform.receive(request, harness.nowMs)).text).toBe(text);
      }
    });

    it('neighbouring message ids over 2^53 stay apart', async (harness) => {
      const ids = await Promise.all(
        ['9007199254740993', '9007199254740992', '9007199254740994'].map(async (messageId) => {
          const request = harness.message(said(harness, { messageId }));
          return messageIn(await harness.platform.receive(request, harness.nowMs)).messageId;
        }),
      );
      expect(new Set(ids).size).toBe(3);
    });

    it('a text of 10,000 characters and one with markup arrive as they were typed', async (harness) => {
      for (const text of ['漏'.repeat(10_000), '<![CDATA[x]]> & <b> ]]> "\\" 😀', 'a\nb']) {
        const request = harness.message(said(harness, { text }));
        expect(messageIn(await harness.platform.receive(request, harness.nowMs)).text).toBe(text);
      }
    });
  });

  describe(`${name}: rendering`, () => {
    const monsters: readonly Reply[] = [
      replyOf({ blocks: [{ kind: 'text', line: ['长'.repeat(300_000)] }] }),
      replyOf({ blocks: [{ kind: 'text', line: ['👨‍👩‍👧‍👦'.repeat(20_000), { strong: 'x'.repeat(9_000) }] }] }),
      replyOf({
        title: '题'.repeat(5_000),
        picture: samplePicture,
        blocks: [
          {
            kind: 'table',
            columns: ['客户', '金额'],
            rows: Array.from({ length: 3_000 }, (_, index) => [`客户${index}`, `${index} 元`]),
            numeric: [false, true],
          },
        ],
      }),
      replyOf({
        choices: Array.from({ length: 40 }, (_, index) => ({ label: '选'.repeat(400), command: `漏斗 ${index}` })),
      }),
      replyOf({ blocks: [], title: '' }),
    ];

    it('monstrous replies stay within the limits', async (harness) => {
      const address = await addressOf(harness);
      for (const reply of monsters) {
        const parts = harness.platform.render(reply, address);
        expect(parts.length).toBeLessThanOrEqual(20);
        for (const part of parts) {
          expect(harness.complaint(part)).toBeNull();
          expect(harness.shown(part)).not.toMatch(/\p{Cs}/u);
          expect(JSON.stringify(part)).not.toContain(png.toString('base64'));
        }
      }
    });

    it('rendering is repeatable, and a picture is named by its id alone', async (harness) => {
      const address = await addressOf(harness);
      const reply = replyOf({ picture: samplePicture, choices: [{ label: '按人看', command: '漏斗 本月 按销售' }] });
      const parts = harness.platform.render(reply, address);
      expect(JSON.stringify(parts)).toBe(JSON.stringify(harness.platform.render(reply, address)));
      expect(parts.filter((part) => part.pictureId === samplePicture.id)).toHaveLength(1);
      expect(parts.map((part) => harness.shown(part)).join('\n')).toContain('按人看');
      expect(JSON.parse(JSON.stringify(parts))).toEqual(parts);
      expect(harness.platform.render(replyOf({ status: 'silent', blocks: [] }), address)).toEqual([]);
    });

    it('mentions, links and marks in names do nothing', async (harness) => {
      const address = await addressOf(harness);
      for (const hostile of hostileNames) {
        const reply = replyOf({
          title: hostile,
          blocks: [
            { kind: 'heading', line: [hostile] },
            { kind: 'text', line: ['客户', { strong: hostile }, { muted: hostile }] },
            { kind: 'list', ordered: true, lines: [[hostile], [{ warning: hostile }]] },
            { kind: 'table', columns: ['名', hostile], rows: [[hostile, hostile]], numeric: [false, false] },
          ],
          choices: [{ label: hostile, command: '帮助' }],
        });
        for (const part of harness.platform.render(reply, address)) {
          expect(harness.complaint(part)).toBeNull();
          const shown = harness.shown(part);
          expect(shown).not.toMatch(/<@|@all|@所有人|\]\(http|evil\.example|\*\*粗体\*\*|`码`|[\u202a-\u202e]|\p{Cs}/u);
          expect(shown).not.toMatch(/(?<!\n)\n(?:- |• |\d+\. )?(?:#{1,6} 标题)/);
        }
      }
    });
  });

  describe(`${name}: sending`, () => {
    const sendAll = async (harness: Harness, reply: Reply): Promise<readonly SendOutcome[]> => {
      const address = await addressOf(harness);
      const outcomes: SendOutcome[] = [];
      for (const part of harness.platform.render(reply, address))
        outcomes.push(await harness.platform.send(part, address, contextOf(harness)));
      return outcomes;
    };
    const sendOne = async (harness: Harness, platform = harness.platform, key = 'reply-1-0'): Promise<SendOutcome> => {
      const address = await addressOf(harness);
      const [part] = platform.render(replyOf({}), address);
      if (part === undefined) throw new Error('nothing was rendered');
      return platform.send(part, address, contextOf(harness, { idempotencyKey: key }));
    };

    it('a reply with a picture is sent', async (harness) => {
      const outcomes = await sendAll(harness, replyOf({ picture: samplePicture }));
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(outcomes.map(() => 'sent'));
      if (harness.outside !== null) expect(harness.outside.deliveries().length).toBe(outcomes.length);
    });

    const expectations: readonly (readonly [Fault, readonly SendOutcome['kind'][]])[] = [
      ['http-500', ['unknown', 'later']],
      ['busy', ['later']],
      ['limit', ['later']],
      ['unknown-code', ['later', 'unknown']],
      ['malformed', ['never']],
      ['gone', ['gone', 'never']],
      ['hang', ['unknown']],
      ['cut-after-delivery', ['unknown']],
      ['redirect', ['later', 'never', 'unknown']],
      ['truncated-json', ['unknown']],
    ];
    for (const [fault, kinds] of expectations) {
      it(`${fault} ends as ${kinds.join(' or ')}`, async (harness) => {
        if (harness.outside === null) return;
        harness.outside.next(fault);
        const outcome = await sendOne(harness);
        expect(kinds).toContain(outcome.kind);
        const printed = inspect(outcome, { depth: 9 });
        for (const secret of harness.secrets) expect(printed).not.toContain(secret);
        if (fault === 'limit' && outcome.kind === 'later') expect(outcome.afterMs).toBeGreaterThanOrEqual(20_000);
        if (fault !== 'cut-after-delivery') expect(harness.outside.deliveries()).toHaveLength(0);
        // The fault over, the same part goes through.
        if (outcome.kind === 'later' || outcome.kind === 'unknown') expect((await sendOne(harness)).kind).toBe('sent');
      });
    }

    it('50 first uses on two instances fetch one token', async (harness) => {
      if (harness.outside === null) return;
      const other = harness.another();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          sendOne(harness, index % 2 === 0 ? harness.platform : other, `reply-${index}-0`),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.kind !== 'sent')).toEqual([]);
      expect(harness.outside.tokenCalls()).toBe(1);
      await other.close();
    });

    it('an expired token is renewed once and the message goes out once', async (harness) => {
      if (harness.outside === null) return;
      expect((await sendOne(harness, harness.platform, 'a')).kind).toBe('sent');
      harness.outside.next('token-expired');
      expect((await sendOne(harness, harness.platform, 'b')).kind).toBe('sent');
      expect(harness.outside.tokenCalls()).toBe(2);
      harness.outside.next('token-expired', 'token-expired', 'token-expired');
      expect((await sendOne(harness, harness.platform, 'c')).kind).not.toBe('sent');
      expect(harness.outside.tokenCalls()).toBe(3);
    });

    it('a wrong secret is not tried again and again', async (harness) => {
      if (harness.outside === null) return;
      harness.outside.refuseSecret();
      for (let attempt = 0; attempt < 8; attempt++) {
        const outcome = await sendOne(harness, attempt % 2 === 0 ? harness.platform : harness.another());
        expect(outcome.kind).not.toBe('sent');
        const printed = inspect(outcome, { depth: 9 });
        for (const secret of harness.secrets) expect(printed).not.toContain(secret);
      }
      expect(harness.outside.tokenCalls()).toBe(1);
      expect(harness.outside.deliveries()).toHaveLength(0);
    });
  });
}
