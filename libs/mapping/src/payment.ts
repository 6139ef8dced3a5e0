import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Choice, SettingKey } from '@qbo-sync/contracts/sync/settings';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { formatAmount, parseAmount, sum } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { checkPayment } from './arithmetic';
import {
  type BodyObject,
  hold,
  type Hold,
  idTo,
  type Mapped,
  type MappedRecord,
  type MappingContext,
  marker,
  printBody,
  refTo,
  type Reference,
} from './document';
import { paymentMethodRef } from './payment-method';
import { type InvoiceOf, type PaidLine, partsOf, payerOf, type PaymentPart, positive } from './payment-parts';
import { closedHold, currencyHold } from './rules-before-sending';
import { cleanName, tail } from './text';

/** quickbooks.md §9.6 */
export const PAYMENT_REF_LIMIT = 21;

const PAYMENT_HOW: How = {
  path: 'payment',
  update: 'whole',
  always: ['Line'],
  remove: { as: 'void', query: 'operation=update&include=void', fields: '{"sparse":true}' },
};

/** PaymentRefNum need not be there: an absent one agrees with an absent one. */
const find = (payment: Payment, note: string, isPart: boolean): Find => ({
  marker: { path: 'PrivateNote', text: isPart ? note : marker(payment.id) },
  where: [['TxnDate', payment.collectedOn]],
  agree: ['CustomerRef.value', 'TotalAmt', 'PaymentRefNum'],
  adopt: false,
});

/** What stays as it was when the payment was made, whatever is said of it later (postings.md §8.2, §8.4). */
export interface PaymentBasis {
  /** Run a Call's customer of this part; `''` where none was known. */
  readonly customerId: string;
  readonly payer: Reference;
  readonly account: string;
  readonly note: string;
  /** Lines were sent: from now on none is `[]`, which removes them. */
  readonly lined: boolean;
}

export interface MappedPayment extends MappedRecord {
  readonly ref: string;
  readonly part: PaymentPart;
  readonly basis: PaymentBasis;
}

export interface PaymentOptions {
  /** The invoice as followed, or undefined while it has not been heard of; its reference then waits in the gateway. */
  readonly invoice?: InvoiceOf;
  /** The parts that were made before, by their ref. */
  readonly made?: ReadonlyMap<string, PaymentBasis>;
  /** What takes the place of a part's lines: the entry of money that came back (§8.5). */
  readonly lines?: (part: PaymentPart) => readonly PaidLine[];
  /** Sent once more though it was sent before: QuickBooks has changed the lines by itself (§8.4). */
  readonly again?: boolean;
}

const refOf = (payment: Payment): string => `payment:${payment.id}`;

/**
 * Payment (postings.md §8.1), one record per customer (§8.2). The customer is the invoice's as it is in QuickBooks; a
 * prepayment's is its own.
 *
 *   {"TotalAmt":179.70,"CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},
 *    "TxnDate":"2026-11-25","DepositToAccountRef":{"value":"91"},
 *    "PaymentMethodRef":{"value":{"$ref":"payment-method:card"}},"PaymentRefNum":"xBkL2eZvKYlo2C4nM1aN0",
 *    "ProcessPayment":false,"PrivateNote":"Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0",
 *    "Line":[{"Amount":179.70,"LinkedTxn":[{"TxnId":{"$ref":"invoice:inv_1041"},"TxnType":"Invoice"}]}]}
 *
 * A part that was made keeps its customer, account and note; lines it once had are emptied by `"Line":[]`. A part of amount
 * 0 has nothing any more: its caller removes it.
 *
 * Holds: over_allocated, currency, tip_unshown, account_missing.
 */
export function toPayments(
  payment: Payment,
  ctx: MappingContext,
  options: PaymentOptions = {},
): { readonly payments: readonly MappedPayment[] } | Hold {
  const invoice = options.invoice ?? (() => undefined);
  const wrong = checkPayment(payment);
  if (wrong) return { hold: wrong };
  const stopped = currencyHold(payment.id, payment.currency, ctx) ?? tipHold(payment, invoice);
  if (stopped) return stopped;
  const made = options.made ?? new Map<string, PaymentBasis>();
  const closed = made.size === 0 ? closedHold(payment.id, payment.collectedOn, ctx) : undefined;
  if (closed) return closed;
  const account = waitsIn(payment, ctx);
  if (account === null) return hold('account_missing', { setting: waitingSetting(payment) });
  const customers = [...made].map(
    ([ref, { customerId }]) => [ref, customerId === '' ? undefined : customerId] as const,
  );
  const parts = partsOf(payment, { ref: refOf(payment), invoice, made: new Map(customers) });
  const isSplit = parts.length > 1;
  return {
    payments: parts.map((part) => {
      const lines = options.lines === undefined ? part.lines : options.lines(part);
      const before = made.get(part.ref);
      const basis = before ?? basisOf(payment, part, { account: account.id, isSplit });
      return mapPart(payment, ctx, { part, lines, basis, options, invoice });
    }),
  };
}

interface Mapping {
  readonly part: PaymentPart;
  readonly lines: readonly PaidLine[];
  readonly basis: PaymentBasis;
  readonly options: PaymentOptions;
  readonly invoice: InvoiceOf;
}

