import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Failure } from '../src/failure.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** How a script is called. `--help` and `--verbose` belong to every one of them. */
export interface CommandLine<O extends Options> {
  /** What it does: one Chinese sentence. */
  readonly about: string;
  /** How to type it, as `npm run …`; several lines where there are several ways. */
  readonly usage: string;
  readonly options?: O;
  /** Whether it takes words besides options. */
  readonly words?: boolean;
}

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>;

/** What was typed behind the script's name. */
export interface Given<O extends Options> {
  readonly values: Parsed<O>['values'];
  readonly words: readonly string[];
}

const everywhere = { help: { type: 'boolean', short: 'h' }, verbose: { type: 'boolean' } } as const;

export const helpOf = ({ about, usage }: CommandLine<Options>): string => `${about}

用法:
${usage.replace(/^/gm, '  ')}

--help 看这段说明,--verbose 出错时连技术细节一起打印。`;

export const asksForHelp = (args: readonly string[]): boolean =>
  beforeTheEnd(args).some((arg) => arg === '--help' || arg === '-h');

export const isVerbose = (args: readonly string[]): boolean => beforeTheEnd(args).includes('--verbose');

const beforeTheEnd = (args: readonly string[]): readonly string[] =>
  args.includes('--') ? args.slice(0, args.indexOf('--')) : args;

/** The options and words of a command line; anything else on it is a failure that says how to write it. */
export function readCommandLine<O extends Options>(line: CommandLine<O>, args: readonly string[]): Given<O> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...line.options, ...everywhere } as unknown as O,
      strict: true,
      allowPositionals: true,
    });
    if (line.words !== true && positionals.length > 0)
      throw notUnderstood(line, `多了「${positionals[0]}」`, 'a word that is not taken');
    return { values, words: positionals };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const option = /'(-{1,2}[\w-]+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    throw notUnderstood(
      line,
      option === undefined ? '参数不对' : `不认识 ${option},或它后面少了内容`,
      'an option that does not exist, or lacks its value',
      cause,
    );
  }
}

function notUnderstood(line: CommandLine<Options>, what: string, message: string, cause?: unknown): Failure {
  return new Failure('bad-input', message, `${what}。要这样写:\n${line.usage.replace(/^/gm, '  ')}`, cause);
}
