import type { EnteredInvoices } from '@qbo-sync/contracts/internal/backfill';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Match } from '@qbo-sync/mapping/match';
import { hasMarker, matchPayment } from '@qbo-sync/mapping/match-document';
import { valueAt } from '../sync/compare';
import type { View } from '../sync/rules';
import { paidIn } from './judge-payment';

/**
 * Payments that a person entered in QuickBooks before go-live (postings.md §12): of the same invoice, whose customer is
 * ours as the invoice is.
 */
export function matchEntered(
  { data }: View<Payment>,
  theirs: readonly TextObject[],
  { ids }: EnteredInvoices,
): Match | undefined {
  if (data === undefined) return undefined;
  const invoiceIds = data.allocations.flatMap(({ invoiceId }) => ids[invoiceId] ?? []);
  const { id, amount, collectedOn, reference } = data;
  const pays = theirs.find(
    (record) => hasMarker(record, id) || paidIn(record).some((paid) => invoiceIds.includes(paid)),
  );
  const customerId = pays === undefined ? '' : (valueAt(pays, 'CustomerRef.value') ?? '');
  return matchPayment({ id, customerId, total: amount, date: collectedOn, reference, invoiceIds }, theirs);
}
