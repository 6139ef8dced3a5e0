import type { Payment } from '@qbo-sync/contracts/runacall/payment';
import { US, withIds, withProfile, withValues } from './context.fixtures';
import type { MappingContext } from './document';
import { IDS } from './invoice.fixtures';
import { toPayments, toVoidedPayment } from './payment';
import type { PaidInvoice } from './payment-parts';
import { CHECK, CHECK_BODY, onlyPart, PAY_500, PAY_500_BODY, PAY_500_REQUEST } from './payment.fixtures';

const known =
  (invoices: Record<string, PaidInvoice>) =>
  (id: string): PaidInvoice | undefined =>
    invoices[id];
const TWO: Payment = {
  ...PAY_500,
  allocations: [
    { invoiceId: 'inv_1', amount: '100.00' },
    { invoiceId: 'inv_2', amount: '50.00' },
  ],
};

describe('payment', () => {
  test('§8.1 the example, with the ids it is sent with', () => {
    const mapped = onlyPart(PAY_500, US);
    expect(mapped.body).toBe(PAY_500_REQUEST);
    const ids = { ...IDS, 'invoice:inv_1041': '238' };
    expect(withIds(mapped.body.replace('{"$ref":"invoice:inv_1041","at":"CustomerRef.value"}', '"58"'), ids)).toBe(
      PAY_500_BODY,
    );
    expect(mapped).toMatchObject({
      resource: 'Payment',
      how: {
        path: 'payment',
        update: 'whole',
        remove: { as: 'void', query: 'operation=update&include=void', fields: '{"sparse":true}' },
      },
      find: {
        marker: { path: 'PrivateNote', text: 'Run a Call pay_500' },
        where: [['TxnDate', '2026-11-25']],
        agree: ['CustomerRef.value', 'TotalAmt', 'PaymentRefNum'],
        adopt: false,
      },
      expect: {
        TotalAmt: '179.70',
        TxnDate: '2026-11-25',
        'DepositToAccountRef.value': '91',
        PaymentRefNum: 'xBkL2eZvKYlo2C4nM1aN0',
      },
      warnings: [],
    });
  });

  test('§8.3 a prepayment by check: no Line, its own customer, undeposited funds', () => {
    const mapped = onlyPart(CHECK, US);
    expect(mapped.body).toBe(CHECK_BODY);
    expect(mapped.expect['DepositToAccountRef.value']).toBe('4');
  });

  test.each<[string, Payment, MappingContext, Record<string, unknown>, string[]]>([
    [
      '§3 a chosen undeposited account',
      CHECK,
      withValues(US, { 'payments.undepositedAccount': { id: '35', name: 'Checking' } }),
      { DepositToAccountRef: { value: '35' } },
      [],
    ],
    [
      '§8.1 a long reference keeps its end',
      { ...CHECK, reference: 'REF-2026-11-25-000000001' },
      US,
      { PaymentRefNum: '-2026-11-25-000000001' },
      ['text_shortened'],
    ],
    ['§8.1 no reference', { ...CHECK, reference: ' ' }, US, { PaymentRefNum: undefined }, []],
    [
      '§1.10 several currencies',
      CHECK,
      withProfile(US, { multiCurrency: true }),
      { CurrencyRef: { value: 'USD' } },
      [],
    ],
    [
      '§8.3 an allocation of nothing is none',
      { ...CHECK, allocations: [{ invoiceId: 'inv_1', amount: '0.00' }] },
      US,
      { Line: undefined },
      [],
    ],
    [
      '§8.3 part of it allocated',
      { ...PAY_500, allocations: [{ invoiceId: 'inv_1041', amount: '79.70' }] },
      US,
      {
        TotalAmt: 179.7,
        Line: [{ Amount: 79.7, LinkedTxn: [{ TxnId: { $ref: 'invoice:inv_1041' }, TxnType: 'Invoice' }] }],
      },
      [],
    ],
  ])('%s', (_section, payment, ctx, fields, warnings) => {
    const mapped = onlyPart(payment, ctx);
    const body: Record<string, unknown> = JSON.parse(mapped.body);
    for (const [field, value] of Object.entries(fields)) expect(body[field]).toEqual(value);
    expect(mapped.warnings.map(({ code }) => code)).toEqual(warnings);
  });

  test('§8.2 invoices of one customer are one payment; unknown ones wait by their reference', () => {
    const invoice = known({ inv_1: { customerId: 'cus_88' } });
    const body = JSON.parse(onlyPart(TWO, US, { invoice }).body);
    expect(body.Line).toHaveLength(2);
    expect(body.CustomerRef.value).toEqual({ $ref: 'invoice:inv_1', at: 'CustomerRef.value' });
  });

  test('§8.3 an invoice that is not ours to post: its money stays unapplied, warned', () => {
    const invoice = known({
      inv_1: { customerId: 'cus_88', number: 'RAC-1', unapplied: 'older' },
      inv_2: { customerId: 'cus_88' },
    });
    const mapped = onlyPart(TWO, US, { invoice });
    const body = JSON.parse(mapped.body);
    expect(body.Line).toEqual([{ Amount: 50, LinkedTxn: [{ TxnId: { $ref: 'invoice:inv_2' }, TxnType: 'Invoice' }] }]);
    expect(body.CustomerRef.value.$ref).toBe('invoice:inv_2');
    expect(mapped.warnings).toEqual([{ code: 'left_unapplied', params: { invoice: 'RAC-1' } }]);
  });

  test.each([
    ['less tip than the payment', '4.99', true],
    ['as much', '5.00', false],
  ])('§6.3 an invoice that shows %s', (_what, tip, held) => {
    const invoice = known({ inv_1041: { customerId: 'cus_88', tip } });
    const mapped = toPayments({ ...PAY_500, tip: '5.00' }, US, { invoice });
    expect('hold' in mapped).toBe(held);
    if (held) expect(mapped).toEqual({ hold: { code: 'tip_unshown', params: { p: 'pay_500', t: '5.00' } } });
  });

  test.each<[string, Payment, MappingContext, string, Record<string, string>]>([
    [
      '§1.3 allocations above the amount',
      { ...PAY_500, amount: '179.69' },
      US,
      'over_allocated',
      { p: 'pay_500', a: '179.70', b: '179.69' },
    ],
    ['§1.10 another currency', { ...CHECK, currency: 'EUR' }, US, 'currency', { n: 'pay_7', cur: 'EUR', home: 'USD' }],
    [
      '§1.5 closed books',
      CHECK,
      withProfile(US, { bookCloseDate: '2026-11-30' }),
      'closed_period',
      { doc: 'pay_7', d: '2026-11-25', c: '2026-11-30' },
    ],
    [
      '§3 no clearing account',
      PAY_500,
      withValues(US, { 'payments.clearingAccount': null }),
      'account_missing',
      { setting: 'payments.clearingAccount' },
    ],
    [
      '§3 no undeposited account',
      CHECK,
      withProfile(US, { undepositedAccount: null }),
      'account_missing',
      { setting: 'payments.undepositedAccount' },
    ],
  ])('%s holds', (_section, payment, ctx, code, params) => {
    expect(toPayments(payment, ctx)).toEqual({ hold: { code, params } });
  });

  test('§8.5 entered in error is voided', () => {
    const voided: Payment = { ...PAY_500, voidedOn: '2026-11-26', voidReason: 'entered-in-error' };
    expect(toVoidedPayment(voided, US)).toMatchObject({ body: '{}', expect: { TotalAmt: '0.00' } });
    expect(toVoidedPayment({ ...PAY_500, voidReason: 'entered-in-error' }, US)).toMatchObject({
      hold: { code: 'date_missing' },
    });
    expect(toVoidedPayment(voided, withProfile(US, { bookCloseDate: '2026-11-30' }))).toMatchObject({
      hold: { code: 'closed_period' },
    });
  });
});
