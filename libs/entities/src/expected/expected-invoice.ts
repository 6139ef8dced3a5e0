import type { ExpectedInvoice, ExpectedLine, ExpectedTax } from '@qbo-sync/contracts/internal/expected';
import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import { formatAmount, parseAmount, parseDecimal } from '@qbo-sync/money/decimal';
import type { MappingContext } from '@qbo-sync/mapping/document';
import { chargedRates, mappedCode, rateName } from '@qbo-sync/mapping/tax-plan';
import {
  type ExpectedAccount,
  expectedDiscount,
  expectedIncome,
  expectedMembership,
  expectedTips,
} from './expected-account';

/** What is known of the invoice beside its data. */
export interface Known {
  readonly quickbooksId: string | null;
  readonly voided: boolean;
}

/**
 * What QuickBooks should say of an invoice (postings.md §13), from Run a Call's record and the settings in force alone: what
 * was sent, and under which settings, counts for nothing here.
 */
export function expectedInvoice(
  invoice: Invoice,
  ctx: MappingContext,
  { quickbooksId, voided }: Known,
): ExpectedInvoice {
  return {
    id: invoice.id,
    number: invoice.number,
    customerId: invoice.customerId,
    currency: invoice.currency,
    issuedOn: invoice.issuedOn,
    balance: invoice.balance,
    voided,
    quickbooksId,
    lines: invoice.lines.filter(({ kind }) => kind !== 'note').map((line) => lineOf(line, invoice, ctx)),
    extras: extrasOf(invoice, ctx),
    tax: taxOf(invoice, ctx),
  };
}

function lineOf(line: Line, invoice: Invoice, ctx: MappingContext): ExpectedLine {
  const isMembership =
    line.kind === 'membership' || (invoice.membershipId !== undefined && invoice.jobId === undefined);
  const saysLess = line.categoryId === undefined && line.itemId !== undefined && !isMembership;
  return {
    name: line.name,
    amount: line.amount,
    ...accountOf(line, isMembership, ctx),
    ...(saysLess && line.kind !== 'discount' ? { itemId: line.itemId } : {}),
    ...codeOf(line, invoice, ctx),
  };
}

function accountOf(line: Line, isMembership: boolean, ctx: MappingContext): ExpectedAccount {
  if (line.kind === 'discount') return expectedDiscount(ctx);
  return isMembership ? expectedMembership(ctx) : expectedIncome(line.categoryId, ctx);
}

function extrasOf({ discount, tip }: Invoice, ctx: MappingContext): ExpectedLine[] {
  const lines: ExpectedLine[] = [];
  const off = parseAmount(discount?.amount);
  const given = parseAmount(tip);
  if (!off.isZero()) lines.push({ name: 'Discount', amount: formatAmount(off.negated()), ...expectedDiscount(ctx) });
  if (!given.isZero()) lines.push({ name: 'Tip', amount: formatAmount(given), ...expectedTips(ctx) });
  return lines;
}

/** Outside the US every line has a code. */
function codeOf(line: Line, invoice: Invoice, ctx: MappingContext): Pick<ExpectedLine, 'taxCode' | 'taxed'> {
  if (ctx.profile.taxMode !== 'per_line') return {};
  const isTaxed = line.taxable && line.taxRateId !== undefined && !parseDecimal(invoice.taxTotal).isZero();
  const taxCode = isTaxed ? (mappedCode(line.taxRateId ?? '', ctx) ?? null) : ctx.values['tax.untaxedCode'];
  return { taxCode, taxed: isTaxed };
}

function taxOf(invoice: Invoice, ctx: MappingContext): ExpectedTax {
  const charged = chargedRates(invoice);
  const [first] = charged;
  return {
    taxTotal: invoice.taxTotal,
    total: invoice.total,
    ...(ctx.profile.taxMode === 'manual_us' && first !== undefined ? { code: mappedCode(first, ctx) ?? null } : {}),
    unmapped: charged.filter((rateId) => mappedCode(rateId, ctx) === undefined).map((rateId) => rateName(rateId, ctx)),
  };
}
