import { Failure } from '../../failure.ts';

/** Something in a CSV file is not as it has to be. Names the place and what was expected, never the value. */
export class CsvProblem extends Failure {
  readonly file: string;
  /** From 1, the header included. */
  readonly line: number;
  readonly column: string | null;

  constructor(file: string, line: number, column: string | null, expected: string, cause?: unknown) {
    super(
      'bad-input',
      `CSV problem in ${file} line ${line}${column === null ? '' : ` column ${column}`}`,
      `${file} 第 ${line} 行${column === null ? '' : `“${column}”列`}:${expected}。什么都没有写入。`,
      cause,
    );
    this.name = 'CsvProblem';
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
