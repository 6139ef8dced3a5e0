import { TOPICS } from '@qbo-sync/contracts/topics';
import type { BackfillMatch, BackfillPage } from '@qbo-sync/contracts/internal/backfill';
import { messageKey } from '@qbo-sync/contracts/keys';
import type { RecordActivity } from '@qbo-sync/contracts/sync/activity';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import type { RateMapping } from '@qbo-sync/contracts/sync/settings';
import { entityProcess } from '@qbo-sync/service/entity-service/entity-process';
import { OPERATOR, openRig, type EventToSend, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { INVOICES, InvoicesModule } from './invoices.module';

jest.setTimeout(60_000);

const TEXAS: RateMapping = {
  rateId: 'tax_tx',
  name: 'Texas',
  percentage: '8.25',
  code: { id: '5', name: 'TX' },
  state: 'confirmed',
};

describe('the invoices service', () => {
  let database: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'invoices-e2e', migrations: [] });
    rig = await openRig({
      service: entityProcess(INVOICES, InvoicesModule),
      databaseUrl: database.url,
      brokers: testBrokers(),
    });
    await rig.ready();
    await rig.send(rig.settings(1, { values: { 'tax.rates': [TEXAS] } }));
    await until(() => rig.activities().some(({ kind }) => kind === 'read'), { what: 'settings read' });
    await rig.send(customer('cus_88'));
    await until(() => stored(`select 1 from followed_customer where tenant = $1`), { what: 'the followed customer' });
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const sent = (id: string, more: Partial<EventToSend> = {}) =>
    rig.event(TOPICS.runacallInvoices, {
      id: `evt-${id}`,
      noun: 'invoice',
      change: 'sent',
      subject: id,
      sequence: 1,
      data: invoice(id),
      ...more,
    });
  const customer = (id: string, more: object = {}) =>
    rig.event(TOPICS.runacallCustomers, {
      noun: 'customer',
      change: 'created',
      subject: id,
      sequence: 1,
      data: {
        ...{ id, kind: 'residential', displayName: 'Maria Lopez', taxExempt: false, active: true },
        ...{ updatedAt: '2026-11-20T16:04:05Z', ...more },
      },
    });
  const requestFor = (ref: string) => until(() => rig.requests().find((one) => one.ref === ref), { what: ref });
  /** Of this company: the brokers may hold what others wrote. */
  const stored = async (sql: string): Promise<boolean> => (await database.pool.query(sql, [rig.tenant])).rowCount === 1;
  const rowOf = (id: string, is: (row: RecordActivity) => boolean = () => true) =>
    until(() => rig.rows().find((row) => row.events?.some((one) => one.id === `evt-${id}`) && is(row)), {
      what: `a row for ${id}`,
    });

  it('posts an invoice, and says synced when QuickBooks made the same total', async () => {
    await rig.send(sent('inv_1'));
    const request = await requestFor('invoice:inv_1');
    expect(request.body).toContain('{"$ref":"customer:cus_88"}');
    await rig.send(
      rig.answer(request, {
        Id: '238',
        SyncToken: '0',
        DocNumber: 'RAC-inv_1',
        TxnDate: '2026-11-20',
        TotalAmt: 7452.97,
        TxnTaxDetail: { TotalTax: 10.6 },
      }),
    );
    expect(await rowOf('inv_1', ({ stage }) => stage === 5)).toMatchObject({
      state: 'synced',
      amount: '7452.97',
      quickbooks: { type: 'Invoice', id: '238' },
    });
  });

  it('an answer with another total is held', async () => {
    await rig.send(sent('inv_2'));
    const request = await requestFor('invoice:inv_2');
    const record = {
      Id: '239',
      DocNumber: 'RAC-inv_2',
      TxnDate: '2026-11-20',
      TotalAmt: 7000.0,
      TxnTaxDetail: { TotalTax: 10.6 },
    };
    await rig.send(rig.answer(request, record));
    expect(await rowOf('inv_2', ({ stage }) => stage === 5)).toMatchObject({ state: 'needs attention' });
  });

  it('sets aside what it cannot take, each with its own code; the next invoice on the same partition goes on', async () => {
    const { customerId: _without, ...incomplete } = invoice('bad_4');
    await rig.send(
      sent('bad_1', { data: 'not JSON' }),
      sent('bad_2', { change: 'teleported' }),
      sent('bad_3', { data: { ...invoice('bad_3'), total: 7452.97 } }),
      sent('bad_4', { data: incomplete }),
      sent('bad_5', { data: { ...invoice('bad_5'), total: '7452.98' } }),
      sent('bad_6', { key: '' }),
    );
    const bad = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) => rowOf(`bad_${n}`, ({ reason }) => reason !== undefined)),
    );
    expect(bad.map(({ state }) => state)).toEqual(Array(6).fill('needs attention'));
    expect(bad.map(({ reason }) => reason?.code)).toEqual([
      'not_json',
      'unreadable',
      'number_not_text',
      'field_missing',
      'arithmetic',
      'key_missing',
    ]);

    const good = Array.from({ length: 40 }, (_, index) => `good_${index}`);
    await rig.send(...good.map((id) => sent(id)));
    await until(() => good.every((id) => rig.requests().some(({ ref }) => ref === `invoice:${id}`)), {
      what: 'all good',
    });
    await until(() => good.every((id) => partitionOf(rig.rows(), `evt-${id}`) !== undefined), { what: 'their rows' });
    const partitions = new Set(good.map((id) => partitionOf(rig.rows(), `evt-${id}`)));
    for (const n of [1, 2, 3, 4, 5, 6]) expect(partitions).toContain(partitionOf(rig.rows(), `evt-bad_${n}`));
    const { rows } = await database.pool.query(`select reason from parked where tenant = $1 order by reason`, [
      rig.tenant,
    ]);
    expect(rows.map(({ reason }: { reason: string }) => reason)).toEqual([
      'field_missing',
      'key_missing',
      'not_json',
      'number_not_text',
      'unreadable',
    ]);
  });

  it('an unknown field changes nothing', async () => {
    await rig.send(sent('inv_3', { data: { ...invoice('inv_3'), newIdea: { amount: 1.5 } } }));
    expect(await requestFor('invoice:inv_3')).toMatchObject({ kind: 'put' });
  });

  it('follows customers: a taxed invoice waits for one it has not heard of, and is held when it is exempt', async () => {
    await rig.send(sent('inv_5', { data: { ...invoice('inv_5'), customerId: 'cus_5' } }));
    expect(await rowOf('inv_5', ({ reason }) => reason !== undefined)).toMatchObject({
      reason: { code: 'parent', params: { ref: 'customer:cus_5' } },
    });
    await rig.send(customer('cus_5', { displayName: 'Canary School', taxExempt: true }));
    expect(await rowOf('inv_5', ({ state }) => state === 'needs attention')).toMatchObject({
      reason: { code: 'exempt', params: { c: 'Canary School' } },
      party: 'Canary School',
    });
    expect(rig.requests().filter(({ ref }) => ref === 'invoice:inv_5')).toEqual([]);
  });

  it("follows items' answers: one that is inactive in QuickBooks is not used by a later line", async () => {
    const item = {
      tenant: rig.tenant,
      ref: 'item:itm_2',
      revision: 4,
      books: (await requestFor('invoice:inv_3')).books,
    };
    await rig.send(rig.answer(item as QboRequest, { Id: '14', SyncToken: '1', Active: false }));
    await until(() => stored(`select 1 from followed_item_link where tenant = $1 and not active`), {
      what: 'the followed item',
    });
    await rig.send(sent('inv_6'));
    const { body } = await requestFor('invoice:inv_6');
    expect(body).toContain('"item:itm_1"');
    expect(body).not.toContain('"item:itm_2"');
    expect(body).toContain('"item:helper.sales.');
  });

  it("follows payments' answers: a void waits until QuickBooks has taken ours off the invoice", async () => {
    await rig.send(sent('inv_7'));
    const request = await requestFor('invoice:inv_7');
    const record = { Id: '247', SyncToken: '0', DocNumber: 'RAC-inv_7', TxnDate: '2026-11-20', TotalAmt: 7452.97 };
    await rig.send(rig.answer(request, { ...record, TxnTaxDetail: { TotalTax: 10.6 } }));
    await rowOf('inv_7', ({ stage }) => stage === 5);
    const payment = { ...request, ref: 'payment:pay_7', revision: 2 } as QboRequest;
    const line = { Amount: 452.97, LinkedTxn: [{ TxnId: '247', TxnType: 'Invoice' }] };
    await rig.send(rig.answer(payment, { Id: '300', SyncToken: '0', TotalAmt: 452.97, Line: [line] }));
    await until(() => stored(`select 1 from followed_application where tenant = $1 and amount = 452.97`), {
      what: 'the followed payment',
    });
    const voided = { ...invoice('inv_7'), voidedOn: '2026-11-26' };
    await rig.send(
      rig.event(TOPICS.runacallInvoices, {
        id: 'evt-void_7',
        noun: 'invoice',
        change: 'voided',
        subject: 'inv_7',
        sequence: 2,
        data: voided,
      }),
    );
    expect(await rowOf('void_7', ({ reason }) => reason?.code === 'parent')).toMatchObject({
      state: 'waiting',
      waitsOn: 'payment:pay_7',
    });
    await rig.send(
      rig.answer({ ...payment, revision: 3 }, { Id: '300', SyncToken: '1', TotalAmt: 452.97, UnappliedAmt: 452.97 }),
    );
    await until(() => rig.requests().find(({ ref, kind }) => ref === 'invoice:inv_7' && kind === 'remove'), {
      what: 'the void',
    });
  });

  it('takes in what go-live left out when a backfill says so, once; its preview changes nothing', async () => {
    const older = { time: '2025-12-05T15:00:00Z' };
    const december = (id: string) => ({ ...invoice(id), issuedOn: '2025-12-05' });
    const old = ['old_1', 'old_2', 'old_3'];
    await rig.send(...old.map((id) => sent(id, { ...older, data: december(id) })));
    for (const id of old) await rowOf(id, ({ reason }) => reason?.code === 'before_cutover');

    const ask = async (path: string, body: object, token = OPERATOR) => {
      const response = await fetch(`${rig.running().url}/internal/companies/${rig.tenant}/backfill/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as BackfillPage & { matches?: BackfillMatch[] } };
    };
    const preview = (more: object = {}) => ask('preview', { entity: 'invoice', from: '2025-12-01', ...more });
    expect((await ask('preview', {}, 'somebody-else')).status).toBe(401);
    expect((await preview({ from: 'yesterday' })).status).toBe(400);
    const first = await preview({ limit: 2 });
    expect(first.body.records.map(({ ref }) => ref)).toEqual(['invoice:old_1', 'invoice:old_2']);
    const second = await preview({ limit: 2, after: first.body.next });
    expect(second.body).toEqual({
      records: [
        {
          ...{
            ref: 'invoice:old_3',
            party: 'Maria Lopez',
            date: '2025-12-05',
            number: 'RAC-old_3',
            amount: '7452.97',
            currency: 'USD',
          },
          comes: 'write',
        },
      ],
      next: null,
    });
    expect((await preview({ from: '2025-12-06' })).body.records).toEqual([]);
    const theirs = { Id: '77', DocNumber: 'RAC-old_2', TotalAmt: '7452.97', PrivateNote: 'Run a Call old_2' };
    const { body } = await ask('matches', { records: [{ ref: 'invoice:old_2', theirs: [theirs] }] });
    expect(body.matches).toEqual([{ ref: 'invoice:old_2', is: 'same', why: 'marker', candidates: ['77'] }]);

    const take = (id: string, link?: string) => ({
      topic: TOPICS.commands.name,
      key: messageKey(rig.tenant, `invoice:${id}`),
      value: JSON.stringify({
        ...{ commandId: `run_1/invoice:${id}`, kind: 'push', tenant: rig.tenant, by: 'dana', ref: `invoice:${id}` },
        ...{ at: new Date().toISOString(), backfill: 'run_1', ...(link === undefined ? {} : { link }) },
      }),
    });
    await rig.send(take('old_1'), take('old_1'), take('old_2', '77'), take('inv_1'));
    expect(await requestFor('invoice:old_1')).toMatchObject({ kind: 'put', lane: 'backlog' });
    expect(await requestFor('invoice:old_2')).toMatchObject({ kind: 'link', body: '{"Id":"77"}' });
    expect((await preview()).body.records.map(({ ref }) => ref)).toEqual(['invoice:old_3']);
    const asked = rig.requests().map(({ ref }) => ref);
    expect(asked.filter((ref) => ref === 'invoice:old_1' || ref === 'invoice:inv_1')).toHaveLength(2);
    expect(asked).not.toContain('invoice:old_3');
  });

  it('logs neither names nor amounts at debug', () => {
    expect(rig.lines.filter((line) => line.includes('"msg":"took"')).length).toBeGreaterThan(10);
    expect(rig.lines.join('')).not.toMatch(/Canary|7313|7452/);
  });
});

function partitionOf(rows: readonly RecordActivity[], eventId: string): number | undefined {
  return rows.flatMap(({ events = [] }) => events).find(({ id }) => id === eventId)?.partition;
}

function invoice(id: string) {
  return {
    id,
    number: `RAC-${id}`,
    customerId: 'cus_88',
    currency: 'USD',
    issuedOn: '2026-11-20',
    lines: [
      {
        id: 'l1',
        kind: 'service',
        itemId: 'itm_1',
        name: 'AC tune-up for Zoë Canary',
        quantity: '1',
        unitPrice: '7313.37',
        amount: '7313.37',
        taxable: false,
      },
      {
        id: 'l2',
        kind: 'service',
        itemId: 'itm_2',
        name: 'Filter',
        quantity: '1',
        unitPrice: '129.00',
        amount: '129.00',
        taxable: true,
        taxRateId: 'tax_tx',
      },
    ],
    taxes: [{ taxRateId: 'tax_tx', taxableAmount: '129.00', amount: '10.60' }],
    subtotal: '7442.37',
    taxTotal: '10.60',
    total: '7452.97',
    balance: '7452.97',
    serviceAddress: { line1: '9 Elm St', city: 'Austin', region: 'TX', postalCode: '78704', country: 'US' },
    updatedAt: '2026-11-20T16:04:05Z',
  };
}
