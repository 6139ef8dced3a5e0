import { classify, recordIn } from './classify';
import type { Reply } from './client';

const answered = (status: number, body: unknown, more: object = {}): Reply => ({
  reply: 'answered',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...more,
});
const fault = (...errors: object[]) => ({ Fault: { Error: errors, type: 'ValidationFault' }, time: 'x' });

describe('classify', () => {
  it.each([
    [
      'a business fault (§1.5)',
      400,
      fault({ code: '6240', Message: 'Duplicate Name', Detail: 'taken' }),
      { class: 'adopt', code: '6240', detail: 'taken' },
    ],
    [
      'a fault under HTTP 200 (§1.5)',
      200,
      fault({ code: '2010', Message: 'unsupported' }),
      { class: 'bug', code: '2010', detail: 'unsupported' },
    ],
    [
      'a gateway fault (§1.6)',
      401,
      { fault: { error: [{ code: '3200', detail: 'Token expired' }], type: 'AUTHENTICATION' } },
      { class: 'refresh', code: '3200' },
    ],
    [
      'a throttle with leading zeros (§1.6)',
      429,
      { fault: { error: [{ code: '003001' }] } },
      { class: 'throttle', code: '3001' },
    ],
    ['a throttle under 403 (§1.6)', 403, fault({ code: '3001' }), { class: 'throttle' }],
    ['a 401 without a body', 401, '', { class: 'refresh', code: 'http_401' }],
    ['a 403 as HTML', 403, '<html>', { class: 'reconnect', code: 'http_403' }],
    [
      'a deleted object',
      400,
      fault({ code: '610', Detail: 'Another user has deleted this transaction.' }),
      { class: 'gone' },
    ],
    ['an inactive reference', 400, fault({ code: '610', Detail: 'made inactive' }), { class: 'hold' }],
    ['an unknown code', 400, fault({ code: '999999', Detail: 'new' }), { class: 'hold', code: '999999' }],
    [
      'several errors: the most severe',
      400,
      fault({ code: '5010' }, { code: '2050', Detail: 'too long' }),
      { class: 'hold', code: '2050' },
    ],
  ])('%s', (_what, status, body, expected) => {
    expect(classify(answered(status, body))).toMatchObject({ is: 'fault', fault: { status, ...expected } });
  });

  it.each([
    ['an HTML 502', answered(502, '<html>bad gateway</html>'), 'http_502', false],
    ['an empty 504', answered(504, ''), 'http_504', false],
    ['503: an outage', answered(503, ''), 'http_503', true],
    ['a system fault', answered(500, fault({ code: '10000' })), 'code_10000', false],
    ['a system fault under 200', answered(200, fault({ code: '10000' })), 'code_10000', false],
    ['a duplicate requestid', answered(400, fault({ code: '600' })), 'code_600', false],
    ['200 that is no JSON', answered(200, 'ok'), 'body_unreadable', false],
    ['no answer', { reply: 'noAnswer', why: 'UND_ERR_SOCKET' } as Reply, 'UND_ERR_SOCKET', false],
  ])('%s may have been executed', (_what, reply, why, outage) => {
    expect(classify(reply)).toMatchObject({ is: 'unsure', why, outage });
  });

  it('what was refused before the first byte was not sent', () => {
    expect(classify({ reply: 'notSent', why: 'ECONNREFUSED' })).toEqual({ is: 'unsent', why: 'ECONNREFUSED' });
  });

  it('keeps the digits of amounts, the intuit_tid and Retry-After', () => {
    const ok = classify(answered(200, '{"Invoice":{"Id":"1","TotalAmt":10000000000000000.13}}', { intuitTid: 'gw-1' }));
    expect(ok).toMatchObject({ is: 'ok', intuitTid: 'gw-1' });
    if (ok.is !== 'ok') throw new Error(ok.is);
    expect(recordIn(ok.body, 'Invoice')).toMatchObject({ TotalAmt: { source: '10000000000000000.13' } });
    expect(recordIn(ok.body, '')).toBe(ok.body);
    expect(recordIn(ok.body, 'Payment')).toBeUndefined();
    expect(classify(answered(429, '', { retryAfterMs: 90_000 }))).toMatchObject({ fault: { retryAfterMs: 90_000 } });
  });
});
