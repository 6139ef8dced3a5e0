import type { How } from '@qbo-sync/contracts/sync/request';
import { type Decimal, formatAmount, parseAmount, parseDecimal, sum } from '@qbo-sync/money/decimal';
import { amountNumber, exactNumber } from '@qbo-sync/money/print';
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
import { ownNumber } from './document-number';
import { helperRef } from './helper-item';
import { PAYMENT_REF_LIMIT } from './payment';
import { paymentMethodRef } from './payment-method';
import type { PostedInvoice, PostedLine } from './posted-invoice';
import { paidFrom, type RefundData } from './refund';
import type { RefundShare } from './refund-share';
import { closedHold, currencyHold } from './rules-before-sending';
import { tail } from './text';

const REFUND_RECEIPT_HOW: How = {
  path: 'refundreceipt',
  update: 'whole',
  always: ['Line', 'TxnTaxDetail'],
  remove: { as: 'delete' },
};

/** The rate of an invoice that is untaxed, as pseudo code of US companies. */
const NON = 'NON';
const ONE = parseDecimal('1');
const PRICE_PLACES = 2;

export interface Receipt {
  readonly invoiceId: string;
  readonly invoice: PostedInvoice;
  readonly share: RefundShare;
  /** Which of the invoice's refunds it is, from 1. */
  readonly place: number;
  /** QuickBooks' total is off by this much: closed by one untaxed line (postings.md §1.4). Decimal string, may be negative. */
  readonly rounding?: string;
}

/**
 * RefundReceipt: money back, the sale shrinks (postings.md §9). Its lines are the invoice's as they stand in QuickBooks, so
 * the same items, accounts and tax codes.
 *
 *   {"CustomerRef":{"value":"58"},"TxnDate":"2026-12-03","DepositToAccountRef":{"value":"91"},"DocNumber":"RAC-1041-R1",
 *    "PaymentRefNum":"re_77","PaymentMethodRef":{"value":"3"},"PrivateNote":"Run a Call re_77 of pay_500, RAC-1041","Line":[
 *    {"Amount":35.89,"DetailType":"SalesItemLineDetail","Description":"Refund: AC tune-up","SalesItemLineDetail":{
 *     "ItemRef":{"value":"11"},"Qty":1,"UnitPrice":35.89,"TaxCodeRef":{"value":"TAX"}}}],"TxnTaxDetail":{"TotalTax":3.81}}
 *
 * Holds: currency, closed_period, account_missing, refund_account, tax_off, untaxed_code.
 */
export function toRefundReceipt(data: RefundData, receipt: Receipt, ctx: MappingContext): Mapped {
  const { refund, payment } = data;
  const { invoice, share, invoiceId } = receipt;
  const stopped =
    currencyHold(refund.id, payment.currency, ctx) ??
    closedHold(refund.id, refund.refundedOn, ctx) ??
    taxHold(data, share, ctx);
  if (stopped) return stopped;
  const account = paidFrom(data, ctx);
  if ('hold' in account) return account;
  const closing = roundingLine(receipt, ctx);
  if ('hold' in closing) return closing;
  // Nothing of the tax goes back: a taxed line would take some.
  const untaxed = share.tax.isZero() && !parseDecimal(invoice.tax).isZero() ? untaxedCode(ctx) : undefined;
  if (typeof untaxed === 'object') return untaxed;
  const name = invoice.number ?? invoiceId;
  const number = ownNumber(receiptNumber(name, receipt.place), ctx);
  const reference = tail(refund.processorRefundId ?? refund.id, PAYMENT_REF_LIMIT);
  const note = `${marker(refund.id)} of ${payment.id}, ${name}`;
  const detail = taxDetail(invoice, share, ctx);
  const body = printBody({
    CustomerRef: refTo(`invoice:${invoiceId}`, 'CustomerRef.value'),
    TxnDate: refund.refundedOn,
    CurrencyRef: ctx.profile.multiCurrency ? idTo(payment.currency) : undefined,
    DepositToAccountRef: idTo(account.id),
    DocNumber: number,
    PaymentRefNum: reference,
    PaymentMethodRef: refTo(paymentMethodRef(refund.method)),
    PrivateNote: note,
    GlobalTaxCalculation: ctx.profile.taxMode === 'per_line' ? 'TaxExcluded' : undefined,
    ApplyTaxAfterDiscount: invoice.lines.some(({ kind }) => kind === 'discount') ? invoice.taxAfterDiscount : undefined,
    Line: [...invoice.lines.flatMap((line, place) => lineOf(line, share, place, untaxed)), ...closing.lines],
    TxnTaxDetail: detail,
  });
  return {
    resource: 'RefundReceipt',
    how: REFUND_RECEIPT_HOW,
    body,
    find: {
      marker: { path: 'PrivateNote', text: marker(refund.id) },
      ...(number === undefined ? {} : { where: [['DocNumber', number]] }),
      agree: ['CustomerRef.value', 'TxnDate', 'PaymentRefNum'],
      adopt: false,
    },
    expect: {
      TotalAmt: formatAmount(parseDecimal(refund.amount)),
      TxnDate: refund.refundedOn,
      'DepositToAccountRef.value': account.id,
      ...(number === undefined ? {} : { DocNumber: number }),
      ...(detail === undefined || share.tax.isZero() || closing.lines.length > 0
        ? {}
        : { 'TxnTaxDetail.TotalTax': formatAmount(share.tax) }),
    },
    warnings:
      closing.lines.length > 0
        ? [{ code: 'rounded', params: { amount: formatAmount(parseAmount(receipt.rounding)) } }]
        : [],
  };
}

