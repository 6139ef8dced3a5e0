import { REMEDIES, pauseAfter } from './error-policy';

describe('the error policy', () => {
  it('never skips: what fails is done again or ends the consumer loudly', () => {
    expect(REMEDIES).toEqual({
      handle: 'again',
      rebalance: 'leave',
      crash: 'rebuild',
      silent: 'rebuild',
      start: 'rebuild',
      sweep: 'next',
      stop: 'end',
    });
  });

  it('pauses longer after each failure, up to ten seconds', () => {
    expect([1, 2, 3, 7, 8, 100].map(pauseAfter)).toEqual([100, 200, 400, 6_400, 10_000, 10_000]);
  });
});
