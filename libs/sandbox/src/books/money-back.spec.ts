import { money } from './cents';
import type { BooksChoices } from './choices';
import type { Wire } from './happened';
import { expectBooks, type AccountSums } from './model';
import { CHOICES, says } from './spec-books';

/** RAC-1: 129.00 + 37.00, tax 13.70; paid by Stripe. */
const invoice = (id: string, customerId: string) => ({
  ...{ id, number: id.replace('inv_', 'RAC-'), customerId, jobId: 'job_1' },
  lines: [
    { id: 'l1', kind: 'service', amount: '129.00' },
    { id: 'l2', kind: 'material', amount: '37.00' },
  ],
  taxes: [{ taxRateId: 'tax_tx', taxableAmount: '166.00', amount: '13.70' }],
  ...{ taxTotal: '13.70', total: '179.70', balance: '179.70' },
});
const payment = {
  ...{ id: 'pay_1', customerId: 'cus_1', amount: '179.70', method: 'card', processor: 'stripe', refunds: [] },
  allocations: [{ invoiceId: 'inv_1', amount: '179.70' }],
};
const refund = (bend: Record<string, unknown>) => ({
  ...{ id: 're_1', amount: '50.00', invoiceId: 'inv_1', status: 'succeeded', processorRefundId: 're_3Q' },
  ...bend,
});
const PAID = [says('invoice', 'sent', 1, invoice('inv_1', 'cus_1')), says('payment', 'collected', 1, payment)];

const reckoned = (...wires: Wire[]): Record<string, string> => {
  const books = expectBooks('acme', [...PAID, ...wires], CHOICES);
  const named = (accounts: AccountSums): [string, string][] =>
    [...accounts.values()].map(({ name, amount }) => [name, money(amount)]);
  return {
    ...Object.fromEntries([...named(books.accounts), ...named(books.money)]),
    ...Object.fromEntries([...books.receivables].map(([id, amount]) => [id, money(amount)])),
    tax: money(books.salesTax),
  };
};
const refunded = (bend: Record<string, unknown>): Wire =>
  says('payment', 'refunded', 2, { ...payment, refunds: [refund(bend)], refundId: 're_1' });

describe('money that goes back (postings.md §8.5, §9)', () => {
  test.each([
    [
      'a refund that reduces the sale takes income and tax back',
      [refunded({ effect: 'reduce-sale' })],
      { 'Service revenue': '119.81', 'Stripe clearing': '129.70', cus_1: '0.00', tax: '9.89' },
    ],
    [
      'one that is paid from the till',
      [refunded({ effect: 'reduce-sale', processorRefundId: undefined })],
      { 'Service revenue': '119.81', 'Stripe clearing': '179.70', Checking: '-50.00', cus_1: '0.00', tax: '9.89' },
    ],
    [
      'one after which the customer owes again',
      [refunded({ effect: 'reopen-invoice' })],
      { 'Service revenue': '166.00', 'Stripe clearing': '129.70', cus_1: '50.00', tax: '13.70' },
    ],
    [
      'one that failed changes nothing',
      [refunded({ effect: 'reduce-sale', status: 'failed' })],
      { 'Service revenue': '166.00', 'Stripe clearing': '179.70', cus_1: '0.00', tax: '13.70' },
    ],
    [
      'a payment that was returned',
      [says('payment', 'voided', 2, { ...payment, voidedOn: '2026-12-03', voidReason: 'returned' })],
      { 'Service revenue': '166.00', 'Stripe clearing': '0.00', cus_1: '179.70', tax: '13.70' },
    ],
    [
      'a paid invoice that is voided leaves its money as credit',
      [says('invoice', 'voided', 2, { ...invoice('inv_1', 'cus_1'), balance: '0.00', voidedOn: '2026-12-03' })],
      { 'Stripe clearing': '179.70', cus_1: '-179.70', tax: '0.00' },
    ],
  ])('%s', (_what, wires, amounts) => expect(reckoned(...wires)).toEqual(amounts));

  test('a payment of closed books that was returned: the entry alone, its line stays', () => {
    const back = says('payment', 'voided', 2, { ...payment, voidedOn: '2026-12-03', voidReason: 'returned' });
    const taken = says('payment', 'collected', 1, { ...payment, collectedOn: '2026-11-25' });
    const [sent] = PAID;
    const wires = [
      sent!,
      taken,
      { ...back, value: back.value.replace('{', '{"collectedOn":"2026-11-25",'), phase: 'late' },
    ];
    const closed = { through: '2026-11-30', at: '2026-11-30T20:00:00Z', before: 'late' };
    const of = (choices: BooksChoices) => {
      const books = expectBooks('acme', wires, choices);
      const { state, reason } = books.predictions.get(back.headers['ce_id'] ?? '') ?? {};
      const amounts = [books.receivables.get('cus_1'), books.invoices.get('RAC-1')?.balance].map((each) =>
        money(each ?? 0n),
      );
      return [state, reason, ...amounts, [...books.stillApplied].map(([id, kept]) => `${id} ${money(kept)}`)];
    };
    expect(of({ ...CHOICES, closed })).toEqual([
      'synced with warnings',
      'two_open_items',
      '179.70',
      '0.00',
      ['inv_1 179.70'],
    ]);
    expect(of(CHOICES)).toEqual(['synced', undefined, '179.70', '179.70', []]);
  });

  test('a payment of two customers is two in the books; what is over is the payer’s', () => {
    const wires = [
      says('invoice', 'sent', 1, invoice('inv_2', 'cus_2')),
      says('payment', 'updated', 2, {
        ...{ ...payment, amount: '400.00' },
        allocations: [...payment.allocations, { invoiceId: 'inv_2', amount: '179.70' }],
      }),
    ];
    expect(reckoned(...wires)).toMatchObject({ cus_1: '-40.60', cus_2: '0.00', 'Stripe clearing': '400.00' });
    expect(expectBooks('acme', [...PAID, ...wires], CHOICES).counts.Payment).toBe(2);
  });
});
