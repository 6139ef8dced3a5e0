import type { EnteredInvoices } from '@qbo-sync/contracts/internal/backfill';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { ownNumber } from '@qbo-sync/mapping/document-number';
import type { Match } from '@qbo-sync/mapping/match';
import { matchReturn } from '@qbo-sync/mapping/match-document';
import { entryNumber, type RefundData } from '@qbo-sync/mapping/refund';
import { receiptNumber } from '@qbo-sync/mapping/refund-receipt';
import { valueAt } from '../sync/compare';
import { mappingContext } from '../sync/plans';
import type { Context, View } from '../sync/rules';
import type { RefundRelated } from './refund';

/**
 * Refunds that a person entered in QuickBooks before go-live (postings.md §12), in the form that ours would have, for the
 * customer of the invoice that is there.
 */
export function matchEntered(
  { data }: View<RefundData>,
  theirs: readonly TextObject[],
  { payers }: EnteredInvoices,
  context: Context<RefundRelated>,
): Match | undefined {
  const ctx = mappingContext(context);
  if (data === undefined || ctx === undefined) return undefined;
  const { id, amount: total, refundedOn: date, effect } = data.refund;
  const customerId = invoicesOf(data).flatMap((invoiceId) => payers[invoiceId] ?? [])[0] ?? '';
  const isReceipt = effect === 'reduce-sale';
  const forms = theirs.filter((record) => isReceipt === (owedIn(record) === undefined)).map(asReceipt);
  const number = isReceipt ? numberOf(data, context.related) : entryNumber(id);
  return matchReturn({ id, customerId, total, date, number: number && ownNumber(number, ctx) }, forms);
}

/** Ids of the invoices it takes of, and of those its payment pays. */
export const invoicesOf = ({ refund, payment }: RefundData): readonly string[] => {
  const paid = payment.allocations.map(({ invoiceId }) => invoiceId);
  return [...new Set(refund.invoiceId === undefined ? paid : [refund.invoiceId, ...paid])];
};

function numberOf({ refund: { id, invoiceId = '' } }: RefundData, related: RefundRelated): string | undefined {
  const place = (related.refunds[invoiceId] ?? []).findIndex((one) => one.id === id);
  const invoice = related.invoices[invoiceId];
  return invoice === undefined || place < 0 ? undefined : receiptNumber(invoice.number, place + 1);
}

/** The line of an entry that says which customer owes again. */
function owedIn({ Line }: TextObject): TextObject | undefined {
  const lines = (Array.isArray(Line) ? Line : []) as readonly TextObject[];
  return lines.find((line) => valueAt(line, `${DETAIL}.PostingType`) === 'Debit' && valueAt(line, OWES) !== undefined);
}

const DETAIL = 'JournalEntryLineDetail';
const OWES = `${DETAIL}.Entity.EntityRef.value`;

/** An entry says customer and amount in a line. */
function asReceipt(record: TextObject): TextObject {
  const owed = owedIn(record);
  if (owed === undefined) return record;
  return { ...record, CustomerRef: { value: valueAt(owed, OWES) ?? '' }, TotalAmt: owed['Amount'] ?? '' };
}
