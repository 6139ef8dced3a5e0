import type { MappingContext } from './document';

/**
 * What a document posts: debits less credits, by the name of the account; the company's receivables are `AR`, what it owes
 * for sales tax `Tax`.
 */
export type Postings = Readonly<Record<string, string>>;

/** The example company of postings.md: accounts and ids as in its header. */
export const US: MappingContext = {
  company: { name: 'Acme Heating', timeZone: 'America/Chicago', currency: 'USD', country: 'US' },
  profile: {
    country: 'US',
    taxMode: 'automated_us',
    customTxnNumbers: true,
    allowDiscount: true,
    autoApplyCredit: false,
    bookCloseDate: null,
    multiCurrency: false,
    homeCurrency: 'USD',
    defaultDiscountAccount: { id: '86', name: 'Discounts given' },
    undepositedAccount: { id: '4', name: 'Undeposited Funds' },
    receivableAccount: { id: '84', name: 'Accounts Receivable' },
  },
  values: {
    'customers.push': true,
    'customers.pull': false,
    'customers.updates': true,
    'items.defaultIncomeAccount': { id: '79', name: 'Service revenue' },
    'items.categoryAccounts': [
      { categoryId: 'cat_install', name: 'Equipment installs', account: { id: '82', name: 'Equipment' } },
      { categoryId: 'cat_maint', name: 'Maintenance' },
    ],
    'items.push': true,
    'items.pull': false,
    'items.costAccount': null,
    'items.existing': [],
    'invoices.push': true,
    'invoices.when': 'on_send',
    'invoices.numbering': 'run_a_call',
    'invoices.membershipAccount': { id: '83', name: 'Memberships' },
    'invoices.tipsAccount': { id: '95', name: 'Tips payable' },
    'invoices.discountsAccount': null,
    'payments.push': true,
    'payments.stripeAccount': 'acct_1',
    'payments.clearingAccount': { id: '91', name: 'Stripe clearing' },
    'payments.payoutAccount': { id: '35', name: 'Checking' },
    'payments.feeAccount': { id: '92', name: 'Stripe fees' },
    'payments.disputeAccount': { id: '93', name: 'Stripe disputes' },
    'payments.undepositedAccount': null,
    'payments.refundAccount': null,
    'payments.reconcile': true,
    'tax.rates': [
      {
        rateId: 'tax_tx',
        name: 'Austin, TX',
        percentage: '8.25',
        code: { id: '5', name: 'Austin' },
        state: 'confirmed',
      },
    ],
    'tax.defaultCode': null,
    'tax.untaxedCode': null,
  },
};

/** A company outside the US: a code per line. */
export const UK: MappingContext = {
  company: { name: 'Thames Boilers', timeZone: 'Europe/London', currency: 'GBP', country: 'GB' },
  profile: { ...US.profile, country: 'GB', taxMode: 'per_line', allowDiscount: true, homeCurrency: 'GBP' },
  values: {
    ...US.values,
    'items.costAccount': { id: '80', name: 'Cost of sales' },
    'tax.rates': [
      { rateId: 'tax_20', name: 'Standard', percentage: '20', code: { id: '6', name: '20.0% S' }, state: 'confirmed' },
      { rateId: 'tax_5', name: 'Reduced', percentage: '5', code: { id: '7', name: '5.0% R' }, state: 'confirmed' },
      { rateId: 'tax_new', name: 'New rate', percentage: '12.5', code: { id: '8', name: '12.5%' }, state: 'suggested' },
    ],
    'tax.untaxedCode': { id: '10', name: 'No VAT' },
  },
};

export const withValues = (ctx: MappingContext, values: Partial<MappingContext['values']>): MappingContext => ({
  ...ctx,
  values: { ...ctx.values, ...values },
});

export const withProfile = (ctx: MappingContext, profile: Partial<MappingContext['profile']>): MappingContext => ({
  ...ctx,
  profile: { ...ctx.profile, ...profile },
});

/** A fixture is JSON laid out on several lines: the line ends and indents between tokens are not part of the body. */
export const json = (text: string): string => text.trim().replace(/\n\s*/g, '');

/** The body with each reference replaced by the QuickBooks id it will be sent with, as the gateway does. */
export const withIds = (body: string, ids: Readonly<Record<string, string>>): string =>
  body.replace(
    /\{"\$ref":"([^"]+)"(?:,"at":"[^"]+")?\}/g,
    (_all, ref: string) => `"${ids[ref] ?? `no id for ${ref}`}"`,
  );
