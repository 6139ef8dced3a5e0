import { partsOfCase, PAYMENT_CASES } from './payment-cases.fixtures';

describe('Run a Call’s payment → QuickBooks’ body', () => {
  test.each(PAYMENT_CASES)('§$section $says', (one) => {
    const parts = partsOfCase(one);
    expect(
      Object.fromEntries(parts.map(({ ref, body, part }) => [ref, part.amount.isZero() ? undefined : body])),
    ).toEqual(one.bodies);
    expect(parts.flatMap(({ warnings }) => warnings.map(({ code }) => code))).toEqual(one.warnings ?? []);
  });

  test('§8.2 the parts are told apart by their whole note', () => {
    const split = PAYMENT_CASES.find(({ section }) => section === '8.2');
    if (split === undefined) throw new Error('no case');
    expect(partsOfCase(split).map(({ find }) => find?.marker?.text)).toEqual([
      'Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0 cus_88',
      'Run a Call pay_500 ch_3Q7xBkL2eZvKYlo2C4nM1aN0 cus_61',
    ]);
  });
});
