const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Marks of our own, which would be cut open when a line has to be; names hold none of them, theirs are escaped. */
const ownMarks = /<font color="\w+">|<\/font>|\*\*/g;

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const windowLength = 512;

/** In windows: Node 20's segmenter takes quadratic time, 11 s for 70,000 characters. */
function* graphemesOf(line: string): Generator<string> {
  for (let from = 0; from < line.length; ) {
    // Not between the halves of a surrogate pair.
    const isPair = (line.codePointAt(from + windowLength - 1) ?? 0) > 0xffff;
    const window = line.slice(from, from + windowLength + (isPair ? 1 : 0));
    const segments = Array.from(graphemes.segment(window), ({ segment }) => segment);
    // What ends the window may go on after it.
    if (from + window.length < line.length && segments.length > 1) segments.pop();
    for (const segment of segments) {
      from += segment.length;
      yield segment;
    }
  }
}

/** Cuts one overlong line between graphemes, or between code points where a single grapheme is too long. */
function cutLine(line: string, limitBytes: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let pieceBytes = 0;
  const add = (unit: string): void => {
    const unitBytes = bytesOf(unit);
    if (unitBytes > limitBytes) {
      for (const character of unit) add(character);
      return;
    }
    if (pieceBytes + unitBytes > limitBytes) {
      pieces.push(piece);
      piece = '';
      pieceBytes = 0;
    }
    piece += unit;
    pieceBytes += unitBytes;
  };
  // A backslash stays with what it escapes.
  let held = '';
  for (const segment of graphemesOf(line)) {
    if (held === '' && segment === '\\') held = segment;
    else {
      add(held + segment);
      held = '';
    }
  }
  if (held !== '') add(held);
  return piece === '' ? pieces : [...pieces, piece];
}

const isTableRow = (line: string): boolean => line.startsWith('| ');
const isTableRule = (line: string): boolean => /^\|(?: :?-+:? \|)+$/.test(line);

/** A heading goes with the first line under it, a table's header with its first row. */
function keptTogether(lines: readonly string[], from: number): readonly string[] {
  let end = from;
  if (lines[end]?.startsWith('### ') === true) {
    end += 1;
    while (lines[end] === '') end += 1;
  }
  if (isTableRow(lines[end] ?? '') && isTableRule(lines[end + 1] ?? '')) end += 2;
  return lines.slice(from, end + 1);
}

/**
 * Text in pieces of at most `limitBytes` bytes of UTF-8 (at least 8), cut at line ends, inside a line only when that line
 * alone is too long, never inside a character. A table that is cut repeats its header. No piece is empty.
 */
export function splitByBytes(text: string, limitBytes: number): string[] {
  if (bytesOf(text) <= limitBytes) return text.trim() === '' ? [] : [text];
  const pieces: string[] = [];
  let piece: string[] = [];
  let pieceBytes = 0;
  let header: readonly string[] = [];
  const flush = (): void => {
    const joined = piece.join('\n').replace(/^\n+|\n+$/g, '');
    if (joined.trim() !== '') pieces.push(joined);
    piece = [];
    pieceBytes = 0;
  };
  const put = (line: string): void => {
    piece.push(line);
    pieceBytes += bytesOf(line) + (piece.length > 1 ? 1 : 0);
  };
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (!isTableRow(line)) header = [];
    if (isTableRow(line) && isTableRule(lines[index + 1] ?? '')) header = [line, lines[index + 1] ?? ''];
    const together = keptTogether(lines, index);
    const fits = (some: readonly string[]): boolean => pieceBytes + bytesOf(some.join('\n')) + 1 <= limitBytes;
    if (piece.length > 0 && !fits(together) && (bytesOf(together.join('\n')) <= limitBytes || !fits([line]))) {
      flush();
      const isBody = header.length > 0 && header[0] !== line && header[1] !== line;
      const repeated = isBody && bytesOf([...header, line].join('\n')) <= limitBytes;
      if (repeated) for (const each of header) put(each);
    }
    if (bytesOf(line) <= limitBytes) {
      put(line);
      return;
    }
    for (const part of cutLine(line.replace(ownMarks, ''), limitBytes)) {
      flush();
      put(part);
    }
  });
  flush();
  return pieces;
}

/**
 * As `splitByBytes`, every piece ending with its number, `(1/3)`, when there are several. At most `mostPieces`; what is
 * left out is said at the end.
 */
export function splitNumbered(given: string, limitBytes: number, mostPieces = 6): string[] {
  // A character is at least one byte: what lies beyond could not be shown anyway and is not worth cutting.
  const text = given.slice(0, limitBytes * (mostPieces + 1));
  const whole = splitByBytes(text, limitBytes);
  if (whole.length <= 1) return whole;
  const leftOut = '\n\n内容太长,后面的没有显示。请缩小范围再问。';
  const numberBytes = bytesOf('\n\n(99/99)');
  const pieces = splitByBytes(text, limitBytes - numberBytes - bytesOf(leftOut));
  const kept = pieces.slice(0, mostPieces);
  return kept.map((piece, index) => {
    const cut = index === kept.length - 1 && pieces.length > kept.length ? leftOut : '';
    return `${piece}${cut}\n\n(${index + 1}/${kept.length})`;
  });
}
