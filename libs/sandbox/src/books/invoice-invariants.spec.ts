import { cents } from './cents';
import { invoiceInvariants } from './invoice-invariants';
import { together } from './invariants';
import type { ExpectedBooks } from './model';
import type { ReadBooks, ReadInvoice } from './read-books';

const SAID = {
  ...{ tenant: 'acme', payers: new Map([['pay_1', ['cus_1']]]) },
  invoices: new Map([['RAC-1', { customerId: 'cus_1' }]]),
  stillApplied: new Map<string, bigint>(),
  said: {
    invoices: [
      {
        ...{ id: 'inv_1', number: 'RAC-1', customerId: 'cus_1' },
        ...{ total: '179.70', taxTotal: '13.70', balance: '79.70' },
      },
    ],
    parts: [
      { customerId: 'cus_1', amount: cents('120.00'), applied: [{ invoiceId: 'inv_1', amount: cents('100.00') }] },
    ],
  },
  closed: { through: '2026-11-30', at: '2026-11-30T20:00:00Z', before: 'late' },
} as unknown as ExpectedBooks;
const INVOICE = {
  ...{ marker: 'inv_1', number: 'RAC-1', customer: '58', isRounded: false, lines: [] },
  ...{ total: cents('179.70'), tax: cents('13.70'), balance: cents('79.70') },
  ...{ day: '2026-11-24', createdAt: '2026-11-24T16:00:00Z' },
} as unknown as ReadInvoice;
const books = (invoice: Partial<ReadInvoice> = {}, owed = '59.70'): ReadBooks =>
  ({
    customers: new Map([['58', { name: 'Dana', balance: cents(owed) }]]),
    invoices: [{ ...INVOICE, ...invoice }],
    ...{ payments: [], entries: [], deposits: [] },
  }) as unknown as ReadBooks;
const brokenIn = (found: ReadBooks): number[] =>
  invoiceInvariants(SAID, found)
    .filter(({ broken }) => broken.length > 0)
    .map(({ number }) => number);

describe('what must always be true (postings.md §14)', () => {
  test.each<[what: string, found: ReadBooks, broken: number[]]>([
    ['all as said', books(), []],
    ['a total a cent off', books({ total: cents('179.71') }), [1]],
    ['a tax a cent off', books({ tax: cents('13.71') }), [1]],
    ['… closed by a rounding line', books({ tax: cents('13.71'), isRounded: true }), []],
    ['… more than that', books({ tax: cents('13.76'), isRounded: true }), [1]],
    ['a balance that does not know its payment', books({ balance: cents('179.70') }), [1]],
    ['an invoice Run a Call does not have', books({ marker: 'inv_9' }), [1]],
    ['a customer who owes a cent more', books({}, '59.71'), [2]],
    ['dated into closed books after they were closed', books({ createdAt: '2026-12-01T08:00:00Z' }), [6]],
  ])('%s', (_what, found, broken) => {
    expect(brokenIn(found)).toEqual(broken);
  });

  test('of several companies: counts add up, breaks say whose they are', () => {
    const own = { tenant: 'acme', invariants: invoiceInvariants(SAID, books({ total: cents('1.00') })) };
    const [first] = together([own, { ...own, tenant: 'other' }]);
    expect(first).toMatchObject({ number: 1, checked: 2 });
    expect(first?.broken).toEqual([
      'acme: RAC-1, total: 179.70 in Run a Call, 1.00 in the books',
      'other: RAC-1, total: 179.70 in Run a Call, 1.00 in the books',
    ]);
  });
});
