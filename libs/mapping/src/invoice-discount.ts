import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { type Decimal, parseAmount, parseDecimal, ZERO } from '@qbo-sync/money/decimal';
import { amountNumber } from '@qbo-sync/money/print';
import { splitByWeight } from '@qbo-sync/money/split';
import { isUnitedStates } from './country';
import { type BodyObject, hold, type Hold, idTo, type MappingContext, type RefValue } from './document';
import { discountAccount, helperRef } from './helper-item';
import { LINE_TEXT_LIMIT, salesLine } from './invoice-line';
import { discountBeforeTax } from './invoice-tax';
import type { TaxPlan } from './tax-plan';
import type { Texts } from './text';

/** What an invoice's discount adds to the body. */
export interface DiscountPlan {
  readonly lines: readonly BodyObject[];
  /** Sent with a discount line only: QuickBooks' own default is false. */
  readonly applyTaxAfterDiscount: boolean | undefined;
}

const NONE: DiscountPlan = { lines: [], applyTaxAfterDiscount: undefined };
const ONE = parseDecimal('1');
const DEFAULT_TEXT = 'Discount';

/**
 * The discount on the whole invoice (postings.md §6.3).
 *
 * In the US, where the company allows discounts: one discount line.
 *
 *   {"Amount":16.60,"DetailType":"DiscountLineDetail","Description":"Neighbour discount",
 *    "DiscountLineDetail":{"PercentBased":false,"DiscountAccountRef":{"value":"86"}}}
 *
 * Elsewhere, and where that line would change a tax QuickBooks works out itself: negative lines on the discount helper, one per
 * tax treatment, split by the lines' amounts; a discount that came off after tax is one untaxed line. Holds: discount_large, account_missing.
 */
export function planDiscount(invoice: Invoice, ctx: MappingContext, tax: TaxPlan, texts: Texts): DiscountPlan | Hold {
  const discount = parseAmount(invoice.discount?.amount);
  if (discount.isZero()) return NONE;
  if (discount.gt(parseDecimal(invoice.subtotal))) return hold('discount_large', { n: invoice.number });
  const account = discountAccount(ctx);
  if (account === null) return hold('account_missing', { setting: 'invoices.discountsAccount' });
  const text = invoice.discount?.description;
  if (takesDiscountLine(invoice, ctx)) {
    const line: BodyObject = {
      Amount: amountNumber(discount),
      DetailType: 'DiscountLineDetail',
      Description: texts.lines(text, LINE_TEXT_LIMIT),
      DiscountLineDetail: { PercentBased: false, DiscountAccountRef: idTo(account.id) },
    };
    return { lines: [line], applyTaxAfterDiscount: discountBeforeTax(invoice) };
  }
  const treatments = discountBeforeTax(invoice)
    ? taxTreatments(invoice, tax)
    : [{ code: tax.untaxedCode, weight: ONE }];
  const parts = splitByWeight(
    discount,
    treatments.map(({ weight }) => weight),
  );
  const lines = treatments.flatMap(({ code }, index) => {
    const amount = (parts[index] ?? ZERO).negated();
    return amount.isZero()
      ? []
      : [
          salesLine(
            {
              amount,
              quantity: ONE,
              unitPrice: amount,
              text: text ?? DEFAULT_TEXT,
              itemRef: helperRef('discount', account),
              taxCode: code,
            },
            texts,
          ),
        ];
  });
  return { lines, applyTaxAfterDiscount: undefined };
}

/**
 * QuickBooks spreads a discount line over all lines, the tip's too, which Run a Call does not: with one code per invoice, where
 * QuickBooks works the tax out, a part of the discount would miss what is taxed.
 */
function takesDiscountLine(invoice: Invoice, { profile }: MappingContext): boolean {
  if (!isUnitedStates(profile.country) || !profile.allowDiscount) return false;
  const spreadsOverTip = profile.taxMode === 'manual_us' && !parseAmount(invoice.tip).isZero();
  return !(spreadsOverTip && discountBeforeTax(invoice));
}

interface Treatment {
  readonly code: RefValue | undefined;
  readonly weight: Decimal;
}

/** The lines' amounts by tax code, in the order the codes first appear; a code whose lines are below zero weighs nothing. */
function taxTreatments(invoice: Invoice, tax: TaxPlan): Treatment[] {
  const sums = new Map<string, Treatment>();
  for (const line of invoice.lines.filter(({ kind }) => kind !== 'note')) {
    const code = tax.codeOf(line);
    const key = JSON.stringify(code ?? null);
    const weight = (sums.get(key)?.weight ?? ZERO).plus(parseDecimal(line.amount));
    sums.set(key, { code, weight });
  }
  return [...sums.values()].map(({ code, weight }) => ({ code, weight: weight.gt(0) ? weight : ZERO }));
}
