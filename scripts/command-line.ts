import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Failure } from '../src/failure.ts';

/** The options of a command line; anything else on it is a failure that says how to write it. */
export function optionsOf<T extends NonNullable<ParseArgsConfig['options']>>(options: T, usage: string) {
  try {
    return parseArgs({ args: process.argv.slice(2), options, strict: true }).values;
  } catch (cause) {
    throw new Failure(
      'bad-input',
      'an option that does not exist, or lacks its value',
      `参数不对,要这样写:${usage}`,
      cause,
    );
  }
}
