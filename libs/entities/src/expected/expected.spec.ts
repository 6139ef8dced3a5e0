import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice, Line } from '@qbo-sync/contracts/runacall/invoice';
import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { UK, US, withProfile, withValues } from '@qbo-sync/mapping/context.fixtures';
import type { MappingContext } from '@qbo-sync/mapping/document';
import { RAC_1041 as invoice } from '@qbo-sync/mapping/invoice.fixtures';
import { initial } from '../sync/stream-state';
import { expectedOfItem } from './expected-account';
import { expectedName } from './expected-customer';
import { expectedInvoice } from './expected-invoice';
import { expectedPayment } from './expected-payment';

const known = { quickbooksId: '238', voided: false };
const [{ categoryId: _category, ...tuneUp }] = invoice.lines as [Line];
const of = (lines: readonly Partial<Line>[], change: Partial<Invoice> = {}): Invoice => ({
  ...invoice,
  lines: lines.map((line) => ({ ...tuneUp, ...line })),
  ...change,
});

describe('the account a line should post to, by the settings in force', () => {
  it.each<[string, Invoice, MappingContext, (string | null | undefined)[]]>([
    ['the default', of([{}]), US, ['79', 'items.defaultIncomeAccount', 'itm_ac_tune']],
    ['its category’s', of([{ categoryId: 'cat_install' }]), US, ['82', 'items.categoryAccounts', undefined]],
    [
      'the default of a category without one',
      of([{ categoryId: 'cat_maint' }]),
      US,
      ['79', 'items.defaultIncomeAccount', undefined],
    ],
    ['memberships', of([{ kind: 'membership' }]), US, ['83', 'invoices.membershipAccount', undefined]],
    [
      'memberships on a subscription',
      of([{}], { membershipId: 'mem_1' }),
      US,
      ['83', 'invoices.membershipAccount', undefined],
    ],
    [
      'the default for memberships without an account',
      of([{ kind: 'membership' }]),
      withValues(US, { 'invoices.membershipAccount': null }),
      ['79', 'items.defaultIncomeAccount', undefined],
    ],
    ['discounts', of([{ kind: 'discount', amount: '-5.00' }]), US, ['86', 'invoices.discountsAccount', undefined]],
    [
      'none, where none is chosen',
      of([{}]),
      withValues(US, { 'items.defaultIncomeAccount': null }),
      [undefined, 'items.defaultIncomeAccount', 'itm_ac_tune'],
    ],
  ])('%s', (_name, one, ctx, [account, setting, itemId]) => {
    const [line] = expectedInvoice(one, ctx, known).lines;
    expect([line?.account?.id, line?.setting, line?.itemId]).toEqual([account, setting, itemId]);
  });

  it('notes are no lines; a discount and a tip of the invoice stand behind them', () => {
    const { lines, extras } = expectedInvoice(
      of([{}, { kind: 'note' }], { discount: { amount: '16.60' }, tip: '5.00' }),
      US,
      known,
    );
    expect(lines).toHaveLength(1);
    expect(extras.map(({ name, amount, account, setting }) => [name, amount, account?.id, setting])).toEqual([
      ['Discount', '-16.60', '86', 'invoices.discountsAccount'],
      ['Tip', '5.00', '95', 'invoices.tipsAccount'],
    ]);
  });

  it('an item belongs where its kind and category say, whatever account it has', () => {
    expect(expectedOfItem({ kind: 'service', categoryId: 'cat_install' }, US).account?.id).toBe('82');
    expect(expectedOfItem({ kind: 'membership', categoryId: 'cat_install' }, US).account?.id).toBe('83');
  });
});

describe('the tax an invoice should show', () => {
  const manual = withProfile(US, { taxMode: 'manual_us' });
  const unmapped = (ctx: MappingContext): MappingContext => withValues(ctx, { 'tax.rates': [] });
  it.each<[string, MappingContext, object]>([
    ['automated', US, { unmapped: [] }],
    ['automated, not mapped', unmapped(US), { unmapped: ['tax_tx'] }],
    ['one code per invoice', manual, { code: { id: '5', name: 'Austin' }, unmapped: [] }],
    ['one code per invoice, not mapped', unmapped(manual), { code: null, unmapped: ['tax_tx'] }],
  ])('%s', (_name, ctx, tax) =>
    expect(expectedInvoice(invoice, ctx, known).tax).toEqual({ taxTotal: '13.70', total: '179.70', ...tax }),
  );

  it('outside the US each line has the code of its rate, an untaxed one the code for those', () => {
    const one = of([{ taxRateId: 'tax_20' }, { taxable: false }, { taxRateId: 'tax_new' }]);
    expect(expectedInvoice(one, UK, known).lines.map(({ taxCode, taxed }) => [taxCode?.id, taxed])).toEqual([
      ['6', true],
      ['10', false],
      [undefined, true],
    ]);
  });
});

it('a customer should have Run a Call’s own name, as QuickBooks takes it', () => {
  const customer: Customer = {
    ...{ id: 'cus_1', kind: 'residential', displayName: 'Dana: Ruiz', taxExempt: false, active: true },
    updatedAt: '2026-11-20T16:04:05Z',
  };
  expect(expectedName(customer, US)).toBe('Dana- Ruiz');
});

describe('a payment of an invoice', () => {
  const payment: Payment = {
    ...{ id: 'pay_500', customerId: 'cus_88', amount: '200.00', currency: 'USD', collectedOn: '2026-11-25' },
    ...{ method: 'card', processor: 'stripe', refunds: [], updatedAt: '2026-11-25T16:04:05Z' },
    allocations: [
      { invoiceId: 'inv_1041', amount: '100.00' },
      { invoiceId: 'inv_1041', amount: '79.70' },
    ],
  };
  const state = initial('acme', 'payment:pay_500');
  it('waits where the settings in force say, with what of it pays the invoice', () => {
    expect(expectedPayment(payment, 'inv_1041', state, 'books_1', US)).toEqual({
      ...{ ref: 'payment:pay_500', invoiceId: 'inv_1041', quickbooksId: null, amount: '179.70' },
      ...{ account: { id: '91', name: 'Stripe clearing' }, setting: 'payments.clearingAccount' },
    });
    const { processor: _, ...cash } = { ...payment, method: 'cash' as const };
    expect(expectedPayment(cash, 'inv_1041', state, 'books_1', US)).toMatchObject({
      ...{ account: { id: '4', name: 'Undeposited Funds' }, setting: 'payments.undepositedAccount' },
    });
  });

  it('is none of an invoice it does not name, and none when it was voided', () => {
    expect(expectedPayment(payment, 'inv_9', state, 'books_1', US)).toBeUndefined();
    const facts = [{ eventId: 'evt', change: 'voided', data: {}, erased: false }];
    expect(expectedPayment(payment, 'inv_1041', { ...state, facts }, 'books_1', US)).toBeUndefined();
  });
});
