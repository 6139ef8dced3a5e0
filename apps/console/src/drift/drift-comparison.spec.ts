import { readNumbersAsText, type TextObject } from '@qbo-sync/contracts/exact-json';
import type { DriftRecord, DriftStream } from '@qbo-sync/contracts/internal/drift';
import { DriftComparison } from './drift-comparison';

const OWN = { receivable: '84', undeposited: '4' };
const record = (text: string): TextObject => readNumbersAsText(text) as TextObject;

/** RAC-1041 of postings.md §6.1 as its stream asked for it. */
const BODY =
  '{"CustomerRef":{"value":{"$ref":"customer:cus_88"}},"Line":[' +
  '{"Amount":129.00,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:itm_1"}}}},' +
  '{"Amount":37.00,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:helper.sales.82"}}}},' +
  '{"Amount":16.60,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"DiscountAccountRef":{"value":"86"}}}]}';
const invoiceRecord: DriftRecord = {
  ...{ ref: 'invoice:inv_1041', resource: 'Invoice', quickbooksId: '238', removed: false, body: BODY },
  expect: { TotalAmt: '163.10', TxnDate: '2026-11-20', 'TxnTaxDetail.TotalTax': '13.70' },
};
const paymentRecord: DriftRecord = {
  ...{ ref: 'payment:pay_500', resource: 'Payment', quickbooksId: '154', removed: false },
  body: '{"TotalAmt":163.10,"CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},"DepositToAccountRef":{"value":"91"}}',
  expect: { TotalAmt: '163.10', TxnDate: '2026-11-25', 'DepositToAccountRef.value': '91' },
};
const RETURNED =
  '"Line":[{"Amount":163.10,"JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"84"},"Entity":{"Type":"Customer","EntityRef":{"value":"58"}}}},' +
  '{"Amount":163.10,"JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"91"}}}]';
const returnedRecord: DriftRecord = {
  ...{ ref: 'payment:pay_500/returned', resource: 'JournalEntry', quickbooksId: '160', removed: false },
  ...{ body: `{${RETURNED}}`, expect: {} },
};
const returned = record(`{"Id":"160","PrivateNote":"Run a Call pay_500/returned",${RETURNED}}`);
const stream = (ref: string, change: Partial<DriftStream> = {}): DriftStream => ({
  ...{ ref, nature: 'document', version: 7, standing: 'settled', records: [] },
  ...change,
});
const master = (ref: string, quickbooksId: string): DriftStream =>
  stream(ref, {
    nature: 'master',
    records: [{ ref, resource: 'Item', quickbooksId, removed: false, body: '{}', expect: {} }],
  });
const invoice = (change: Partial<DriftStream> = {}): DriftStream =>
  stream('invoice:inv_1041', {
    ...{ number: 'RAC-1041', amount: '163.10', balance: '0.00', customerId: 'cus_88', records: [invoiceRecord] },
    ...change,
  });
const payment = (change: Partial<DriftStream> = {}): DriftStream =>
  stream('payment:pay_500', {
    amount: '163.10',
    customerId: 'cus_88',
    pays: ['inv_1041'],
    records: [paymentRecord],
    ...change,
  });

const line = (amount: string, item: string, account: string): string =>
  `{"Amount":${amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"${item}"},"ItemAccountRef":{"value":"${account}"}}}`;
const shown = ({
  first = line('129.00', '11', '79'),
  total = '163.10',
  balance = '0',
  note = 'Run a Call inv_1041',
  more = '',
} = {}): TextObject =>
  record(
    `{"Id":"238","TxnDate":"2026-11-20","CustomerRef":{"value":"58"},"TotalAmt":${total},"Balance":${balance},"PrivateNote":"${note}",` +
      `"TxnTaxDetail":{"TotalTax":13.70},"Line":[${first},${line('37.00', '12', '82')},` +
      `{"Amount":16.6,"DetailType":"DiscountLineDetail","DiscountLineDetail":{"DiscountAccountRef":{"value":"86"}}}]${more}}`,
  );
const paid = (change = '"DepositToAccountRef":{"value":"91"}'): TextObject =>
  record(
    `{"Id":"154","TxnDate":"2026-11-25","CustomerRef":{"value":"58"},"TotalAmt":163.10,"PrivateNote":"Run a Call pay_500",${change}}`,
  );

function compare(streams: readonly DriftStream[], books: readonly (readonly [string, TextObject])[]): DriftComparison {
  const comparison = new DriftComparison(OWN);
  for (const one of [
    master('customer:cus_88', '58'),
    master('item:itm_1', '11'),
    master('item:helper.sales.82', '12'),
    ...streams,
  ])
    comparison.addStream(one);
  comparison.addItem(record('{"Id":"11","IncomeAccountRef":{"value":"99"}}'));
  for (const [resource, one] of books) comparison.see(resource, one);
  comparison.missing();
  return comparison;
}
const rowsOf = ({ rows }: DriftComparison): unknown[] =>
  rows.map(({ row }) => [row.ref, row.cause, row.expected, row.found, row.fields.map(({ field }) => field).join(' ')]);
