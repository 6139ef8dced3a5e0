import { PAY_500 } from '@qbo-sync/mapping/payment.fixtures';
import { answered, changed, context, given, only } from '../sync/spec-kit';
import type { FollowedInvoice } from './followed-invoice';
import { type PaymentRelated, paymentRules } from './payment';

export const followed = (change: Partial<FollowedInvoice> = {}): FollowedInvoice => ({
  customerId: 'cus_88',
  number: 'RAC-1041',
  issuedOn: '2026-11-20',
  firstOccurredAt: '2026-11-20T16:04:05Z',
  linked: true,
  ...change,
});
export const refund = {
  ...{ id: 're_1', amount: '50.00', refundedOn: '2026-12-03', method: 'card', status: 'succeeded' },
  processorRefundId: 're_3Q',
};
export const ref = 'payment:pay_500';
export const start = (invoices: PaymentRelated['invoices'] = { inv_1041: followed() }, change = {}) =>
  given(paymentRules, ref, context<PaymentRelated>({ invoices }, change));
export const record = {
  Id: '154',
  TotalAmt: '179.70',
  TxnDate: '2026-11-25',
  PaymentRefNum: 'xBkL2eZvKYlo2C4nM1aN0',
  DepositToAccountRef: { value: '91' },
};
export const collected = () => start().when(changed('collected', 1, PAY_500));
export const posted = () => {
  const story = collected();
  return story.when(answered(story, { record }));
};
export const bodyOf = (story: { events: ReturnType<typeof start>['events'] }): Record<string, unknown> =>
  JSON.parse(only(story.events, 'PushRequested').personal.body) as Record<string, unknown>;
