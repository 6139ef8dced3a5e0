import type { StripePayout, StripeTransaction } from '@qbo-sync/contracts/stripe/payout';
import { json } from './context.fixtures';
import type { MappingContext } from './document';
import { type MappedPayout, payoutFold, payoutHold, type WhereOf } from './payout';
import type { Sitting, Whereabouts } from './payout-lines';

export const PO_1: StripePayout = {
  id: 'po_1Nabc',
  amount: '216.49',
  currency: 'USD',
  arrivalDate: '2026-12-02',
  createdAt: '2026-11-30T06:00:00.000Z',
  status: 'paid',
  automatic: true,
  method: 'standard',
  reconciliationStatus: 'completed',
};

export const transaction = (fields: Partial<StripeTransaction>): StripeTransaction => ({
  id: `txn_${fields.source ?? 'fee'}`,
  type: 'charge',
  category: 'charge',
  currency: 'USD',
  amount: '0.00',
  fee: '0.00',
  fees: [],
  net: fields.amount ?? '0.00',
  source: null,
  charge: null,
  description: null,
  converted: false,
  ...fields,
});

export const CHARGE_500 = transaction({
  source: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0',
  amount: '179.70',
  fee: '5.51',
  fees: [{ kind: 'stripe_fee', amount: '5.51' }],
  net: '174.19',
});
export const CHARGE_501 = transaction({
  source: 'py_501',
  type: 'payment',
  amount: '100.00',
  fee: '3.20',
  fees: [{ kind: 'stripe_fee', amount: '3.20' }],
  net: '96.80',
});
export const REFUND_77 = transaction({
  source: 're_77',
  type: 'refund',
  category: 'refund',
  amount: '-50.00',
  charge: 'ch_3Q7xBkL2eZvKYlo2C4nM1aN0',
});
export const MONTHLY_FEE = transaction({
  type: 'stripe_fee',
  category: 'fee',
  amount: '-4.50',
  description: 'Connections Verification, Nov 2026',
});
const ITSELF = transaction({ type: 'payout', category: 'payout', source: PO_1.id, amount: '-216.49' });

/** As Stripe lists them: its own first. */
export const PO_1_TRANSACTIONS = [ITSELF, CHARGE_500, CHARGE_501, REFUND_77, MONTHLY_FEE];

const CLEARING = { id: '91', name: 'Stripe clearing' };
export const PAYMENT_500: Sitting = {
  ref: 'payment:pay_500',
  amount: '179.70',
  in: CLEARING,
  txnType: 'Payment',
  customer: { $ref: 'payment:pay_500', at: 'CustomerRef.value' },
  text: 'RAC-1041 Dana Ruiz',
};
export const PAYMENT_501: Sitting = {
  ref: 'payment:pay_501',
  amount: '100.00',
  in: CLEARING,
  txnType: 'Payment',
  customer: { $ref: 'payment:pay_501', at: 'CustomerRef.value' },
  text: 'Prepayment, Lee Cho',
};
export const RECEIPT_77: Sitting = {
  ref: 'refund:re_77',
  amount: '-50.00',
  in: CLEARING,
  txnType: 'RefundReceipt',
  customer: { $ref: 'refund:re_77', at: 'CustomerRef.value' },
  text: 'Refund re_77, RAC-1041',
};

/** Where each sits, by Stripe's id. */
export type Places = Readonly<Record<string, Whereabouts>>;
export const PLACES: Places = {
  [CHARGE_500.source ?? '']: { sits: [PAYMENT_500] },
  py_501: { sits: [PAYMENT_501] },
  re_77: { sits: [RECEIPT_77] },
};
const UNKNOWN: Whereabouts = { missing: 'Run a Call does not know it' };

export const whereIn =
  (places: Places = PLACES): WhereOf =>
  ({ source }) =>
    places[source ?? ''] ?? UNKNOWN;

/** postings.md §10.3 */
export const PO_1_BODY = json(`
  {"DepositToAccountRef":{"value":"35"},"TxnDate":"2026-12-02","PrivateNote":"Run a Call po_1Nabc","Line":[
   {"Amount":179.70,"DetailType":"DepositLineDetail","Description":"RAC-1041 Dana Ruiz","DepositLineDetail":{"AccountRef":{"value":"91"},"Entity":{"value":"58","type":"CUSTOMER"}}},
   {"Amount":100.00,"DetailType":"DepositLineDetail","Description":"Prepayment, Lee Cho","DepositLineDetail":{"AccountRef":{"value":"91"},"Entity":{"value":"61","type":"CUSTOMER"}}},
   {"Amount":-50.00,"DetailType":"DepositLineDetail","Description":"Refund re_77, RAC-1041","DepositLineDetail":{"AccountRef":{"value":"91"},"Entity":{"value":"58","type":"CUSTOMER"}}},
   {"Amount":-8.71,"DetailType":"DepositLineDetail","Description":"Stripe processing fees, 2 payments","DepositLineDetail":{"AccountRef":{"value":"92"}}},
   {"Amount":-4.50,"DetailType":"DepositLineDetail","Description":"Stripe: Connections Verification, Nov 2026","DepositLineDetail":{"AccountRef":{"value":"92"}}}]}`);
/** QuickBooks ids of the references in it. */
export const PO_1_IDS = { 'payment:pay_500': '58', 'payment:pay_501': '61', 'refund:re_77': '58' };

/** All deposits of a payout, or why there is none, its parts handed in as the payments service does. */
export function toDeposits(
  payout: StripePayout,
  transactions: readonly StripeTransaction[],
  whereOf: WhereOf,
  ctx: MappingContext,
  limit?: number,
): MappedPayout {
  const stopped = payoutHold(payout, ctx);
  if (stopped) return stopped;
  const fold = payoutFold(payout, whereOf, ctx, limit);
  for (const each of transactions) fold.weigh(each);
  const lacking = fold.stopped();
  if (lacking) return lacking;
  for (const each of transactions) fold.place(each);
  return fold.deposits();
}
