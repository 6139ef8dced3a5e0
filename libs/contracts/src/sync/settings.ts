import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsObject, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { TENANT_PATTERN } from '../keys';

/** A value that names a QuickBooks record a person chose. Bound to the books id: never a `$ref`. */
export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** A chosen account of which it matters what it is. */
export interface AccountChoice extends Choice {
  /** QuickBooks' AccountType when it was chosen, `Other Current Asset`; absent: chosen before types were kept. */
  readonly type?: string;
}

/** How QuickBooks taxes (postings.md §2): automated US, one code per invoice, a code per line, or off. */
export type TaxMode = 'automated_us' | 'manual_us' | 'per_line' | 'off';

/** What the company profile says (postings.md §2); read at connect by tax, kept in settings. */
export interface CompanyProfile {
  readonly country: string;
  readonly taxMode: TaxMode;
  readonly customTxnNumbers: boolean;
  readonly allowDiscount: boolean;
  readonly autoApplyCredit: boolean;
  readonly bookCloseDate: string | null;
  readonly multiCurrency: boolean;
  readonly homeCurrency: string;
  readonly defaultDiscountAccount: Choice | null;
  readonly undepositedAccount: Choice | null;
  readonly receivableAccount: Choice | null;
  /** Custom field of sales forms that takes a customer's order number (postings.md §6.1); `id` is its DefinitionId. */
  readonly poField?: Choice;
  /** Tax codes of a US company that an invoice's header may name (postings.md §6.4). */
  readonly taxCodes?: readonly TaxCodeFacts[];
}

/** What an invoice's tax header has to know of a QuickBooks tax code. */
export interface TaxCodeFacts {
  readonly id: string;
  /** The company's own rate (`TaxCodeConfigType` USER_DEFINED): named beside automated sales tax too. */
  readonly custom: boolean;
  /** Set when the code holds one sales rate. */
  readonly rate?: { readonly id: string; readonly percentage: string };
}

export interface CategoryAccount {
  readonly categoryId: string;
  readonly name: string;
  /** Absent: uses the default account. */
  readonly account?: Choice;
}

/** Only `confirmed` counts as mapped; `percentage_differs` is also the state of a code that cannot be used (`conflict`). */
export type RateState = 'suggested' | 'confirmed' | 'not_mapped' | 'percentage_differs';

export interface RateMapping {
  readonly rateId: string;
  readonly name: string;
  readonly percentage: string;
  readonly code?: Choice;
  readonly state: RateState;
  /** The percentage at which a person confirmed the code; another one now suspends the mapping (postings.md §7). */
  readonly confirmedAt?: string;
  /** Why QuickBooks' code of this name is not it (postings.md §12). */
  readonly conflict?: { readonly is: 'percentage' | 'hidden' | 'inactive'; readonly percentage: string };
  /** Not used for new invoices any more; kept for old ones. */
  readonly retired?: true;
}

/** Id of the default for unmapped rates that stands for a family: one code per percentage, made when first met. */
export type ToClassifyId = 'to_classify';

/** Every setting by its key (console.md §3) with its type. */
export interface SettingValues {
  'customers.push': boolean;
  'customers.pull': boolean;
  'customers.updates': boolean;
  'items.defaultIncomeAccount': Choice | null;
  'items.categoryAccounts': readonly CategoryAccount[];
  'items.push': boolean;
  'items.pull': boolean;
  'items.costAccount': Choice | null;
  /** Whose existing items follow a changed account too (scenarios.md 9): `default`, `membership`, a category's id. */
  'items.existing': readonly string[];
  'invoices.push': boolean;
  'invoices.when': 'on_send' | 'on_payment';
  'invoices.numbering': 'run_a_call' | 'quickbooks';
  'invoices.membershipAccount': Choice | null;
  'invoices.tipsAccount': Choice | null;
  'invoices.discountsAccount': Choice | null;
  'payments.push': boolean;
  'payments.stripeAccount': string | null;
  'payments.clearingAccount': Choice | null;
  'payments.payoutAccount': Choice | null;
  'payments.feeAccount': Choice | null;
  'payments.disputeAccount': AccountChoice | null;
  'payments.undepositedAccount': Choice | null;
  'payments.refundAccount': Choice | null;
  'payments.reconcile': boolean;
  'tax.rates': readonly RateMapping[];
  /** A code of QuickBooks, or the family "To classify" ({@link ToClassifyId}). */
  'tax.defaultCode': Choice | null;
  'tax.untaxedCode': Choice | null;
}
export type SettingKey = keyof SettingValues;

/** Defaults of product.md §1. */
export const DEFAULT_SETTINGS: Readonly<SettingValues> = {
  'customers.push': true,
  'customers.pull': false,
  'customers.updates': true,
  'items.defaultIncomeAccount': null,
  'items.categoryAccounts': [],
  'items.push': true,
  'items.pull': false,
  'items.costAccount': null,
  'items.existing': [],
  'invoices.push': true,
  'invoices.when': 'on_send',
  'invoices.numbering': 'run_a_call',
  'invoices.membershipAccount': null,
  'invoices.tipsAccount': null,
  'invoices.discountsAccount': null,
  'payments.push': true,
  'payments.stripeAccount': null,
  'payments.clearingAccount': null,
  'payments.payoutAccount': null,
  'payments.feeAccount': null,
  'payments.disputeAccount': null,
  'payments.undepositedAccount': null,
  'payments.refundAccount': null,
  'payments.reconcile': true,
  'tax.rates': [],
  'tax.defaultCode': null,
  'tax.untaxedCode': null,
};

export class CompanyFacts {
  @IsString() name: string;
  /** IANA, `America/Chicago`. */
  @IsString() timeZone: string;
  @IsString() currency: string;
  @IsString() country: string;
}

/** `sync.settings.v1`, compacted, key tenant: the whole of a company's settings at a version. */
export class SyncSettings {
  @Matches(TENANT_PATTERN) tenant: string;
  @IsInt() version: number;
  @IsOptional() @IsString() books: string | null;
  @IsBoolean() active: boolean;
  @IsOptional() @IsString() goLiveAt: string | null;
  @ValidateNested() @Type(() => CompanyFacts) company: CompanyFacts;
  @IsOptional() @IsObject() profile: CompanyProfile | null;
  @IsObject() values: SettingValues;
}
