import { messageKey } from '@qbo-sync/contracts/keys';
import { TOPICS } from '@qbo-sync/contracts/topics';
import type { QboRequest } from '@qbo-sync/contracts/sync/request';
import { openRig, type Rig } from '@qbo-sync/service/entity-service/spec-rig';
import { testDatabase, type TestDatabase } from '@qbo-sync/testkit/database';
import { testBrokers, testTopics } from '@qbo-sync/testkit/kafka';
import { until } from '@qbo-sync/testkit/until';
import { paymentsProcess } from './payments-process';

jest.setTimeout(60_000);

describe('the payments service', () => {
  let database: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    database = await testDatabase({ name: 'payments-e2e', migrations: [] });
    rig = await openRig({
      service: paymentsProcess(testTopics('payments')('group')),
      databaseUrl: database.url,
      brokers: testBrokers(),
    });
    await rig.ready();
    await rig.send(rig.settings(1));
    await until(() => rig.activities().some(({ kind }) => kind === 'read'), { what: 'settings read' });
  });
  afterAll(async () => {
    await rig?.close();
    await database?.drop();
  });

  const collected = (id: string, allocations: readonly [string, string][], amount = '7313.37') =>
    rig.event(TOPICS.runacallPayments, {
      id: `evt-${id}`,
      noun: 'payment',
      change: 'collected',
      subject: id,
      sequence: 1,
      data: {
        id,
        customerId: 'cus_88',
        amount,
        currency: 'USD',
        collectedOn: '2026-11-25',
        method: 'check',
        reference: 'Canary 1201',
        allocations: allocations.map(([invoiceId, part]) => ({ invoiceId, amount: part })),
        refunds: [],
        updatedAt: '2026-11-25T16:00:00Z',
      },
    });
  const invoice = (id: string, change = 'sent', sequence = 1, more = {}) =>
    rig.event(TOPICS.runacallInvoices, {
      id: `evt-${id}-${sequence}`,
      noun: 'invoice',
      change,
      subject: id,
      sequence,
      data: {
        id,
        number: `RAC-${id}`,
        customerId: 'cus_88',
        currency: 'USD',
        issuedOn: '2026-11-20',
        lines: [],
        taxes: [],
        subtotal: '7313.37',
        taxTotal: '0.00',
        total: '7313.37',
        balance: '7313.37',
        updatedAt: '2026-11-20T16:00:00Z',
        ...more,
      },
    });
  const requestFor = (id: string): Promise<QboRequest> =>
    until(() => rig.requests().find(({ ref }) => ref === `payment:${id}`), { what: `a request for ${id}` });
  const rowOf = (id: string, stage: number) =>
    until(
      () => rig.rows().findLast((row) => row.stage === stage && row.events?.some((one) => one.id === `evt-${id}`)),
      { what: `${id} at stage ${stage}` },
    );

  it('posts a payment on its invoice, and says synced', async () => {
    await rig.send(invoice('inv_1'));
    await rig.send(collected('pay_1', [['inv_1', '7313.37']]), collected('pay_1', [['inv_1', '7313.37']]));
    const request = await requestFor('pay_1');
    const body = JSON.parse(request.body) as { Line: { LinkedTxn: { TxnId: unknown }[] }[] };
    expect(body.Line[0]?.LinkedTxn[0]?.TxnId).toEqual({ $ref: 'invoice:inv_1' });
    await rig.send(rig.answer(request, { Id: '154', SyncToken: '0', UnappliedAmt: 0, ...body }));
    expect(await rowOf('pay_1', 5)).toMatchObject({ state: 'synced', quickbooks: { type: 'Payment', id: '154' } });
  });

  it('story 1: a payment of two invoices waits until both are heard of, in any order', async () => {
    await rig.send(
      collected('pay_2', [
        ['inv_2', '7000.00'],
        ['inv_3', '313.37'],
      ]),
    );
    expect(await rowOf('pay_2', 1)).toMatchObject({
      state: 'waiting',
      reason: { code: 'parent' },
      waitsOn: 'invoice:inv_2',
    });
    await rig.send(invoice('inv_2'));
    await until(() => rig.rows().some(({ ref, waitsOn }) => ref === 'payment:pay_2' && waitsOn === 'invoice:inv_3'), {
      what: 'waiting for the second',
    });
    await rig.send(invoice('inv_3'));
    expect((JSON.parse((await requestFor('pay_2')).body) as { Line: unknown[] }).Line).toHaveLength(2);
  });

  it('follows an invoice by its highest sequence, its earliest time, and keeps a void', async () => {
    await rig.send(
      invoice('inv_4', 'voided', 3, { voidedOn: '2026-11-21' }),
      invoice('inv_4', 'updated', 2, { customerId: 'cus_1', balance: '1.00' }),
      invoice('inv_4', 'updated', 4, { balance: '2.00' }),
    );
    const row = await until(
      async () =>
        (
          await database.pool.query(
            `select * from followed_invoice where tenant = $1 and invoice_id = 'inv_4' and sequence = 4`,
            [rig.tenant],
          )
        ).rows[0],
      { what: 'the followed invoice' },
    );
    expect(row).toMatchObject({ customer_id: 'cus_88', balance: '2.00', total: '7313.37', voided: true });
  });

  it('notes in which books an invoice is posted, by the gateway’s answers', async () => {
    const answer = rig.answer(
      { tenant: rig.tenant, ref: 'invoice:inv_1', revision: 2, books: 'books-1' } as QboRequest,
      {
        Id: '238',
      },
    );
    await rig.send(answer, answer);
    const links = await until(
      async () =>
        (
          await database.pool.query(
            `select invoice_id, books, quickbooks_id from followed_invoice_link where tenant = $1`,
            [rig.tenant],
          )
        ).rows[0],
      { what: 'a link' },
    );
    expect(links).toEqual({ invoice_id: 'inv_1', books: 'books-1', quickbooks_id: '238' });
  });

  const requestsFor = (ref: string): QboRequest[] => rig.requests().filter((one) => one.ref === ref);
  const newest = (ref: string, after = 0): Promise<QboRequest> =>
    until(() => requestsFor(ref).findLast(({ revision }) => revision > after), { what: `a request for ${ref}` });
  const linesOf = ({ body }: QboRequest): unknown => (JSON.parse(body) as { Line?: unknown }).Line;
  const says = (id: string, change: string, sequence: number, data: object) =>
    rig.event(TOPICS.runacallPayments, {
      ...{ id: `evt-${id}-${sequence}`, noun: 'payment', change, subject: id, sequence },
      data: { ...data },
    });
  const cash = (id: string, invoiceId: string, more = {}) => ({
    ...{ id, customerId: 'cus_88', amount: '110.00', currency: 'USD', collectedOn: '2026-11-25', method: 'card' },
    ...{ processor: 'stripe', processorChargeId: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0' },
    ...{ allocations: [{ invoiceId, amount: '110.00' }], refunds: [], updatedAt: '2026-11-25T16:00:00Z' },
    ...more,
  });
  const refund = (id: string, effect: string, invoiceId: string, more = {}) => ({
    ...{
      id,
      amount: '55.00',
      refundedOn: '2026-11-26',
      method: 'card',
      effect,
      invoiceId,
      processorRefundId: `${id}_s`,
    },
    ...{ status: 'succeeded', ...more },
  });
  const sold = {
    ...{ Id: '300', SyncToken: '0', DocNumber: 'RAC-inv_5', TotalAmt: 110, TxnTaxDetail: { TotalTax: 10 } },
    Line: [
      {
        ...{ Amount: 100, DetailType: 'SalesItemLineDetail', Description: 'Filter' },
        SalesItemLineDetail: { ItemRef: { value: '12' }, Qty: 2, UnitPrice: 50, TaxCodeRef: { value: 'TAX' } },
      },
    ],
  };
  const invoiceAnswer = (id: string) =>
    rig.answer({ tenant: rig.tenant, ref: `invoice:${id}`, revision: 2, books: 'books-1' } as QboRequest, sold);
  const asPosted = (request: QboRequest, Id: string, more = {}) =>
    rig.answer(request, { SyncToken: '0', UnappliedAmt: 0, ...(JSON.parse(request.body) as object), Id, ...more });

  it('a refund is a record of its own beside its payment: of the lines as they were posted', async () => {
    await rig.send(invoice('inv_5'), says('pay_5', 'collected', 1, cash('pay_5', 'inv_5')));
    await rig.send(asPosted(await newest('payment:pay_5'), '501'));
    const refunds = [refund('re_5', 'reduce-sale', 'inv_5')];
    await rig.send(says('pay_5', 'refunded', 2, cash('pay_5', 'inv_5', { refunds, refundId: 're_5' })));
    expect(await rowOf('pay_5-2', 1)).toMatchObject({ ref: 'refund:re_5', entity: 'refund', state: 'waiting' });
    await rig.send(invoiceAnswer('inv_5'));
    const receipt = await newest('refund:re_5');
    expect(receipt.resource).toBe('RefundReceipt');
    expect(JSON.parse(receipt.body)).toMatchObject({
      ...{ DocNumber: 'RAC-inv_5-R1', TxnTaxDetail: { TotalTax: 5 } },
      Line: [{ Amount: 50, SalesItemLineDetail: { ItemRef: { value: '12' }, Qty: 1 } }],
    });
    await rig.send(asPosted(receipt, '502', { TotalAmt: 55 }));
    expect(await rowOf('pay_5-2', 5)).toMatchObject({ state: 'synced', quickbooks: { type: 'RefundReceipt' } });
    expect(requestsFor('payment:pay_5')).toHaveLength(1);
  });

  it('one that owes again moves the payment’s line; failed later, the payment lets go before the entry goes', async () => {
    await rig.send(invoice('inv_6'), says('pay_6', 'collected', 1, cash('pay_6', 'inv_6')));
    const first = await newest('payment:pay_6');
    await rig.send(asPosted(first, '601'));
    const refunds = [refund('re_6', 'reopen-invoice', 'inv_6')];
    await rig.send(says('pay_6', 'refunded', 2, cash('pay_6', 'inv_6', { refunds, refundId: 're_6' })));
    const entry = await newest('refund:re_6');
    const moved = await newest('payment:pay_6', first.revision);
    expect(linesOf(moved)).toHaveLength(2);
    await rig.send(asPosted(entry, '602'), asPosted(moved, '601'));
    await rowOf('pay_6-2', 5);
    const failed = [refund('re_6', 'reopen-invoice', 'inv_6', { status: 'failed' })];
    await rig.send(says('pay_6', 'updated', 3, cash('pay_6', 'inv_6', { refunds: failed })));
    const back = await newest('payment:pay_6', moved.revision);
    expect(linesOf(back)).toHaveLength(1);
    expect(requestsFor('refund:re_6').map(({ kind }) => kind)).toEqual(['put']);
    await rig.send(asPosted(back, '601'));
    expect(await newest('refund:re_6', entry.revision)).toMatchObject({
      kind: 'remove',
      how: { remove: { as: 'delete' } },
    });
  });

  it('an invoice that is voided loses its payment’s line, with nothing open too', async () => {
    await rig.send(invoice('inv_7'), says('pay_7', 'collected', 1, cash('pay_7', 'inv_7')));
    const first = await newest('payment:pay_7');
    await rig.send(asPosted(first, '701'));
    await rowOf('pay_7-1', 5);
    await rig.send(invoice('inv_7', 'voided', 2, { voidedOn: '2026-11-26' }));
    expect(linesOf(await newest('payment:pay_7', first.revision))).toEqual([]);
  });

  it('a payment of two customers’ invoices is two in QuickBooks', async () => {
    await rig.send(invoice('inv_8'), invoice('inv_9', 'sent', 1, { customerId: 'cus_9' }));
    const allocations = [
      { invoiceId: 'inv_8', amount: '60.00' },
      { invoiceId: 'inv_9', amount: '50.00' },
    ];
    await rig.send(says('pay_8', 'collected', 1, cash('pay_8', 'inv_8', { allocations })));
    const parts = [await newest('payment:pay_8'), await newest('payment:pay_8/cus_9')];
    expect(parts.map(({ body }) => (JSON.parse(body) as { TotalAmt: number }).TotalAmt)).toEqual([60, 50]);
  });

  it('a refund of a payment older than go-live is none of ours, until a backfill brings both in', async () => {
    const collectedOn = '2025-12-05';
    const old = (more = {}) => cash('pay_10', 'inv_5', { collectedOn, ...more });
    await rig.send(says('pay_10', 'collected', 1, old()));
    const refunds = [refund('re_10', 'reopen-invoice', 'inv_5')];
    await rig.send(says('pay_10', 'refunded', 2, old({ refunds, refundId: 're_10' })));
    expect(await rowOf('pay_10-2', 1)).toMatchObject({ state: 'skipped', reason: { code: 'before_cutover' } });
    const take = (ref: string) => ({
      ...{ topic: TOPICS.commands.name, key: messageKey(rig.tenant, ref) },
      value: JSON.stringify({
        ...{ commandId: `run_1/${ref}`, kind: 'push', tenant: rig.tenant, by: 'dana', ref },
        ...{ at: new Date().toISOString(), backfill: 'run_1' },
      }),
    });
    // QuickBooks takes the payment once the entry that it pays is there.
    await rig.send(take('payment:pay_10'), take('refund:re_10'));
    expect((await newest('payment:pay_10')).body).toContain('"$ref":"refund:re_10"');
    expect(await newest('refund:re_10')).toMatchObject({ kind: 'put', resource: 'JournalEntry' });
    const later = [...refunds, refund('re_11', 'reduce-sale', 'inv_5', { amount: '10.00' })];
    await rig.send(asPosted(await newest('payment:pay_10'), '1001'));
    await rig.send(says('pay_10', 'refunded', 3, old({ refunds: later, refundId: 're_11' })));
    expect(await newest('refund:re_11')).toMatchObject({ kind: 'put', resource: 'RefundReceipt' });
  });

  it('logs neither names nor amounts at debug', () => {
    expect(rig.lines.some((line) => line.includes('"msg":"took"'))).toBe(true);
    expect(rig.lines.join('')).not.toMatch(/Canary|7313/);
  });
});
