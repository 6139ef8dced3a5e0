import Stripe from 'stripe';

/**
 * What Stripe's refusals, and its silence, mean for a read (docs.stripe.com/api/errors).
 *
 *   retry        Stripe or the way to it is not well: the same call again later
 *   rate_limit   asked too often: again after `retryAfterMs`, else later
 *   auth         our key is not good: an operator's matter
 *   permission   the company's account no longer lets us in: it must be connected again
 *   gone         there is no such record on that account
 *   unreadable   the answer is not what Stripe documents
 *   bug          our call is wrong: shown, never sent again as it is
 */
export type FailureClass = 'retry' | 'rate_limit' | 'auth' | 'permission' | 'gone' | 'unreadable' | 'bug';

/** A refusal as data. Stripe's words are left out: they may name a customer or hold a key's end. */
export interface StripeFailure {
  readonly class: FailureClass;
  /** Stripe's `code`, else its error type. */
  readonly code: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** Stripe's `Request-Id`: their support asks for it. */
  readonly requestId?: string;
}

interface FailureRow {
  readonly class: FailureClass;
  readonly type?: string;
  readonly code?: string;
  readonly status?: (status: number) => boolean;
}

/** The first row that fits decides. `type` is the library's name of the error. */
const FAILURE_TABLE: readonly FailureRow[] = [
  { type: 'StripeConnectionError', class: 'retry' },
  { type: 'StripeRateLimitError', class: 'rate_limit' },
  { type: 'StripeAuthenticationError', class: 'auth' },
  { type: 'StripePermissionError', class: 'permission' },
  { code: 'resource_missing', class: 'gone' },
  { status: (status) => status === 404, class: 'gone' },
  { status: (status) => status === 409, class: 'retry' },
  { status: (status) => status >= 500, class: 'retry' },
  { type: 'StripeAPIError', status: (status) => status >= 400, class: 'bug' },
  { type: 'StripeAPIError', class: 'retry' }, // an answer that is not JSON: a proxy's page
];

/** The failure an error of the library stands for. Anything else is a bug of ours and is thrown on. */
export function failureOf(error: unknown): StripeFailure {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const { statusCode: status, requestId } = error;
  const row = FAILURE_TABLE.find(
    (each) =>
      (each.type === undefined || each.type === error.type) &&
      (each.code === undefined || each.code === error.code) &&
      (each.status === undefined || (status !== undefined && each.status(status))),
  );
  const retryAfterMs = retryAfter(error.headers?.['retry-after']);
  return {
    class: row?.class ?? 'bug',
    code: error.code ?? error.type,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Retry-After in its form of whole seconds. */
function retryAfter(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
