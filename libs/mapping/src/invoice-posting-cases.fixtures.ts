import { US, withProfile, withValues } from './context.fixtures';
import { HEAD, type InvoiceCase, sale, us } from './invoice-cases.fixtures';
import { invoiceOf, line } from './invoice.fixtures';

const PLAIN = invoiceOf({ lines: [line({ amount: '10.00' })] });
const LABOUR = sale('10.00', 'Labour', 'item:helper.sales.79', 'NON');
const NO_TAX = '"TxnTaxDetail":{"TotalTax":0.00}';
const QUICKBOOKS_NUMBERS = withValues(US, { 'invoices.numbering': 'quickbooks' });
const PO_FIELD = withProfile(US, { poField: { id: '2', name: 'P.O. number' } });
const body = (change: (head: string) => string, before = ''): string => us(LABOUR, NO_TAX, before, change(HEAD));
const own = (itemId: string, categoryId?: string) =>
  invoiceOf({ lines: [line({ amount: '10.00', itemId, ...(categoryId === undefined ? {} : { categoryId }) })] });
const onItem = (itemId: string): string => us(sale('10.00', 'Labour', `item:${itemId}`, 'NON'), NO_TAX);

/** Number, days, order number, and the account of an own item. */
export const INVOICE_POSTING_CASES: readonly InvoiceCase[] = [
  {
    section: '6.5',
    says: "QuickBooks' numbers, custom numbers on: the next of its own, at the create",
    invoice: PLAIN,
    ctx: QUICKBOOKS_NUMBERS,
    body: body((head) => head.replace('"RAC-7"', '"AUTO_GENERATE"')),
  },
  {
    section: '6.5',
    says: "QuickBooks' numbers, custom numbers off: none is sent",
    invoice: PLAIN,
    ctx: withProfile(QUICKBOOKS_NUMBERS, { customTxnNumbers: false }),
    body: body((head) => head.replace('"DocNumber":"RAC-7",', '')),
  },
  {
    section: '6.5',
    says: "QuickBooks' numbers: a long number of Run a Call's does not matter",
    invoice: { ...PLAIN, number: 'RAC-2026-AUSTIN-NORTH-000917' },
    ctx: QUICKBOOKS_NUMBERS,
    body: body((head) => head.replace('"RAC-7"', '"AUTO_GENERATE"')),
  },
  {
    section: '6.7',
    says: 'on payment: posted and due on the day it was paid, the day of issue in the note',
    invoice: { ...PLAIN, dueOn: '2026-12-20', balance: '0.00', paidOn: '2027-01-12' },
    ctx: US,
    options: { postedOn: { day: '2027-01-12', why: 'paid' } },
    body: body((head) =>
      head
        .replace('"TxnDate":"2026-11-20"', '"TxnDate":"2027-01-12","DueDate":"2027-01-12"')
        .replace('Run a Call inv_7', 'Run a Call inv_7 issued 2026-11-20'),
    ),
  },
  {
    section: '6.7',
    says: 'on payment, paid the day it was issued: the note says nothing more',
    invoice: { ...PLAIN, balance: '0.00', paidOn: '2026-11-20' },
    ctx: US,
    options: { postedOn: { day: '2026-11-20', why: 'paid' } },
    body: body((head) => head.replace('"TxnDate":"2026-11-20"', '"TxnDate":"2026-11-20","DueDate":"2026-11-20"')),
  },
  {
    section: '1.5',
    says: 'closed books: posted on the day a person chose, due as it was',
    invoice: { ...PLAIN, dueOn: '2026-12-20' },
    ctx: withProfile(US, { bookCloseDate: '2026-11-30' }),
    options: { postedOn: { day: '2026-12-01', why: 'chosen' } },
    body: body((head) =>
      head
        .replace('"TxnDate":"2026-11-20"', '"TxnDate":"2026-12-01","DueDate":"2026-12-20"')
        .replace('Run a Call inv_7', 'Run a Call inv_7 issued 2026-11-20'),
    ),
  },
  {
    section: '6.1',
    says: "a PO number goes to the company's own field for it",
    invoice: { ...PLAIN, poNumber: '4711' },
    ctx: PO_FIELD,
    body: body(
      (head) => head,
      '"CustomField":[{"DefinitionId":"2","Name":"P.O. number","Type":"StringType","StringValue":"4711"}],',
    ),
  },
  {
    section: '6.1',
    says: 'a PO number longer than the field is never cut: it goes to the note',
    invoice: { ...PLAIN, poNumber: 'PO-2026-000000000000000000000917' },
    ctx: PO_FIELD,
    body: body((head) => head.replace('inv_7"', 'inv_7 PO PO-2026-000000000000000000000917"')),
  },
  {
    section: '6.1',
    says: 'a PO number without such a field: the end of the note',
    invoice: { ...PLAIN, poNumber: '4711' },
    ctx: US,
    body: body((head) => head.replace('inv_7"', 'inv_7 PO 4711"')),
  },
  {
    section: '6.2',
    says: '3 an own item is used though its category now has another account, warned',
    invoice: own('itm_visit', 'cat_install'),
    ctx: US,
    options: { itemAccount: () => '79' },
    body: onItem('itm_visit'),
    warnings: ['account_kept'],
  },
  {
    section: '6.2',
    says: '3 an own item on the account the settings say: nothing to warn of',
    invoice: own('itm_visit', 'cat_install'),
    ctx: US,
    options: { itemAccount: () => '82' },
    body: onItem('itm_visit'),
  },
  {
    section: '6.2',
    says: '3 a line that does not say its category may have any account of the settings',
    invoice: own('itm_visit'),
    ctx: US,
    options: { itemAccount: () => '82' },
    body: onItem('itm_visit'),
  },
  {
    section: '6.2',
    says: '3 the default account changed since the item was made, warned',
    invoice: own('itm_visit'),
    ctx: US,
    options: { itemAccount: () => '78' },
    body: onItem('itm_visit'),
    warnings: ['account_kept'],
  },
  {
    section: '6.2',
    says: '2 a membership item that points to an older memberships account gives way to the helper',
    invoice: invoiceOf({ lines: [line({ kind: 'membership', amount: '10.00', itemId: 'itm_gold' })] }),
    ctx: US,
    options: { itemAccount: () => '81' },
    body: us(sale('10.00', 'Labour', 'item:helper.membership.83', 'NON'), NO_TAX),
  },
  {
    section: '6.2',
    says: "2 a subscription's line on an own item that points to the memberships account",
    invoice: invoiceOf({ membershipId: 'mem_1', lines: [line({ amount: '10.00', itemId: 'itm_visit' })] }),
    ctx: US,
    options: { itemAccount: () => '83' },
    body: onItem('itm_visit'),
  },
];
