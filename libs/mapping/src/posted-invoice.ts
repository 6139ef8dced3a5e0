import type { TextJson, TextObject } from '@qbo-sync/contracts/exact-json';
import { listAt, textAt } from './record';

/** A line that posts, as QuickBooks shows it; amounts are decimal strings, a discount's is negative. */
export interface PostedLine {
  readonly kind: 'sale' | 'discount';
  readonly amount: string;
  readonly text?: string;
  readonly item?: string;
  readonly quantity?: string;
  readonly unitPrice?: string;
  readonly taxCode?: string;
  readonly account?: string;
}

/** What a refund has to know of an invoice: how it stands in QuickBooks. */
export interface PostedInvoice {
  readonly number?: string;
  readonly total: string;
  readonly tax: string;
  readonly lines: readonly PostedLine[];
  /** The code of the whole invoice, and its rate where it has but one (US, postings.md §6.4). */
  readonly taxCode?: string;
  readonly taxRate?: string;
  readonly taxPercent?: string;
  readonly taxAfterDiscount?: boolean;
}

/** Reads QuickBooks' invoice, numbers as text; undefined for one that is void or brings no total. */
export function readPosted(record: TextObject): PostedInvoice | undefined {
  const total = textAt(record, 'TotalAmt');
  if (total === undefined || Number(total) === 0) return undefined;
  const rates = listAt(record, 'TxnTaxDetail.TaxLine');
  const [rate] = rates.length === 1 ? rates : [];
  return {
    total,
    tax: textAt(record, 'TxnTaxDetail.TotalTax') ?? '0',
    lines: listAt(record, 'Line').flatMap(lineOf),
    ...optional('number', textAt(record, 'DocNumber')),
    ...optional('taxCode', textAt(record, 'TxnTaxDetail.TxnTaxCodeRef.value')),
    ...(rate === undefined
      ? {}
      : {
          ...optional('taxRate', textAt(rate, 'TaxLineDetail.TaxRateRef.value')),
          ...optional('taxPercent', textAt(rate, 'TaxLineDetail.TaxPercent')),
        }),
    ...(record['ApplyTaxAfterDiscount'] === undefined
      ? {}
      : { taxAfterDiscount: String(record['ApplyTaxAfterDiscount']) === 'true' }),
  };
}

function lineOf(line: TextJson): PostedLine[] {
  const amount = textAt(line, 'Amount');
  if (amount === undefined) return [];
  const text = optional('text', textAt(line, 'Description'));
  switch (textAt(line, 'DetailType')) {
    case 'SalesItemLineDetail': {
      const of = (field: string): string | undefined => textAt(line, `SalesItemLineDetail.${field}`);
      return [
        {
          kind: 'sale',
          amount,
          ...text,
          ...optional('item', of('ItemRef.value')),
          ...optional('quantity', of('Qty')),
          ...optional('unitPrice', of('UnitPrice')),
          ...optional('taxCode', of('TaxCodeRef.value')),
        },
      ];
    }
    case 'DiscountLineDetail': {
      const account = textAt(line, 'DiscountLineDetail.DiscountAccountRef.value');
      return [{ kind: 'discount', amount: `-${amount}`, ...text, ...optional('account', account) }];
    }
    default:
      return [];
  }
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
