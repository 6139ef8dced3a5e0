import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { RateMapping, SettingValues } from '@qbo-sync/contracts/sync/settings';
import { sameJson } from '../sync/same-json';
import type { View } from '../sync/rules';
import type { MappingContext } from '@qbo-sync/mapping/document';
import { discountAccount, membershipAccount } from '@qbo-sync/mapping/helper-item';

export type When = SettingValues['invoices.when'];

/** What an invoice was asked for under: a changed setting never moves what is posted (scenarios.md 9). */
export interface InvoiceBasis {
  readonly when: When;
  /** TxnDate. */
  readonly day: string;
  readonly customerId: string;
  readonly total: string;
  readonly rounding?: string;
  /** Of the settings only what this invoice used: accounts of its lines, codes of its rates, who numbers it. */
  readonly values: Partial<SettingValues>;
  /** Own items its lines name: whether they were used, and the account they posted to, where that was known. */
  readonly items: Readonly<Record<string, { readonly used: boolean; readonly account?: string }>>;
}

/** QuickBooks has the invoice, or will have it: it was asked for and not refused. */
export const isPosted = ({ linked, inForce }: Pick<View, 'linked' | 'inForce'>): boolean => linked || inForce;

/** What a posted invoice was asked for under; undefined for one that is not, or was posted before this was kept. */
export function basisOf(view: Pick<View, 'linked' | 'inForce' | 'basis'>): InvoiceBasis | undefined {
  return isPosted(view) ? (view.basis as InvoiceBasis | undefined) : undefined;
}

/** The settings, with what the invoice was posted under in their place. */
export function under(ctx: MappingContext, basis: InvoiceBasis | undefined): MappingContext {
  if (basis === undefined) return ctx;
  const { values } = basis;
  const categories = values['items.categoryAccounts'] ?? [];
  const rates = values['tax.rates'] ?? [];
  return {
    ...ctx,
    values: {
      ...ctx.values,
      ...values,
      'items.categoryAccounts': [
        ...categories,
        ...ctx.values['items.categoryAccounts'].filter((one) =>
          categories.every(({ categoryId }) => categoryId !== one.categoryId),
        ),
      ],
      'tax.rates': [
        ...rates,
        ...ctx.values['tax.rates'].filter((one) => rates.every(({ rateId }) => rateId !== one.rateId)),
      ],
    },
  };
}

/** The part of the settings that this invoice is mapped by. */
export function usedValues(invoice: Invoice, ctx: MappingContext): Partial<SettingValues> {
  const { values } = ctx;
  const categoryIds = [...new Set(invoice.lines.flatMap(({ categoryId }) => categoryId ?? []))];
  const rateIds = [...new Set(invoice.taxes.map(({ taxRateId }) => taxRateId))];
  const rates = rateIds.map((rateId) => values['tax.rates'].find((one) => one.rateId === rateId) ?? unknown(rateId));
  const fallsBack = rates.some(({ state }) => state !== 'confirmed');
  const chosen = {
    'items.defaultIncomeAccount': values['items.defaultIncomeAccount'],
    'invoices.membershipAccount': membershipAccount(ctx),
    'invoices.discountsAccount': discountAccount(ctx),
    'invoices.tipsAccount': values['invoices.tipsAccount'],
    'tax.untaxedCode': values['tax.untaxedCode'],
  };
  return {
    ...Object.fromEntries(Object.entries(chosen).filter(([, choice]) => choice !== null)),
    'invoices.numbering': values['invoices.numbering'],
    // A category without an account of its own uses the default, also when it gets one later.
    'items.categoryAccounts': categoryIds.map(
      (categoryId) =>
        values['items.categoryAccounts'].find((one) => one.categoryId === categoryId) ?? { categoryId, name: '' },
    ),
    'tax.rates': rates,
    ...(fallsBack ? { 'tax.defaultCode': values['tax.defaultCode'] } : {}),
  };
}

const unknown = (rateId: string): RateMapping => ({ rateId, name: rateId, percentage: '0', state: 'not_mapped' });

/** The same invoice as far as QuickBooks is concerned: the body it was last asked for with. */
export const sameBody = (one: string, other: string | undefined): boolean =>
  other !== undefined && sameJson(JSON.parse(one), JSON.parse(other));
