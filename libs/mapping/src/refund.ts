import type { Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import type { Choice } from '@qbo-sync/contracts/sync/settings';
import { formatAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { hold, type Hold, type Mapped, type MappingContext, marker, type Reference } from './document';
import { JOURNAL_ENTRY_HOW, toMoneyBack } from './journal-entry';
import { waitsIn } from './payment';
import { leftBefore } from './payment-parts';
import { closedHold } from './rules-before-sending';

/** One refund, and the payment it is of as far as it matters to it. */
export interface RefundData {
  readonly refund: Refund;
  /** QuickBooks id of the account it was paid from, where a person chose it. */
  readonly account?: string;
  readonly payment: Pick<
    Payment,
    'id' | 'customerId' | 'amount' | 'currency' | 'collectedOn' | 'processor' | 'allocations' | 'refunds'
  >;
}

/** The refund as one of a payment, of everything a payment event holds. */
export function refundOf(payment: Payment, refund: Refund): RefundData {
  const { id, customerId, amount, currency, collectedOn, processor, allocations, refunds } = payment;
  return {
    refund,
    payment: {
      ...{ id, customerId, amount, currency, collectedOn, allocations, refunds },
      ...(processor === undefined ? {} : { processor }),
    },
  };
}

/** The account that paid: Stripe's refunds leave where its payments wait. Holds: account_missing, refund_account. */
export function paidFrom({ refund, account }: RefundData, ctx: MappingContext): Pick<Choice, 'id'> | Hold {
  if (account !== undefined) return { id: account };
  if (refund.processorRefundId !== undefined) {
    return waitsIn({ processor: 'stripe' }, ctx) ?? hold('account_missing', { setting: 'payments.clearingAccount' });
  }
  return ctx.values['payments.refundAccount'] ?? hold('refund_account', { r: refund.id });
}

/** `over_refunded` when the refunds before it leave less of the payment than it takes. */
export function overRefunded({ refund, payment }: RefundData): Hold | undefined {
  const left = leftBefore(payment, refund.id);
  return parseDecimal(refund.amount).lte(left)
    ? undefined
    : hold('over_refunded', { r: refund.id, a: refund.amount, p: payment.id, b: formatAmount(left) });
}

/**
 * JournalEntry of a refund after which the customer owes again, or their credit is gone (postings.md §9). `payer`: the
 * customer in QuickBooks. Holds: closed_period, receivable_account, account_missing, refund_account.
 */
export function toRefundEntry(data: RefundData, payer: Reference, ctx: MappingContext): Mapped {
  const { refund, payment } = data;
  const account = paidFrom(data, ctx);
  if ('hold' in account) return account;
  return toMoneyBack(
    {
      number: entryNumber(refund.id),
      on: refund.refundedOn,
      amount: parseDecimal(refund.amount),
      payer,
      account: account.id,
      note: `${marker(refund.id)} of ${payment.id}`,
      text: refund.effect === 'reopen-invoice' ? 'Refund, the invoice is open again' : 'Refund of credit',
    },
    ctx,
  );
}

/** What a person calls the entry of a refund. */
export const entryNumber = (refundId: string): string => `RAC-${refundId}`;

/** Takes back what was posted of a refund that came to nothing. Holds: closed_period. */
export function toFailedRefund({ refund }: RefundData, resource: string, ctx: MappingContext): Mapped {
  const closed = closedHold(refund.id, refund.refundedOn, ctx);
  if (closed) return closed;
  const path = resource === 'JournalEntry' ? JOURNAL_ENTRY_HOW.path : 'refundreceipt';
  return {
    resource,
    how: { path, update: 'whole', always: ['Line'], remove: { as: 'delete' } },
    body: '{}',
    expect: {},
    warnings: [],
  };
}
