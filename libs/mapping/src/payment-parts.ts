import type { Allocation, Payment, Refund } from '@qbo-sync/contracts/runacall/payment';
import { type Decimal, parseDecimal, sum, ZERO } from '@qbo-sync/money/decimal';
import type { Reference } from './document';

/** What payments knows of an invoice that a payment names. */
export interface PaidInvoice {
  readonly customerId: string;
  readonly number?: string;
  readonly tip?: string;
  /** No line pays more of it: QuickBooks would refuse a total below what is paid (postings.md §6.6). */
  readonly total?: string;
  /**
   * Why its money stays unapplied: it is not ours to post (`older` than go-live: with a warning, postings.md §8.3), it is
   * posted `later`, when it is paid in full (§6.7), or it is `voided` (§6.8).
   */
  readonly unapplied?: 'older' | 'later' | 'voided';
  /** It is not in QuickBooks: what names it has not been sent. */
  readonly unposted?: true;
}

export type InvoiceOf = (invoiceId: string) => PaidInvoice | undefined;

/** So much of a payment on one transaction of its customer. */
export interface PaidLine {
  readonly ref: string;
  readonly type: 'Invoice' | 'JournalEntry';
  readonly amount: Decimal;
}

/** One QuickBooks payment: what of a Run a Call payment belongs to one customer (postings.md §8.2). */
export interface PaymentPart {
  readonly ref: string;
  /** Run a Call's id of the customer; undefined while the one invoice it pays has not been heard of. */
  readonly customerId: string | undefined;
  readonly amount: Decimal;
  readonly lines: readonly PaidLine[];
}

type Divided = Pick<Payment, 'customerId' | 'amount' | 'allocations' | 'refunds'>;

export interface PartsOptions {
  /** The payment's own ref. */
  readonly ref: string;
  readonly invoice: InvoiceOf;
  /** Whose each part is that was made before, by its ref: a part never changes hands. */
  readonly made: ReadonlyMap<string, string | undefined>;
}

/**
 * The parts of a payment; they sum to it. The payment's ref names the part of its own customer, else of its first
 * allocation; each other part is named by its customer. What is allocated to nothing goes to the payment's own customer, or
 * to the only one whose invoices it pays. Money given back without shrinking a sale pays the entry that says so instead of
 * the invoice (§8.5, §9). A part made before to which nothing belongs any more comes with amount 0.
 */
export function partsOf(payment: Divided, { ref, invoice, made }: PartsOptions): PaymentPart[] {
  const shares = new Map<string | undefined, Allocation[]>();
  const allocations = positive(payment.allocations);
  // One that has not been heard of is taken for its neighbours' customer's.
  const [known] = allocations.flatMap(({ invoiceId }) => invoice(invoiceId)?.customerId ?? []);
  for (const allocation of allocations) {
    const customerId = invoice(allocation.invoiceId)?.customerId ?? known;
    shares.set(customerId, [...(shares.get(customerId) ?? []), allocation]);
  }
  const mainBefore = made.get(ref);
  const [only] = shares.keys();
  const isOne = shares.size === 1 && (mainBefore === undefined || mainBefore === only || only === undefined);
  const rest = parseDecimal(payment.amount).minus(sum(allocations.map(amountOf)));
  const restOf = isOne ? only : payment.customerId;
  if (shares.size === 0 || (rest.gt(0) && !shares.has(restOf))) shares.set(restOf, []);
  const main = mainBefore ?? (shares.has(payment.customerId) ? payment.customerId : only);
  const paid = applied(payment, allocations, invoice);
  // Credit that went back was the rest's.
  const ownerOf = (entry: Refund): string | undefined => {
    const owner = invoice(reopens(entry) ?? '')?.customerId;
    return owner !== undefined && shares.has(owner) ? owner : restOf;
  };
  const parts = [...shares].map(([customerId, own]): PaymentPart => {
    const amount = sum(own.map(amountOf)).plus(customerId === restOf ? rest : ZERO);
    return {
      ref: customerId === undefined || customerId === main ? ref : `${ref}/${customerId}`,
      customerId,
      amount,
      lines: within(amount, [...paid(own), ...givenBack(payment, (entry) => ownerOf(entry) === customerId)]),
    };
  });
  const emptied = [...made].filter(([part]) => !parts.some((one) => one.ref === part));
  const nothing = emptied.map(([part, customerId]) => ({ ref: part, customerId, amount: ZERO, lines: [] }));
  return [...parts, ...nothing].sort((a, b) => Number(b.ref === ref) - Number(a.ref === ref));
}

