import { US } from './context.fixtures';
import { CREDIT_MEMO_CASES, creditOf } from './credit-memo.fixtures';
import { isHold, type Mapped, type MappedRecord, type MappingContext } from './document';
import { toInvoice } from './invoice';
import { INVOICE_CASES } from './invoice-cases.fixtures';
import { INVOICE_POSTING_CASES } from './invoice-posting-cases.fixtures';
import { INVOICE_TAX_CASES } from './invoice-tax-cases.fixtures';
import { partsOfCase, PAYMENT_CASES } from './payment-cases.fixtures';
import { RETURN_CASES, returnsOf } from './payment-return.fixtures';
import { PAYOUT_CASES, recordsOf } from './payout-cases.fixtures';
import { receiptOf, REFUND_CASES } from './refund-receipt.fixtures';
import { refundEntryOf, REFUND_ENTRY_CASES } from './refund.fixtures';

/** A document of any table: its kind and what its row says. */
export interface DocumentCase {
  readonly says: string;
  /** What Run a Call calls it: its records bear this id. */
  readonly id: string;
  readonly ctx: MappingContext;
  readonly recordsIn: (ctx: MappingContext) => readonly MappedRecord[];
}

const made = (mapped: Mapped): MappedRecord => {
  if (isHold(mapped)) throw new Error(`held: ${mapped.hold.code}`);
  return mapped;
};

/** Every row of every table that ends in a record of QuickBooks. */
export const EVERY_DOCUMENT: readonly DocumentCase[] = [
  ...[...INVOICE_CASES, ...INVOICE_TAX_CASES, ...INVOICE_POSTING_CASES].map((one) => ({
    ...{ says: `invoice: ${one.says}`, id: one.invoice.id, ctx: one.ctx },
    recordsIn: (ctx: MappingContext) => [made(toInvoice(one.invoice, ctx, one.options))],
  })),
  ...PAYMENT_CASES.map((one) => ({
    ...{ says: `payment: ${one.says}`, id: one.payment.id, ctx: one.ctx ?? US },
    recordsIn: (ctx: MappingContext) => partsOfCase({ ...one, ctx }).filter(({ part }) => !part.amount.isZero()),
  })),
  ...RETURN_CASES.map((one) => ({
    ...{ says: `return: ${one.says}`, id: one.payment.id, ctx: US },
    recordsIn: (ctx: MappingContext) => {
      const back = returnsOf(one, ctx);
      return 'hold' in back ? [made(back)] : back.entries;
    },
  })),
  ...REFUND_ENTRY_CASES.map((one) => ({
    ...{ says: `refund entry: ${one.says}`, id: one.refund.id, ctx: one.ctx ?? US },
    recordsIn: (ctx: MappingContext) => [made(refundEntryOf({ ...one, ctx }))],
  })),
  ...REFUND_CASES.map((one) => ({
    ...{ says: `refund receipt: ${one.says}`, id: one.refunds.at(-1)?.id ?? '', ctx: one.ctx ?? US },
    recordsIn: (ctx: MappingContext) => [made(receiptOf({ ...one, ctx }))],
  })),
  ...CREDIT_MEMO_CASES.map((one) => ({
    ...{ says: `credit memo: ${one.says}`, id: one.invoice.id, ctx: one.ctx },
    recordsIn: (ctx: MappingContext) => creditOf({ ...one, ctx }).map(([, mapped]) => made(mapped)),
  })),
  ...PAYOUT_CASES.map((one) => ({
    ...{ says: `payout: ${one.says}`, id: one.payout.id, ctx: one.ctx },
    recordsIn: (ctx: MappingContext) => recordsOf({ ...one, ctx }),
  })),
];
