import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import {
  amount,
  cents,
  type Decimal,
  decimal,
  number as plain,
  object,
  objects,
  present,
  ref,
  refValue,
  sum,
  text,
  ZERO,
} from '../exact';
import { follow, refTo } from '../name-list';
import { refuse, refuseMissing } from '../refusal';
import { choice, date, flag, ignored, many, number, one, ref as refKind, text as textKind, type Shape } from '../shape';
import { lineIds } from './line-ids';

/** quickbooks.md §9.5. */
const LINE_SHAPE: Shape = {
  Id: textKind(100),
  LineNum: ignored,
  Description: textKind(4000),
  Amount: number,
  DetailType: choice(
    'SalesItemLineDetail',
    'DescriptionOnly',
    'DiscountLineDetail',
    'SubTotalLineDetail',
    'GroupLineDetail',
  ),
  LinkedTxn: ignored,
  SalesItemLineDetail: one({
    ItemRef: refKind,
    Qty: number,
    UnitPrice: number,
    TaxCodeRef: refKind,
    ServiceDate: date,
    ClassRef: refKind,
    DiscountRate: number,
    DiscountAmt: number,
    TaxInclusiveAmt: ignored,
    ItemAccountRef: ignored,
    TaxClassificationRef: ignored,
  }),
  DescriptionLineDetail: one({ ServiceDate: date, TaxCodeRef: ignored }),
  DiscountLineDetail: one({
    PercentBased: flag,
    DiscountPercent: number,
    DiscountAccountRef: refKind,
    DiscountRef: ignored,
    ClassRef: ignored,
    TaxCodeRef: ignored,
    ServiceDate: ignored,
  }),
  SubTotalLineDetail: ignored,
  GroupLineDetail: ignored,
};
export const LINES = many(LINE_SHAPE);

export interface SalesLine {
  record: ExactObject;
  amount: Decimal;
  /** The account it posts to: its item's income account at the time of this write. */
  account: string;
  taxCode: string | undefined;
}

export interface SalesLines {
  /** In the order of the request, without the sub-total. */
  records: ExactObject[];
  sales: SalesLine[];
  subtotal: Decimal;
  discount: { amount: Decimal; account: string | undefined };
}

/** Reads the lines of a sales form: numbers them, checks their arithmetic, drops the amounts of lines without an item. */
export function readLines(draft: Draft, wanted: ExactObject, current: ExactObject | undefined): SalesLines {
  if (wanted['Line'] === undefined) refuseMissing('Line');
  const given = objects(wanted['Line']).filter((line) => line['DetailType'] !== 'SubTotalLineDetail');
  if (given.length === 0) refuse('2250', 'Transaction needs at least one split line.', 'Line');
  const giveId = lineIds(current, given);
  const sales: SalesLine[] = [];
  const records: ExactObject[] = [];
  let discountLine: ExactObject | undefined;
  for (const line of given) {
    const head = { Id: giveId(text(line['Id'])), LineNum: plain(records.length + 1), Description: line['Description'] };
    switch (text(line['DetailType']) ?? refuseMissing('DetailType')) {
      case 'SalesItemLineDetail': {
        const sale = readSale(draft, line, head);
        if (sale.account === undefined) records.push(descriptionOnly(head));
        else {
          sales.push({ ...sale, account: sale.account });
          records.push(sale.record);
        }
        break;
      }
      case 'DescriptionOnly':
        records.push(descriptionOnly(head));
        break;
      case 'DiscountLineDetail':
        if (discountLine !== undefined) refuse('6000', 'A transaction can have only one discount line.', 'Line');
        discountLine = present({
          ...head,
          Amount: line['Amount'],
          DetailType: 'DiscountLineDetail',
          DiscountLineDetail: object(line['DiscountLineDetail']),
        });
        records.push(discountLine);
        break;
      default:
        refuse('2170', `Invalid Enumeration : ${text(line['DetailType'])}`, 'DetailType');
    }
  }
  const subtotal = sum(sales.map((line) => line.amount));
  const discount =
    discountLine === undefined ? { amount: ZERO, account: undefined } : settleDiscount(draft, discountLine, subtotal);
  return { records, sales, subtotal, discount };
}

function descriptionOnly(head: Record<string, ExactObject[string] | undefined>): ExactObject {
  return present({ ...head, DetailType: 'DescriptionOnly', DescriptionLineDetail: {} });
}

