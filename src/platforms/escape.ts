/**
 * How text from the CRM is made inert. `plain` is CommonMark, where a backslash does it. The chat clients' parsers are
 * undocumented and know no escapes that can be relied on, so there the acting characters are exchanged for lookalikes.
 */
export type Escaping = 'backslash' | 'lookalike';

/** Control characters, bidi overrides, zero-width and tag characters: they hide or reorder what a name really says. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Half of a surrogate pair, which no encoder can send. */
const loneSurrogate = /\p{Cs}/gu;

/** One line of clean text: every kind of white space becomes one blank, nothing invisible is left, no tower of accents. */
export const cleanText = (text: string): string =>
  text
    .replace(loneSurrogate, '\ufffd')
    .replace(invisible, '')
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1');

const lookalikes: Readonly<Record<string, string>> = {
  '\\': '＼',
  '`': '｀',
  '*': '∗',
  _: '＿',
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '|': '｜',
  '~': '～',
};

/** A whole e-mail address stays as it is, for copying; any other `@` could call somebody. */
const email =
  /(?<![\w.@/+%-])[A-Za-z0-9][A-Za-z0-9.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w./@:?#-])/g;

function withLookalikes(text: string): string {
  return (
    text
      .replace(/[\\`*_[\]<>|~]/g, (character) => lookalikes[character] ?? character)
      .replace(/@/g, '＠')
      .replace(/&(?=#?\w+;)/g, '＆')
      // A zero-width blank after the dot or colon ends what clients take for an address; it reads the same.
      .replace(/:(?=\/\/)/g, ':\u200b')
      .replace(/(?<=[\p{L}\p{N}-])\.(?=[\p{L}][\p{L}\p{N}-])/gu, '.\u200b')
  );
}

function escapeLookalike(text: string): string {
  let out = '';
  let from = 0;
  for (const found of text.matchAll(email)) {
    out += withLookalikes(text.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return out + withLookalikes(text.slice(from));
}

const escapeBackslash = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|~]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '\\&')
    // GitHub's dialect makes links of bare addresses; these two escapes print as themselves and stop it.
    .replace(/:(?=\/\/)/g, ':\\')
    .replace(/(?<=\bwww)\./gi, '\\.');

/** Text that means only itself anywhere inside a line. */
export const escapeInline = (text: string, escaping: Escaping): string =>
  escaping === 'backslash' ? escapeBackslash(cleanText(text)) : escapeLookalike(cleanText(text));

/** What would open a heading, a list, a rule or a setext underline when a line begins with it. */
export function escapeLineStart(line: string, escaping: Escaping): string {
  const backslash = escaping === 'backslash';
  const begun = line.replace(/^\s+/, '');
  const ordered = /^(\d{1,9})([.)])(?=\s|$)/.exec(begun);
  if (ordered !== null) {
    const [whole, number, mark] = ordered;
    return `${number}${backslash ? `\\${mark}` : mark === '.' ? '．' : '）'}${begun.slice(whole.length)}`;
  }
  if (/^(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|-{2,}|={1,}\s*$)/.test(begun))
    return backslash ? `\\${begun}` : `\u200b${begun}`;
  return begun;
}
