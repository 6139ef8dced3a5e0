import Stripe from 'stripe';
import { failureOf, type FailureClass } from './failure';

/** As the library makes them from an answer. */
const answered = (statusCode: number, code?: string, headers: Record<string, string> = {}): unknown =>
  Stripe.errors.generateV1Error({
    type: 'invalid_request_error',
    message: 'words of Dana Ruiz',
    statusCode,
    headers,
    requestId: 'req_1',
    ...(code === undefined ? {} : { code }),
  } as never);

test.each<[number, string | undefined, FailureClass]>([
  [400, 'parameter_unknown', 'bug'],
  [400, 'rate_limit', 'rate_limit'],
  [401, 'api_key_expired', 'auth'],
  [402, undefined, 'bug'],
  [403, undefined, 'permission'],
  [403, 'account_invalid', 'permission'],
  [404, 'resource_missing', 'gone'],
  [404, undefined, 'gone'],
  [409, undefined, 'retry'],
  [418, undefined, 'bug'],
  [429, undefined, 'rate_limit'],
  [429, 'lock_timeout', 'rate_limit'],
  [500, undefined, 'retry'],
  [503, undefined, 'retry'],
])('an answer %i %s is of the class %s', (status, code, wanted) => {
  const failure = failureOf(answered(status, code));
  expect(failure).toMatchObject({ class: wanted, status, requestId: 'req_1' });
  expect(JSON.stringify(failure)).not.toContain('Dana');
});

test('Retry-After is kept where it is whole seconds', () => {
  expect(failureOf(answered(429, undefined, { 'retry-after': '7' })).retryAfterMs).toBe(7_000);
  expect(failureOf(answered(429, undefined, { 'retry-after': 'soon' })).retryAfterMs).toBeUndefined();
});

test('no connection, and an answer that is not JSON, are tried again', () => {
  expect(failureOf(new Stripe.errors.StripeConnectionError({} as never)).class).toBe('retry');
  expect(failureOf(new Stripe.errors.StripeAPIError({ message: 'Invalid JSON' } as never)).class).toBe('retry');
});

test('what is not an error of the library is a bug of ours', () => {
  expect(() => failureOf(new TypeError('ours'))).toThrow('ours');
});
