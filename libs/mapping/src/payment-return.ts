import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { hold, type Hold, isHold, type MappedRecord, type MappingContext, marker } from './document';
import { toMoneyBack } from './journal-entry';
import type { MappedPayment } from './payment';
import { type InvoiceOf, positive } from './payment-parts';

export interface ReturnOptions {
  readonly invoice: InvoiceOf;
  /** QuickBooks id of the account the money left, where a person chose it: a check that was deposited. */
  readonly account?: string;
}

/** The entry of one part of a payment that failed or came back. */
export interface MappedReturn extends MappedRecord {
  readonly ref: string;
}

const METHODS: Readonly<Record<Payment['method'], string>> = {
  card: 'Card payment',
  ach: 'ACH',
  cash: 'Cash',
  check: 'Check',
  financing: 'Financing',
  other: 'Payment',
};

export const returnRef = (partRef: string): string => `${partRef}/returned`;

/**
 * Money that came and went (postings.md §8.5): per part one JournalEntry on the day it went back, of the whole part, so that
 * both movements stay visible. Holds: date_missing, closed_period, receivable_account.
 */
export function toReturns(
  payment: Payment,
  parts: readonly MappedPayment[],
  ctx: MappingContext,
  options: ReturnOptions,
): { readonly entries: readonly MappedReturn[] } | Hold {
  const { voidedOn, voidReason = 'returned' } = payment;
  if (voidedOn === undefined) return hold('date_missing', { doc: payment.id });
  const entries: MappedReturn[] = [];
  for (const [index, { ref, part, basis }] of parts.entries()) {
    if (part.amount.isZero()) continue;
    const open = positive(payment.allocations)
      .map(({ invoiceId }) => options.invoice(invoiceId))
      .flatMap((paid) => (paid?.customerId === part.customerId ? (paid?.number ?? []) : []));
    const owner = parts.length > 1 ? ` ${part.customerId ?? ''}` : '';
    const mapped = toMoneyBack(
      {
        number: `RAC-${payment.id}-F${index === 0 ? '' : String(index + 1)}`,
        on: voidedOn,
        amount: part.amount,
        payer: basis.payer,
        account: options.account ?? basis.account,
        note: `${marker(payment.id)} ${voidReason}${owner}`,
        text: [`${METHODS[payment.method]} ${voidReason}`, ...open.map((number) => `${number} open again`)].join(', '),
      },
      ctx,
    );
    if (isHold(mapped)) return mapped;
    entries.push({ ...mapped, ref: returnRef(ref) });
  }
  return { entries };
}
