import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import { DriftController } from './drift.controller';
import { DriftDesk } from './drift-desk';
import { DriftNight, nightOf } from './drift-night';
import { DriftRun } from './drift-run';
import { type DriftRow, DriftStore } from './drift-store';
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
  const aProcess = (url = NOWHERE): DriftNight => new DriftNight(dataSource, settings, aDesk(url), silent);

  function aDesk(url = NOWHERE): DriftDesk {
    const config = {
      ...{ OPERATOR_TOKEN: 'a-token-of-this-spec', GATEWAY_URL: url, CUSTOMERS_URL: url },
      ...{ ITEMS_URL: url, INVOICES_URL: url, PAYMENTS_URL: url },
    } as unknown as ConsoleConfig;
    const gateway = new GatewayClient(config);
    const store = new DriftStore(dataSource);
    const streams = new StreamsReader(new ServiceClient(config));
    const charts = new ChartReader(gateway);
    const run = new DriftRun(store, streams, gateway, charts, new RecordRows(dataSource), settings);
    return new DriftDesk(store, run, settings, silent);
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

  describe('that failed', () => {
    const NIGHT = '2026-11-07T09:00:00Z';
    const tries = async (): Promise<string[]> => {
      const rows: { is: string }[] = await dataSource.query(
        `select try || ' ' || state || coalesce(' ' || code, '') as is from drift_report
          where tenant = 'austin' and night = '2026-11-07' order by position`,
      );
      return rows.map(({ is }) => is);
    };
    /** Two processes look; the clock is Postgres' own, so what has ended did so earlier. */
    async function after(minutes: number): Promise<number> {
      const before = (await tries()).length;
      await dataSource.query(
        `update drift_report set finished_at = finished_at - make_interval(mins => $1), beat_at = beat_at - make_interval(mins => $1)`,
        [minutes],
      );
      await Promise.all([aProcess().look(new Date(NIGHT)), aProcess().look(new Date(NIGHT))]);
      return (await tries()).length - before;
    }
    const shown = () => new DriftController(aDesk()).show('austin');

    it('says why, and when it is tried again', async () => {
      expect(await after(0)).toBe(1);
      const { state, code, text, try: nth, finishedAt = '', nextTryAt = '' } = await shown();
      expect({ state, code, text, nth }).toEqual({
        ...{ state: 'failed', code: 'service_unavailable', nth: 1 },
        text: 'The service that knows this does not answer now.',
      });
      expect(Date.parse(nextTryAt) - Date.parse(finishedAt)).toBe(15 * 60_000);
    });

    it('is tried again the same night after 15, 30, 60 and 120 minutes, once each, and then no more', async () => {
      const begun: number[] = [];
      for (const minutes of [14, 1, 29, 1, 59, 1, 119, 1, 600]) begun.push(await after(minutes));
      expect(begun).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0]);
      expect(await tries()).toEqual([1, 2, 3, 4, 5].map((nth) => `${nth} failed service_unavailable`));
      const { try: nth, nextTryAt } = await shown();
      expect({ nth, nextTryAt }).toEqual({ nth: 5, nextTryAt: undefined });
    });

    it('with its process is said to have stopped when it is silent, and tried again', async () => {
      await dataSource.query(`delete from drift_report where tenant = 'austin' and night = '2026-11-07' and try > 1`);
      await dataSource.query(
        `update drift_report set state = 'running', code = null, finished_at = null, beat_at = clock_timestamp()
          where tenant = 'austin' and night = '2026-11-07'`,
      );
      expect([await after(1), await tries()]).toEqual([0, ['1 running']]);
      expect([await after(2), await tries()]).toEqual([0, ['1 failed stopped']]);
      expect((await shown()).text).toBe('The report ended before it was done.');
      expect([await after(15), (await tries())[0]]).toEqual([1, '1 failed stopped']);
    });

    it('leaves the last that was done to be looked at, with its differences', async () => {
      const store = new DriftStore(dataSource);
      const report = { id: 'a-good-one', tenant: 'austin', books: 'bk-austin', askedBy: 'owner' };
      const result = { documents: 7, differing: 1, byCause: { held: 1 }, accounts: [], reads: 3 };
      const row: DriftRow = {
        ...{ kind: 'document', cause: 'held', ref: 'invoice:inv_1', name: 'RAC-1', quickbooks: null, expected: '9.00' },
        ...{ found: '0.00', difference: '-9.00', fields: [], reason: 'closed_period', warnings: [] },
      };
      await dataSource.query(`update drift_report set state = 'failed', code = 'stopped' where state = 'running'`);
      expect(await store.begin(report)).toBe(true);
      await store.addRows(report.id, [row]);
      await store.finish(report.id, 'austin', result);
      expect(await shown()).toMatchObject({ state: 'done', differing: 1 });
      expect(await shown()).not.toHaveProperty('lastDone');
      const failed = { ...report, id: 'a-failed-one' };
      expect(await store.begin(failed)).toBe(true);
      expect(await shown()).toMatchObject({
        state: 'running',
        differing: 0,
        lastDone: { id: report.id, differing: 1 },
      });
      await store.fail(failed.id, 'gateway_unavailable');
      expect(await shown()).toMatchObject({
        state: 'failed',
        lastDone: { id: report.id, state: 'done', documents: 7 },
      });
      const { items } = await new DriftController(aDesk()).rows('austin', {});
      expect(items).toMatchObject([{ ref: 'invoice:inv_1' }]);
      await dataSource.query(`delete from drift_row where report_id = $1`, [report.id]);
      await dataSource.query(`delete from drift_report where id = any($1)`, [[report.id, failed.id]]);
    });

    it('is not made again once it was done', async () => {
      await dataSource.query(`update drift_report set state = 'done', code = null where try = 2`);
      expect(await after(600)).toBe(0);
    });

    it('that was taken for stopped changes nothing any more when it goes on', async () => {
      const store = new DriftStore(dataSource);
      const [{ id }] = (await dataSource.query(`select id from drift_report where code = 'stopped'`)) as [
        { id: string },
      ];
      expect(await store.beat(id)).toBe(false);
      await store.fail(id, 'failed_here');
      expect((await tries())[0]).toBe('1 failed stopped');
    });
  });

  it('notices that the disputes account is of another type in QuickBooks by now', async () => {
    const disputes = { id: '93', name: 'Stripe disputes' };
    const chosen = { ...disputes, path: '', number: null, subType: '', currency: null, active: true, type: 'Expense' };
    const chart = { accounts: [chosen], taxCodes: [] };
    const values = { 'payments.disputeAccount': disputes.id };
    await settings.decide('austin', { do: 'change', at: '2026-11-06T15:00:00Z', by: 'owner', values, chart });
    const Account = [{ Id: '93', Name: 'Stripe disputes', AccountType: 'Other Current Asset' }];
    const around = createServer(({ method }, response) => {
      response.end(JSON.stringify(method === 'POST' ? { QueryResponse: { Account } } : { items: [], next: null }));
    });
    await new Promise<void>((resolve) => around.listen(0, '127.0.0.1', resolve));
    await aProcess(`http://127.0.0.1:${(around.address() as AddressInfo).port}`).look(new Date('2026-11-08T20:00:00Z'));
    around.close();
    const { state } = await settings.load('austin');
    expect(state.values['payments.disputeAccount']).toEqual({ ...disputes, type: 'Other Current Asset' });
    expect(state.changed['payments.disputeAccount']).toMatchObject({ by: 'quickbooks' });
  });
});

it.each([
  ['2026-11-23T07:59:00Z', '2026-11-22'],
  ['2026-11-23T08:00:00Z', '2026-11-23'],
])('at %s the night of Chicago is %s', (now, night) => {
  expect(nightOf(new Date(now), 'America/Chicago')).toBe(night);
});
