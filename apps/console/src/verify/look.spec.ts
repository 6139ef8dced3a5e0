import type { Reason } from '@qbo-sync/contracts/reasons';
import type { ExpectedInvoice } from '@qbo-sync/contracts/internal/expected';
import { candidatesOf } from './candidates';
import type { Expectation } from './check';
import { lookAtPosted, lookAtWaiting, standingOf } from './look';
import type { RecordRow } from './record-rows';

const row = (ref: string, state: RecordRow['state'], change: Partial<RecordRow> = {}): RecordRow => ({
  ...{ id: `row of ${ref}`, ref, state, reason: null, waitsOn: null, party: null, revision: 2 },
  ...change,
});
const invoice: ExpectedInvoice = {
  ...{ id: 'inv_1', number: 'RAC-1', customerId: 'cus_1', currency: 'USD', issuedOn: '2026-11-20', balance: '0.00' },
  ...{ voided: false, quickbooksId: null, lines: [], extras: [] },
  tax: { taxTotal: '1.00', total: '11.00', unmapped: [] },
};
const expectation: Expectation = { invoice, customer: undefined, items: new Map(), payments: [] };

describe('a record stands', () => {
  const held = row('customer:cus_1', 'needs attention', { reason: { code: 'name_taken' } });
  const waits = row('invoice:inv_1', 'waiting', { waitsOn: 'customer:cus_1', reason: { code: 'parent' } });
  it.each<[string, boolean, readonly RecordRow[], ReturnType<typeof standingOf>]>([
    ['nowhere yet', false, [], { is: 'pending' }],
    ['in QuickBooks', true, [row('invoice:inv_1', 'synced')], { is: 'posted' }],
    [
      'under way with a change',
      true,
      [row('invoice:inv_1', 'sending')],
      { is: 'pending', row: row('invoice:inv_1', 'sending') },
    ],
    ['as what it waits for', false, [waits, held], { is: 'pending', row: held }],
    [
      'by itself, when what it waits for is done',
      false,
      [waits, row('customer:cus_1', 'synced')],
      { is: 'pending', row: waits },
    ],
    [
      'left out by a rule',
      false,
      [row('invoice:inv_1', 'skipped')],
      { is: 'left', row: row('invoice:inv_1', 'skipped') },
    ],
  ])('%s', (_name, linked, rows, stands) => expect(standingOf('invoice:inv_1', linked, rows)).toEqual(stands));

  it('and two that wait for each other are no endless look', () => {
    const a = row('invoice:inv_1', 'waiting', { waitsOn: 'payment:p' });
    const b = row('payment:p', 'waiting', { waitsOn: 'invoice:inv_1' });
    expect(standingOf('invoice:inv_1', false, [a, b])).toEqual({ is: 'pending', row: b });
  });
});

describe('what stops an invoice is the matter of a check', () => {
  it.each<[string, string, Reason, string | undefined, string | null]>([
    [
      'a name that is taken',
      'customer:cus_1',
      { code: 'name_taken', params: { name: 'Dana' } },
      'customer',
      'customers.push',
    ],
    ['an item without a cost account', 'item:itm_1', { code: 'cost_account' }, 'income', 'items.costAccount'],
    [
      'no income account',
      'invoice:inv_1',
      { code: 'account_missing', params: { setting: 'items.defaultIncomeAccount' } },
      'income',
      'items.defaultIncomeAccount',
    ],
    ['no tips account', 'invoice:inv_1', { code: 'tip_account' }, 'income', 'invoices.tipsAccount'],
    [
      'a rate that is not mapped',
      'invoice:inv_1',
      { code: 'tax_unmapped', params: { r: 'County' } },
      'tax',
      'tax.rates',
    ],
    ['tax that differs', 'invoice:inv_1', { code: 'tax_differs' }, 'tax', 'tax.rates'],
    ['closed books', 'invoice:inv_1', { code: 'closed_period' }, undefined, null],
  ])('%s', (_name, ref, reason, code, setting) => {
    const looked = lookAtWaiting(expectation, { is: 'pending', row: row(ref, 'needs attention', { reason }) });
    const failed = looked.checks.filter(({ state }) => state === 'failed');
    expect(failed.map((check) => [check.code, check.setting])).toEqual(code === undefined ? [] : [[code, setting]]);
    expect(looked.stopped?.code).toBe(code === undefined ? reason.code : undefined);
  });

  it('while it only waits, no check has failed', () => {
    const waits = row('invoice:inv_1', 'waiting', { reason: { code: 'qbo_down' } });
    const looked = lookAtWaiting(expectation, { is: 'pending', row: waits });
    expect(new Set(looked.checks.map(({ state }) => state))).toEqual(new Set(['waiting']));
    expect(looked.stopped?.code).toBe('qbo_down');
  });

  it('and one that somebody deleted in QuickBooks has passed none', () => {
    const looked = lookAtPosted(expectation, undefined, new Map());
    expect([new Set(looked.checks.map(({ state }) => state)), looked.stopped?.code]).toEqual([
      new Set(['waiting']),
      'gone_in_qbo',
    ]);
  });
});

it('the best candidate is taxed, then paid, then of several accounts; the newest of equals comes first', () => {
  const one = (id: string, tax: string, balance: string, accounts: number): ExpectedInvoice => ({
    ...{ ...invoice, id, balance },
    lines: Array.from({ length: accounts }, (_, n) => ({
      ...{ name: 'Work', amount: '1.00', setting: 'items.defaultIncomeAccount' as const },
      account: { id: String(n), name: `Account ${n}` },
    })),
    tax: { ...invoice.tax, taxTotal: tax },
  });
  const candidates = candidatesOf([
    one('paid', '0.00', '0.00', 3),
    one('plain', '0', '10.00', 1),
    one('taxed', '1.00', '11.00', 1),
    one('best', '1.00', '0.00', 2),
    one('as good, older', '1.00', '0.00', 2),
    { ...one('voided', '1.00', '0.00', 2), voided: true },
  ]);
  expect(candidates.map(({ id }) => id)).toEqual(['best', 'as good, older', 'taxed', 'paid', 'plain']);
});
