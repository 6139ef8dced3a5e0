import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Choice, CompanyFacts, CompanyProfile, TaxMode } from '@qbo-sync/contracts/sync/settings';
import { isUnitedStates } from './country';
import { at, flagAt, listAt, textAt } from './record';
import { taxCodeFacts } from './tax-code-facts';

/** What tax reads at connect (postings.md §2), as QuickBooks lists it. */
export interface ProfileRecords {
  readonly companyInfo: TextObject;
  readonly preferences: TextObject;
  readonly accounts: readonly TextObject[];
  /** Absent: not read yet. */
  readonly taxCodes?: readonly TextObject[];
  readonly taxRates?: readonly TextObject[];
}

const UNDEPOSITED_FUNDS = 'UndepositedFunds';
const RECEIVABLE = 'Accounts Receivable';

/**
 * The company's profile. Where QuickBooks says no country or currency, the company's own facts stand in.
 *
 *   CompanyInfo.Country · Preferences.TaxPrefs{UsingSalesTax,PartnerTaxEnabled} · SalesFormsPrefs{CustomTxnNumbers,
 *   AllowDiscount,AutoApplyCredit,AutoApplyPayments,DefaultDiscountAccount,CustomField} · AccountingInfoPrefs.BookCloseDate ·
 *   CurrencyPrefs{MultiCurrencyEnabled,HomeCurrency}
 */
export function toCompanyProfile(records: ProfileRecords, company: CompanyFacts): CompanyProfile {
  const { companyInfo, preferences, accounts } = records;
  const country = textAt(companyInfo, 'Country') ?? company.country;
  const active = accounts.filter((account) => flagAt(account, 'Active') !== false);
  const receivables = active.filter((account) => textAt(account, 'AccountType') === RECEIVABLE);
  const [receivable] = receivables;
  const undeposited = active.find((account) => textAt(account, 'AccountSubType') === UNDEPOSITED_FUNDS);
  const poField = poFieldOf(preferences);
  const taxMode = taxModeOf(country, preferences);
  const taxCodes = taxCodeFacts(taxMode, records.taxCodes ?? [], records.taxRates ?? []);
  const automatic = ['SalesFormsPrefs.AutoApplyCredit', 'SalesFormsPrefs.AutoApplyPayments'];
  return {
    country,
    taxMode,
    customTxnNumbers: flagAt(preferences, 'SalesFormsPrefs.CustomTxnNumbers') ?? false,
    allowDiscount: flagAt(preferences, 'SalesFormsPrefs.AllowDiscount') ?? false,
    autoApplyCredit: automatic.some((path) => flagAt(preferences, path) === true),
    bookCloseDate: textAt(preferences, 'AccountingInfoPrefs.BookCloseDate')?.slice(0, DAY_LENGTH) ?? null,
    multiCurrency: flagAt(preferences, 'CurrencyPrefs.MultiCurrencyEnabled') ?? false,
    homeCurrency:
      textAt(preferences, 'CurrencyPrefs.HomeCurrency.value') ??
      textAt(preferences, 'CurrencyPrefs.HomeCurrency') ??
      company.currency,
    defaultDiscountAccount: discountAccountOf(preferences, accounts),
    undepositedAccount: undeposited === undefined ? null : choiceOf(undeposited),
    // With several of them no entry can know which one it belongs to.
    receivableAccount: receivable === undefined || receivables.length > 1 ? null : choiceOf(receivable),
    ...(poField === undefined ? {} : { poField }),
    ...(taxCodes.length === 0 ? {} : { taxCodes }),
  };
}

const CUSTOM_NAME = /^SalesFormsPrefs\.SalesCustomName(\d+)$/;
const ORDER_NUMBER = /\bP\.?O\b/i;

/**
 * The sales forms' custom field whose name holds "PO" or "P.O.":
 *
 *   "CustomField":[{"CustomField":[{"Name":"SalesFormsPrefs.SalesCustomName2","StringValue":"PO number"}]}]
 */
function poFieldOf(preferences: TextObject): Choice | undefined {
  const fields = listAt(preferences, 'SalesFormsPrefs.CustomField').flatMap((group) => listAt(group, 'CustomField'));
  for (const field of fields) {
    const id = CUSTOM_NAME.exec(textAt(field, 'Name') ?? '')?.[1];
    const name = textAt(field, 'StringValue');
    if (id !== undefined && name !== undefined && ORDER_NUMBER.test(name)) return { id, name };
  }
  return undefined;
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** quickbooks.md §14.10: PartnerTaxEnabled absent = no automated sales tax, false = not set up, true = set up. */
function taxModeOf(country: string, preferences: TextObject): TaxMode {
  const using = flagAt(preferences, 'TaxPrefs.UsingSalesTax');
  const partner = flagAt(preferences, 'TaxPrefs.PartnerTaxEnabled');
  if (!isUnitedStates(country)) return using === true ? 'per_line' : 'off';
  if (using === false || partner === false) return 'off';
  if (partner === true) return 'automated_us';
  return using === true ? 'manual_us' : 'off';
}

/** QuickBooks names the account by its id alone, or as a reference. */
function discountAccountOf(preferences: TextObject, accounts: readonly TextObject[]): Choice | null {
  const path = 'SalesFormsPrefs.DefaultDiscountAccount';
  const id = textAt(preferences, path) ?? textAt(preferences, `${path}.value`);
  if (id === undefined) return null;
  const account = accounts.find((each) => at(each, 'Id') === id);
  return account === undefined ? { id, name: id } : choiceOf(account);
}

const choiceOf = (account: TextObject): Choice => ({
  id: textAt(account, 'Id') ?? '',
  name: textAt(account, 'FullyQualifiedName') ?? textAt(account, 'Name') ?? '',
});