function readSale(
  draft: Draft,
  line: ExactObject,
  head: Record<string, ExactObject[string] | undefined>,
): Omit<SalesLine, 'account'> & { account: string | undefined } {
  const detail = object(line['SalesItemLineDetail']);
  const total = decimal(line['Amount']) ?? refuseMissing('Amount');
  if (total.decimalPlaces() > 2)
    refuse('2090', `Invalid Decimal : Amount ${total.toFixed()} has more than two decimals`, 'Amount');
  if (total.isNegative() && draft.company.switches.refuseNegativeLines)
    refuse('2290', 'Negative Amount : a sales line cannot be negative.', 'Amount');
  const quantity = decimal(detail['Qty']);
  const price = decimal(detail['UnitPrice']);
  if (price !== undefined && !cents(price.times(quantity ?? 1)).equals(total)) {
    refuse('6070', 'Amount calculation incorrect in the request : Amount is not equal to UnitPrice * Qty.', 'Amount');
  }
  const soldItem = follow(draft, detail['ItemRef'], 'Item', 'ItemRef');
  if (soldItem === undefined) return { record: {}, amount: ZERO, account: undefined, taxCode: undefined };
  if (soldItem['Type'] === 'Category')
    refuse('6000', 'Business Validation Error: A category cannot be used on a transaction.', 'ItemRef');
  const account = refValue(soldItem['IncomeAccountRef']) ?? '';
  follow(draft, ref(account), 'Account', 'ItemAccountRef');
  const record = present({
    ...head,
    Amount: amount(total),
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: present({
      ServiceDate: detail['ServiceDate'],
      ItemRef: { value: text(soldItem['Id']) ?? '', name: text(soldItem['FullyQualifiedName']) ?? '' },
      UnitPrice:
        detail['UnitPrice'] ??
        (quantity === undefined || quantity.isZero() ? undefined : plain(total.dividedBy(quantity).toDecimalPlaces(7))),
      Qty: detail['Qty'],
      ItemAccountRef: refTo(draft.get('Account', account) ?? { Id: account }),
      TaxCodeRef: detail['TaxCodeRef'],
    }),
  });
  return { record, amount: total, account, taxCode: refValue(detail['TaxCodeRef']) };
}

/** An amount or a percentage of the sub-total, on an income account (quickbooks.md §9.5, §14.8). */
function settleDiscount(draft: Draft, line: ExactObject, subtotal: Decimal): { amount: Decimal; account: string } {
  const detail = object(line['DiscountLineDetail']);
  const preferences = object(object(draft.all('Preferences')[0])['SalesFormsPrefs']);
  if (preferences['AllowDiscount'] !== true)
    refuse('6000', 'Business Validation Error: Discounts are turned off for this company.', 'DiscountLineDetail');
  const percent = detail['PercentBased'] === true ? decimal(detail['DiscountPercent']) : undefined;
  const total = percent === undefined ? decimal(line['Amount']) : cents(subtotal.times(percent).dividedBy(100));
  if (total === undefined) refuse('6090', 'Discount line needs an amount or a percent.', 'DiscountLineDetail');
  if (total.isNegative()) refuse('2290', 'Negative Amount : a discount is given without sign.', 'Amount');
  const chosen = follow(
    draft,
    detail['DiscountAccountRef'] ?? preferences['DefaultDiscountAccount'],
    'Account',
    'DiscountAccountRef',
  );
  if (chosen === undefined) return refuseMissing('DiscountAccountRef');
  if (chosen['AccountType'] !== 'Income')
    refuse('6430', 'Invalid account type used. : A discount account must be an income account.', 'DiscountAccountRef');
  line['Amount'] = amount(total);
  line['DiscountLineDetail'] = present({
    PercentBased: percent !== undefined,
    DiscountPercent: percent === undefined ? undefined : plain(percent),
    DiscountAccountRef: refTo(chosen),
  });
  return { amount: total, account: text(chosen['Id']) ?? '' };
}

/** Every amount and quantity of voided lines is zero (quickbooks.md §9.2). */
export function zeroLines(record: ExactObject): ExactObject[] {
  return objects(record['Line']).map((line) => {
    const detail = object(line['SalesItemLineDetail']);
    return {
      ...line,
      ...(line['Amount'] === undefined ? {} : { Amount: amount(ZERO) }),
      ...(line['SalesItemLineDetail'] === undefined ? {} : { SalesItemLineDetail: { ...detail, Qty: plain(0) } }),
    };
  });
}
