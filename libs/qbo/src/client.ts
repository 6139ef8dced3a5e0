import { Pool, type Dispatcher } from 'undici';

/**
 * One HTTP exchange with QuickBooks as data: nothing is thrown for what the network or the other side does.
 *
 *   answered   a status line and a whole body came back
 *   notSent    refused before the first byte was written: it cannot have been executed
 *   noAnswer   the connection broke or ran out of time after the first byte: it may have been executed
 */
export type Reply =
  | {
      readonly reply: 'answered';
      readonly status: number;
      readonly body: string;
      readonly intuitTid?: string;
      readonly retryAfterMs?: number;
    }
  | { readonly reply: 'notSent'; readonly why: string }
  | { readonly reply: 'noAnswer'; readonly why: string };

export interface QboCall {
  readonly realmId: string;
  readonly accessToken: string;
  readonly method: 'GET' | 'POST';
  /** Below `/v3/company/{realmId}/`: `invoice`, `query`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** The very bytes to send, JSON text. */
  readonly body?: string;
}

export interface QboClientLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly totalMs: number;
  readonly bodyBytes: number;
  readonly connections: number;
}

/** QuickBooks ends a request at 120 s (quickbooks.md §1.3); we give up earlier and look. */
export const QBO_LIMITS: QboClientLimits = {
  connectMs: 5_000,
  headersMs: 60_000,
  totalMs: 90_000,
  bodyBytes: 20 * 1024 * 1024,
  connections: 512,
};

/** Lower ones are served as 75 (quickbooks.md §1.2). */
const MINOR_VERSION = '75';

/** Failures of which undici and Node know that no byte of the request was written. */
const BEFORE_FIRST_BYTE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Calls QuickBooks' Accounting API over one keep-alive pool. */
export class QboClient {
  readonly #pool: Pool;
  readonly #root: string;
  readonly #limits: QboClientLimits;

  /** @param apiUrl scheme and host, e.g. `https://quickbooks.api.intuit.com`; a path prefix is kept. */
  constructor(apiUrl: string, limits: Partial<QboClientLimits> = {}) {
    const url = new URL(apiUrl);
    this.#limits = { ...QBO_LIMITS, ...limits };
    this.#root = url.pathname.replace(/\/+$/, '');
    this.#pool = new Pool(url.origin, {
      connections: this.#limits.connections,
      connect: { timeout: this.#limits.connectMs },
      headersTimeout: this.#limits.headersMs,
      bodyTimeout: this.#limits.headersMs,
    });
  }

  /** Sends one call and waits for the whole answer. Never throws. */
  async send(call: QboCall): Promise<Reply> {
    try {
      const response = await this.#pool.request({
        method: call.method,
        path: this.#path(call),
        signal: AbortSignal.timeout(this.#limits.totalMs),
        headers: {
          authorization: `Bearer ${call.accessToken}`,
          accept: 'application/json',
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: call.body }),
      });
      const body = await readWhole(response.body, this.#limits.bodyBytes);
      if (body === undefined) return { reply: 'noAnswer', why: 'body_too_large' };
      const intuitTid = header(response.headers, 'intuit_tid');
      const retryAfterMs = readRetryAfter(header(response.headers, 'retry-after'));
      return {
        reply: 'answered',
        status: response.statusCode,
        body,
        ...(intuitTid === undefined ? {} : { intuitTid }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    } catch (error) {
      const code = errorCode(error);
      return BEFORE_FIRST_BYTE.has(code) ? { reply: 'notSent', why: code } : { reply: 'noAnswer', why: code };
    }
  }

  /** Ends idle connections; calls under way finish first. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  #path(call: QboCall): string {
    const query = new URLSearchParams({ ...call.query, minorversion: MINOR_VERSION });
    return `${this.#root}/v3/company/${encodeURIComponent(call.realmId)}/${call.path}?${query.toString()}`;
  }
}

async function readWhole(body: Dispatcher.ResponseData['body'], most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      body.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function header(headers: Readonly<Record<string, string | string[] | undefined>>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Retry-After in ms, in its form of whole seconds; Intuit documents none (quickbooks.md §3.1). */
function readRetryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}

/** The code of a network error, never its message: that may hold an address with a realm in it. */
function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown';
}