const off = ({ accounts }: DriftComparison): unknown[] =>
  accounts.lines().flatMap(({ account, difference }) => (difference === '0.00' ? [] : [[account, difference]]));

describe('the books against Run a Call', () => {
  it('a clean day gives nothing: lines stay on the account of their day when a bookkeeper moves the item', () => {
    const comparison = compare(
      [invoice(), payment()],
      [
        ['Invoice', shown()],
        ['Payment', paid()],
      ],
    );
    expect([rowsOf(comparison), off(comparison), comparison.documents]).toEqual([[], [], 2]);
    expect(comparison.accounts.lines().map(({ account, expected, found }) => [account, expected, found])).toEqual([
      ['79', '-129.00', '-129.00'],
      ['82', '-37.00', '-37.00'],
      ['86', '16.60', '16.60'],
      ['91', '163.10', '163.10'],
      ['receivable', '0.00', '0.00'],
      ['tax', '-13.70', '-13.70'],
    ]);
    expect(comparison.customers.lines()).toMatchObject([{ account: '58', expected: '0.00', found: '0.00' }]);
  });

  const HELD = { standing: 'held', reason: { code: 'tax_unmapped' } } as const;
  it.each<[string, readonly DriftStream[], readonly (readonly [string, TextObject])[], unknown[], unknown[]]>([
    [
      'a line moved to another account by hand',
      [invoice()],
      [['Invoice', shown({ first: line('129.00', '13', '80') })]],
      [['invoice:inv_1041', 'changed_in_quickbooks', '163.10', '163.10', 'account 99 account 80']],
      [
        ['80', '-129.00'],
        ['99', '129.00'],
      ],
    ],
    [
      'a total changed by hand',
      [invoice()],
      [['Invoice', shown({ first: line('100.00', '11', '79'), total: '134.10' })]],
      [['invoice:inv_1041', 'changed_in_quickbooks', '163.10', '134.10', 'total account receivable account 79']],
      [
        ['79', '29.00'],
        ['receivable', '-29.00'],
      ],
    ],
    [
      'voided there',
      [invoice()],
      [
        [
          'Invoice',
          record(
            '{"Id":"238","TotalAmt":0,"Balance":0,"TxnDate":"2026-11-20","CustomerRef":{"value":"58"},"PrivateNote":"Voided - Run a Call inv_1041","Line":[]}',
          ),
        ],
      ],
      [
        [
          'invoice:inv_1041',
          'voided_in_quickbooks',
          '163.10',
          '0.00',
          'total account receivable account 99 account item:12 account 86 account tax',
        ],
      ],
      [
        ['86', '-16.60'],
        ['99', '129.00'],
        ['item:12', '37.00'],
        ['receivable', '-163.10'],
        ['tax', '13.70'],
      ],
    ],
    [
      'deleted there',
      [payment()],
      [],
      [['payment:pay_500', 'deleted_in_quickbooks', '163.10', '0.00', 'document']],
      [
        ['91', '-163.10'],
        ['receivable', '163.10'],
      ],
    ],
    [
      'a payment moved to QuickBooks’ own Undeposited Funds',
      [payment()],
      [['Payment', paid('"Line":[]')]],
      [['payment:pay_500', 'changed_in_quickbooks', '163.10', '163.10', 'account 91 account 4']],
      [
        ['4', '163.10'],
        ['91', '-163.10'],
      ],
    ],
    [
      'held here, nothing there',
      [invoice({ ...HELD, records: [] })],
      [],
      [['invoice:inv_1041', 'held', '163.10', '0.00', 'document']],
      [
        ['receivable', '-163.10'],
        ['unposted', '163.10'],
      ],
    ],
    [
      'a change of it held here, the older state there',
      [invoice({ ...HELD, amount: '200.00' })],
      [['Invoice', shown()]],
      [['invoice:inv_1041', 'held', '200.00', '163.10', 'document']],
      [
        ['receivable', '-36.90'],
        ['unposted', '36.90'],
      ],
    ],
    [
      'older than the cut-over',
      [payment({ standing: 'skipped', reason: { code: 'before_cutover' }, records: [] })],
      [],
      [['payment:pay_500', 'before_cutover', '163.10', '0.00', 'document']],
      [
        ['receivable', '163.10'],
        ['unposted', '-163.10'],
      ],
    ],
    [
      'skipped by a rule',
      [invoice({ standing: 'skipped', reason: { code: 'setting_off' }, records: [] })],
      [],
      [['invoice:inv_1041', 'skipped', '163.10', '0.00', 'document']],
      [
        ['receivable', '-163.10'],
        ['unposted', '163.10'],
      ],
    ],
    [
      'open there because its payment is held here',
      [invoice(), payment({ standing: 'held', reason: { code: 'account_missing' }, records: [] })],
      [['Invoice', shown({ balance: '163.10' })]],
      [
        ['payment:pay_500', 'held', '163.10', '0.00', 'document'],
        ['invoice:inv_1041', 'held', '163.10', '163.10', 'balance'],
      ],
      [
        ['receivable', '163.10'],
        ['unposted', '-163.10'],
      ],
    ],
    [
      'open there because a person took its payment off',
      [invoice(), payment()],
      [
        ['Invoice', shown({ balance: '163.10' })],
        ['Payment', paid()],
      ],
      [['invoice:inv_1041', 'changed_in_quickbooks', '163.10', '163.10', 'balance']],
      [],
    ],
    [
      'paid there though the payment came back: its month is closed, and an entry stands beside it',
      [invoice({ balance: '163.10' }), payment({ records: [paymentRecord, returnedRecord] })],
      [
        ['Invoice', shown()],
        ['Payment', paid()],
        ['JournalEntry', returned],
      ],
      [['invoice:inv_1041', 'warning', '163.10', '163.10', 'balance']],
      [],
    ],
    [
      'one of ours that nobody here knows',
      [],
      [['Payment', paid()]],
      [['Payment/154', 'not_known_here', '0.00', '163.10', 'document']],
      [
        ['91', '163.10'],
        ['receivable', '-163.10'],
      ],
    ],
  ])('%s', (_name, streams, books, rows, accounts) => {
    const comparison = compare(streams, books);
    expect([rowsOf(comparison), off(comparison)]).toEqual([rows, accounts]);
  });

  it('what a page shows twice, for the books moved meanwhile, is counted once', () => {
    const theirs = record('{"Id":"9","TotalAmt":50.00,"DepositToAccountRef":{"value":"91"},"PrivateNote":"by hand"}');
    const books = [paid(), theirs, paid(), theirs].map((one) => ['Payment', one] as const);
    const comparison = compare([payment()], books);
    expect([rowsOf(comparison), off(comparison)]).toEqual([[], []]);
    expect(comparison.accounts.lines()).toMatchObject([
      { account: '91', found: '163.10', others: '50.00' },
      { account: 'receivable', found: '-163.10', others: '-50.00' },
    ]);
  });

  it('what people entered is no difference; it is summed beside ours', () => {
    const theirs = record(
      '{"Id":"9","TotalAmt":50.00,"CustomerRef":{"value":"58"},"DepositToAccountRef":{"value":"91"},"PrivateNote":"by hand"}',
    );
    const comparison = compare(
      [payment()],
      [
        ['Payment', paid()],
        ['Payment', theirs],
      ],
    );
    expect(rowsOf(comparison)).toEqual([]);
    expect(comparison.accounts.lines().map(({ account, others, difference }) => [account, others, difference])).toEqual(
      [
        ['91', '50.00', '0.00'],
        ['receivable', '-50.00', '0.00'],
      ],
    );
  });

  it('reads entries, refunds and deposits on both sides alike', () => {
    const entry =
      '"Line":[{"Amount":20,"JournalEntryLineDetail":{"PostingType":"Debit","AccountRef":{"value":"84"},"Entity":{"Type":"Customer","EntityRef":{"value":"58"}}}},{"Amount":20,"JournalEntryLineDetail":{"PostingType":"Credit","AccountRef":{"value":"91"}}}]';
    const deposit =
      '"DepositToAccountRef":{"value":"35"},"Line":[{"Amount":30,"DepositLineDetail":{"AccountRef":{"value":"91"}}},{"Amount":-1,"DepositLineDetail":{"AccountRef":{"value":"92"}}},{"Amount":5,"LinkedTxn":[{"TxnId":"1"}]}]';
    const refund = `"DepositToAccountRef":{"value":"91"},"Line":[${line('8', '11', '79')}]`;
    const of = (ref: string, resource: string, quickbooksId: string, body: string, expect: object): DriftStream =>
      stream(ref, {
        records: [{ ref, resource, quickbooksId, removed: false, body: `{${body}}`, expect: { ...expect } }],
      });
    const comparison = compare(
      [
        of('refund:re_1', 'JournalEntry', '1', entry, {}),
        of('payout:po_1', 'Deposit', '2', deposit, { TotalAmt: '34.00' }),
        of('refund:re_2', 'RefundReceipt', '3', refund, { TotalAmt: '9.00' }),
      ],
      [
        ['JournalEntry', record(`{"Id":"1",${entry}}`)],
        ['Deposit', record(`{"Id":"2","TotalAmt":34,${deposit}}`)],
        ['RefundReceipt', record(`{"Id":"3","TotalAmt":9,"TxnTaxDetail":{"TotalTax":1},${refund}}`)],
      ],
    );
    expect([rowsOf(comparison), off(comparison)]).toEqual([[], []]);
    expect(comparison.accounts.lines().map(({ account, found }) => [account, found])).toEqual([
      ['35', '34.00'],
      ['4', '-5.00'],
      ['79', '8.00'],
      ['91', '-59.00'],
      ['92', '1.00'],
      ['receivable', '20.00'],
      ['tax', '1.00'],
    ]);
  });
});
