import { US } from './context.fixtures';
import { toPayments } from './payment';
import { PAYMENT_CASES } from './payment-cases.fixtures';

describe('Run a Call’s payment → QuickBooks’ body', () => {
  test.each(PAYMENT_CASES)('§$section $says', ({ payment, ctx = US, invoices, made = {}, again, bodies, warnings }) => {
    const mapped = toPayments(payment, ctx, {
      invoice: (id) => invoices[id],
      made: new Map(Object.entries(made)),
      ...(again === undefined ? {} : { again }),
    });
    if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
    expect(
      Object.fromEntries(mapped.payments.map(({ ref, body, part }) => [ref, part.amount.isZero() ? undefined : body])),
    ).toEqual(bodies);
    expect(mapped.payments.flatMap((one) => one.warnings.map(({ code }) => code))).toEqual(warnings ?? []);
  });

  test('§8.2 the parts are told apart by their whole note', () => {
    const split = PAYMENT_CASES.find(({ section }) => section === '8.2');
    if (split === undefined) throw new Error('no case');
    const mapped = toPayments(split.payment, US, { invoice: (id) => split.invoices[id] });
    if ('hold' in mapped) throw new Error(`held: ${mapped.hold.code}`);
    expect(mapped.payments.map(({ find }) => find?.marker?.text)).toEqual([
      'Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0 cus_88',
      'Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0 cus_61',
    ]);
  });
});
