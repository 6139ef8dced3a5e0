import type { Line } from '@qbo-sync/contracts/runacall/invoice';
import { type Decimal, formatExact, parseDecimal, toCents } from '@qbo-sync/money/decimal';
import { amountNumber, exactNumber } from '@qbo-sync/money/print';
import { type BodyObject, type RefValue, refTo } from './document';
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
  readonly taxCode: RefValue | undefined;
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
      TaxCodeRef: line.taxCode,
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
