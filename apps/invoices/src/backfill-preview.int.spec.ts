import type { BackfillPage } from '@qbo-sync/contracts/internal/backfill';
import { DEFAULT_SETTINGS, type SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { TOPICS } from '@qbo-sync/contracts/topics';
import { EVENT_STORE_MIGRATIONS } from '@qbo-sync/eventstore/migrations';
import { createPool, type Database } from '@qbo-sync/eventstore/pool';
import { storeSettings } from '@qbo-sync/eventstore/settings';
import { inTransaction } from '@qbo-sync/eventstore/transaction';
import type { ConsumedMessage } from '@qbo-sync/kafka/message';
import { BackfillReader } from '@qbo-sync/service/entity-service/backfill-reader';
import { Intake } from '@qbo-sync/service/entity-service/intake';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { INVOICES } from './invoices.module';

/** `BACKFILL_INVOICES=36000` looks at three years of a company, and says how long the preview takes. */
const COUNT = Number(process.env['BACKFILL_INVOICES'] ?? 600);
const PAGE = 500;
const TENANT = 'acme';

jest.setTimeout(30_000 + COUNT * 30);

describe('the preview of a backfill', () => {
  let database: TestDatabase;
  let pool: Database;
  beforeAll(async () => {
    const migrations = [...EVENT_STORE_MIGRATIONS, ...(INVOICES.migrations ?? [])];
    database = await testDatabase({ name: 'backfill preview', migrations });
    pool = createPool(database.url, { max: 2, applicationName: 'preview' });
    await inTransaction(pool, (client) => storeSettings(client, { tenant: TENANT, version: 1, document: SETTINGS }));
    const now = (): string => '2026-11-20T12:00:00Z';
    const intake = new Intake({ pool, group: 'spec', service: INVOICES, now, onApplied: () => undefined });
    for (let first = 0; first < COUNT; first += PAGE) {
      const messages = Array.from({ length: Math.min(PAGE, COUNT - first) }, (_, n) => sent(first + n));
      await intake.take({
        ...{ topic: TOPICS.runacallInvoices.name, partition: 0, messages, firstOffset: BigInt(first) },
        ...{ lastOffset: BigInt(first + messages.length - 1), highWatermark: BigInt(COUNT), logStart: 0n },
      });
    }
    await pool.query(
      `insert into followed_customer (tenant, customer_id, sequence, name, tax_exempt)
       select $1, 'cus_' || n, 1, 'Customer ' || n, false from generate_series(0, least($2, 9000) - 1) as n`,
      [TENANT, COUNT],
    );
    await pool.query('analyze');
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  it('reads all of what go-live left out with a few statements a page, and stores nothing', async () => {
    const before = await stored();
    const statements = jest.spyOn(Object.getPrototypeOf(await connected(pool)) as Database, 'query');
    const reader = new BackfillReader({ database: pool, service: INVOICES, now: () => '2026-11-20T12:00:00Z' });
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()];
    const found: Record<string, number> = {};
    let pages = 0;
    for (let after: string | undefined, more = true; more; pages += 1) {
      const query = { entity: 'invoice', from: '2023-01-01', ...(after === undefined ? {} : { after }) } as const;
      const page: BackfillPage = await reader.preview(TENANT, query);
      for (const { comes, code } of page.records) {
        const is = code ?? comes;
        found[is] = (found[is] ?? 0) + 1;
      }
      more = page.next !== null;
      after = page.next ?? undefined;
    }
    if (process.env['BACKFILL_INVOICES'] !== undefined) {
      const { user, system } = process.cpuUsage(usedBefore);
      const [tookMs, cpuMs] = [performance.now() - startedAt, (user + system) / 1_000];
      const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
      console.log(
        `${COUNT} invoices previewed in ${seconds(tookMs)} s, ${seconds(cpuMs)} s of them this process at work`,
      );
    }
    expect(found).toEqual({ write: COUNT - closedOf(COUNT), closed_period: closedOf(COUNT) });
    // begin, streams, events, settings, customers, items, commit
    expect(statements.mock.calls.length / pages).toBeLessThanOrEqual(8);
    expect(await stored()).toBe(before);
    statements.mockRestore();
  });

  const stored = async (): Promise<number> =>
    Number((await pool.query<{ n: string }>('select count(*) as n from event')).rows[0]?.n);
});

async function connected(pool: Database) {
  const client = await pool.connect();
  client.release();
  return client;
}

/** One day in ten is in closed books. */
const closedOf = (count: number): number => Math.ceil(count / 10);

function sent(n: number): ConsumedMessage {
  const id = `inv_${String(n).padStart(6, '0')}`;
  const lines = Array.from({ length: 3 }, (_, line) => ({
    ...{ id: `l${line}`, kind: 'service', itemId: `itm_${(n * 3 + line) % 200}`, name: 'AC tune-up', quantity: '1' },
    ...{ unitPrice: '100.00', amount: '100.00', taxable: true, taxRateId: 'tax_tx' },
  }));
  const data = {
    ...{ id, number: `RAC-${n}`, customerId: `cus_${n % 9_000}`, currency: 'USD' },
    ...{ issuedOn: n % 10 === 0 ? '2024-06-30' : '2025-06-30', lines },
    taxes: [{ taxRateId: 'tax_tx', taxableAmount: '300.00', amount: '24.75' }],
    ...{ subtotal: '300.00', taxTotal: '24.75', total: '324.75', balance: '324.75' },
    serviceAddress: { line1: '9 Elm St', city: 'Austin', region: 'TX', postalCode: '78704', country: 'US' },
    updatedAt: '2025-06-30T16:04:05Z',
  };
  return {
    ...{ topic: TOPICS.runacallInvoices.name, partition: 0, offset: String(n), key: `${TENANT}:${id}`, timestamp: 0 },
    headers: {
      ...{ ce_specversion: '1.0', ce_id: `evt-${n}`, ce_source: 'runacall', ce_type: 'com.runacall.invoice.sent.v1' },
      ...{ ce_subject: id, ce_time: '2025-06-30T16:04:05Z', ce_tenant: TENANT, ce_sequence: '1' },
    },
    value: Buffer.from(JSON.stringify(data)),
  };
}

const SETTINGS: SyncSettings = {
  ...{ tenant: TENANT, version: 1, books: 'books-1', active: true, goLiveAt: '2026-11-01T06:00:00Z' },
  company: { name: 'Acme', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
  profile: {
    ...{ country: 'US', taxMode: 'automated_us', customTxnNumbers: true, allowDiscount: true, autoApplyCredit: false },
    ...{ bookCloseDate: '2024-12-31', multiCurrency: false, homeCurrency: 'USD' },
    ...{ defaultDiscountAccount: null, undepositedAccount: null, receivableAccount: null },
  },
  values: {
    ...DEFAULT_SETTINGS,
    'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' },
    'tax.rates': [
      { rateId: 'tax_tx', name: 'Texas', percentage: '8.25', code: { id: '5', name: 'TX' }, state: 'confirmed' },
    ],
  },
};
