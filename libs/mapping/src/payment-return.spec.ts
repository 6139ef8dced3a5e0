import { US, withProfile, withValues } from './context.fixtures';
import type { MappingContext } from './document';
import { toPayments } from './payment';
import { PAY_500 } from './payment.fixtures';
import { toReturns } from './payment-return';
import { RETURN_CASES, type ReturnCase } from './payment-return.fixtures';

const invoice = () => ({ customerId: 'cus_88', number: 'RAC-1041' });

function returned({ payment, account }: Pick<ReturnCase, 'payment' | 'account'>, ctx: MappingContext = US) {
  const mapped = toPayments(payment, ctx, { invoice });
  if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
  return toReturns(payment, mapped.payments, ctx, { invoice, ...(account === undefined ? {} : { account }) });
}

describe('money that came and went', () => {
  test.each(RETURN_CASES)('§$section $says', (one) => {
    const back = returned(one);
    if ('hold' in back) throw new Error(`held: ${back.hold.code}`);
    expect(back.entries.map(({ ref, body }) => [ref, body])).toEqual([
      [`payment:${one.payment.id}/returned`, one.body],
    ]);
  });

  test('§8.5 each part of a split payment has its own entry, with a number and a note of its own', () => {
    const customers: Record<string, string> = { inv_1: 'cus_88', inv_2: 'cus_61' };
    const split = { invoice: (id: string) => ({ customerId: customers[id] ?? '', number: id }) };
    const payment = {
      ...PAY_500,
      allocations: [
        { invoiceId: 'inv_1', amount: '100.00' },
        { invoiceId: 'inv_2', amount: '79.70' },
      ],
      ...({ voidedOn: '2026-12-03', voidReason: 'returned' } as const),
    };
    const mapped = toPayments(payment, US, split);
    const back = 'hold' in mapped ? mapped : toReturns(payment, mapped.payments, US, split);
    if ('hold' in back) throw new Error('held');
    expect(back.entries.map(({ ref, find, expect: wanted }) => [ref, find?.marker?.text, wanted['DocNumber']])).toEqual(
      [
        ['payment:pay_500/returned', 'Run a Call pay_500 returned cus_88', 'RAC-pay_500-F'],
        ['payment:pay_500/cus_61/returned', 'Run a Call pay_500 returned cus_61', 'RAC-pay_500-F2'],
      ],
    );
  });

  test('§6.5 where QuickBooks numbers, the entry gets no number from us', () => {
    const [first] = RETURN_CASES;
    if (first === undefined) throw new Error('no case');
    const back = returned(first, withValues(US, { 'invoices.numbering': 'quickbooks' }));
    expect('entries' in back && back.entries[0]?.body).not.toContain('DocNumber');
    const long = { payment: { ...first.payment, id: 'pay_0123456789abcdef0' } };
    const cut = returned(long);
    expect('entries' in cut && cut.entries[0]?.expect['DocNumber']).toBe('y_0123456789abcdef0-F');
  });

  test.each([
    ['§8.5 several receivable accounts', { receivableAccount: null }, {}, 'receivable_account'],
    ['§1.5 a day in closed books', { bookCloseDate: '2026-12-31' }, {}, 'closed_period'],
    ['§1.5 no day', {}, { voidedOn: undefined }, 'date_missing'],
  ])('%s holds', (_says, profile, fields, code) => {
    const [first] = RETURN_CASES;
    if (first === undefined) throw new Error('no case');
    const { voidedOn: _day, ...rest } = first.payment;
    const payment = 'voidedOn' in fields ? rest : first.payment;
    const mapped = toPayments(payment, US, { invoice });
    if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
    expect(toReturns(payment, mapped.payments, withProfile(US, profile), { invoice })).toMatchObject({
      hold: { code },
    });
  });
});
