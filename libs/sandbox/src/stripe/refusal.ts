/** What Stripe answers instead (docs.stripe.com/api/errors). */
export class StripeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
    readonly param?: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The body of a refusal: 5xx are `api_error`, all else the asker's. */
export function refusalBody({ status, code, message, param }: StripeRefusal): string {
  const type = status >= 500 ? 'api_error' : 'invalid_request_error';
  return JSON.stringify({
    error: {
      ...(code === undefined
        ? {}
        : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
      message,
      ...(param === undefined ? {} : { param }),
      type,
    },
  });
}