function mapPart(
  payment: Payment,
  ctx: MappingContext,
  { part, lines, basis, options, invoice }: Mapping,
): MappedPayment {
  const reference = referenceOf(payment);
  const lined = basis.lined || lines.length > 0 || options.again === true;
  const payer = isAwaited(basis.payer, lines, invoice) ? payerOf({ ...part, lines }, payment) : basis.payer;
  const note = options.again === true ? `${basis.note} (lines set again)` : basis.note;
  const body = printBody({
    TotalAmt: amountNumber(part.amount),
    CustomerRef: refTo(payer.$ref, payer.at),
    TxnDate: payment.collectedOn,
    CurrencyRef: ctx.profile.multiCurrency ? idTo(payment.currency) : undefined,
    DepositToAccountRef: idTo(basis.account),
    PaymentMethodRef: refTo(paymentMethodRef(payment.method)),
    PaymentRefNum: reference.sent,
    ProcessPayment: false,
    PrivateNote: note,
    Line: lined ? lines.map(lineOf) : undefined,
  });
  return {
    ref: part.ref,
    part,
    basis: { ...basis, payer, customerId: part.customerId ?? basis.customerId, lined },
    resource: 'Payment',
    how: PAYMENT_HOW,
    body,
    find: find(payment, basis.note, basis.note !== noteOf(payment)),
    expect: {
      TotalAmt: formatAmount(part.amount),
      TxnDate: payment.collectedOn,
      'DepositToAccountRef.value': basis.account,
      UnappliedAmt: formatAmount(part.amount.minus(sum(lines.map(({ amount }) => amount)))),
      ...(reference.sent === undefined ? {} : { PaymentRefNum: reference.sent }),
    },
    warnings: [...reference.warnings, ...olderWarnings(payment, part, invoice)],
  };
}

/**
 * The payer was to be read from an invoice that is not in QuickBooks and that the part does not pay any more: it may never
 * come, and the money would wait for it (postings.md §6.7, §8.3).
 */
function isAwaited({ $ref }: Reference, lines: readonly PaidLine[], invoiceOf: InvoiceOf): boolean {
  const [entity, id = ''] = $ref.split(':');
  return entity === 'invoice' && invoiceOf(id)?.unposted === true && lines.every(({ ref }) => ref !== $ref);
}

function basisOf(
  payment: Payment,
  part: PaymentPart,
  { account, isSplit }: { readonly account: string; readonly isSplit: boolean },
): PaymentBasis {
  return {
    customerId: part.customerId ?? '',
    payer: payerOf(part, payment),
    account,
    note: isSplit ? `${noteOf(payment)} ${part.customerId ?? ''}` : noteOf(payment),
    lined: false,
  };
}

/**
 * Voids a payment that was entered in error: no money moved. Holds: date_missing, closed_period.
 */
export function toVoidedPayment(payment: Payment, ctx: MappingContext): Mapped {
  if (payment.voidedOn === undefined) return hold('date_missing', { doc: payment.id });
  return closedHold(payment.id, payment.collectedOn, ctx) ?? EMPTIED;
}

/** A part to which nothing belongs any more is voided. */
export const EMPTIED: MappedRecord = {
  resource: 'Payment',
  how: PAYMENT_HOW,
  body: '{}',
  expect: { TotalAmt: '0.00' },
  warnings: [],
};

const lineOf = ({ ref, type, amount }: PaidLine): BodyObject => ({
  Amount: amountNumber(amount),
  LinkedTxn: [{ TxnId: { $ref: ref }, TxnType: type }],
});

/** `tip_unshown` when the invoices it pays, all known, show less tip than the payment says (postings.md §6.3). */
function tipHold(payment: Payment, invoiceOf: InvoiceOf): Hold | undefined {
  const tip = parseAmount(payment.tip);
  const paid = positive(payment.allocations).map(({ invoiceId }) => invoiceOf(invoiceId));
  if (tip.isZero() || paid.some((invoice) => invoice === undefined)) return undefined;
  const shown = sum(paid.map((invoice) => parseAmount(invoice?.tip)));
  return shown.gte(tip) ? undefined : hold('tip_unshown', { p: payment.id, t: formatAmount(tip) });
}

/** Where a payment's money waits: Stripe's in the clearing account, all other where undeposited funds wait. */
export function waitsIn(payment: Pick<Payment, 'processor'>, ctx: MappingContext): Choice | null {
  return payment.processor === 'stripe'
    ? ctx.values['payments.clearingAccount']
    : (ctx.values['payments.undepositedAccount'] ?? ctx.profile.undepositedAccount);
}

/** The setting that says so. */
export const waitingSetting = (payment: Pick<Payment, 'processor'>): SettingKey =>
  payment.processor === 'stripe' ? 'payments.clearingAccount' : 'payments.undepositedAccount';

/** The charge's last 21 characters (an id is 27), else the reference: a check's number. */
function referenceOf(payment: Payment): { sent: string | undefined; warnings: Reason[] } {
  if (payment.processorChargeId !== undefined) {
    return { sent: tail(payment.processorChargeId, PAYMENT_REF_LIMIT), warnings: [] };
  }
  const reference = cleanName(payment.reference ?? '');
  const sent = tail(reference, PAYMENT_REF_LIMIT);
  return { sent: sent === '' ? undefined : sent, warnings: sent === reference ? [] : [{ code: 'text_shortened' }] };
}

const noteOf = (payment: Payment): string =>
  payment.processorChargeId === undefined ? marker(payment.id) : `${marker(payment.id)} ${payment.processorChargeId}`;

/** Invoices older than go-live take no money: said once, by the part that has it. */
const olderWarnings = (payment: Payment, part: PaymentPart, invoice: InvoiceOf): Reason[] =>
  positive(payment.allocations).flatMap(({ invoiceId }): Reason[] => {
    const paid = invoice(invoiceId);
    return paid?.unapplied === 'older' && (part.customerId ?? paid.customerId) === paid.customerId
      ? [{ code: 'left_unapplied', params: { invoice: paid.number ?? invoiceId } }]
      : [];
  });
