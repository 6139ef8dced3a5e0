import { toAccount } from './account';
import { paymentMethodOf, paymentMethodRef, toPaymentMethod } from './payment-method';

describe('payment methods', () => {
  test.each([
    ['card', '{"Name":"Credit Card","Type":"CREDIT_CARD"}'],
    ['ach', '{"Name":"ACH","Type":"NON_CREDIT_CARD"}'],
    ['cash', '{"Name":"Cash","Type":"NON_CREDIT_CARD"}'],
    ['check', '{"Name":"Check","Type":"NON_CREDIT_CARD"}'],
    ['financing', '{"Name":"Financing","Type":"NON_CREDIT_CARD"}'],
    ['other', '{"Name":"Other","Type":"NON_CREDIT_CARD"}'],
  ] as const)('§3 %s', (method, body) => {
    const mapped = toPaymentMethod(method);
    const name: string = JSON.parse(body).Name;
    expect(mapped).toMatchObject({
      resource: 'PaymentMethod',
      body,
      how: { path: 'paymentmethod' },
      find: { where: [['Name', name]], agree: ['Name'], adopt: true },
    });
    expect(paymentMethodOf(paymentMethodRef(method).slice('payment-method:'.length))).toBe(method);
  });

  test('no other method has a record', () => {
    expect(paymentMethodOf('barter')).toBeUndefined();
  });
});

test('§3 an account by one click', () => {
  const role = { name: 'Stripe clearing', accountType: 'Other Current Asset', accountSubType: 'OtherCurrentAssets' };
  expect(toAccount(role)).toMatchObject({
    resource: 'Account',
    body: '{"Name":"Stripe clearing","AccountType":"Other Current Asset","AccountSubType":"OtherCurrentAssets"}',
    how: { path: 'account' },
    find: { where: [['Name', 'Stripe clearing']], agree: ['Name', 'AccountType'], adopt: true },
  });
});
