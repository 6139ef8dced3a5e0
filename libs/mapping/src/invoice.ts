import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import type { Find, How } from '@qbo-sync/contracts/sync/request';
import { type Decimal, formatAmount, parseAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { toAddress } from './address';
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
import { helperRef } from './helper-item';
import { planDiscount } from './invoice-discount';
import { itemRefOf, lineText, noteLine, salesLine } from './invoice-line';
import { planTax, type TaxPlan } from './invoice-tax';
import { closedHold, currencyHold } from './rules-before-sending';
import { type Texts, texts } from './text';

/** quickbooks.md §1.3, §9.5 */
export const DOC_NUMBER_LIMIT = 21;
const TAXED_LINES_LIMIT = 750;
const NOTE_LIMIT = 4000;
const MEMO_LIMIT = 1000;
const ONE = parseDecimal('1');

export const INVOICE_HOW: How = {
  path: 'invoice',
  update: 'whole',
  always: ['Line', 'TxnTaxDetail', 'ShipAddr'],
  remove: { as: 'void', query: 'operation=void' },
};

const find = (invoice: Invoice): Find => ({
  marker: { path: 'PrivateNote', text: marker(invoice.id) },
  where: [['DocNumber', invoice.number]],
  agree: ['CustomerRef.value', 'TotalAmt', 'TxnDate'],
  adopt: false,
});

export interface InvoiceOptions {
  /** QuickBooks' total is off by this much: closed by one untaxed line (postings.md §1.4). Decimal string, may be negative. */
  readonly rounding?: string;
  /** Whether a pricebook item can be used on a line; else a helper item stands in. By default: items are pushed. */
  readonly itemUsable?: (itemId: string) => boolean;
}

/**
 * Invoice (postings.md §6.1).
 *
 *   {"DocNumber":"RAC-1041","CustomerRef":{"value":{"$ref":"customer:cus_88"}},"TxnDate":"2026-11-20",
 *    "DueDate":"2026-12-20","BillAddr":{…},"ShipAddr":{…},"EmailStatus":"NotSet","AllowOnlineCreditCardPayment":false,
 *    "AllowOnlineACHPayment":false,"PrivateNote":"Run a Call inv_1041","CustomerMemo":{"value":"Thank you"},
 *    "GlobalTaxCalculation":"TaxExcluded","ApplyTaxAfterDiscount":true,"Line":[…],"TxnTaxDetail":{"TotalTax":13.70}}
 *
 * Holds: arithmetic, date_missing, currency, rule_missing (numbering by QuickBooks, on payment, one code per invoice),
 * number_long, closed_period, tax_off, tax_unmapped, untaxed_code, account_missing, discount_large, tip_account,
 * too_many_lines.
 */
export function toInvoice(invoice: Invoice, ctx: MappingContext, options: InvoiceOptions = {}): Mapped {
  const stopped = stopBefore(invoice, ctx);
  if (stopped) return stopped;
  const rounding = parseAmount(options.rounding);
  const tax = planTax(invoice, ctx, !rounding.isZero());
  if ('hold' in tax) return tax;
  const text = texts();
  const lines = linesOf(invoice, ctx, options, tax, text);
  if ('hold' in lines) return lines;
  const discount = planDiscount(invoice, ctx, tax, text);
  if ('hold' in discount) return discount;
  const closing = closingLines(invoice, ctx, rounding, tax, text);
  if ('hold' in closing) return closing;
  const all = [...lines.lines, ...discount.lines, ...closing.lines];
  const taxTotal = parseDecimal(invoice.taxTotal);
  if (all.length > TAXED_LINES_LIMIT && !taxTotal.isZero()) {
    return hold('too_many_lines', { n: invoice.number, k: String(all.length) });
  }
  const shipping = invoice.serviceAddress ?? invoice.billingAddress;
  const memo = text.lines(invoice.customerMemo, MEMO_LIMIT);
  const body = printBody({
    DocNumber: invoice.number,
    CustomerRef: refTo(`customer:${invoice.customerId}`),
    TxnDate: invoice.issuedOn,
    DueDate: invoice.dueOn,
    CurrencyRef: ctx.profile.multiCurrency ? idTo(invoice.currency) : undefined,
    BillAddr: toAddress(invoice.billingAddress, ctx, text),
    ShipAddr: toAddress(shipping, ctx, text),
    EmailStatus: 'NotSet',
    AllowOnlineCreditCardPayment: false,
    AllowOnlineACHPayment: false,
    PrivateNote: text.lines(noteOf(invoice), NOTE_LIMIT),
    CustomerMemo: memo === undefined ? undefined : { value: memo },
    GlobalTaxCalculation: tax.globalTaxCalculation,
    ApplyTaxAfterDiscount: discount.applyTaxAfterDiscount,
    Line: all,
    TxnTaxDetail: tax.detail,
  });
  const rounded: Reason[] = rounding.isZero() ? [] : [{ code: 'rounded', params: { amount: formatAmount(rounding) } }];
  return {
    resource: 'Invoice',
    how: INVOICE_HOW,
    body,
    find: find(invoice),
    expect: {
      DocNumber: invoice.number,
      TxnDate: invoice.issuedOn,
      TotalAmt: formatAmount(parseDecimal(invoice.total)),
      // What the rounding line closes may be QuickBooks' tax (postings.md §14.1); untaxed invoices may answer without one.
      ...(rounding.isZero() && !taxTotal.isZero() ? { 'TxnTaxDetail.TotalTax': formatAmount(taxTotal) } : {}),
    },
    warnings: [...tax.warnings, ...text.warnings(), ...rounded],
  };
}

/** Voids the invoice. Holds: date_missing, closed_period. */
export function toVoidedInvoice(invoice: Invoice, ctx: MappingContext): Mapped {
  if (invoice.voidedOn === undefined) return hold('date_missing', { doc: invoice.number });
  const closed = closedHold(invoice.number, invoice.issuedOn, ctx);
  if (closed) return closed;
  return {
    resource: 'Invoice',
    how: INVOICE_HOW,
    body: '{}',
    expect: { TotalAmt: '0.00', Balance: '0.00' },
    warnings: [],
  };
}

function stopBefore(invoice: Invoice, ctx: MappingContext): Hold | undefined {
  const wrong = checkInvoice(invoice);
  if (wrong) return { hold: wrong };
  const paid = parseDecimal(invoice.balance).isZero() && !parseDecimal(invoice.total).isZero();
  if (paid && invoice.paidOn === undefined) return hold('date_missing', { doc: invoice.number });
  const foreign = currencyHold(invoice.number, invoice.currency, ctx);
  if (foreign) return foreign;
  if (ctx.values['invoices.when'] === 'on_payment') return hold('rule_missing', { rule: 'invoices on payment' });
  if (ctx.values['invoices.numbering'] === 'quickbooks')
    return hold('rule_missing', { rule: 'numbering by QuickBooks' });
  const { length } = invoice.number;
  if (length > DOC_NUMBER_LIMIT) return hold('number_long', { n: invoice.number, k: String(length) });
  return closedHold(invoice.number, invoice.issuedOn, ctx);
}

/** The marker, and behind it the customer's order number: there is no custom field for it. */
const noteOf = (invoice: Invoice): string =>
  invoice.poNumber === undefined ? marker(invoice.id) : `${marker(invoice.id)} PO ${invoice.poNumber}`;

type Lines = { readonly lines: readonly BodyObject[] };

function linesOf(
  invoice: Invoice,
  ctx: MappingContext,
  options: InvoiceOptions,
  tax: TaxPlan,
  text: Texts,
): Lines | Hold {
  const usable = options.itemUsable ?? (() => ctx.values['items.push']);
  const lines: BodyObject[] = [];
  for (const line of invoice.lines) {
    if (line.kind === 'note') {
      lines.push(noteLine(line, text));
      continue;
    }
    const itemRef = itemRefOf(line, invoice, ctx, usable);
    if (typeof itemRef !== 'string') return itemRef;
    lines.push(
      salesLine(
        {
          amount: parseDecimal(line.amount),
          quantity: parseDecimal(line.quantity),
          unitPrice: parseDecimal(line.unitPrice),
          text: lineText(line),
          itemRef,
          taxCode: tax.codeOf(line),
          servicedOn: line.servicedOn,
        },
        text,
      ),
    );
  }
  return { lines };
}

/** The tip and the rounding line: both untaxed, both on a helper item. */
function closingLines(
  invoice: Invoice,
  ctx: MappingContext,
  rounding: Decimal,
  tax: TaxPlan,
  text: Texts,
): Lines | Hold {
  const untaxedLine = (amount: Decimal, name: string, itemRef: string): BodyObject =>
    salesLine({ amount, quantity: ONE, unitPrice: amount, text: name, itemRef, taxCode: tax.untaxedCode }, text);
  const lines: BodyObject[] = [];
  const tip = parseAmount(invoice.tip);
  if (!tip.isZero()) {
    const account = ctx.values['invoices.tipsAccount'];
    if (account === null) return hold('tip_account', { n: invoice.number });
    lines.push(untaxedLine(tip, 'Tip', helperRef('tip', account)));
  }
  if (!rounding.isZero()) {
    const account = ctx.values['items.defaultIncomeAccount'];
    if (account === null) return hold('account_missing', { setting: 'items.defaultIncomeAccount' });
    lines.push(untaxedLine(rounding, 'Rounding', helperRef('rounding', account)));
  }
  return { lines };
}
