import type { BooksChoices } from './choices';
import { money } from './cents';
import type { Wire } from './happened';
import { expectBooks, type ExpectedBooks } from './model';

const account = (id: string) => ({ id, name: id });
const CHOICES: BooksChoices = {
  ...{ taxedBy: 'by code', categories: {}, mappedRates: ['tax_7'] },
  ...{ income: account('income'), memberships: account('members'), discounts: account('off'), tips: account('tips') },
  ...{ undeposited: account('uf'), clearing: account('clearing'), refunds: account('bank') },
};
const INVOICE = {
  ...{ id: 'inv_1', number: 'RAC-1', customerId: 'cus_1', jobId: 'job_1', issuedOn: '2026-11-24' },
  lines: [{ id: 'l1', kind: 'service', amount: '50.75' }],
  taxes: [{ taxRateId: 'tax_7', taxableAmount: '50.75', amount: '3.55' }],
  ...{ taxTotal: '3.55', total: '54.30', balance: '54.30' },
};

let serial = 0;
const says = (change: string, sequence: number, bend: object = {}, phase = 'day', noun = 'invoice'): Wire => {
  serial += 1;
  const data = noun === 'invoice' ? { ...INVOICE, ...bend } : bend;
  const subject = (data as { id: string }).id;
  const headers = { ce_id: `evt_${serial}`, ce_type: `com.runacall.${noun}.${change}.v1`, ce_subject: subject };
  return {
    ...{ topic: 'any', phase, value: JSON.stringify(data) },
    headers: { ...headers, ce_tenant: 'acme', ce_sequence: String(sequence) },
  };
};
const restOf = (books: ExpectedBooks, wires: readonly Wire[]): string[] =>
  wires.map(({ headers }) => {
    const { state, reason } = books.predictions.get(headers['ce_id'] ?? '') ?? {};
    return [state, reason].filter(Boolean).join(' ');
  });
const CLOSED = { closed: { through: '2026-11-30', at: '2026-11-30T20:00:00Z', before: 'late' } };

