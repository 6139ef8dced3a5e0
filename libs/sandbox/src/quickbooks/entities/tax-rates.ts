import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Draft } from '../draft';
import {
  amount,
  cents,
  type Decimal,
  decimalOrZero,
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

export interface Tax {
  total: Decimal;
  /** `TxnTaxDetail` of the answer; undefined where the company keeps no tax. */
  detail: ExactObject | undefined;
  /** What each agency's payable account gets. */
  payable: { account: string; amount: Decimal }[];
  /** Net amounts of the sales lines: below the amount when it includes tax. */
  net: Decimal[];
}

/** One rate of a code, with the account its agency is owed on. */
export interface Rate {
  id: string;
  name: string;
  percent: Decimal;
  account: string;
}

export function salesRates(draft: Draft, code: ExactObject): Rate[] {
  return objects(object(code['SalesTaxRateList'])['TaxRateDetail']).map((entry) => {
    const id = refValue(entry['TaxRateRef']) ?? '';
    const rate = object(draft.get('TaxRate', id));
    const agency = object(draft.get('TaxAgency', refValue(rate['AgencyRef']) ?? ''));
    return {
      id,
      name: text(rate['Name']) ?? '',
      percent: decimalOrZero(rate['RateValue']),
      account: payableAccount(draft, agency),
    };
  });
}

/** The name of an agency's liability account; no `"` or `:` is in an account's name. */
export function payableName(agency: string): string {
  return `${agency.replaceAll(/[":]/g, '-')} Payable`.slice(0, 100);
}

/** The liability account of an agency, else the company's first tax account. */
function payableAccount(draft: Draft, agency: ExactObject): string {
  const accounts = draft
    .all('Account')
    .filter((account) => ['SalesTaxPayable', 'GlobalTaxPayable'].includes(text(account['AccountSubType']) ?? ''));
  const own =
    accounts.find((account) => account['Name'] === payableName(text(agency['DisplayName']) ?? '')) ?? accounts[0];
  if (own === undefined) throw new Error('the company has no account for sales tax');
  return text(own['Id']) ?? '';
}

/** A tax and its `TxnTaxDetail`, rate by rate. */
export function taxOf(
  code: ExactObject | undefined,
  rates: readonly Rate[],
  taxes: readonly Decimal[],
  bases: readonly Decimal[],
  net: Decimal[],
): Tax {
  const total = sum(taxes);
  return {
    total,
    net,
    payable: rates.map((rate, index) => ({ account: rate.account, amount: taxes[index] ?? ZERO })),
    detail: present({
      TxnTaxCodeRef: code === undefined ? undefined : ref(text(code['Id']) ?? ''),
      TotalTax: amount(total),
      TaxLine: rates.map((rate, index) => ({
        Amount: amount(taxes[index] ?? ZERO),
        DetailType: 'TaxLineDetail',
        TaxLineDetail: {
          TaxRateRef: ref(rate.id),
          PercentBased: true,
          TaxPercent: plain(rate.percent),
          NetAmountTaxable: amount(cents(bases[index] ?? ZERO)),
        },
      })),
    }),
  };
}
