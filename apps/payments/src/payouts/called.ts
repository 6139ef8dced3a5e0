import { entityOf, idOf } from '@qbo-sync/contracts/refs';
import type { Allocation } from '@qbo-sync/contracts/runacall/payment';
import type { State } from '@qbo-sync/entities/sync/stream-state';

/** Invoices a line names; a bill of more is told by its payment. */
const NAMED = 3;

/** What a person calls a record: `RAC-1041`, `Refund re_77, RAC-1041`, `Prepayment`. */
export function calledBy({ ref, latest }: State, numberOf: (invoiceId: string) => string): string {
  const all = latest === undefined ? [] : [...new Set(invoicesNamed(latest.data))].map(numberOf);
  const numbers = all.length > NAMED ? [...all.slice(0, NAMED), '…'] : all;
  switch (entityOf(ref)) {
    case 'payment':
      return numbers.length === 0 ? 'Prepayment' : numbers.join(' ');
    case 'refund':
      return [`Refund ${idOf(ref)}`, ...numbers].join(', ');
    default:
      return `Payout ${idOf(ref)}`;
  }
}

/** A payment's own invoices; a refund's, where it names one. */
export function invoicesNamed(data: Readonly<Record<string, unknown>>): readonly string[] {
  const { allocations = [], refund } = data as {
    readonly allocations?: readonly Allocation[];
    readonly refund?: { readonly invoiceId?: string };
  };
  return [...allocations.map(({ invoiceId }) => invoiceId), ...[refund?.invoiceId ?? []].flat()];
}
