import type { ExactObject } from '@qbo-sync/contracts/exact-json';
import type { CompanyProfile, EntityName } from '../company';
import type { Draft } from '../draft';
import { number, ref } from '../exact';
import { resourceNamed } from '../resources';

/** Writes the records of a company's first day through the same rules as everyone's. */
export class SeedWriter {
  constructor(readonly draft: Draft) {}

  /** Builds a record by its resource and answers its Id. */
  build(entity: EntityName, wanted: ExactObject): string {
    const resource = resourceNamed(entity);
    if (resource?.build === undefined) throw new Error(`${entity} cannot be built`);
    const id = String(this.draft.next(resource.sequence));
    resource.build({ draft: this.draft, id, current: undefined, wanted, input: wanted, actor: 'seed', include: [] });
    return id;
  }

  /** Stores a record as it is. */
  store(entity: EntityName, fields: ExactObject): string {
    const id = String(this.draft.next(entity));
    this.draft.save(entity, id, fields);
    return id;
  }

  account(name: string, type: string, subType: string): string {
    return this.build('Account', { Name: name, AccountType: type, AccountSubType: subType });
  }

  people(entity: 'Vendor' | 'Employee', names: readonly string[]): void {
    for (const name of names) this.store(entity, { DisplayName: name, PrintOnCheckName: name, Active: true });
  }

  rate(name: string, percent: string, agency: string): string {
    return this.store('TaxRate', {
      Name: name,
      Description: name,
      Active: true,
      RateValue: number(percent),
      AgencyRef: ref(agency),
      SpecialTaxType: 'NONE',
      DisplayType: 'ReadOnly',
    });
  }

  code(code: {
    name: string;
    description: string;
    sales: readonly string[];
    purchases?: readonly string[];
    taxable?: boolean;
  }): string {
    const list = (rates: readonly string[]): ExactObject => ({
      TaxRateDetail: rates.map((rate, order) => ({
        TaxRateRef: ref(rate, String(this.draft.get('TaxRate', rate)?.['Name'] ?? '')),
        TaxTypeApplicable: 'TaxOnAmount',
        TaxOrder: number(order),
      })),
    });
    return this.store('TaxCode', {
      Name: code.name,
      Description: code.description,
      Active: true,
      Hidden: false,
      Taxable: code.taxable ?? true,
      TaxGroup: true,
      TaxCodeConfigType: 'SYSTEM_GENERATED',
      SalesTaxRateList: list(code.sales),
      PurchaseTaxRateList: list(code.purchases ?? []),
    });
  }

  /** The pseudo codes of US lines. */
  pseudoCodes(): void {
    for (const [id, taxable] of [
      ['TAX', true],
      ['NON', false],
    ] as const) {
      this.draft.save('TaxCode', id, {
        Name: id,
        Description: id,
        Active: true,
        Hidden: false,
        Taxable: taxable,
        TaxGroup: false,
      });
    }
  }

  companyInfo(profile: CompanyProfile, address: ExactObject): void {
    this.draft.save('CompanyInfo', '1', {
      CompanyName: profile.name,
      LegalName: profile.name,
      Country: profile.country,
      CompanyAddr: { Id: '1', ...address },
      LegalAddr: { Id: '1', ...address },
      FiscalYearStartMonth: 'January',
      SupportedLanguages: 'en',
      NameValue: [
        { Name: 'OfferingSku', Value: 'QuickBooks Online Plus' },
        { Name: 'SubscriptionStatus', Value: 'PAID' },
        { Name: 'IsQbdtMigrated', Value: 'false' },
      ],
    });
  }

  preferences(profile: CompanyProfile, prefs: { sales: ExactObject; tax: ExactObject }): void {
    this.draft.save('Preferences', '1', {
      AccountingInfoPrefs: {
        ClassTrackingPerTxn: false,
        ClassTrackingPerTxnLine: false,
        TrackDepartments: false,
        FirstMonthOfFiscalYear: 'January',
      },
      ProductAndServicesPrefs: {
        ForSales: true,
        ForPurchase: true,
        QuantityWithPriceAndRate: true,
        QuantityOnHand: true,
      },
      SalesFormsPrefs: {
        CustomField: [
          { CustomField: [{ Name: 'SalesFormsPrefs.UseSalesCustom1', Type: 'BooleanType', BooleanValue: true }] },
          {
            CustomField: [{ Name: 'SalesFormsPrefs.SalesCustomName1', Type: 'StringType', StringValue: 'P.O. Number' }],
          },
        ],
        AllowDeposit: true,
        AllowEstimates: true,
        AllowServiceDate: true,
        AllowShipping: false,
        AutoApplyCredit: false,
        AutoApplyPayments: false,
        ...prefs.sales,
      },
      TaxPrefs: prefs.tax,
      CurrencyPrefs: { MultiCurrencyEnabled: false, HomeCurrency: ref(profile.currency) },
      ReportPrefs: { ReportBasis: 'Accrual', CalcAgingReportFromTxnDate: false },
      EmailMessagesPrefs: {},
      OtherPrefs: { NameValue: [{ Name: 'SalesFormsPrefs.DefaultItem', Value: '1' }] },
    });
  }
}
