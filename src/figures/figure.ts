/** What a number counts. Money is integer fen (分), a ratio is 0..1, times say their unit. */
export type Unit = 'fen' | 'count' | 'ratio' | 'points' | 'days' | 'hours' | 'minutes' | 'score';

/** One number of a reply, as `ask --json` prints it. */
export interface Figure {
  /** Name in the metric dictionary. */
  readonly metric: string;
  /** Chinese name as the reader sees it. */
  readonly label: string;
  readonly unit: Unit;
  /** null = not known, which is never shown as zero (decision 19). */
  readonly value: number | null;
  /** Both ends of a rate (decision 5). */
  readonly numerator?: number;
  readonly denominator?: number;
  /** What both ends count where they are not cases: money in fen, as in a collection rate. */
  readonly ends?: 'fen';
  /** Which part of the whole it is about, by dimension: `{ region: '华东' }`. */
  readonly dims?: Readonly<Record<string, string>>;
  /** Why the value is null, in Chinese. */
  readonly missing?: string;
}
