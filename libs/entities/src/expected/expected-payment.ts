import type { ExpectedPayment } from '@qbo-sync/contracts/internal/expected';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { formatAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import type { MappingContext } from '@qbo-sync/mapping/document';
import { waitingSetting, waitsIn } from '@qbo-sync/mapping/payment';
import { linkKey, type State } from '../sync/stream-state';

/**
 * What QuickBooks should say of a payment of this invoice (postings.md §13): where its money waits by the settings in force,
 * whatever they were when it was posted. Undefined: it pays nothing of it, or it was voided.
 */
export function expectedPayment(
  payment: Payment,
  invoiceId: string,
  { ref, facts, links, asked }: Pick<State, 'ref' | 'facts' | 'links' | 'asked'>,
  books: string,
  ctx: MappingContext,
): ExpectedPayment | undefined {
  const amounts = payment.allocations.filter((one) => one.invoiceId === invoiceId).map(({ amount }) => amount);
  const amount = sum(amounts.map(parseDecimal));
  if (amount.isZero() || facts.some(({ change }) => change === 'voided')) return undefined;
  // A split payment's part is the one whose lines name the invoice.
  const named = JSON.stringify(`invoice:${invoiceId}`);
  const part = Object.keys(asked).find((one) => asked[one]?.request.personal.body.includes(named)) ?? ref;
  return {
    ref,
    invoiceId,
    quickbooksId: links[linkKey(books, part)]?.id ?? null,
    amount: formatAmount(amount),
    account: waitsIn(payment, ctx),
    setting: waitingSetting(payment),
  };
}
