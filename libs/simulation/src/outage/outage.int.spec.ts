import { randomBytes } from 'node:crypto';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { GATEWAY_MIGRATIONS } from '@qbo-sync/gateway/migrations';
import { Vault } from '@qbo-sync/gateway/vault';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { outageDay, type OutageDay } from './outage-day';

const HOUR = 3_600_000;
const COMPANIES = 200;
/** A tenth of QuickBooks' own, so that a tenth of the records fills as many windows. */
const LIMITS = { concurrent: 10, perWindow: { single: 20, batch: 2 }, windowMs: 60_000 };

jest.setTimeout(300_000);

describe('QuickBooks is down for 4 hours for 200 companies', () => {
  let database: TestDatabase;
  let day: OutageDay;

  beforeAll(async () => {
    database = await testDatabase({ name: 'outage', migrations: [...EVENT_STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS] });
    day = await outageDay({
      databaseUrl: database.url,
      vault: new Vault({ current: 'k1', keys: new Map([['k1', randomBytes(32)]]) }),
      seed: 'four hours',
      companies: COMPANIES,
      // One company in ten missed so much that it takes minutes.
      missed: (n, random) => (n % 10 === 0 ? random.between(150, 320) : random.between(3, 15)),
      limits: LIMITS,
      outageMs: 4 * HOUR,
    });
    console.log(
      JSON.stringify({
        ...day,
        live: day.live.length,
        told: day.told.slice(0, 5),
        foretold: day.foretold.filter((x) => x.tookMs > 30000),
      }),
    );
  });
  afterAll(() => database?.drop());

  it('loses nothing, writes nothing twice', () => {
    expect(day).toMatchObject({ lost: 0, twice: [], errors: [] });
    expect(day.records).toBeGreaterThan(4_000);
  });
});
