import { momentAt } from '../src/calendar/clock.ts';
import type { ChatStore } from '../src/delivery/chat-store.ts';
import { listDeadLetters, resend } from '../src/delivery/resend.ts';
import type { DeadLetter } from '../src/store/outbox.ts';
import { print } from './script.ts';

export interface ResendOptions {
  /** The beginning of the cause, such as `digest:funnel:2026-11-18`. */
  readonly cause: string | undefined;
  /** Old ones too. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly nowMs: number;
}

/** Of an older morning nobody wants the digest any more: a group that was closed for weeks would get them all. */
const freshForMs = 24 * 3_600_000;
const drainForMs = 120_000;

/** Lists what was given up, and sends again what is fresh or asked for by its cause, unless it is a dry run. */
export async function sendAgain(
  store: ChatStore,
  { cause, all, dryRun, nowMs }: ResendOptions,
  drain: () => Promise<void>,
): Promise<void> {
  const of = cause === undefined ? {} : { cause };
  const letters = await listDeadLetters(store, of);
  if (letters.length === 0) return print('没有发送失败的消息。');
  const filter = all || cause !== undefined ? of : { since: nowMs - freshForMs };
  const chosen = await listDeadLetters(store, filter);
  for (const letter of chosen) console.log(lineOf(letter));
  const old = letters.length - chosen.length;
  if (old > 0) print(`另有 ${old} 条失败了一天以上,不再发。要发就加 --all,或用 --cause 指明哪一次。`);
  if (chosen.length === 0) return;
  if (dryRun) return print(`共 ${chosen.length} 条。去掉 --dry-run 就再发一次。`);
  const put = await resend(store, filter);
  if (put < chosen.length) print(`${chosen.length - put} 条的内容已过保留期,发不了。`);
  await Promise.race([drain(), new Promise((resolve) => setTimeout(resolve, drainForMs).unref())]);
  const before = new Map(chosen.map((letter) => [letter.outboxId, letter.failedAt]));
  const again = (await listDeadLetters(store, of)).filter(
    ({ outboxId, failedAt }) => before.has(outboxId) && before.get(outboxId) !== failedAt,
  );
  print(`再发 ${put} 条,${again.length} 条还是没有成功。`);
  for (const letter of again) console.log(lineOf(letter));
}

const lineOf = (letter: DeadLetter): string => {
  const at = momentAt(letter.failedAt, 'Asia/Shanghai').wall.slice(5, 16);
  const what = letter.cause.startsWith('inbox:') ? '一条回答' : letter.cause;
  const part = letter.partKind === 'picture' ? '图' : '文字';
  return `${at}  ${letter.targetId}  ${what}  ${part}  试了 ${letter.attempts} 次:${letter.why}`;
};
