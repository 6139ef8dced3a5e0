import { isQuota, monthOf, monthTurn, restMs } from './throttle';

const THROTTLE = 'The request limit was reached.  Try again later';

describe('throttle', () => {
  it.each([
    ['a throttle rests for a minute', { detail: THROTTLE }, 60_000],
    ['longer where it asks for that', { detail: THROTTLE, retryAfterMs: 90_000 }, 90_000],
    ['never shorter', { detail: THROTTLE, retryAfterMs: 5_000 }, 60_000],
    ['the month’s quota rests for an hour', { detail: 'The monthly allotment is used up' }, 3_600_000],
    ['or as long as it says', { detail: THROTTLE, retryAfterMs: 86_400_000 }, 86_400_000],
  ])('%s', (_name, throttling, ms) => expect(restMs(throttling, Date.UTC(2026, 10, 20))).toBe(ms));

  it('a quota is asked again when the month turns, a throttle is not waited out longer for it', () => {
    const quota = { detail: 'The monthly allotment is used up' };
    expect(restMs(quota, Date.UTC(2026, 10, 30, 23, 40))).toBe(20 * 60_000);
    expect(restMs(quota, Date.UTC(2026, 11, 31, 23, 59, 59))).toBe(60_000);
    expect(monthTurn(Date.UTC(2026, 11, 31, 23, 59, 59))).toBe(Date.UTC(2027, 0, 1));
    expect(monthOf(new Date(Date.UTC(2026, 0, 1)))).toBe('2026-01');
  });

  it('a quota is told by its words, or by a pause no throttle asks for', () => {
    expect(isQuota({ detail: 'Quota exceeded' })).toBe(true);
    expect(isQuota({ detail: THROTTLE, retryAfterMs: 3_600_000 })).toBe(true);
    expect(isQuota({ detail: THROTTLE, retryAfterMs: 120_000 })).toBe(false);
  });
});
