import type { Picture } from '../charts/spec.ts';

/** A run of text with a meaning; each platform's render escapes it and gives the meaning its own look. */
export type Span =
  | string
  | { readonly strong: string }
  | { readonly muted: string }
  | { readonly good: string }
  | { readonly warning: string };
export type Line = readonly Span[];

export type Block =
  | { readonly kind: 'heading'; readonly line: Line }
  | { readonly kind: 'text'; readonly line: Line }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly lines: readonly Line[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      readonly numeric: readonly boolean[];
    };

/** Something to tap or to answer by number; `command` is what is then said in the person's name. */
export interface Choice {
  readonly label: string;
  readonly command: string;
}

/** `throttled` = asked too fast to be looked at. */
export type ReplyStatus = 'answered' | 'asked-back' | 'denied' | 'done' | 'help' | 'silent' | 'failed' | 'throttled';

/** An answer, neutral of any platform. `silent` has no blocks and is sent nowhere. */
export interface Reply {
  readonly status: ReplyStatus;
  /** One line, for notification previews and picture texts. */
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly picture: Picture | null;
  readonly choices: readonly Choice[];
}
