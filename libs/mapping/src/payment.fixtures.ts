import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { json } from './context.fixtures';
import type { MappingContext } from './document';
import { type MappedPayment, type PaymentOptions, toPayments } from './payment';

export const PAY_500: Payment = {
  id: 'pay_500',
  customerId: 'cus_88',
  amount: '179.70',
  currency: 'USD',
  collectedOn: '2026-11-25',
  method: 'card',
  processor: 'stripe',
  processorChargeId: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0',
  allocations: [{ invoiceId: 'inv_1041', amount: '179.70' }],
  refunds: [],
  memo: 'Paid at the door',
  updatedAt: '2026-11-25T16:04:05Z',
};

/** postings.md §8.1; the customer is the one of invoice 238 in QuickBooks. */
export const PAY_500_BODY = json(`
  {"TotalAmt":179.70,"CustomerRef":{"value":"58"},"TxnDate":"2026-11-25","DepositToAccountRef":{"value":"91"},"PaymentMethodRef":{"value":"3"},
   "PaymentRefNum":"xBkL2eZvKYlo2C4nM1aN0","ProcessPayment":false,"PrivateNote":"Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0",
   "Line":[{"Amount":179.70,"LinkedTxn":[{"TxnId":"238","TxnType":"Invoice"}]}]}`);

export const PAY_500_REQUEST = json(`
  {"TotalAmt":179.70,"CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},"TxnDate":"2026-11-25",
   "DepositToAccountRef":{"value":"91"},"PaymentMethodRef":{"value":{"$ref":"payment-method:card"}},
   "PaymentRefNum":"xBkL2eZvKYlo2C4nM1aN0","ProcessPayment":false,"PrivateNote":"Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0",
   "Line":[{"Amount":179.70,"LinkedTxn":[{"TxnId":{"$ref":"invoice:inv_1041"},"TxnType":"Invoice"}]}]}`);

export const CHECK: Payment = {
  id: 'pay_7',
  customerId: 'cus_61',
  amount: '100.00',
  currency: 'USD',
  collectedOn: '2026-11-25',
  method: 'check',
  reference: '1207',
  allocations: [],
  refunds: [],
  updatedAt: '2026-11-25T16:04:05Z',
};

/** postings.md §8.3: a prepayment has no Line. */
export const CHECK_BODY = json(`
  {"TotalAmt":100.00,"CustomerRef":{"value":{"$ref":"customer:cus_61"}},"TxnDate":"2026-11-25",
   "DepositToAccountRef":{"value":"4"},"PaymentMethodRef":{"value":{"$ref":"payment-method:check"}},
   "PaymentRefNum":"1207","ProcessPayment":false,"PrivateNote":"Run a Call pay_7"}`);

/** What a payment of one customer becomes; throws when it is held. */
export function onlyPart(payment: Payment, ctx: MappingContext, options?: PaymentOptions): MappedPayment {
  const mapped = toPayments(payment, ctx, options);
  if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
  const [only, second] = mapped.payments;
  if (only === undefined || second !== undefined) throw new Error('a payment of several customers');
  return only;
}
