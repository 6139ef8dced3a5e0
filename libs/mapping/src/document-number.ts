import type { MappingContext } from './document';
import { tail } from './text';

/** quickbooks.md §9.5 */
const LIMIT = 21;

/**
 * The number of a document that Run a Call itself does not number (`RAC-1041-R1`, `RAC-pay_500-F`): its last 21 characters;
 * where QuickBooks numbers, none from us (postings.md §6.5).
 */
export const ownNumber = (number: string, ctx: MappingContext): string | undefined =>
  ctx.values['invoices.numbering'] === 'quickbooks' || !ctx.profile.customTxnNumbers ? undefined : tail(number, LIMIT);
