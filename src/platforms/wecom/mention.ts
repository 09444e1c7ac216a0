/** Blanks of any kind; what WeCom puts after a mention is undocumented (wecom.md 2.2). */
const isBlank = (character: string | undefined): boolean =>
  character !== undefined && /[\s\u180e\u200b\u2060]/.test(character);

/** From here on by hand: expressions that look for runs of blanks take quadratic time on a flood of them. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text[from])) from += 1;
  while (to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

interface Place {
  readonly from: number;
  readonly to: number;
}

const without = (text: string, { from, to }: Place): string => trimmed(`${text.slice(0, from)}${text.slice(to)}`);

/** Words that begin with @ and something after it, up to the next blank. */
function mentionsIn(text: string): readonly Place[] {
  const places: Place[] = [];
  let from = 0;
  while (from < text.length) {
    if (isBlank(text[from])) {
      from += 1;
      continue;
    }
    let to = from;
    while (to < text.length && !isBlank(text[to])) to += 1;
    if (text[from] === '@' && to - from > 1) places.push({ from, to });
    from = to;
  }
  return places;
}

/**
 * A text without the mention of the bot. A known name is taken out wherever it stands. Otherwise in a group, where the
 * bot is always mentioned, the leading mention is it, or else the last one; other mentions are part of the question,
 * as a customer's name may begin with @.
 */
export function withoutMention(given: string, chat: 'group' | 'single', botName: string | null): string {
  const text = trimmed(given);
  if (botName !== null && text.includes(`@${botName}`))
    return trimmed(
      text
        .split(`@${botName}`)
        .map(trimmed)
        .filter((piece) => piece !== '')
        .join(' '),
    );
  const mentions = mentionsIn(text);
  const [first] = mentions;
  if (first === undefined) return text;
  if (first.from === 0) {
    // Alone in a private chat it is what was asked for; in a group it is the call of the bot.
    return chat === 'single' && first.to === text.length ? text : without(text, first);
  }
  const last = mentions.at(-1);
  return chat === 'single' || last === undefined ? text : without(text, { from: last.from - 1, to: last.to });
}
