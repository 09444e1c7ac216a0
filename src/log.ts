import { type DestinationStream, type Logger, pino } from 'pino';
import { Failure } from './failure.ts';
import { logOutput } from './log-output.ts';

/** Query values and header-like pairs that are credentials on either platform. */
const credential =
  /((?:access_?token|corpsecret|appsecret|secret|key|ticket|session|token|sign|response_code|password)["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi;
const mainlandPhone = /(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)/g;
const urlPassword = /(\/\/[^/\s:@]*:)[^@\s/]+@/g;

/** Text without credentials and phone numbers; for messages of errors that other libraries wrote. */
export const scrubbed = (text: string): string =>
  text.replace(urlPassword, '$1***@').replace(credential, '$1***').replace(mainlandPhone, '$1****$2');

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** An error as the log keeps it: never its own fields, which hold URLs, headers and bodies in HTTP and SQL clients. */
function logged(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: scrubbed(String(error)).slice(0, 300) };
  const code =
    error instanceof Failure ? error.code : 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    message: scrubbed(error.message).slice(0, 500),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: scrubbed(error.stack.split('\n').slice(1, 6).join('\n')) }),
    ...(error.cause === undefined || depth >= 3 ? {} : { cause: logged(error.cause, depth + 1) }),
  };
}

/** The structured log: JSON lines, secrets and personal data starred, what people wrote never in it. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: logged, err: logged },
      redact: {
        paths: [
          '*.secret',
          '*.token',
          '*.accessToken',
          '*.password',
          '*.mobile',
          '*.phone',
          '*.email',
          '*.text',
          '*.sessionWebhook',
          '*.responseUrl',
          'text',
          'url',
        ],
        censor: '***',
      },
    },
    destination ?? logOutput(1),
  );
}

export type Log = Logger;
