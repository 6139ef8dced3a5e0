import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import { type Decimal, formatExact, parseDecimal, toCents } from '@qbo-sync/money/decimal';
import { amountNumber, exactNumber } from '@qbo-sync/money/print';
import { type BodyObject, hold, type Hold, idTo, type MappingContext, refTo } from './document';
import { categoryAccount, discountAccount, helperRef, membershipAccount } from './helper-item';
import type { Texts } from './text';

/** quickbooks.md §9.5 */
export const LINE_TEXT_LIMIT = 4000;
const PRICE_PLACES = 2;

export interface SalesLine {
  readonly amount: Decimal;
  readonly quantity: Decimal;
  readonly unitPrice: Decimal;
  readonly text: string | undefined;
  readonly itemRef: string;
  readonly taxCode: string | undefined;
  readonly servicedOn?: string | undefined;
}

/**
 * A line that posts (postings.md §6.1).
 *
 *   {"Amount":37.00,"DetailType":"SalesItemLineDetail","Description":"Filter 16x25",
 *    "SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:itm_filter"}},"Qty":2,"UnitPrice":18.50,
 *                           "ServiceDate":"2026-11-19","TaxCodeRef":{"value":"TAX"}}}
 *
 * QuickBooks refuses (6070) an Amount that is not Qty × UnitPrice to the cent: such a line is sent as one at its amount,
 * with the quantity in the text (§6.2).
 */
export function salesLine(line: SalesLine, texts: Texts): BodyObject {
  const multiplies = toCents(line.quantity.times(line.unitPrice)).equals(line.amount);
  const quantity = `${formatExact(line.quantity, 0)} × ${formatExact(line.unitPrice, PRICE_PLACES)}`;
  const text = multiplies ? line.text : [line.text, `(${quantity})`].filter((part) => part !== undefined).join(' ');
  return {
    Amount: amountNumber(line.amount),
    DetailType: 'SalesItemLineDetail',
    Description: texts.lines(text, LINE_TEXT_LIMIT),
    SalesItemLineDetail: {
      ItemRef: refTo(line.itemRef),
      Qty: exactNumber(multiplies ? line.quantity : parseDecimal('1'), 0),
      UnitPrice: exactNumber(multiplies ? line.unitPrice : line.amount, PRICE_PLACES),
      ServiceDate: line.servicedOn,
      TaxCodeRef: line.taxCode === undefined ? undefined : idTo(line.taxCode),
    },
  };
}

/** A line of text alone: `{"DetailType":"DescriptionOnly","Description":"…","DescriptionLineDetail":{}}`. */
export function noteLine(line: Line, texts: Texts): BodyObject {
  return {
    DetailType: 'DescriptionOnly',
    Description: texts.lines(lineText(line), LINE_TEXT_LIMIT),
    DescriptionLineDetail: {},
  };
}

/** The line's name, and its description below where that says more. */
export function lineText(line: Line): string {
  const { name, description } = line;
  if (description === undefined || description.trim() === '' || description === name) return name;
  return description.startsWith(name) ? description : `${name}\n${description}`;
}

/** A membership is billed, no job: all its priced lines are membership income (events.md). */
export const isSubscription = (invoice: Invoice): boolean =>
  invoice.membershipId !== undefined && invoice.jobId === undefined;

/**
 * The item a priced line posts to (postings.md §6.2): a discount goes to the discount helper; a membership to an item on
 * the memberships account; else the line's own item; else the helper of its category's account. `usable` says whether
 * an own item can be used. Holds: account_missing.
 */
export function itemRefOf(
  line: Line,
  invoice: Invoice,
  ctx: MappingContext,
  usable: (itemId: string) => boolean,
): string | Hold {
  if (line.kind === 'discount') {
    const account = discountAccount(ctx);
    return account === null
      ? hold('account_missing', { setting: 'invoices.discountsAccount' })
      : helperRef('discount', account);
  }
  const own = line.itemId !== undefined && usable(line.itemId) ? `item:${line.itemId}` : undefined;
  const income = categoryAccount(line.categoryId, ctx) ?? ctx.values['items.defaultIncomeAccount'];
  if (line.kind === 'membership' || isSubscription(invoice)) {
    const account = membershipAccount(ctx);
    if (account === null) return hold('account_missing', { setting: 'items.defaultIncomeAccount' });
    // A membership item is created on the memberships account, any other one on its category's.
    const pointsThere = line.kind === 'membership' || income?.id === account.id;
    return own !== undefined && pointsThere ? own : helperRef('membership', account);
  }
  if (own !== undefined) return own;
  return income === null
    ? hold('account_missing', { setting: 'items.defaultIncomeAccount' })
    : helperRef('sales', income);
}
