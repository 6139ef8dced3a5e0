import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { LIMITED_GATEWAY_MIGRATIONS } from './limited-gateway';
import { outageDay, type OutageDay } from './outage-day';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A share of the 200 that `OUTAGE_COMPANIES=200` plays. */
const COMPANIES = Number(process.env['OUTAGE_COMPANIES'] ?? 20);
/** A tenth of QuickBooks' own, so that a tenth of the records fills as many windows. */
const LIMITS = { concurrent: 10, perWindow: { single: 45, batch: 4 }, windowMs: MINUTE };

jest.setTimeout(COMPANIES * 20_000);

describe('QuickBooks is down for 4 hours', () => {
  let database: TestDatabase;
  let day: OutageDay;

  beforeAll(async () => {
    database = await testDatabase({ name: 'outage', migrations: LIMITED_GATEWAY_MIGRATIONS });
    day = await outageDay({
      databaseUrl: database.url,
      seed: 'four hours',
      companies: COMPANIES,
      // One company in ten missed so much that it takes minutes.
      missed: (n, random) => (n % 10 === 0 ? random.between(700, 900) : random.between(2, 8)),
      limits: LIMITS,
      outageMs: 4 * HOUR,
    });
  });
  afterAll(() => database?.drop());

  it('loses nothing and writes nothing twice', () => {
    expect(day).toMatchObject({ lost: 0, twice: [], errors: [] });
    expect(day.records).toBeGreaterThan(COMPANIES * 50);
    // It was down indeed, and asked by few.
    expect(day.unanswered).toBeGreaterThan(COMPANIES);
    expect(day.unanswered).toBeLessThan(day.records);
  });

  it('drains near QuickBooks’ limit, with at most 1 % of calls refused', () => {
    expect(day.throttled).toBeLessThanOrEqual(day.calls * 0.01);
    const windows = 900 / (LIMITS.perWindow.single + LIMITS.perWindow.batch * 30);
    expect(day.drainedMs).toBeGreaterThan(2 * MINUTE);
    expect(day.drainedMs).toBeLessThan((Math.ceil(windows) + 2) * MINUTE);
  });

  it('uses both limits at once from the first window', () => {
    const long = day.firstWindows.filter(({ missed }) => missed > 500);
    expect(long.length).toBe(COMPANIES / 10);
    for (const { singles, batches, parts } of long) {
      expect({ singles, batches }).toEqual({ singles: LIMITS.perWindow.single, batches: LIMITS.perWindow.batch });
      // A batch that the outage cut short goes again as it was, however small.
      expect(parts).toBeGreaterThan((LIMITS.perWindow.batch * 30) / 2);
    }
  });

  it('what happens meanwhile waits neither for the backlog nor for its window', () => {
    const draining = day.live.filter(({ overtook }) => overtook > 0);
    expect(draining.length).toBeGreaterThan(3);
    expect(Math.max(...draining.map(({ tookMs }) => tookMs))).toBeLessThan(5_000);
  });

  it('tells when it will be done, within 20 %, from the first answers on', () => {
    const told = day.told.filter(({ saidAtMs, endedAtMs }) => endedAtMs - saidAtMs > MINUTE);
    expect(told.length).toBeGreaterThanOrEqual(COMPANIES);
    expect(Math.min(...told.map(({ afterMs }) => afterMs))).toBeLessThanOrEqual(10_000);
    const off = told.filter(({ saidAtMs, saidToEndAtMs, endedAtMs }) => {
      return Math.abs((saidToEndAtMs - saidAtMs) / (endedAtMs - saidAtMs) - 1) > 0.2;
    });
    // With 4 batches a window, one that goes small again as it was can be what pushes the last records into another minute.
    expect(off.length).toBeLessThanOrEqual(told.length * 0.1);
  });

  it('says a company’s condition a few times, not once per record', () => {
    expect(day.conditionsSaid).toBeLessThanOrEqual(COMPANIES * 4);
  });
});
