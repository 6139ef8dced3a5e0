import type { Gate } from './gate';
import { gateUnder, nextOutage, NO_OUTAGE, type RealmHealth } from './outage';

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 22, 0, 0, second));
const realm = (tenant: string, failures = 0, second = 0): RealmHealth => ({
  tenant,
  failures,
  retryAt: failures > 0 ? at(second) : null,
});
const NOW = at(10).getTime();
const SHUT: Gate = { most: 'none', all: true };
const ONE: Gate = { most: 'one', all: true };
const OPEN: Gate = { most: 'limit', all: true };

describe('outage', () => {
  it('two realms of many without an answer are their own trouble', () => {
    const realms = [realm('a', 1), realm('b', 1), realm('c'), realm('d'), realm('e')];
    expect(nextOutage(NO_OUTAGE, realms, NOW).asks).toBeNull();
    expect(
      nextOutage(NO_OUTAGE, [...realms.slice(0, 2), realm('c', 1), ...'defgh'.split('').map((t) => realm(t))], NOW)
        .asks,
    ).toBeNull();
  });

  it('half of them, three at least: one asks for all, the one whose turn is next', () => {
    const realms = [realm('a', 1, 5), realm('b', 2, 3), realm('c', 1, 9), realm('d')];
    const outage = nextOutage(NO_OUTAGE, realms, NOW);
    expect(outage.asks).toBe('b');
    expect(gateUnder(outage, realms[1] as RealmHealth, ONE, NOW)).toEqual(ONE);
    expect(gateUnder(outage, realms[0] as RealmHealth, ONE, NOW)).toEqual(SHUT);
    expect(gateUnder(outage, realms[3] as RealmHealth, OPEN, NOW)).toEqual(OPEN);
  });

  it('stays open while who asks is not answered, and the next one takes over', () => {
    const realms = [realm('a', 1, 5), realm('b', 2, 3), realm('c', 1, 9)];
    const open = nextOutage(NO_OUTAGE, realms, NOW);
    expect(nextOutage(open, [...realms.slice(0, 1), realm('b', 2, 3), realm('c', 9, 1)], NOW)).toEqual(open);
    const failed = realm('b', 3, 20);
    const next = nextOutage(open, [realm('a', 1, 5), failed, realm('c', 1, 9)], NOW);
    expect(next.asks).toBe('a');
    // Not at once: it is one question every few seconds for all, whatever the pauses of each.
    const asking = realms[0] as RealmHealth;
    expect(gateUnder(next, asking, ONE, NOW + 4_999)).toEqual(SHUT);
    expect(gateUnder(next, asking, ONE, NOW + 5_000)).toEqual(ONE);
    expect(gateUnder(next, failed, ONE, NOW + 5_000)).toEqual(SHUT);
  });

  it('answered: all may ask at once, and old failures do not open it again', () => {
    const open = nextOutage(NO_OUTAGE, [realm('a', 1, 5), realm('b', 2, 3), realm('c', 1, 9)], NOW);
    const rest = [realm('a', 1, 5), realm('b'), realm('c', 1, 9)];
    const closed = nextOutage(open, rest, NOW);
    expect(closed.asks).toBeNull();
    expect(gateUnder(closed, rest[0] as RealmHealth, SHUT, NOW)).toEqual(ONE);
    expect(nextOutage(closed, rest, NOW).asks).toBeNull();
    const failsAgain = realm('a', 2, 30);
    expect(gateUnder(closed, failsAgain, SHUT, NOW)).toEqual(SHUT);
    expect(nextOutage(closed, [failsAgain, realm('b', 1, 30), realm('c', 2, 40)], NOW).asks).toBe('a');
  });

  it('a realm that was disconnected meanwhile leaves no outage behind', () => {
    const open = nextOutage(NO_OUTAGE, [realm('a', 1), realm('b', 2), realm('c', 1)], NOW);
    expect(nextOutage(open, [realm('d')], NOW)).toEqual(NO_OUTAGE);
  });
});
