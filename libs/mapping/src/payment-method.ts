import type { PaymentMethod } from '@qbo-sync/contracts/runacall/payment';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { type MappedRecord, printBody } from './document';

/** postings.md §3: matched by name without case, else created. QuickBooks allows 31 characters. */
const METHODS: Readonly<Record<PaymentMethod, { name: string; type: 'CREDIT_CARD' | 'NON_CREDIT_CARD' }>> = {
  card: { name: 'Credit Card', type: 'CREDIT_CARD' },
  ach: { name: 'ACH', type: 'NON_CREDIT_CARD' },
  cash: { name: 'Cash', type: 'NON_CREDIT_CARD' },
  check: { name: 'Check', type: 'NON_CREDIT_CARD' },
  financing: { name: 'Financing', type: 'NON_CREDIT_CARD' },
  other: { name: 'Other', type: 'NON_CREDIT_CARD' },
};

const PAYMENT_METHOD_HOW: How = { path: 'paymentmethod', update: 'changed' };

const find = (name: string): Find => ({ where: [['Name', name]], agree: ['Name'], adopt: true });

export const paymentMethodRef = (method: PaymentMethod): string => `payment-method:${method}`;

/** The method of a ref's id (`card`), or undefined where there is none of that name. */
export const paymentMethodOf = (id: string): PaymentMethod | undefined =>
  (Object.keys(METHODS) as PaymentMethod[]).find((method) => method === id);

/** PaymentMethod: `{"Name":"Credit Card","Type":"CREDIT_CARD"}`. */
export function toPaymentMethod(method: PaymentMethod): MappedRecord {
  const { name, type } = METHODS[method];
  return {
    resource: 'PaymentMethod',
    how: PAYMENT_METHOD_HOW,
    body: printBody({ Name: name, Type: type }),
    find: find(name),
    expect: {},
    warnings: [],
  };
}
