import { backOffMs, condition, gate, type CompanyGate } from './gate';

const now = new Date('2026-11-22T09:00:00Z');
const company = (bend: Partial<CompanyGate> = {}): CompanyGate => ({
  state: 'connected',
  trouble: null,
  retryAt: null,
  active: true,
  ...bend,
});
const later = new Date(now.getTime() + 1);

describe('story 6: the gate', () => {
  it.each([
    ['active and connected', company(), { most: 'limit', all: true }, 'ok'],
    ['paused: lists, links and runs alone', company({ active: false }), { most: 'limit', all: false }, 'paused'],
    ['no settings yet', company({ active: null }), { most: 'limit', all: false }, 'ok'],
    ['to be connected again', company({ state: 'reconnect' }), { most: 'none', all: true }, 'reconnect'],
    ['disconnected', company({ state: 'none' }), { most: 'none', all: true }, 'not_connected'],
    ['down, not yet due', company({ trouble: 'qbo_down', retryAt: later }), { most: 'none', all: true }, 'qbo_down'],
    ['down, due: one call', company({ trouble: 'qbo_down', retryAt: now }), { most: 'one', all: true }, 'qbo_down'],
    ['throttled', company({ trouble: 'rate_limit', retryAt: later }), { most: 'none', all: true }, 'rate_limit'],
    [
      'down and paused',
      company({ trouble: 'qbo_down', retryAt: now, active: false }),
      { most: 'one', all: false },
      'qbo_down',
    ],
  ])('%s', (_what, row, open, says) => {
    expect(gate(row, now)).toEqual(open);
    expect(condition(row)).toBe(says);
  });

  it('backs off by doubling to a cap, spread over the upper half', () => {
    const limits = { baseMs: 1000, capMs: 300_000 };
    expect([0, 1, 5, 30].map((failures) => backOffMs(failures, 0, limits))).toEqual([500, 1000, 16_000, 150_000]);
    expect(backOffMs(0, 0.999, limits)).toBeLessThanOrEqual(1000);
  });
});