describe('what the second accountant writes, and what waits', () => {
  test.each<
    [what: string, choices: Partial<BooksChoices>, wires: readonly Wire[], rests: string[], invoices: string[]]
  >([
    [
      'on payment: nothing until it is paid, then on the day it was paid',
      { onPayment: ['day'] },
      [says('sent', 1), says('paid', 2, { balance: '0.00', paidOn: '2026-12-02' }, 'late')],
      ['skipped not_paid_yet', 'synced'],
      ['RAC-1 2026-12-02'],
    ],
    [
      'on payment: an update of balance 0 overtakes paid',
      { onPayment: ['day'] },
      [
        says('sent', 1),
        says('updated', 3, { balance: '0.00', paidOn: '2026-11-26' }),
        says('paid', 2, { balance: '0.00', paidOn: '2026-11-26' }),
      ],
      ['skipped not_paid_yet', 'synced', 'skipped replaced'],
      ['RAC-1 2026-11-26'],
    ],
    [
      'on payment: voided before it is paid was never there',
      { onPayment: ['day'] },
      [says('sent', 1), says('voided', 2, { voidedOn: '2026-11-25' })],
      ['skipped not_paid_yet', 'skipped unchanged'],
      [],
    ],
    [
      'sent after the company changed its mind: on send',
      { onPayment: ['day'] },
      [says('sent', 1, {}, 'late')],
      ['synced'],
      ['RAC-1 2026-11-24'],
    ],
    [
      'on payment, posted at once on a person’s word',
      { onPayment: ['day'], chosen: { 'invoice:inv_1': 'post-now' } },
      [says('sent', 1)],
      ['synced'],
      ['RAC-1 2026-11-24'],
    ],
    [
      'closed books before the send: held',
      CLOSED,
      [says('sent', 1, {}, 'late')],
      ['needs attention closed_period'],
      [],
    ],
    [
      '… on the day a person chose',
      { ...CLOSED, chosen: { 'invoice:inv_1': 'date 2026-12-02' } },
      [says('sent', 1, {}, 'late')],
      ['synced'],
      ['RAC-1 2026-12-02'],
    ],
    [
      'closed books after the send: the void is held, the invoice stays',
      CLOSED,
      [says('sent', 1), says('voided', 2, { voidedOn: '2026-12-01' }, 'late')],
      ['synced', 'needs attention closed_period'],
      ['RAC-1 2026-11-24'],
    ],
    [
      '… left as it is: a change is dismissed',
      { ...CLOSED, chosen: { 'invoice:inv_1': 'leave' } },
      [says('sent', 1), says('updated', 2, { total: '60.00' }, 'late')],
      ['synced', 'dismissed'],
      ['RAC-1 2026-11-24'],
    ],
    [
      'two rates where QuickBooks takes one code',
      {},
      [says('sent', 1, { taxes: [...INVOICE.taxes, { taxRateId: 'tax_6', taxableAmount: '10.00', amount: '0.60' }] })],
      ['needs attention two_rates'],
      [],
    ],
    [
      'a long number is QuickBooks’ own business where it numbers',
      { numbering: 'quickbooks' },
      [says('sent', 1, { number: 'RAC-2026-AUSTIN-NORTH-000917' })],
      ['synced'],
      ['RAC-2026-AUSTIN-NORTH-000917 2026-11-24'],
    ],
  ])('%s', (_what, choices, wires, rests, invoices) => {
    const books = expectBooks('acme', wires, { ...CHOICES, ...choices });
    expect(restOf(books, wires).map((rest) => rest.trim())).toEqual(rests);
    expect([...books.invoices].map(([number, { day }]) => `${number} ${day}`)).toEqual(invoices);
  });

  test('a void in closed books, on a person’s word: a credit memo takes all of it back in the open month', () => {
    const wires = [says('sent', 1), says('voided', 2, { voidedOn: '2026-12-01' }, 'late')];
    const choices = { ...CHOICES, ...CLOSED, chosen: { 'invoice:inv_1': 'credit-memo' }, monthEnd: '2026-11-30' };
    const books = expectBooks('acme', wires, choices);
    expect(restOf(books, wires)).toEqual(['synced', 'synced']);
    expect(books.counts).toMatchObject({ Invoice: 1, CreditMemo: 1, Payment: 1 });
    expect([books.salesTax, books.receivables.get('cus_1'), books.invoices.get('RAC-1')?.balance]).toEqual([
      0n,
      0n,
      0n,
    ]);
    expect(money(books.atMonthEnd!.owed)).toBe('54.30');
  });

  test('a code of two parts is rounded part by part; a cent of income closes it', () => {
    const wires = [says('sent', 1)];
    const books = expectBooks('acme', wires, { ...CHOICES, parts: { tax_7: ['6', '1'] } });
    expect(restOf(books, wires)).toEqual(['synced with warnings rounded']);
    expect([money(books.salesTax), money(books.accounts.get('income')!.amount)]).toEqual(['3.56', '50.74']);
    expect(money(books.receivables.get('cus_1')!)).toBe('54.30');
  });

  test('two rates under the code a person chose: its parts of all that is taxed', () => {
    const taxes = [
      { taxRateId: 'tax_8', taxableAmount: '40.00', amount: '3.20' },
      { taxRateId: 'tax_6', taxableAmount: '40.00', amount: '2.40' },
    ];
    const wires = [says('sent', 1, { taxes, taxTotal: '5.60', total: '85.60', balance: '85.60' })];
    const of = (percentages: string[]) => {
      const chosen = { 'invoice:inv_1': 'code tax_7' };
      const books = expectBooks('acme', wires, { ...CHOICES, mappedRates: [], parts: { tax_7: percentages }, chosen });
      return [...restOf(books, wires).map((rest) => rest.trim()), money(books.salesTax)];
    };
    expect(of(['6', '1'])).toEqual(['synced', '5.60']);
    expect(of(['6'])).toEqual(['synced with warnings rounded', '4.80']);
  });

  test('a rate that charges nothing, of which no code is known: no warning', () => {
    const taxes = [
      { taxRateId: 'tax_7', taxableAmount: '80.00', amount: '6.60' },
      { taxRateId: 'tax_new', taxableAmount: '0.05', amount: '0.00' },
    ];
    const wires = [says('sent', 1, { taxes, taxTotal: '6.60', total: '86.60', balance: '86.60' })];
    expect(restOf(expectBooks('acme', wires, CHOICES), wires).map((rest) => rest.trim())).toEqual(['synced']);
  });

  test('taxed though exempt: held', () => {
    const customer = says('created', 1, { id: 'cus_1', displayName: 'Dana', taxExempt: true }, 'day', 'customer');
    const sent = says('sent', 1);
    expect(restOf(expectBooks('acme', [customer, sent], CHOICES), [sent])).toEqual(['needs attention exempt']);
  });
});
