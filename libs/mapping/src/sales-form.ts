import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Reason } from '@qbo-sync/contracts/reasons';
import { type Decimal, formatAmount, parseAmount, parseDecimal } from '@qbo-sync/money/decimal';
import { toAddress } from './address';
import { type BodyObject, hold, type Hold, type MappingContext } from './document';
import { helperRef } from './helper-item';
import { planDiscount } from './invoice-discount';
import { accountWarnings, itemRefOf, type KnownItems } from './invoice-item';
import { lineText, noteLine, salesLine } from './invoice-line';
import { planTax } from './invoice-tax';
import type { TaxPlan } from './tax-plan';
import type { Texts } from './text';

/** quickbooks.md §1.3 */
const TAXED_LINES_LIMIT = 750;
const ONE = parseDecimal('1');

export interface FormOptions {
  /** QuickBooks' total is off by this much: closed by one untaxed line (postings.md §1.4). Decimal string, may be negative. */
  readonly rounding?: string;
  /** QuickBooks id of the code a person picked for all its tax (postings.md §6.4). */
  readonly taxCode?: string;
  /** Whether a pricebook item can be used on a line; else a helper item stands in. By default: items are pushed. */
  readonly itemUsable?: (itemId: string) => boolean;
  /** QuickBooks id of the account an item posts to, as far as it is known. */
  readonly itemAccount?: (itemId: string) => string | undefined;
}

/** What an invoice and its credit memo have in common: lines and tax. */
export interface SalesForm {
  /** `BillAddr`, `ShipAddr`. */
  readonly addresses: BodyObject;
  /** `GlobalTaxCalculation`, `ApplyTaxAfterDiscount`, `Line`, `TxnTaxDetail`. */
  readonly money: BodyObject;
  readonly warnings: readonly Reason[];
}

/**
 * Lines, discount, tip, rounding and tax of an invoice that adds up (postings.md §6.2–§6.4). Holds: tax_off, tax_unmapped,
 * two_rates, untaxed_code, account_missing, discount_large, tip_account, too_many_lines.
 */
export function salesForm(invoice: Invoice, ctx: MappingContext, options: FormOptions, text: Texts): SalesForm | Hold {
  const rounding = parseAmount(options.rounding);
  const items: KnownItems = {
    usable: options.itemUsable ?? (() => ctx.values['items.push']),
    account: options.itemAccount ?? (() => undefined),
  };
  const tax = planTax(invoice, ctx, { extraUntaxed: !rounding.isZero(), picked: options.taxCode });
  if ('hold' in tax) return tax;
  const lines = linesOf(invoice, ctx, items, tax, text);
  if ('hold' in lines) return lines;
  const discount = planDiscount(invoice, ctx, tax, text);
  if ('hold' in discount) return discount;
  const closing = closingLines(invoice, ctx, rounding, tax, text);
  if ('hold' in closing) return closing;
  const all = [...lines.lines, ...discount.lines, ...closing.lines];
  if (all.length > TAXED_LINES_LIMIT && !parseDecimal(invoice.taxTotal).isZero()) {
    return hold('too_many_lines', { n: invoice.number, k: String(all.length) });
  }
  const rounded: Reason[] = rounding.isZero() ? [] : [{ code: 'rounded', params: { amount: formatAmount(rounding) } }];
  return {
    addresses: {
      BillAddr: toAddress(invoice.billingAddress, ctx, text),
      ShipAddr: toAddress(invoice.serviceAddress ?? invoice.billingAddress, ctx, text),
    },
    money: {
      GlobalTaxCalculation: tax.globalTaxCalculation,
      ApplyTaxAfterDiscount: discount.applyTaxAfterDiscount,
      Line: all,
      TxnTaxDetail: tax.detail,
    },
    warnings: [...tax.warnings, ...accountWarnings(invoice, ctx, items), ...rounded],
  };
}

type Lines = { readonly lines: readonly BodyObject[] };

function linesOf(invoice: Invoice, ctx: MappingContext, items: KnownItems, tax: TaxPlan, text: Texts): Lines | Hold {
  const lines: BodyObject[] = [];
  for (const line of invoice.lines) {
    if (line.kind === 'note') {
      lines.push(noteLine(line, text));
      continue;
    }
    const itemRef = itemRefOf(line, invoice, ctx, items);
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
