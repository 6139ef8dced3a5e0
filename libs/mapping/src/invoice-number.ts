import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { How } from '@qbo-sync/contracts/sync/request';
import { hold, type Hold, type MappingContext } from './document';

/** quickbooks.md §9.5 */
const DOC_NUMBER_LIMIT = 21;
/** Forces the next number of QuickBooks' own sequence (quickbooks.md §9.5). */
const NEXT = 'AUTO_GENERATE';

export interface Numbering {
  readonly docNumber: string | undefined;
  /** What the answer must say; undefined: QuickBooks gives the number. */
  readonly expected: string | undefined;
  how(how: How): How;
}

/**
 * Who numbers an invoice (postings.md §6.5).
 *
 *   Custom transaction numbers      on                                  off
 *   Run a Call's                    its number, never cut               held: QuickBooks would ignore it
 *   QuickBooks'                     AUTO_GENERATE, at the create alone  none is sent
 *
 * Holds: number_long, numbers_off.
 */
export function numbering({ number }: Invoice, { values, profile }: MappingContext): Numbering | Hold {
  if (values['invoices.numbering'] === 'quickbooks') {
    const how = (plain: How): How => ({ ...plain, once: ['DocNumber'] });
    return { docNumber: profile.customTxnNumbers ? NEXT : undefined, expected: undefined, how };
  }
  if (!profile.customTxnNumbers) return hold('numbers_off', { n: number });
  const { length } = number;
  if (length > DOC_NUMBER_LIMIT) return hold('number_long', { n: number, k: String(length) });
  return { docNumber: number, expected: number, how: (plain) => plain };
}
