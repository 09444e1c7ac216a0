/** What one check came to. `line` is what was found, `remedy` what to do; neither ever carries a secret. */
export interface Verdict {
  /** In one or two words what was looked at, such as 时钟. */
  readonly check: string;
  /** `wrong`: something does not work or may not be so; `warning`: it works, but less well or not for long. */
  readonly level: 'fine' | 'warning' | 'wrong';
  readonly line: string;
  readonly remedy: string | null;
}

export const fine = (check: string, line: string): Verdict => ({ check, level: 'fine', line, remedy: null });
export const warning = (check: string, line: string, remedy: string): Verdict => ({
  check,
  level: 'warning',
  line,
  remedy,
});
export const wrong = (check: string, line: string, remedy: string): Verdict => ({
  check,
  level: 'wrong',
  line,
  remedy,
});

const marks = { fine: '✓', warning: '!', wrong: '✗' } as const;

/** One line for the terminal. */
export const lineOf = ({ check, level, line, remedy }: Verdict): string =>
  `${marks[level]} ${check}:${line}${remedy === null ? '' : ` → ${remedy}`}`;

/** Some names and how many more, so that a list of a thousand stays one line. */
export const someOf = (names: readonly string[], most = 5): string =>
  names.length <= most ? names.join('、') : `${names.slice(0, most).join('、')} 等 ${names.length} 个`;
