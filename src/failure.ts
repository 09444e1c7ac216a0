/** What kind of thing went wrong; decides the HTTP status, the retry and who is told. */
export type FailureCode = 'bad-input' | 'not-allowed' | 'not-found' | 'unavailable' | 'misconfigured' | 'bug';

/**
 * An error with two sides: the message and cause are for the log (English, no secrets, no personal data), `kindly` is
 * one Chinese sentence for the person who asked, saying what to do next.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly kindly: string;

  constructor(code: FailureCode, message: string, kindly: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.code = code;
    this.kindly = kindly;
  }
}

/** Settings that cannot be used, every problem a line of its own in Chinese; no value of a setting is part of any. */
export class SettingsProblems extends Failure {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      'misconfigured',
      `${problems.length} problem(s) in the settings`,
      `设置有问题,改好环境变量、.env 或 SETTINGS_FILE 再运行:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'SettingsProblems';
    this.problems = problems;
  }
}

/** The sentence a person reads for any error; unknown errors never show their own text. */
export function kindlyOf(error: unknown): string {
  return error instanceof Failure ? error.kindly : '这次没查出来,已经记下原因。请稍后再试,或找管理员看一下。';
}

/** Ends an exhaustive switch: a case that is missing does not compile. */
export function never(value: never): never {
  throw new Failure('bug', `unexpected case: ${JSON.stringify(value)}`, '这次没查出来,已经记下原因。');
}
