import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Match } from '@qbo-sync/mapping/match';
import { matchInvoice } from '@qbo-sync/mapping/match-document';
import { plainName } from '@qbo-sync/mapping/match-text';
import { valueAt } from '../sync/compare';
import type { Context, View } from '../sync/rules';
import type { InvoiceRelated } from './invoice-related';

/**
 * Invoices that a person entered in QuickBooks before go-live (postings.md §12). The customer may not be linked yet: the one
 * of theirs is ours when its name is, for by that it would be found.
 */
export function matchEntered(
  { data }: View<Invoice>,
  theirs: readonly TextObject[],
  { related }: Context<InvoiceRelated>,
): Match | undefined {
  if (data === undefined) return undefined;
  const name = related.customer === undefined ? undefined : plainName(related.customer.name);
  const same = theirs.find(
    (record) => name !== undefined && plainName(valueAt(record, 'CustomerRef.name') ?? '') === name,
  );
  const customerId = same === undefined ? '' : (valueAt(same, 'CustomerRef.value') ?? '');
  const { id, number, total, issuedOn } = data;
  return matchInvoice({ id, number, total, date: issuedOn, customerId }, theirs);
}
