import type { TextObject } from '@qbo-sync/contracts/exact-json';
import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { RateMapping, SyncSettings } from '@qbo-sync/contracts/sync/settings';
import { invoiceRules } from '@qbo-sync/entities/invoice/invoice';
import type { InvoiceRelated } from '@qbo-sync/entities/invoice/invoice-related';
import { answered, changed, context, given, lines, settings, type Story } from '@qbo-sync/entities/sync/spec-kit';
import { UK, US } from '@qbo-sync/mapping/context.fixtures';
import { CHOICES } from '@qbo-sync/sandbox/books/spec-books';
import { planDay, type PlannedDay } from '@qbo-sync/sandbox/runacall/day';
import { EQUIPMENT_CATEGORY, PLAYED_COMPANIES, type PlayedCompany } from '@qbo-sync/sandbox/runacall/companies';
import { expectBooks } from '@qbo-sync/sandbox/books/model';
import { stamp } from '@qbo-sync/sandbox/runacall/published-day';
import { type Books, openBooks, type Regime, withIds } from './spec-books';

/**
 * Every invoice that a generated day sends is decided on by the invoice's own rules, taken by the emulated QuickBooks of
 * its tax regime and judged by its answer: there it comes to Run a Call's total and tax (postings.md §1.4), or it is held.
 */
const DAYS = 6;
/** Ids of codes in the settings, which stand for those of the books. */
const FIRST_CODE = 501;
const ANCHOR = '2026-11-21T12:00:00Z';
const days: readonly PlannedDay[] = Array.from({ length: DAYS }, (_, n) => planDay(`played-${n}`, ANCHOR, 'full'));

/** The emulated company in which each of them keeps its books. */
const REGIMES: Readonly<Record<string, Regime>> = {
  'us-auto': 'us-auto',
  'us-manual': 'us-manual',
  'uk-vat': 'uk-vat',
};

interface Sent {
  readonly eventId: string;
  readonly sequence: number;
  readonly invoice: Invoice;
  readonly customer: Customer | undefined;
}

function sentBy(day: PlannedDay, { id }: PlayedCompany): Sent[] {
  const own = day.events.filter(({ tenant }) => tenant === id);
  const customers = new Map(own.filter(({ noun }) => noun === 'customer').map(({ subject, data }) => [subject, data]));
  return own
    .filter(({ noun, change }) => noun === 'invoice' && change === 'sent')
    .map(({ id: eventId, sequence, data }) => {
      const invoice = data as unknown as Invoice;
      return { eventId, sequence, invoice, customer: customers.get(invoice.customerId) as Customer | undefined };
    });
}

/** What the model of the books says of each event, where every rate has a code and the books are open. */
function foreseenBy(day: PlannedDay, { id, tax, numbers, rates }: PlayedCompany) {
  const wires = day.events.map((event) => stamp(event, ANCHOR));
  const parts = Object.fromEntries(rates.map((rate) => [rate.id, rate.components.map(({ percentage }) => percentage)]));
  const mappedRates = rates.map((rate) => rate.id);
  return expectBooks(id, wires, { ...CHOICES, taxedBy: tax, numbering: numbers, mappedRates, parts }).predictions;
}

