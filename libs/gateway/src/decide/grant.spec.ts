import { afterInvalidGrant, rotatedUnexpectedly } from './grant';

const NOW = new Date('2026-11-20T16:00:00Z');
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);
const hours = (count: number): Date => minutes(count * 60);

describe('after an invalid_grant', () => {
  it('the first makes the grant suspect, asked again in five minutes', () => {
    expect(afterInvalidGrant({ suspectSince: null }, false, NOW)).toEqual({
      is: 'suspect',
      since: NOW,
      nextTryAt: minutes(5),
    });
  });

  it.each([
    [10, 'suspect'],
    [29, 'suspect'],
    [30, 'over'],
  ])('%d minutes later it is %s', (later, expected) => {
    const step = afterInvalidGrant({ suspectSince: NOW }, false, minutes(later));
    expect(step.is).toBe(expected);
    if (step.is === 'suspect') expect(step.since).toBe(NOW);
  });

  it('QuickBooks’ own word that it was revoked ends it', () => {
    expect(afterInvalidGrant({ suspectSince: null }, true, NOW)).toEqual({ is: 'over' });
  });
});

describe('a new value of the refresh token', () => {
  it.each([
    ['an hour after the last', { refreshSince: NOW, lostAt: null }, true, hours(1), true],
    ['a day after the last', { refreshSince: NOW, lostAt: null }, true, hours(24), false],
    ['after a refresh of ours was lost', { refreshSince: NOW, lostAt: minutes(5) }, true, hours(1), false],
    ['the same value', { refreshSince: NOW, lostAt: null }, false, hours(1), false],
    ['of a grant stored before we kept this', { refreshSince: null, lostAt: null }, true, hours(1), false],
  ])('%s', (_what, known, changed, now, expected) => {
    expect(rotatedUnexpectedly(known, changed, now)).toBe(expected);
  });
});
