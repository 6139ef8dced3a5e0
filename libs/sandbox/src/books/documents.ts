import type { Refund } from '@qbo-sync/contracts/runacall/payment';
import { booksTax, roundingOf } from './books-tax';
import { cents, type Cents } from './cents';
import type { BooksChoices } from './choices';
import type { Data, Happening } from './happened';
import { earned, givenBack, paidFrom, waitsIn, type Ledger, type Movement } from './movements';
import { partsOf } from './payment-parts';

export type DocumentKind = 'Invoice' | 'Payment' | 'RefundReceipt' | 'CreditMemo' | 'JournalEntry';

/** One document of the books as the accountant reckons it: all it moves, on its day. */
export interface ExpectedDocument {
  readonly kind: DocumentKind;
  readonly day: string;
  readonly customerId: string;
  /** What the customer owes by it (negative: owes less). */
  readonly owed: Cents;
  /** Income, discounts and tips. */
  readonly earned: readonly Movement[];
  readonly tax: Cents;
  /** Where money came to (negative: was taken from). */
  readonly money: readonly Movement[];
}

/** An invoice that stands in the books, and the day it stands under. */
export interface StandingInvoice {
  readonly invoice: Data;
  readonly day: string;
  /** Taken back by a credit memo of this day, since its own is in closed books. */
  readonly creditedOn?: string;
}

/** A payment that was taken, and how the customers of its invoices are told. */
export interface TakenPayment {
  readonly payment: Data;
  readonly refunds: readonly Refund[];
}

/** Money that came and went back: failed or returned (postings.md §8.5). */
export const cameBack = ({ voidReason }: Data): boolean => voidReason === 'failed' || voidReason === 'returned';

/** Said of a payment whose own day was in closed books by then: QuickBooks takes no change of it. */
export const isOfClosedBooks = ({ phase, data }: Happening, { closed }: Pick<BooksChoices, 'closed'>): boolean =>
  closed !== undefined && phase === closed.before && data.collectedOn <= closed.through;

/** An invoice, and the credit memo that takes it back with the payment of nothing that applies it (postings.md §6.8). */
export function invoiceDocuments({ invoice, day, creditedOn }: StandingInvoice, ledger: Ledger): ExpectedDocument[] {
  const { customerId } = invoice;
  const lines = earned(invoice, ledger);
  const rounding = roundingOf(invoice, ledger.choices);
  const sold: ExpectedDocument = {
    ...{ kind: 'Invoice', day, customerId, money: [] },
    owed: cents(invoice.total),
    earned: rounding === 0n ? lines : [...lines, { account: ledger.choices.income, amount: rounding }],
    tax: booksTax(invoice, ledger.choices),
  };
  if (creditedOn === undefined) return [sold];
  const credit: ExpectedDocument = {
    ...{ kind: 'CreditMemo', day: creditedOn, customerId, money: [], owed: -sold.owed, tax: -sold.tax },
    earned: sold.earned.map(({ account, amount }) => ({ account, amount: -amount })),
  };
  const nothing = { owed: 0n, earned: [], tax: 0n, money: [] };
  return [sold, credit, { kind: 'Payment', day: creditedOn, customerId, ...nothing }];
}

/** A payment as QuickBooks keeps it, one document per customer, and the entries of what of it went back. */
export function paymentDocuments(
  { payment, refunds }: TakenPayment,
  choices: BooksChoices,
  customerOf: (invoiceId: string) => string | undefined,
): ExpectedDocument[] {
  const parts = partsOf(payment, customerOf);
  const account = waitsIn(payment, choices);
  const owner = parts[0]?.customerId ?? '';
  const entry = (day: string, amount: Cents, from: Movement['account']): ExpectedDocument => ({
    ...{ kind: 'JournalEntry', day, customerId: owner, owed: amount, earned: [], tax: 0n },
    money: [{ account: from, amount: -amount }],
  });
  return [
    ...parts.map(({ customerId, amount }): ExpectedDocument => ({
      ...{ kind: 'Payment', day: payment.collectedOn, customerId, owed: -amount, earned: [], tax: 0n },
      money: [{ account, amount }],
    })),
    ...(cameBack(payment) ? [entry(payment.voidedOn ?? '', cents(payment.amount), account)] : []),
    ...refunds
      .filter(({ effect }) => effect !== 'reduce-sale')
      .map((refund) => entry(refund.refundedOn, cents(refund.amount), paidFrom(refund, choices))),
  ];
}

/** The receipts of an invoice's refunds that shrink the sale, in their order. */
export function refundReceipts(invoice: Data, refunds: readonly Refund[], ledger: Ledger): ExpectedDocument[] {
  const shares = givenBack(invoice, refunds, ledger);
  return refunds.map((refund, place): ExpectedDocument => ({
    ...{ kind: 'RefundReceipt', day: refund.refundedOn, customerId: invoice.customerId, owed: 0n },
    earned: shares[place]?.movements ?? [],
    tax: -(shares[place]?.tax ?? 0n),
    money: [{ account: paidFrom(refund, ledger.choices), amount: -cents(refund.amount) }],
  }));
}
