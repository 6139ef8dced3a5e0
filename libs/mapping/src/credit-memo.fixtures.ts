import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import { json, type Postings, UK, US, withProfile, withValues } from './context.fixtures';
import { creditApplicationRef, creditMemoRef, toCreditApplication, toCreditMemo } from './credit-memo';
import type { Mapped, MappingContext } from './document';
import { sale, ukInvoice } from './invoice-cases.fixtures';
import { line, RAC_1041 } from './invoice.fixtures';
import type { FormOptions } from './sales-form';

export interface CreditMemoCase {
  readonly section: string;
  readonly says: string;
  readonly invoice: Invoice;
  readonly ctx: MappingContext;
  readonly options?: FormOptions;
  readonly body: string;
  readonly posts: Postings;
}

const CLOSED = withProfile(US, { bookCloseDate: '2026-11-30' });
const VOIDED: Invoice = { ...RAC_1041, voidedOn: '2026-12-02' };

const RAC_1041_BACK = { AR: '-179.70', 'Service revenue': '166.00', Tax: '13.70' };

const BODY = json(`
  {"DocNumber":"RAC-1041-C1","CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},"TxnDate":"2026-12-02",
   "BillAddr":{"Line1":"12 Oak St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78701"},
   "ShipAddr":{"Line1":"9 Elm St","City":"Austin","CountrySubDivisionCode":"TX","PostalCode":"78704"},
   "EmailStatus":"NotSet","PrivateNote":"Run a Call inv_1041 voided, RAC-1041",
   "Line":[
    {"Amount":129.00,"DetailType":"SalesItemLineDetail","Description":"AC tune-up",
     "SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:itm_ac_tune"}},"Qty":1,"UnitPrice":129.00,"ServiceDate":"2026-11-19","TaxCodeRef":{"value":"TAX"}}},
    {"Amount":37.00,"DetailType":"SalesItemLineDetail","Description":"Filter 16x25",
     "SalesItemLineDetail":{"ItemRef":{"value":{"$ref":"item:itm_filter"}},"Qty":2,"UnitPrice":18.50,"TaxCodeRef":{"value":"TAX"}}}],
   "TxnTaxDetail":{"TotalTax":13.70}}`);

export const CREDIT_MEMO_CASES: readonly CreditMemoCase[] = [
  {
    section: '6.8',
    says: 'a void in closed books: the lines and tax again, on the day of the void',
    invoice: VOIDED,
    ctx: CLOSED,
    body: BODY,
    posts: RAC_1041_BACK,
  },
  {
    section: '6.8',
    says: 'voided before the books were closed: the first open day',
    invoice: { ...VOIDED, voidedOn: '2026-11-28' },
    ctx: CLOSED,
    body: BODY.replace('"2026-12-02"', '"2026-12-01"'),
    posts: RAC_1041_BACK,
  },
  {
    section: '6.5',
    says: "the number's last 21 characters",
    invoice: { ...VOIDED, number: 'RAC-2026-AUSTIN-00091' },
    ctx: CLOSED,
    body: BODY.replace('"RAC-1041-C1"', '"-2026-AUSTIN-00091-C1"').replace(', RAC-1041"', ', RAC-2026-AUSTIN-00091"'),
    posts: RAC_1041_BACK,
  },
  {
    section: '6.5',
    says: "with QuickBooks' numbering it gets none from us",
    invoice: VOIDED,
    ctx: withValues(CLOSED, { 'invoices.numbering': 'quickbooks' }),
    body: BODY.replace('"DocNumber":"RAC-1041-C1",', ''),
    posts: RAC_1041_BACK,
  },
  {
    section: '1.4',
    says: "the invoice's rounding line too",
    invoice: VOIDED,
    ctx: CLOSED,
    options: { rounding: '0.01' },
    body: BODY.replace(
      '],"TxnTaxDetail"',
      `,${sale('0.01', 'Rounding', 'item:helper.rounding.79', 'NON')}],"TxnTaxDetail"`,
    ),
    posts: { ...RAC_1041_BACK, AR: '-179.71', 'Service revenue': '166.01' },
  },
  {
    section: '6.4',
    says: 'non-US: a code per line, no header',
    invoice: {
      ...ukInvoice({
        lines: [line({ amount: '100.00', taxable: true, taxRateId: 'tax_20' })],
        taxes: [{ taxRateId: 'tax_20', taxableAmount: '100.00', amount: '20.00' }],
      }),
      voidedOn: '2026-12-02',
    },
    ctx: UK,
    body: json(`{"DocNumber":"RAC-7-C1","CustomerRef":{"value":{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}},
      "TxnDate":"2026-12-02","EmailStatus":"NotSet","PrivateNote":"Run a Call inv_7 voided, RAC-7",
      "GlobalTaxCalculation":"TaxExcluded","Line":[${sale('100.00', 'Labour', 'item:helper.sales.79', '6')}]}`),
    posts: { AR: '-120.00', 'Service revenue': '100.00', Tax: '20.00' },
  },
];

/** postings.md §6.8, with the customer and the note. */
export const CREDIT_APPLICATION_BODY = json(`
  {"TotalAmt":0.00,"CustomerRef":{"value":"58"},"TxnDate":"2026-12-02","ProcessPayment":false,
   "PrivateNote":"Run a Call inv_1041 credit memo applied to RAC-1041","Line":[
   {"Amount":179.70,"LinkedTxn":[{"TxnId":"238","TxnType":"Invoice"}]},{"Amount":179.70,"LinkedTxn":[{"TxnId":"260","TxnType":"CreditMemo"}]}]}`);

const REF = 'invoice:inv_1041';

/** What a case becomes, by ref in the order in which it is sent: the memo, then its application, which posts nothing. */
export const creditOf = ({
  invoice,
  ctx,
  options,
}: Pick<CreditMemoCase, 'invoice' | 'ctx' | 'options'>): readonly (readonly [ref: string, mapped: Mapped])[] => [
  [creditMemoRef(REF), toCreditMemo(invoice, REF, ctx, options)],
  [creditApplicationRef(REF), toCreditApplication(invoice, REF, ctx)],
];
