import * as fc from 'fast-check';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { cents, money, readBody } from './books.fixtures';
import { US } from './context.fixtures';
import { toPayments } from './payment';
import { onlyPart } from './payment.fixtures';

const RUNS = { numRuns: 1_500 };

describe('payments', () => {
  const generatedPayment: fc.Arbitrary<Payment> = fc
    .record({
      allocations: fc.array(fc.bigInt(0n, 500_000n), { maxLength: 6 }),
      rest: fc.constantFrom(0n, 0n, 1n, 12_345n),
      stripe: fc.boolean(),
    })
    .map(({ allocations, rest, stripe }) => ({
      id: 'pay_1',
      customerId: 'cus_1',
      amount: money(allocations.reduce((all, each) => all + each, 0n) + rest),
      currency: 'USD',
      collectedOn: '2026-11-20',
      method: stripe ? ('card' as const) : ('cash' as const),
      ...(stripe ? { processor: 'stripe' as const, processorChargeId: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0' } : {}),
      allocations: allocations.map((amount, index) => ({ invoiceId: `inv_${index}`, amount: money(amount) })),
      refunds: [],
      updatedAt: '2026-11-20T16:04:05Z',
    }));

  test('the lines are the allocations and never more than the payment', () => {
    fc.assert(
      fc.property(generatedPayment, (payment) => {
        const body = readBody(onlyPart(payment, US));
        const lines = body.Line ?? [];
        const applied = lines.reduce((sum, line) => sum + cents(line.Amount), 0n);
        const allocated = payment.allocations.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
        expect(cents(body.TotalAmt)).toBe(BigInt(payment.amount.replace('.', '')));
        expect(applied).toBe(allocated);
        expect(applied <= cents(body.TotalAmt)).toBe(true);
        expect(lines.every((line) => cents(line.Amount) > 0n)).toBe(true);
        expect(body.DepositToAccountRef?.value).toBe(payment.processor === 'stripe' ? '91' : '4');
        expect((body.PaymentRefNum ?? '').length).toBeLessThanOrEqual(21);
      }),
      RUNS,
    );
  });

  test('a payment a cent below its allocations holds', () => {
    fc.assert(
      fc.property(generatedPayment, (payment) => {
        const allocated = payment.allocations.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
        fc.pre(allocated > 0n);
        expect(toPayments({ ...payment, amount: money(allocated - 1n) }, US)).toMatchObject({
          hold: { code: 'over_allocated' },
        });
      }),
      RUNS,
    );
  });
});
