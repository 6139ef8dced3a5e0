import { US, withProfile, withValues } from './context.fixtures';
import { PAY_500 } from './payment.fixtures';
import { RETURN_CASES, returnsOf } from './payment-return.fixtures';

const ACH = {
  payment: { ...PAY_500, method: 'ach', voidedOn: '2026-12-03', voidReason: 'returned' },
  invoices: { inv_1041: { customerId: 'cus_88', number: 'RAC-1041' } },
} as const;

describe('money that came and went', () => {
  test.each(RETURN_CASES)('§$section $says', (one) => {
    const back = returnsOf(one);
    if ('hold' in back) throw new Error(`held: ${back.hold.code}`);
    expect(back.entries.map(({ ref, body }) => ({ ref, body }))).toEqual(
      one.entries.map(({ ref, body }) => ({ ref, body })),
    );
    // A note of its own is how each is found again.
    expect(back.entries.map(({ find }) => find?.marker?.text)).toEqual(
      one.entries.map(({ body }) => /"PrivateNote":"([^"]+)"/.exec(body)?.[1]),
    );
  });

  test('§6.5 where QuickBooks numbers, the entry gets no number from us', () => {
    const back = returnsOf(ACH, withValues(US, { 'invoices.numbering': 'quickbooks' }));
    expect('entries' in back && back.entries[0]?.body).not.toContain('DocNumber');
    const cut = returnsOf({ ...ACH, payment: { ...ACH.payment, id: 'pay_0123456789abcdef0' } });
    expect('entries' in cut && cut.entries[0]?.expect['DocNumber']).toBe('y_0123456789abcdef0-F');
  });

  test.each([
    ['§8.5 several receivable accounts', { receivableAccount: null }, {}, 'receivable_account'],
    ['§1.5 a day in closed books', { bookCloseDate: '2026-12-31' }, {}, 'closed_period'],
    ['§1.5 no day', {}, { voidedOn: undefined }, 'date_missing'],
  ])('%s holds', (_says, profile, fields, code) => {
    const { voidedOn: _day, ...undated } = ACH.payment;
    const payment = 'voidedOn' in fields ? undated : ACH.payment;
    expect(returnsOf({ ...ACH, payment }, withProfile(US, profile))).toMatchObject({ hold: { code } });
  });
});
