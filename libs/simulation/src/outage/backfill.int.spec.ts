import { randomBytes } from 'node:crypto';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { Vault } from '@qbo-sync/gateway/tokens/vault';
import { REALM_LIMITS } from '@qbo-sync/qbo/limiter';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { backfillDay, type BackfillDay } from './backfill-day';

/** `BACKFILL_INVOICES=36000` brings in three years of a company at QuickBooks' own limits, and says what came of it. */
const WHOLE = Number(process.env['BACKFILL_INVOICES'] ?? 0);
/** A tenth of QuickBooks' own, so that a tenth of the records fills as many windows. */
const TENTH = { concurrent: 10, perWindow: { single: 45, batch: 4 }, windowMs: 60_000 };

jest.setTimeout(240_000 + WHOLE * 60);

describe('a backfill, and what happens meanwhile', () => {
  let database: TestDatabase;
  let day: BackfillDay;

  beforeAll(async () => {
    database = await testDatabase({ name: 'backfill', migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] });
    day = await backfillDay({
      ...{ databaseUrl: database.url, seed: 'three years' },
      vault: new Vault({ current: 'k1', keys: new Map([['k1', randomBytes(32)]]) }),
      ...(WHOLE > 0 ? { records: WHOLE, limits: REALM_LIMITS } : { records: 500, limits: TENTH, underWay: 400 }),
    });
    if (WHOLE > 0) {
      const longest = Math.max(...day.liveMs) / 1_000;
      console.log(
        `${WHOLE} records in ${(day.tookMs / 60_000).toFixed(1)} min, ${(day.share * 100).toFixed(1)} % of the limit; ` +
          `${day.liveMs.length} live ones, the longest ${longest.toFixed(1)} s; twice ${day.twice.length}, lost ${day.lost}`,
      );
    }
  });
  afterAll(() => database?.drop());

  it('loses nothing, writes nothing twice, and is not throttled', () => {
    expect(day).toMatchObject({ lost: 0, twice: [], errors: [], throttled: 0 });
  });

  it('uses at least 95 % of the limit', () => {
    expect(day.share).toBeGreaterThanOrEqual(0.95);
  });

  it('what happens meanwhile is posted within a minute', () => {
    expect(day.liveMs.length).toBeGreaterThan(5);
    expect(Math.max(...day.liveMs)).toBeLessThan(60_000);
  });
});