/** The customer of a part in QuickBooks: that of an invoice it pays, as it stands there; else Run a Call's. */
export function payerOf(part: Pick<PaymentPart, 'customerId' | 'lines'>, payment: Divided): Reference {
  const paid = part.lines.find(({ type }) => type === 'Invoice');
  return paid === undefined
    ? { $ref: `customer:${part.customerId ?? payment.customerId}` }
    : { $ref: paid.ref, at: 'CustomerRef.value' };
}

/** What of a payment is left before one of its refunds: the amount less the refunds before it that succeeded. */
export function leftBefore({ amount, refunds }: Pick<Payment, 'amount' | 'refunds'>, refundId: string): Decimal {
  const before = refunds.slice(
    0,
    refunds.findIndex(({ id }) => id === refundId),
  );
  return parseDecimal(amount).minus(sum(before.filter(({ status }) => status === 'succeeded').map(amountOf)));
}

/** Refunds after which the customer owes again, or their credit is gone: each that says enough is an entry of its own. */
const entriesOf = (payment: Pick<Payment, 'amount' | 'refunds'>): Refund[] =>
  payment.refunds.filter(
    (refund) =>
      refund.effect !== 'reduce-sale' &&
      refund.status === 'succeeded' &&
      (refund.effect === 'return-credit' || refund.invoiceId !== undefined) &&
      amountOf(refund).lte(leftBefore(payment, refund.id)),
  );

export const positive = (allocations: readonly Allocation[]): Allocation[] =>
  allocations.filter((allocation) => amountOf(allocation).gt(0));

const amountOf = ({ amount }: { readonly amount: string }): Decimal => parseDecimal(amount);

/**
 * What stays applied to invoices. Run a Call may leave the allocation of an invoice that is open again as it was: where
 * allocations and what was given back are more than the payment, the invoice's share is what was given back less.
 */
function applied(
  payment: Divided,
  allocations: readonly Allocation[],
  invoice: InvoiceOf,
): (own: readonly Allocation[]) => PaidLine[] {
  const entries = entriesOf(payment);
  const used = sum([...allocations, ...entries].map(amountOf));
  const isAsAllocated = used.gt(parseDecimal(payment.amount));
  const back = (invoiceId: string): Decimal =>
    isAsAllocated ? sum(entries.filter((entry) => reopens(entry) === invoiceId).map(amountOf)) : ZERO;
  return (own) =>
    own
      .filter(({ invoiceId }) => invoice(invoiceId)?.unapplied === undefined)
      .map(({ invoiceId, amount }) => ({
        ref: `invoice:${invoiceId}`,
        type: 'Invoice' as const,
        amount: atMost(parseDecimal(amount).minus(back(invoiceId)), invoice(invoiceId)?.total),
      }))
      .filter(({ amount }) => amount.gt(0));
}

/** Lowered since it was paid, and the allocation still says what was paid: the rest is credit. */
const atMost = (amount: Decimal, total: string | undefined): Decimal =>
  total !== undefined && amount.gt(parseDecimal(total)) ? parseDecimal(total) : amount;

/** The entries a part pays. */
function givenBack(payment: Divided, isOwn: (entry: Refund) => boolean): PaidLine[] {
  return entriesOf(payment)
    .filter(isOwn)
    .map(({ id, amount }) => ({ ref: `refund:${id}`, type: 'JournalEntry', amount: parseDecimal(amount) }));
}

/** Never more than the part: QuickBooks would refuse all of it. */
function within(amount: Decimal, lines: readonly PaidLine[]): PaidLine[] {
  let left = amount;
  return lines
    .map((line) => {
      const paid = line.amount.lt(left) ? line.amount : left;
      left = left.minus(paid);
      return { ...line, amount: paid };
    })
    .filter((line) => line.amount.gt(0));
}

const reopens = ({ effect, invoiceId }: Refund): string | undefined =>
  effect === 'reopen-invoice' ? invoiceId : undefined;
