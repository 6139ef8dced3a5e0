import type { Allocation, Payment } from '@qbo-sync/contracts/runacall/payment';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Choice } from '@qbo-sync/contracts/sync/settings';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { formatAmount, parseAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { checkPayment } from './arithmetic';
import {
  type BodyObject,
  hold,
  type Hold,
  idTo,
  type Mapped,
  type MappingContext,
  marker,
  printBody,
  refTo,
} from './document';
import { paymentMethodRef } from './payment-method';
import { closedHold, currencyHold } from './rules-before-sending';
import { cleanName, tail } from './text';

/** quickbooks.md §9.6 */
export const PAYMENT_REF_LIMIT = 21;

export const PAYMENT_HOW: How = {
  path: 'payment',
  update: 'whole',
  always: ['Line'],
  remove: { as: 'void', query: 'operation=update&include=void', fields: '{"sparse":true}' },
};

/** PaymentRefNum need not be there: an absent one agrees with an absent one. */
const find = (payment: Payment): Find => ({
  marker: { path: 'PrivateNote', text: marker(payment.id) },
  where: [['TxnDate', payment.collectedOn]],
  agree: ['CustomerRef.value', 'TotalAmt', 'PaymentRefNum'],
  adopt: false,
});

/** What payments knows of an invoice that a payment names. */
export interface PaidInvoice {
  readonly customerId: string;
  readonly number?: string;
  readonly tip?: string;
  /** It is not ours to post (older than go-live): the money stays unapplied, with a warning (postings.md §8.3). */
  readonly leftOut?: boolean;
}

export interface PaymentOptions {
  /** The invoice as followed, or undefined while it has not been heard of; its reference then waits in the gateway. */
  readonly invoice?: (invoiceId: string) => PaidInvoice | undefined;
}

/**
 * Payment (postings.md §8.1). The customer is the invoice's as it is in QuickBooks; a prepayment's is its own.
 *
 *   {"TotalAmt":179.70,"CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},
 *    "TxnDate":"2026-11-25","DepositToAccountRef":{"value":"91"},
 *    "PaymentMethodRef":{"value":{"$ref":"payment-method:card"}},"PaymentRefNum":"xBkL2eZvKYlo2C4nM1aN0",
 *    "ProcessPayment":false,"PrivateNote":"Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0",
 *    "Line":[{"Amount":179.70,"LinkedTxn":[{"TxnId":{"$ref":"invoice:inv_1041"},"TxnType":"Invoice"}]}]}
 *
 * Holds: over_allocated, currency, closed_period, rule_missing (invoices of several customers), tip_unshown,
 * account_missing.
 */
export function toPayment(payment: Payment, ctx: MappingContext, options: PaymentOptions = {}): Mapped {
  const invoiceOf = options.invoice ?? (() => undefined);
  const wrong = checkPayment(payment);
  if (wrong) return { hold: wrong };
  const stopped =
    currencyHold(payment.id, payment.currency, ctx) ??
    closedHold(payment.id, payment.collectedOn, ctx) ??
    splitHold(payment, invoiceOf) ??
    tipHold(payment, invoiceOf);
  if (stopped) return stopped;
  const account = depositAccount(payment, ctx);
  if (account === null) return hold('account_missing', { setting: depositSetting(payment) });
  const named = positive(payment.allocations);
  const left = named.filter(({ invoiceId }) => invoiceOf(invoiceId)?.leftOut === true);
  const applied = named.filter((allocation) => !left.includes(allocation));
  const [first] = applied;
  const reference = referenceOf(payment);
  const body = printBody({
    TotalAmt: amountNumber(parseDecimal(payment.amount)),
    CustomerRef:
      first === undefined
        ? refTo(`customer:${payment.customerId}`)
        : refTo(`invoice:${first.invoiceId}`, 'CustomerRef.value'),
    TxnDate: payment.collectedOn,
    CurrencyRef: ctx.profile.multiCurrency ? idTo(payment.currency) : undefined,
    DepositToAccountRef: idTo(account.id),
    PaymentMethodRef: refTo(paymentMethodRef(payment.method)),
    PaymentRefNum: reference.sent,
    ProcessPayment: false,
    PrivateNote: noteOf(payment),
    Line: applied.length === 0 ? undefined : applied.map(lineOf),
  });
  return {
    resource: 'Payment',
    how: PAYMENT_HOW,
    body,
    find: find(payment),
    expect: {
      TotalAmt: formatAmount(parseDecimal(payment.amount)),
      TxnDate: payment.collectedOn,
      'DepositToAccountRef.value': account.id,
      ...(reference.sent === undefined ? {} : { PaymentRefNum: reference.sent }),
    },
    warnings: [...reference.warnings, ...left.map(({ invoiceId }) => leftWarning(invoiceId, invoiceOf(invoiceId)))],
  };
}

/**
 * Voids a payment that was entered in error: no money moved. Holds: date_missing, rule_missing (failed and returned
 * payments are journal entries), closed_period.
 */
export function toVoidedPayment(payment: Payment, ctx: MappingContext): Mapped {
  if (payment.voidReason !== 'entered-in-error') {
    return hold('rule_missing', { rule: `payment ${payment.voidReason ?? 'voided without a reason'}` });
  }
  if (payment.voidedOn === undefined) return hold('date_missing', { doc: payment.id });
  const closed = closedHold(payment.id, payment.collectedOn, ctx);
  if (closed) return closed;
  return { resource: 'Payment', how: PAYMENT_HOW, body: '{}', expect: { TotalAmt: '0.00' }, warnings: [] };
}

type InvoiceOf = (invoiceId: string) => PaidInvoice | undefined;

const positive = (allocations: readonly Allocation[]): Allocation[] =>
  allocations.filter(({ amount }) => parseDecimal(amount).gt(0));

const lineOf = ({ invoiceId, amount }: Allocation): BodyObject => ({
  Amount: amountNumber(parseDecimal(amount)),
  LinkedTxn: [{ TxnId: { $ref: `invoice:${invoiceId}` }, TxnType: 'Invoice' }],
});

/** Invoices of several customers need a payment each. */
function splitHold(payment: Payment, invoiceOf: InvoiceOf): Hold | undefined {
  const customers = positive(payment.allocations).flatMap(({ invoiceId }) => invoiceOf(invoiceId)?.customerId ?? []);
  return new Set(customers).size > 1 ? hold('rule_missing', { rule: 'payments of several customers' }) : undefined;
}

/** `tip_unshown` when the invoices it pays, all known, show less tip than the payment says (postings.md §6.3). */
function tipHold(payment: Payment, invoiceOf: InvoiceOf): Hold | undefined {
  const tip = parseAmount(payment.tip);
  const paid = positive(payment.allocations).map(({ invoiceId }) => invoiceOf(invoiceId));
  if (tip.isZero() || paid.some((invoice) => invoice === undefined)) return undefined;
  const shown = sum(paid.map((invoice) => parseAmount(invoice?.tip)));
  return shown.gte(tip) ? undefined : hold('tip_unshown', { p: payment.id, t: formatAmount(tip) });
}

/** Stripe's money waits in the clearing account, all other where undeposited funds wait. */
function depositAccount(payment: Payment, ctx: MappingContext): Choice | null {
  return payment.processor === 'stripe'
    ? ctx.values['payments.clearingAccount']
    : (ctx.values['payments.undepositedAccount'] ?? ctx.profile.undepositedAccount);
}

const depositSetting = (payment: Payment): string =>
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

const leftWarning = (invoiceId: string, invoice: PaidInvoice | undefined): Reason => ({
  code: 'left_unapplied',
  params: { invoice: invoice?.number ?? invoiceId },
});
