import type { Fault, Outcome } from '@qbo-sync/qbo/classify';
import { counts, signOf, type Known, type Sign } from './company-watch';

const fault = (faultClass: Fault['class']): Outcome => ({
  is: 'fault',
  fault: { class: faultClass, code: '1', status: 400, detail: '' },
});
const unsure = (outage: boolean): Outcome => ({ is: 'unsure', why: 'x', outage });

describe('what one call says of the company', () => {
  it.each([
    ['an answer', 'write', fault('hold'), 'fine'],
    ['a write without an answer may be that one request', 'write', unsure(false), 'nothing'],
    ['a read without an answer', 'read', unsure(false), 'trouble'],
    ['an outage', 'write', unsure(true), 'trouble'],
    ['nothing could be sent', 'write', { is: 'unsent', why: 'x' } as Outcome, 'trouble'],
    ['throttled', 'write', fault('throttle'), 'trouble'],
    ['not connected', 'read', fault('reconnect'), 'reconnect'],
  ] as const)('%s', (_what, kind, outcome, sign) => {
    expect(signOf(kind, outcome).sign).toBe(sign);
  });

  it('a refusal for the month’s reads is not one for the minute’s calls', () => {
    const quota: Outcome = {
      is: 'fault',
      fault: { class: 'throttle', code: '3001', status: 429, detail: 'The monthly allotment is used up' },
    };
    expect(signOf('read', quota)).toEqual({ sign: 'trouble', trouble: 'quota' });
    expect(signOf('read', fault('throttle'))).toEqual({ sign: 'trouble', trouble: 'rate_limit' });
  });

  const down: Sign = { sign: 'trouble', trouble: 'qbo_down' };
  const fine: Sign = { sign: 'fine' };
  const troubled = (trouble: Known['trouble']): Known => ({ trouble, notedAt: 100, fineAt: 0 });

  it.each([
    ['a success begun before the trouble was noted proves no recovery', troubled('qbo_down'), fine, 'read', 99, false],
    ['one begun after it does', troubled('qbo_down'), fine, 'read', 100, true],
    ['a failure of the same burst counts once', troubled('qbo_down'), down, 'read', 99, false],
    ['the next one counts', troubled('qbo_down'), down, 'read', 101, true],
    [
      'a failure begun before a later success proves nothing',
      { trouble: null, notedAt: 0, fineAt: 50 },
      down,
      'read',
      49,
      false,
    ],
    [
      'a refusal by throttling counts, whatever else came through beside it',
      { trouble: null, notedAt: 0, fineAt: 50 },
      { sign: 'trouble', trouble: 'rate_limit' },
      'write',
      49,
      true,
    ],
    ['reads go on where the subscription has ended', troubled('subscription'), fine, 'read', 200, false],
    ['writes tell that it is back', troubled('subscription'), fine, 'write', 200, true],
    ['the month’s reads are used up: writes go on being answered', troubled('quota'), fine, 'write', 200, false],
    ['reads tell that the month has turned', troubled('quota'), fine, 'read', 200, true],
    ['without a trouble a success says nothing new', { trouble: null, notedAt: 0, fineAt: 0 }, fine, 'read', 1, false],
  ] as const)('%s', (_what, known, sign, kind, startedAt, expected) => {
    expect(counts(known, sign, kind, startedAt)).toBe(expected);
  });
});