/** The company's own books and settings: every rate has a code of its own there. */
async function openOwn(company: PlayedCompany): Promise<{ books: Books; under: SyncSettings }> {
  const books = await openBooks(REGIMES[company.id]!);
  const { rig } = books;
  const codes: Record<string, string> = { ...books.codes };
  const { profile, values } = company.country === 'US' ? US : UK;
  const [agency] = await rig.rows('select * from TaxAgency');
  const rates: RateMapping[] = [];
  for (const [n, { id: rateId, name, percentage, components }] of company.rates.entries()) {
    const details = components.map((one) => ({
      ...{ TaxRateName: `${name} ${one.name}`, RateValue: one.percentage },
      ...{ TaxAgencyId: String(agency?.['Id']), TaxApplicableOn: 'Sales' },
    }));
    const { json } = await rig.call('POST', 'taxservice/taxcode', { TaxCode: `Own ${name}`, TaxRateDetails: details });
    const code = { id: String(FIRST_CODE + n), name };
    codes[code.id] = String(json['TaxCodeId']);
    rates.push({ rateId, name, percentage, code, state: 'confirmed' });
  }
  const under = settings({
    company: { name: company.name, timeZone: company.timeZone, currency: company.currency, country: company.country },
    profile: { ...profile, taxMode: company.tax === 'by code' ? 'manual_us' : profile.taxMode },
    values: {
      ...values,
      'items.categoryAccounts': [
        { categoryId: EQUIPMENT_CATEGORY.id, name: 'x', account: { id: '82', name: 'Equipment' } },
      ],
      'invoices.discountsAccount': { id: '86', name: 'Discounts given' },
      'invoices.numbering': company.numbers,
      'tax.rates': rates,
    },
  });
  return { books: { ...books, codes }, under };
}

describe.each(PLAYED_COMPANIES.filter(({ id }) => id in REGIMES))('the invoices of $name', (company) => {
  let books: Books;
  let under: SyncSettings;
  beforeAll(async () => {
    ({ books, under } = await openOwn(company));
  });
  afterAll(() => books.rig.close());

  test.each(days.map((day, n) => [n, day] as const))('day %s', async (_n, day) => {
    const foreseen = foreseenBy(day, company);
    const wrong: string[] = [];
    for (const { eventId, sequence, invoice, customer } of sentBy(day, company)) {
      const { total, tax, end } = await postedBy(books, under, sequence, invoice, customer);
      const { state, reason = '' } = foreseen.get(eventId)!;
      const wanted = (state === 'needs attention' ? `Held ${reason}` : `Settled ${reason}`).trim();
      if (end !== wanted) wrong.push(`${invoice.number}: ${end}, the model: ${wanted}`);
      if (state === 'needs attention') continue;
      if (total !== invoice.total) wrong.push(`${invoice.number}: ${invoice.total}, in the books ${total}`);
      if (tax !== invoice.taxTotal && reason !== 'rounded')
        wrong.push(`${invoice.number}: tax ${invoice.taxTotal}, in the books ${tax}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** Where the invoice ends, and what QuickBooks has of it then. */
async function postedBy(
  books: Books,
  under: SyncSettings,
  sequence: number,
  invoice: Invoice,
  customer: Customer | undefined,
): Promise<{ total?: string; tax?: string; end: string }> {
  const related: InvoiceRelated = {
    customer: customer === undefined ? undefined : { name: customer.displayName, taxExempt: customer.taxExempt },
    items: {},
  };
  const ref = `invoice:${invoice.id}`;
  let story: Story<InvoiceRelated> = given(invoiceRules, ref, context(related, { settings: under })).when(
    changed('sent', sequence, invoice),
  );
  let known: TextObject | undefined;
  for (;;) {
    const asked = story.events.findLast(({ type }) => type === 'PushRequested');
    if (asked?.type !== 'PushRequested') break;
    const body = await withIds(books, asked.personal.body);
    const { Id, SyncToken } = known ?? {};
    const again = known === undefined ? '{' : `{"Id":"${String(Id)}","SyncToken":"${String(SyncToken)}",`;
    const { status, text, json } = await books.rig.call('POST', 'invoice', again + body.slice(1));
    if (status !== 200) throw new Error(`${invoice.number}: ${status} ${text}`);
    known = json['Invoice'] as TextObject;
    story = story.when(answered(story, { record: known, quickbooksId: String(known['Id']) }));
  }
  const tax = (known?.['TxnTaxDetail'] as { TotalTax?: string } | undefined)?.TotalTax;
  return {
    end: lines(story.events).findLast((line) => /^(Settled|Held)/.test(line)) ?? lines(story.events).join(', '),
    ...(known === undefined ? {} : { total: String(known['TotalAmt']), tax: tax ?? '0.00' }),
  };
}
