import {
  CHECK_EVERY_MS,
  dueAt,
  LOOK_BACK_MS,
  nextCursor,
  OVERLAP_MS,
  READ_EVERY_MS,
  readingAt,
  spelt,
  type FeedTimes,
} from './cursor';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const feed = (change: Partial<FeedTimes> = {}): FeedTimes => ({
  cursorAt: NOW - 60_000,
  checkedAt: NOW - 3_600_000,
  calledAt: null,
  wokenAt: null,
  ...change,
});

describe('when a company is read', () => {
  it('woken: at once, but not twice within the interval', () => {
    expect(dueAt(feed({ wokenAt: NOW }))).toBe(NOW);
    expect(dueAt(feed({ wokenAt: NOW, calledAt: NOW - 1 }))).toBe(NOW - 1 + READ_EVERY_MS);
  });

  it('not woken: a day after the last check', () => {
    expect(dueAt(feed())).toBe(NOW - 3_600_000 + CHECK_EVERY_MS);
  });
});

describe('from where on', () => {
  it('woken: from the cursor; the daily check: from the last check, less the overlap', () => {
    expect(readingAt(feed(), NOW)).toEqual({ by: 'changes', since: NOW - 60_000, isCheck: false });
    const checkedAt = NOW - CHECK_EVERY_MS;
    expect(readingAt(feed({ checkedAt }), NOW)).toEqual({
      by: 'changes',
      since: checkedAt - OVERLAP_MS,
      isCheck: true,
    });
  });

  it('longer ago than changes are kept: by query', () => {
    const cursorAt = NOW - LOOK_BACK_MS - 1;
    expect(readingAt(feed({ cursorAt }), NOW).by).toBe('query');
    expect(readingAt(feed({ cursorAt: cursorAt + 1 }), NOW).by).toBe('changes');
  });

  it('the cursor follows QuickBooks’ own clock less the overlap, and never goes back', () => {
    const old = NOW - 3_600_000;
    expect(nextCursor(old, '2026-11-22T04:00:00-08:00', NOW)).toBe(NOW - OVERLAP_MS);
    expect(nextCursor(old, undefined, NOW)).toBe(NOW - OVERLAP_MS);
    expect(nextCursor(old, 'sometime', NOW)).toBe(NOW - OVERLAP_MS);
    expect(nextCursor(NOW, '2026-11-22T12:00:00Z', NOW)).toBe(NOW);
  });

  it('resources by the spelling of those we link', () => {
    expect(spelt('creditmemo', ['CreditMemo'])).toBe('CreditMemo');
    expect(spelt('customer', [])).toBe('Customer');
  });
});
