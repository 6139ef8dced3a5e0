import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { TextObject } from '@qbo-sync/contracts/exact-json';
import { US, withProfile } from '@qbo-sync/mapping/context.fixtures';
import { creditMemoRef, toCreditApplication, toCreditMemo } from '@qbo-sync/mapping/credit-memo';
import { isHold, type Mapped } from '@qbo-sync/mapping/document';
import { toInvoice } from '@qbo-sync/mapping/invoice';
import { INVOICE_CASES, type InvoiceCase } from '@qbo-sync/mapping/invoice-cases.fixtures';
import { INVOICE_POSTING_CASES } from '@qbo-sync/mapping/invoice-posting-cases.fixtures';
import { RAC_1041 } from '@qbo-sync/mapping/invoice.fixtures';
import { INVOICE_TAX_CASES } from '@qbo-sync/mapping/invoice-tax-cases.fixtures';
import { at, codes } from '@qbo-sync/sandbox/quickbooks/spec-rig';
import { type Books, openBooks, regimeOf, withIds } from './spec-books';

/**
 * Every invoice of the mapping's table is sent to the emulated QuickBooks of its tax regime, and must post there what Run a
 * Call says (postings.md §6): Dr receivables and discounts, Cr income, tax and tips.
 */
const ALL: readonly InvoiceCase[] = [...INVOICE_CASES, ...INVOICE_TAX_CASES, ...INVOICE_POSTING_CASES];
/** Cents of an amount of two places. */
const cents = (text: string | undefined): bigint => BigInt((text ?? '0.00').replace('.', ''));

/** What the invoice itself says it does to the books: debits positive. */
function saidBy(invoice: Invoice) {
  const of = (kinds: (kind: string) => boolean): bigint =>
    invoice.lines.filter(({ kind }) => kinds(kind)).reduce((sum, { amount }) => sum + cents(amount), 0n);
  return {
    receivable: cents(invoice.total),
    discounts: cents(invoice.discount?.amount) - of((kind) => kind === 'discount'),
    tips: -cents(invoice.tip),
    tax: -cents(invoice.taxTotal),
    income: -of((kind) => kind !== 'discount' && kind !== 'note'),
  };
}

async function postedBy({ rig, company }: Books, id: string, resource = 'Invoice') {
  const { documents } = await rig.admin('GET', `postings?company=${company}&document=${resource}/${id}`);
  const lines = (at(documents, 0, 'lines') ?? []) as unknown as { readonly name: string; readonly amount: string }[];
  const on = (is: (name: string) => boolean): bigint =>
    lines.filter(({ name }) => is(name)).reduce((sum, { amount }) => sum + cents(amount), 0n);
  const isIncome = (name: string): boolean => ['Service revenue', 'Equipment', 'Memberships'].includes(name);
  return {
    receivable: on((name) => /Receivable|Debtors/.test(name)),
    discounts: on((name) => name === 'Discounts given'),
    tips: on((name) => name === 'Tips payable'),
    tax: on((name) => /Payable$|VAT Control/.test(name) && name !== 'Tips payable'),
    income: on(isIncome),
  };
}

describe.each(['us-auto', 'us-manual', 'uk-vat'] as const)('invoices in the books of %s', (company) => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks(company);
  });
  afterAll(() => books.rig.close());

  // The rounding line stands in where QuickBooks is off; a code that a person picked for two rates taxes at its own.
  const cases = ALL.filter(({ ctx, options }) => regimeOf(ctx) === company && !options?.rounding && !options?.taxCode);

  test.each(cases.map((each) => [each.section, each.says, each] as const))(
    '§%s %s',
    async (_section, _says, { invoice, ctx, options }) => {
      const { profile } = ctx;
      await books.rig.admin('POST', 'preferences', {
        company,
        SalesFormsPrefs: { AllowDiscount: profile.allowDiscount, CustomTxnNumbers: profile.customTxnNumbers },
        TaxPrefs: { UsingSalesTax: profile.taxMode !== 'off' },
      });
      await books.rig.admin('POST', 'switches', { company, warnDuplicateNumbers: false });
      const mapped = toInvoice(invoice, ctx, options);
      if (isHold(mapped)) throw new Error(mapped.hold.code);
      const answer = await books.rig.call('POST', 'invoice', await withIds(books, mapped.body));
      expect({ status: answer.status, fault: answer.json['Fault'] }).toEqual({ status: 200, fault: undefined });
      const record = answer.json['Invoice'] as TextObject;
      expect(cents(String(record['TotalAmt']))).toBe(cents(invoice.total));
      expect(await postedBy(books, String(record['Id']))).toEqual(saidBy(invoice));
    },
  );
});

describe('an invoice voided in closed books (postings.md §6.8)', () => {
  let books: Books;
  beforeAll(async () => {
    books = await openBooks('us-auto');
  });
  afterAll(() => books.rig.close());

  test('its credit memo, applied, leaves nothing owed; the closed month stays as it was', async () => {
    const { rig } = books;
    const invoice = { ...RAC_1041, voidedOn: '2026-12-02' };
    const ref = 'invoice:inv_1041';
    const closed = withProfile(US, { bookCloseDate: '2026-11-30' });
    const sent = async (path: string, mapped: Mapped, ids: Readonly<Record<string, string>> = {}) => {
      if (isHold(mapped)) throw new Error(mapped.hold.code);
      const body = mapped.body.replace(
        /\{"\$ref":"(invoice:[^"]+)"(,"at":"[^"]+")?\}/g,
        (_all, of: string, at_?: string) => JSON.stringify(at_ === undefined ? ids[of] : books.customer),
      );
      const answer = await rig.call('POST', path, await withIds(books, body));
      expect(answer.json['Fault']).toBeUndefined();
      return answer.json[mapped.resource] as TextObject;
    };
    const posted = await sent('invoice', toInvoice(invoice, US));
    await rig.admin('POST', 'preferences', {
      company: 'us-auto',
      AccountingInfoPrefs: { BookCloseDate: '2026-11-30' },
    });
    rig.now = Date.parse('2026-12-02T18:00:00Z');
    await rig.refresh();
    const voiding = await rig.call('POST', 'invoice?operation=void', {
      Id: posted['Id'],
      SyncToken: posted['SyncToken'],
    });
    expect(codes(voiding)).toEqual(['6210']);
    const memo = await sent('creditmemo', toCreditMemo(invoice, ref, closed));
    expect(memo).toMatchObject({ TotalAmt: '179.70', TxnDate: '2026-12-02', DocNumber: 'RAC-1041-C1' });
    const ids = { [ref]: String(posted['Id']), [creditMemoRef(ref)]: String(memo['Id']) };
    await sent('payment', toCreditApplication(invoice, ref, closed), ids);
    expect(await rig.get('Invoice', String(posted['Id']))).toMatchObject({ Balance: '0.00', TotalAmt: '179.70' });
    expect(await rig.get('CreditMemo', String(memo['Id']))).toMatchObject({ RemainingCredit: '0.00' });
    expect(await rig.get('Customer', books.customer)).toMatchObject({ Balance: '0.00' });
    const back = await postedBy(books, String(memo['Id']), 'CreditMemo');
    expect(back).toEqual({ receivable: -17970n, discounts: 0n, tips: 0n, tax: 1370n, income: 16600n });
    expect(await postedBy(books, String(posted['Id']))).toEqual(saidBy(invoice));
  });
});