/** `RAC-1041-R1`; `place`: which of the invoice's refunds it is, from 1. */
export const receiptNumber = (invoice: string, place: number): string => `${invoice}-R${place}`;

function taxHold({ refund }: RefundData, share: RefundShare, ctx: MappingContext): Hold | undefined {
  return ctx.profile.taxMode === 'off' && !share.tax.isZero()
    ? hold('tax_off', { n: refund.id, t: formatAmount(share.tax) })
    : undefined;
}

/** A line again, or its share as one; nothing for a share of nothing. */
function lineOf(line: PostedLine, share: RefundShare, place: number, untaxed: string | undefined): BodyObject[] {
  const amount = share.lines[place];
  if (amount === undefined || amount.isZero()) return [];
  const text = `Refund: ${line.text ?? ''}`.trim();
  const code = line.taxCode === undefined ? undefined : (untaxed ?? line.taxCode);
  if (line.kind === 'discount') {
    return [
      {
        Amount: amountNumber(amount.negated()),
        DetailType: 'DiscountLineDetail',
        Description: text,
        DiscountLineDetail: {
          PercentBased: false,
          DiscountAccountRef: line.account === undefined ? undefined : idTo(line.account),
        },
      },
    ];
  }
  const again = share.whole && line.quantity !== undefined && line.unitPrice !== undefined;
  const { quantity, unitPrice }: { quantity: Decimal; unitPrice: Decimal } = again
    ? { quantity: parseDecimal(line.quantity ?? '1'), unitPrice: parseDecimal(line.unitPrice ?? '0') }
    : { quantity: ONE, unitPrice: amount };
  return [
    {
      Amount: amountNumber(amount),
      DetailType: 'SalesItemLineDetail',
      Description: text,
      SalesItemLineDetail: {
        ItemRef: line.item === undefined ? undefined : idTo(line.item),
        Qty: exactNumber(quantity, 0),
        UnitPrice: exactNumber(unitPrice, PRICE_PLACES),
        TaxCodeRef: code === undefined ? undefined : idTo(code),
      },
    },
  ];
}

/** Tax by mode as on the invoice (postings.md §6.4). */
function taxDetail(invoice: PostedInvoice, share: RefundShare, ctx: MappingContext): BodyObject | undefined {
  switch (ctx.profile.taxMode) {
    case 'automated_us':
      return { TotalTax: amountNumber(share.tax) };
    case 'manual_us':
      return share.tax.isZero() || invoice.taxCode === undefined ? undefined : manualTax(invoice, share);
    case 'per_line':
    case 'off':
      return undefined;
  }
}

function manualTax(invoice: PostedInvoice, share: RefundShare): BodyObject {
  const { taxCode = '', taxRate, taxPercent } = invoice;
  const taxed = invoice.lines.map((line, place) =>
    line.taxCode === NON || (line.kind === 'discount' && invoice.taxAfterDiscount !== true)
      ? undefined
      : share.lines[place],
  );
  const net = sum(taxed.flatMap((amount) => amount ?? []));
  return {
    TxnTaxCodeRef: idTo(taxCode),
    TotalTax: amountNumber(share.tax),
    TaxLine:
      taxRate === undefined || taxPercent === undefined
        ? undefined
        : [
            {
              Amount: amountNumber(share.tax),
              DetailType: 'TaxLineDetail',
              TaxLineDetail: {
                TaxRateRef: idTo(taxRate),
                PercentBased: true,
                TaxPercent: exactNumber(parseDecimal(taxPercent), 0),
                NetAmountTaxable: amountNumber(net),
              },
            },
          ],
  };
}

function untaxedCode({ profile, values }: MappingContext): string | Hold {
  return profile.taxMode === 'per_line' ? (values['tax.untaxedCode']?.id ?? hold('untaxed_code')) : NON;
}

function roundingLine({ rounding }: Receipt, ctx: MappingContext): { readonly lines: readonly BodyObject[] } | Hold {
  const amount = parseAmount(rounding);
  if (amount.isZero()) return { lines: [] };
  const account = ctx.values['items.defaultIncomeAccount'];
  if (account === null) return hold('account_missing', { setting: 'items.defaultIncomeAccount' });
  const code = untaxedCode(ctx);
  if (typeof code === 'object') return code;
  return {
    lines: [
      {
        Amount: amountNumber(amount),
        DetailType: 'SalesItemLineDetail',
        Description: 'Rounding',
        SalesItemLineDetail: {
          ItemRef: refTo(helperRef('rounding', account)),
          Qty: exactNumber(ONE, 0),
          UnitPrice: exactNumber(amount, PRICE_PLACES),
          TaxCodeRef: idTo(code),
        },
      },
    ],
  };
}
