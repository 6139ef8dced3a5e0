import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { formatAmount, parseAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { checkInvoice } from './arithmetic';
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
import { numbering } from './invoice-number';
import { closedHold, currencyHold } from './rules-before-sending';
import { type FormOptions, salesForm } from './sales-form';
import { texts } from './text';

/** quickbooks.md §9.5 */
const NOTE_LIMIT = 4000;
const MEMO_LIMIT = 1000;
const CUSTOM_FIELD_LIMIT = 31;

export const INVOICE_HOW: How = {
  path: 'invoice',
  update: 'whole',
  always: ['Line', 'TxnTaxDetail', 'ShipAddr'],
  remove: { as: 'void', query: 'operation=void' },
};

export interface InvoiceOptions extends FormOptions {
  /** The day it is posted on instead of the day it was issued: it was paid then, or a person chose it. */
  readonly postedOn?: { readonly day: string; readonly why: 'paid' | 'chosen' };
}

/**
 * Invoice (postings.md §6.1).
 *
 *   {"DocNumber":"RAC-1041","CustomerRef":{"value":{"$ref":"customer:cus_88"}},"TxnDate":"2026-11-20",
 *    "DueDate":"2026-12-20","BillAddr":{…},"ShipAddr":{…},"EmailStatus":"NotSet","AllowOnlineCreditCardPayment":false,
 *    "AllowOnlineACHPayment":false,"PrivateNote":"Run a Call inv_1041","CustomerMemo":{"value":"Thank you"},
 *    "CustomField":[{"DefinitionId":"2","Name":"PO number","Type":"StringType","StringValue":"4711"}],
 *    "GlobalTaxCalculation":"TaxExcluded","ApplyTaxAfterDiscount":true,"Line":[…],"TxnTaxDetail":{"TotalTax":13.70}}
 *
 * Holds: arithmetic, date_missing, currency, number_long, numbers_off, closed_period, and those of its lines and tax
 * (sales-form.ts).
 */
export function toInvoice(invoice: Invoice, ctx: MappingContext, options: InvoiceOptions = {}): Mapped {
  const day = options.postedOn?.day ?? invoice.issuedOn;
  const stopped = stopBefore(invoice, day, ctx);
  if (stopped) return stopped;
  const number = numbering(invoice, ctx);
  if ('hold' in number) return number;
  const text = texts();
  const form = salesForm(invoice, ctx, options, text);
  if ('hold' in form) return form;
  const closed = closedHold(invoice.number, day, ctx);
  if (closed) return closed;
  const memo = text.lines(invoice.customerMemo, MEMO_LIMIT);
  const body = printBody({
    DocNumber: number.docNumber,
    CustomerRef: refTo(`customer:${invoice.customerId}`),
    TxnDate: day,
    DueDate: options.postedOn?.why === 'paid' ? day : invoice.dueOn,
    CurrencyRef: ctx.profile.multiCurrency ? idTo(invoice.currency) : undefined,
    ...form.addresses,
    EmailStatus: 'NotSet',
    AllowOnlineCreditCardPayment: false,
    AllowOnlineACHPayment: false,
    PrivateNote: text.lines(invoiceNote(invoice, ctx, options), NOTE_LIMIT),
    CustomerMemo: memo === undefined ? undefined : { value: memo },
    CustomField: orderField(invoice, ctx),
    ...form.money,
  });
  const taxTotal = parseDecimal(invoice.taxTotal);
  const isRounded = !parseAmount(options.rounding).isZero();
  return {
    resource: 'Invoice',
    how: number.how(INVOICE_HOW),
    body,
    find: find(invoice, number.expected),
    expect: {
      ...(number.expected === undefined ? {} : { DocNumber: number.expected }),
      TxnDate: day,
      TotalAmt: formatAmount(parseDecimal(invoice.total)),
      // What the rounding line closes may be QuickBooks' tax (postings.md §14.1); untaxed invoices may answer without one.
      ...(isRounded || taxTotal.isZero() ? {} : { 'TxnTaxDetail.TotalTax': formatAmount(taxTotal) }),
    },
    warnings: [...form.warnings, ...text.warnings()],
  };
}

/** Voids the invoice posted on `postedOn`. Holds: date_missing, closed_period. */
export function toVoidedInvoice(invoice: Invoice, ctx: MappingContext, postedOn = invoice.issuedOn): Mapped {
  if (invoice.voidedOn === undefined) return hold('date_missing', { doc: invoice.number });
  const closed = closedHold(invoice.number, postedOn, ctx);
  if (closed) return closed;
  return {
    resource: 'Invoice',
    how: INVOICE_HOW,
    body: '{}',
    expect: { TotalAmt: '0.00', Balance: '0.00' },
    warnings: [],
  };
}

/** The note an invoice is known by: its marker, the day it was issued where that is not the one it is posted on, its order. */
export function invoiceNote(invoice: Invoice, ctx: MappingContext, options: InvoiceOptions = {}): string {
  const day = options.postedOn?.day ?? invoice.issuedOn;
  const issued = day === invoice.issuedOn ? [] : [`issued ${invoice.issuedOn}`];
  const order = invoice.poNumber === undefined || orderField(invoice, ctx) ? [] : [`PO ${invoice.poNumber}`];
  return [marker(invoice.id), ...issued, ...order].join(' ');
}

function stopBefore(invoice: Invoice, day: string, ctx: MappingContext): Hold | undefined {
  const wrong = checkInvoice(invoice);
  if (wrong) return { hold: wrong };
  const paid = parseDecimal(invoice.balance).isZero() && !parseDecimal(invoice.total).isZero();
  if (paid && invoice.paidOn === undefined) return hold('date_missing', { doc: invoice.number });
  return currencyHold(invoice.number, invoice.currency, ctx);
}

/** A customer's order number in the company's own field for it; undefined: there is none, or it does not fit whole. */
function orderField({ poNumber }: Invoice, { profile }: MappingContext): readonly BodyObject[] | undefined {
  const field = profile.poField;
  if (poNumber === undefined || field === undefined || poNumber.length > CUSTOM_FIELD_LIMIT) return undefined;
  return [{ DefinitionId: field.id, Name: field.name, Type: 'StringType', StringValue: poNumber }];
}

const find = (invoice: Invoice, number: string | undefined): Find => ({
  marker: { path: 'PrivateNote', text: marker(invoice.id) },
  ...(number === undefined ? {} : { where: [['DocNumber', number]] }),
  agree: ['CustomerRef.value', 'TotalAmt', 'TxnDate'],
  adopt: false,
});
