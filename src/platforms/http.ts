import axios, { type AxiosRequestConfig } from 'axios';

/** How a call to the outside ended. `unsent` = it surely never reached the other side; `unknown` = it may have. */
export type CallOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'unsent'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON when an object, as it is when a Buffer or FormData. */
  readonly body?: Readonly<Record<string, unknown>> | Buffer | FormData;
  readonly timeoutMs?: number;
}

const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  // No file left for a connection.
  'EMFILE',
  'ENFILE',
]);

/**
 * One call, no redirects, at most 1 MiB of answer, never throwing. Neither the outcome nor its `why` carries the URL:
 * queries hold access tokens.
 */
export async function call(request: Call): Promise<CallOutcome> {
  const config: AxiosRequestConfig = {
    method: request.method,
    url: request.url,
    headers: { ...request.headers },
    timeout: request.timeoutMs ?? 10_000,
    maxRedirects: 0,
    maxContentLength: 1 << 20,
    maxBodyLength: 24 << 20,
    responseType: 'arraybuffer',
    validateStatus: () => true,
    proxy: false,
    ...(request.query === undefined ? {} : { params: request.query }),
    ...(request.body === undefined ? {} : { data: request.body }),
  };
  try {
    const answer = await axios.request<Buffer>(config);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) headers[name.toLowerCase()] = String(value);
    return { kind: 'answered', status: answer.status, headers, body: Buffer.from(answer.data) };
  } catch (error) {
    const code = axios.isAxiosError(error) ? (error.code ?? 'no code') : 'not a network error';
    return unsentCodes.has(code) ? { kind: 'unsent', why: code } : { kind: 'unknown', why: code };
  }
}
