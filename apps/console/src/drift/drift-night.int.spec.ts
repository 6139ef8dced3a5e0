import type { CompanyProfile } from '@qbo-sync/contracts/sync/settings';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { Health } from '@qbo-sync/service/health';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { DataSource } from 'typeorm';
import { GatewayClient } from '../connection/gateway-client';
import { ServiceClient } from '../connection/service-client';
import type { ConsoleConfig } from '../console-config';
import { consoleService } from '../console-service';
import { ChartReader } from '../quickbooks/chart-reader';
import { SettingsOutbox } from '../settings/settings-outbox';
import { SettingsStore } from '../settings/settings-store';
import { RecordRows } from '../verify/record-rows';
import { DriftDesk } from './drift-desk';
import { DriftNight } from './drift-night';
import { DriftRun } from './drift-run';
import { DriftStore } from './drift-store';
import { StreamsReader } from './streams-reader';

const silent = { info() {}, warn() {}, error() {}, debug() {} } as unknown as ConstructorParameters<
  typeof DriftNight
>[3];
/** Nobody listens there: a report ends failed, and is there. */
const NOWHERE = 'http://127.0.0.1:9';
const PROFILE: CompanyProfile = {
  ...{ country: 'US', taxMode: 'automated_us', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
  ...{ bookCloseDate: null, multiCurrency: false, homeCurrency: 'USD', defaultDiscountAccount: null },
  ...{ undepositedAccount: null, receivableAccount: null },
};

describe('the drift report of a night', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let pool: Database;
  let settings: SettingsStore;

  /** A console's process, as far as its nights go. */
  function aProcess(): DriftNight {
    const config = {
      ...{ OPERATOR_TOKEN: 'a-token-of-this-spec', GATEWAY_URL: NOWHERE, CUSTOMERS_URL: NOWHERE },
      ...{ ITEMS_URL: NOWHERE, INVOICES_URL: NOWHERE, PAYMENTS_URL: NOWHERE },
    } as unknown as ConsoleConfig;
    const gateway = new GatewayClient(config);
    const store = new DriftStore(dataSource);
    const streams = new StreamsReader(new ServiceClient(config));
    const run = new DriftRun(store, streams, gateway, new ChartReader(gateway), new RecordRows(dataSource));
    return new DriftNight(dataSource, settings, new DriftDesk(store, run, settings, silent), silent);
  }

  async function live(tenant: string, timeZone: string): Promise<void> {
    const at = '2026-11-02T15:00:00Z';
    const company = { name: 'Oak Plumbing', timeZone, currency: 'USD', country: 'US', stripeAccount: null };
    await settings.decide(tenant, { do: 'make', at, by: 'operator', company });
    await settings.decide(tenant, { do: 'bind', at, books: `bk-${tenant}` });
    await settings.decide(tenant, { do: 'profile', at, books: `bk-${tenant}`, profile: PROFILE });
    await settings.decide(tenant, { do: 'activate', at, by: 'owner', active: true, acknowledged: [] });
  }

  const nights = async (): Promise<string[]> => {
    const rows: { of: string }[] = await dataSource.query(
      `select tenant || ' ' || night::text as of from drift_report where night is not null order by 1`,
    );
    return rows.map(({ of }) => of);
  };

  beforeAll(async () => {
    database = await testDatabase({ name: 'drift night', migrations: consoleService().migrations ?? [] });
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    pool = createPool(database.url, { max: 4, applicationName: 'spec' });
    const producer = { send: () => Promise.resolve(), close: () => Promise.resolve() };
    settings = new SettingsStore(pool, new SettingsOutbox(pool, producer, silent, new Health()));
    await live('austin', 'America/Chicago');
    await live('honolulu', 'Pacific/Honolulu');
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await pool?.end();
    await database?.drop();
  });

  it('is made once per company and night from two in the morning of its own zone, whichever process looks', async () => {
    const [one, two] = [aProcess(), aProcess()];
    await one.look(new Date('2026-11-03T07:59:00Z'));
    expect(await nights()).toEqual([]);
    for (const at of ['2026-11-03T08:05:00Z', '2026-11-03T08:15:00Z', '2026-11-03T11:59:00Z'])
      await Promise.all([one.look(new Date(at)), two.look(new Date(at))]);
    expect(await nights()).toEqual(['austin 2026-11-03']);
    await Promise.all([two.look(new Date('2026-11-03T12:01:00Z')), one.look(new Date('2026-11-03T12:01:00Z'))]);
    expect(await nights()).toEqual(['austin 2026-11-03', 'honolulu 2026-11-03']);
  });

  it('after a night without a console it is made when one is there again, and the missed one is not', async () => {
    await aProcess().look(new Date('2026-11-05T20:00:00Z'));
    expect((await nights()).filter((of) => of > 'austin 2026-11-03' && of < 'b')).toEqual(['austin 2026-11-05']);
    await aProcess().look(new Date('2026-11-05T23:00:00Z'));
    expect(await nights()).toHaveLength(4);
  });
});
