import { cents, sum, type Cents } from './cents';
import type { Data } from './happened';

/** One QuickBooks payment: a customer's part of what Run a Call calls a payment (postings.md §8.2). */
export interface PaymentPart {
  readonly payment: Data;
  readonly customerId: string;
  readonly amount: Cents;
  readonly applied: readonly { readonly invoiceId: string; readonly amount: Cents }[];
}

/**
 * A payment, by customer of the invoices it pays. What is allocated to nothing goes to the payment's own customer if it
 * has a part, and where one customer's invoices alone are paid, to that one.
 */
export function partsOf(payment: Data, customerOf: (invoiceId: string) => string | undefined): PaymentPart[] {
  const total = cents(payment.amount);
  const byCustomer = new Map<string, { invoiceId: string; amount: Cents }[]>();
  for (const { invoiceId, amount } of payment.allocations) {
    const customerId = customerOf(invoiceId) ?? payment.customerId;
    byCustomer.set(customerId, [...(byCustomer.get(customerId) ?? []), { invoiceId, amount: cents(amount) }]);
  }
  const rest = total - sum(payment.allocations.map(({ amount }) => cents(amount)));
  const [only, ...others] = byCustomer.keys();
  if (only === undefined) return [{ payment, customerId: payment.customerId, amount: total, applied: [] }];
  if (others.length > 0 && rest > 0n && !byCustomer.has(payment.customerId)) byCustomer.set(payment.customerId, []);
  const takesRest = others.length === 0 ? only : payment.customerId;
  return [...byCustomer].map(([customerId, applied]) => ({
    payment,
    customerId,
    applied,
    amount: sum(applied.map(({ amount }) => amount)) + (customerId === takesRest ? rest : 0n),
  }));
}
