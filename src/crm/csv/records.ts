import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { NewRow } from '../bulk-insert.ts';
import type { CrmTableName } from '../schema.ts';

/** One record of a CSV file with the line on which it begins; a quoted field may run over several. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A record whose cells were checked against their columns, with the line on which it begins. */
export interface Checked {
  readonly line: number;
  readonly row: NewRow<CrmTableName>;
}

/** The file cannot be read as CSV from this line on. */
export class UnreadableCsv extends Error {
  readonly line: number;
  readonly expected: string;

  constructor(line: number, expected: string, cause?: unknown) {
    super(`unreadable CSV at line ${line}`, { cause });
    this.name = 'UnreadableCsv';
    this.line = line;
    this.expected = expected;
  }
}

const limitLineBytes = 16 * 1024 * 1024;

/** Reads a file record by record, UTF-8 with or without BOM. Throws `UnreadableCsv`. */
export async function* readCsv(path: string): AsyncGenerator<CsvRecord> {
  // The parser runs ahead of whoever reads: an error is told by how far the parser came.
  let parsedToLine = 0;
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    bom: true,
    on_record: (record, { lines }) => {
      parsedToLine = lines;
      return record;
    },
  });
  // An error of either end destroys the parser and so ends the loop below, which is where it is told.
  pipeline(readTextOf(path), parser, () => undefined);
  let line = 1;
  try {
    for await (const part of parser as AsyncIterable<{ info: { lines: number }; record: string[] }>) {
      yield { line, fields: part.record };
      line = part.info.lines + 1;
    }
  } catch (error) {
    if (error instanceof UnreadableCsv) throw error;
    const code = (error as Partial<CsvError>).code ?? '';
    if (!code.startsWith('CSV_')) throw error;
    throw new UnreadableCsv(
      parsedToLine + 1,
      code === 'CSV_QUOTE_NOT_CLOSED'
        ? '引号没有收尾,文件可能没有写完整'
        : '引号的位置不对,含逗号或引号的内容要整个放在双引号里,里面的引号写两个',
      error,
    );
  } finally {
    parser.destroy();
  }
}

/** Whole lines as text. A line feed is never part of another character, so lines decode on their own. */
async function* readTextOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  const decode = (bytes: Buffer): string => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new UnreadableCsv(
        line + firstBadLine(bytes),
        '文件不是 UTF-8 编码,请在 Excel 里另存为“CSV UTF-8(逗号分隔)”',
        cause,
      );
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > limitLineBytes) throw new UnreadableCsv(line, '这一行太长,文件不像是 CSV');
      continue;
    }
    const whole = Buffer.concat([rest, chunk.subarray(0, end)]);
    rest = Buffer.from(chunk.subarray(end));
    const text = decode(whole);
    yield text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line += 1;
  }
  if (rest.length > 0) yield decode(rest);
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  for (let line = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    try {
      decoder.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end === -1) return line;
    start = end + 1;
  }
}
